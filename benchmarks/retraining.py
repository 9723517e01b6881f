"""How fast a network learns from corrections: `python -m benchmarks.retraining [--parts throughput loop large gain]`.

throughput  training steps on kept features and steps of the original recipe (segmentation-models' U-Net on ResNet34,
            encoder_freeze=True, 256 x 256 pixels, batches of 8, model.fit) in turns, so that what else the computer
            does meets both; the ratio is what counts.
loop        ten corrections to a registered, evaluated challenger, through the queue and the worker: with a trainer
            that must be started (cold), then with the one that waits (warm).
large       1,000 drawings, 30 epochs: the estimate beside what steps of that run take, with and without kept features.
gain        foreground IoU after ten corrections in two styles that the base never saw: on these, on other drawings of
            the publication, and on the old domain; the base, training on kept features, training on images.

Choice and results: docs/decisions/retraining.md.
"""

import os

os.environ.update(TF_USE_LEGACY_KERAS="1", SM_FRAMEWORK="tf.keras", TF_CPP_MIN_LOG_LEVEL="3")

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil

from benchmarks.new_styles import publication
from core.errors import JobCancelledError
from core.learn.configuration import RunConfiguration
from core.learn.estimate import estimate, estimate_run
from core.learn.samples import TrainingItem, network_size, resized
from core.learn.usual import usual_configuration
from core.learn.variant_counts import variant_count
from core.raster.edits import Polygon
from core.raster.images import Page, encode_png
from core.raster.outlines import is_hole, outlines
from core.settings import MODELS_DIRECTORY, Settings
from core.store import annotations, drawings, models, runs
from core.store.workspace import Workspace, open_workspace
from core.work import lease, queue
from core.work.starting import ensure_worker
from core.work.training import start_training

SEED = 10_000_400
BATCH, SIDE = 8, 256
QUIET_IMAGES_PER_SECOND = 6.2  # of the original recipe, on two cores that have nothing else to do


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20, help="of the large run that are made")
    options = parser.parse_args()
    for part in options.parts:
        print(f"\n{part}", flush=True)
        PARTS[part](options)


def throughput(options: argparse.Namespace) -> None:
    """Images a second, in turns; the medians and their ratio."""
    (ours, views), recipe = _our_steps(), _original_recipe()
    speeds: dict[str, list[float]] = {
        "original recipe": [],
        "decoder on kept features": [],
        "views made and encoded": [],
    }
    for _ in range(options.rounds):
        speeds["original recipe"].append(_images_per_second(recipe, 3 * BATCH))
        speeds["decoder on kept features"].append(_images_per_second(ours, 24 * BATCH))
        speeds["views made and encoded"].append(_images_per_second(views, 8 * BATCH))
    for name, measured in speeds.items():
        print(f"{name:28} {median(measured):7.1f} images/s")
    turns = list(zip(*speeds.values(), strict=True))
    _print_ratio("steps / original recipe", [steps / slow for slow, steps, _ in turns])
    shown = RunConfiguration().epochs / variant_count(RunConfiguration(), 10)  # times each view, in ten corrections
    whole = [1 / (1 / steps + 1 / (shown * made)) / slow for slow, steps, made in turns]
    _print_ratio("with the views / original", whole)
    slowdown = QUIET_IMAGES_PER_SECOND / median(speeds["original recipe"])
    print(f"the original recipe is {slowdown:.1f} times slower now than on two quiet cores")


def loop(options: argparse.Namespace) -> None:
    """Ten corrections, cold and warm, with the memory that the trainer took."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        ws = open_workspace(Settings(workspace=Path(directory) / "workspace", idle_seconds=5, warm_seconds=60))
        for drawing in islice(publication("zigzag", SEED, 10), 10):
            _approve(ws, drawing.name, drawing.image, drawing.mask)
        try:
            for seed, name in enumerate(["cold", "warm", "warm again"]):
                _time_run(ws, replace(usual_configuration(ws), seed=seed), name)
        finally:
            worker = lease.worker_process(ws)
            if worker is not None:
                for process in (*_children(worker.pid), psutil.Process(worker.pid)):
                    process.kill()
            ws.engine.dispose()


def large(options: argparse.Namespace) -> None:
    """The estimate for a large run, beside what its steps take."""
    from core.learn.batches import TrainingSet
    from core.learn.feature_cache import FeatureCache
    from core.learn.learners import Learners
    from core.work.clock import Clock

    small, configuration = RunConfiguration(), RunConfiguration(epochs=30)
    content = (MODELS_DIRECTORY / "base" / "weights.h5").read_bytes()
    learners, cache, items = Learners(), FeatureCache(), _many_items(1000)
    begun = time.monotonic()
    clock = Clock(begun, is_warm=False)
    measured = _steps(small, items[:10], content, learners, cache, 10**6, clock)
    timings = clock.timings(small, cache)
    assert timings is not None
    timings = replace(timings, finish_seconds=0.0)
    print(f"ten drawings, for the timings: {len(measured)} steps in {sum(measured):.0f} s")
    expected = estimate(configuration, len(items), [timings], is_warm=True)

    with tempfile.TemporaryDirectory() as directory:
        kept = FeatureCache(Path(directory))
        training_set = TrainingSet(items)
        first = _steps(configuration, training_set.items, content, learners, kept, options.steps)
        again = _steps(configuration, training_set.items, content, learners, kept, options.steps)
    steps_per_epoch = expected.steps // configuration.epochs
    epochs_with_new = min(configuration.epochs, variant_count(configuration, len(items)))
    real = steps_per_epoch * (epochs_with_new * _mean(first) + (configuration.epochs - epochs_with_new) * _mean(again))
    print(f"estimate before the start: {expected.seconds / 60:.1f} min for {expected.steps} steps")
    print(f"measured: {_mean(first):.2f} s a step with new views, {_mean(again):.2f} s without: {real / 60:.1f} min")
    print(f"measured / estimate: {real / expected.seconds:.2f}")
    print(f"memory of this process at its most: {_peak_bytes() / 1e9:.2f} GB")


def gain(options: argparse.Namespace) -> None:
    """What is learnt, from kept features and from images."""
    from core.infer.reader import load_reader
    from core.labels import DEFAULT_LABELS
    from core.learn.evaluation import rendered_drawings
    from core.learn.export import export_artefact
    from core.learn.rendered import RESERVED_SEEDS
    from core.raster.metrics import foreground_iou

    old = [(one.image, one.truth) for one in rendered_drawings(24, first_seed=RESERVED_SEEDS, size_px=600)]
    for style in ("zigzag", "dotted"):
        drawn = [(one.image, one.mask) for one in publication(style, RESERVED_SEEDS + 3, 30)]
        items = [TrainingItem(f"{number}", *pair) for number, pair in enumerate(drawn[:10])]
        for name, network in _networks_trained_on(items):
            reader = load_reader(export_artefact(network, DEFAULT_LABELS, (192, 256, 384, 576)))
            scores = [
                _mean([foreground_iou(truth, reader.read(image).mask) for image, truth in pairs])
                for pairs in (drawn[:10], drawn[10:], old)
            ]
            corrected, others, before = scores
            print(
                f"{style:8} {name:10} corrected {corrected:.3f}  others {others:.3f}  old domain {before:.3f}",
                flush=True,
            )


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "throughput": throughput,
    "loop": loop,
    "large": large,
    "gain": gain,
}


def _networks_trained_on(items: list[TrainingItem]) -> Iterator[tuple[str, Any]]:
    from core.learn.batches import TrainingSet, item_batches
    from core.learn.learners import learner_of
    from core.learn.losses import loss_named
    from core.learn.networks import build_network
    from core.learn.training import learn, plan_run, train
    from core.learn.weights import load_weights

    configuration, training_set = RunConfiguration(seed=3), TrainingSet(items)
    base = load_weights((MODELS_DIRECTORY / "base" / "weights.h5").read_bytes())
    yield "base", base.network
    yield "features", train(configuration, training_set, start=base)[0].network
    network = build_network(configuration, 2, imagenet=False)
    network.set_weights(base.network.get_weights())
    plan = plan_run(configuration, len(items))
    batches = item_batches(configuration, training_set, plan.steps_per_epoch)
    learn(learner_of(network, loss_named(configuration.loss)), batches, plan)
    yield "images", network


def _print_ratio(name: str, ratios: list[float]) -> None:
    print(f"{name:28} {median(ratios):7.1f} ({min(ratios):.1f} to {max(ratios):.1f})")


def _our_steps() -> tuple[Callable[[int], None], Callable[[int], None]]:
    """Learns from so many images, whose features are kept; and makes and encodes so many views."""
    from core.learn.batches import TrainingSet
    from core.learn.feature_cache import FeatureCache
    from core.learn.features import feature_batches
    from core.learn.learners import Learners
    from core.learn.variants import variant_batches

    configuration = RunConfiguration(replay=False, batch_size=BATCH)
    content = (MODELS_DIRECTORY / "base" / "weights.h5").read_bytes()
    learner = Learners().begin(configuration, 2, content)
    halves = learner.halves
    assert halves is not None
    drawn = [TrainingItem(one.name, one.image, one.mask) for one in islice(publication("zigzag", SEED, BATCH), BATCH)]
    variants = variant_batches(configuration, TrainingSet(drawn), 1)
    batches = feature_batches(variants, halves, FeatureCache())
    for step in range(BATCH):
        batches(step)

    def learn(count: int) -> None:
        for step in range(count // BATCH):
            learner.step(batches(step))

    def encode(count: int) -> None:
        anew = feature_batches(variants, halves, FeatureCache())
        for step in range(count // BATCH):
            anew(step)

    return learn, encode


def _original_recipe() -> Callable[[int], None]:
    from core.learn.library import segmentation_models as sm

    network = sm.Unet("resnet34", classes=2, activation="softmax", encoder_weights=None, encoder_freeze=True)
    network.compile("Adam", loss=sm.losses.bce_jaccard_loss, metrics=[sm.metrics.iou_score])
    rng = np.random.default_rng(0)

    def learn(count: int) -> None:
        images = rng.uniform(0, 255, (count, SIDE, SIDE, 3)).astype(np.float32)
        masks = np.eye(2, dtype=np.float32)[rng.integers(0, 2, (count, SIDE, SIDE))]
        network.fit(images, masks, batch_size=BATCH, epochs=1, verbose=0)

    return learn


def _images_per_second(learn: Callable[[int], None], count: int) -> float:
    learn(BATCH)  # so that nothing is traced, and both are in the processor's cache
    started = time.monotonic()
    learn(count)
    return count / (time.monotonic() - started)


def _approve(ws: Workspace, name: str, image: Any, mask: Any) -> None:
    added = drawings.add(ws, encode_png(image), Page(name, 0, image), publication="New", author="benchmark")
    draft = annotations.open_draft(ws, added.drawing.id, "benchmark")
    rings = sorted(outlines(mask), key=is_hole)
    edits = [Polygon(tuple(map(tuple, ring.tolist())), label=0 if is_hole(ring) else 1) for ring in rings]
    annotations.approve(ws, annotations.append(ws, draft, edits))


def _time_run(ws: Workspace, configuration: RunConfiguration, name: str) -> None:
    expected = estimate_run(ws, configuration)
    started = time.monotonic()
    run = start_training(ws, configuration, author="benchmark")
    ensure_worker(ws)
    phases: dict[str, float] = {}
    busy_before, busy = _busy_seconds(ws), 0.0
    peak, last_change, longest_silence, last = 0, started, 0.0, ""
    while (job := queue.get(ws, run.job_id or 0)).is_open:
        worker = lease.worker_process(ws)
        sizes = [_bytes_of(process) for process in (_children(worker.pid) if worker else [])]
        peak, busy = max(peak, sum(sizes)), max(busy, _busy_seconds(ws))
        now = time.monotonic()
        if job.message != last:
            longest_silence, last_change, last = max(longest_silence, now - last_change), now, job.message
        phases.setdefault(job.message.split(" ")[0] or "Waiting", now - started)
        time.sleep(0.1)
    run = runs.get(ws, run.id)
    if run.status != "finished" or run.model_version_id is None:
        raise SystemExit(f"the run ended as {run.status}: {run.error}")
    taken = time.monotonic() - started
    print(f"{name:12} {taken:6.1f} s (estimate {expected.seconds:.0f} s), trainer {peak / 1e9:.2f} GB at its most")
    print("             began: " + ", ".join(f"{phase} {begun:.1f} s" for phase, begun in phases.items()))
    print(f"             processor time of the trainer: {busy - busy_before:.1f} s")
    print(f"             longest time without news: {longest_silence:.1f} s")
    print(f"             {models.get(ws, run.model_version_id).card.get('timings')}")


def _steps(
    configuration: RunConfiguration,
    items: Any,
    content: bytes,
    learners: Any,
    cache: Any,
    count: int,
    clock: Any = None,
) -> list[float]:
    """Seconds of the first `count` steps of a run, but for the first, which may trace."""
    from core.learn.batches import TrainingSet
    from core.learn.training import Step, Watch, train

    times: list[float] = []

    def on_step(step: Step) -> None:
        times.append(time.monotonic())
        if clock is not None:
            clock.step(step.images, cache.made_count)

    watch = Watch(on_step=on_step, should_stop=lambda: len(times) > count)
    with _cancelled_is_fine():
        train(configuration, TrainingSet(items), start=content, watch=watch, cache=cache, learners=learners)
    return [later - earlier for earlier, later in pairwise(times)]


@contextmanager
def _cancelled_is_fine() -> Iterator[None]:
    try:
        yield
    except JobCancelledError:
        return


def _many_items(count: int) -> list[TrainingItem]:
    """So many drawings as large as a run keeps them, of which every twentieth was drawn, the others darker."""
    longest = max(RunConfiguration().image_sizes)
    drawn = [
        resized(TrainingItem(one.name, one.image, one.mask), *network_size(*one.mask.shape[:2], longest))
        for one in publication("zigzag", SEED, count // 20)
    ]
    return [
        TrainingItem(f"{one.name} {shade}", np.minimum(one.image, 255 - shade).astype(np.uint8), one.mask)
        for shade in range(20)
        for one in drawn
    ]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children()
    except psutil.NoSuchProcess:
        return []


def _busy_seconds(ws: Workspace) -> float:
    """Processor time of the trainer so far, all threads together: what does not depend on other programs."""
    worker = lease.worker_process(ws)
    try:
        times = [process.cpu_times() for process in (_children(worker.pid) if worker else [])]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(one.user + one.system for one in times)


def _bytes_of(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _peak_bytes() -> int:
    memory = psutil.Process().memory_info()
    return int(getattr(memory, "peak_wset", 0)) or _peak_on_posix()


def _peak_on_posix() -> int:
    import resource
    import sys

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
