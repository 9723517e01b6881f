"""Carries out a run: trains, exports, compares with the champion, registers. Loads TensorFlow: child process only.

Whatever is killed in between, the next attempt goes on from the last checkpoint and comes to the same network.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import EmptyTrainingSetError
from core.infer.artefact import read_artefact
from core.labels import LabelMap
from core.learn.checkpoints import FILE_NAME
from core.learn.configuration import ORIGINAL_SIZE, RunConfiguration
from core.learn.estimate import TIMINGS
from core.learn.export import export_artefact
from core.learn.feature_cache import FeatureCache
from core.learn.learners import Learners
from core.learn.samples import network_size
from core.learn.tensorboard import logging_to
from core.learn.training import Epoch, Step, TrainingSet, Watch
from core.learn.training import train as train_network
from core.learn.weights import save_weights
from core.store import models, runs, snapshots
from core.store.label_map import label_map
from core.store.models import NewModel
from core.store.runs import Run
from core.store.snapshots import SnapshotItem
from core.store.workspace import Workspace
from core.work.attempts import Attempt
from core.work.clock import Clock
from core.work.comparing import Report, compare_with_champion
from core.work.loading import load_items
from core.work.promoting import follow_rule
from core.work.training import feature_directory, run_directory

log = logging.getLogger(__name__)

_TRAINING, _COMPARING = 0.05, 0.85  # progress at which these begin


def train(attempt: Attempt, learners: Learners, clock: Clock) -> dict[str, Any]:
    """Carry out the run of the job, and register what comes out; it is promoted only by the rule of the workspace.

    Raises what training raises, EmptyTrainingSetError if no drawing of the snapshot is for training, SettingError if
    the champion to start with is of another kind than the run.
    """
    workspace = attempt.workspace
    run = runs.get(workspace, attempt.job.payload["run_id"])
    if run.status == "finished":  # killed right after its last step
        follow_rule(workspace, run)
        return {"run_id": run.id, "model_version_id": run.model_version_id}
    run = runs.start(workspace, run.id)
    configuration = RunConfiguration.from_dict(run.configuration)
    labels = label_map(workspace)
    items = snapshots.items(workspace, run.snapshot_id)
    training_set = _load(attempt, items, configuration, labels)
    cache = FeatureCache(feature_directory(workspace), max_bytes=round(workspace.settings.cache_megabytes * 1e6))

    directory = run_directory(workspace, run.id)
    watch = _watch(attempt, run, directory, lambda step: clock.step(step.images, cache.made_count))
    if configuration.tensorboard:
        watch = logging_to(workspace.settings.workspace / "tensorboard" / f"run-{run.id}", watch)
    trained, epochs = train_network(
        configuration,
        training_set,
        start=_weights_to_start_with(workspace, run),
        watch=watch,
        checkpoint_directory=directory,
        cache=cache,
        learners=learners,
    )
    attempt.report(_COMPARING, "Writing the new model", is_saved=True)
    sizes = _sizes(workspace, run, configuration)
    artefact = export_artefact(trained.network, labels, sizes)
    comparison = compare_with_champion(workspace, artefact, items, _reporting_from(attempt, _COMPARING))
    new = _describe(workspace, run, comparison, epochs, sizes)
    timings = clock.timings(configuration, cache)
    if timings is not None:
        new = replace(new, card={**new.card, TIMINGS: asdict(timings)})
    version = models.register(workspace, new, artefact=artefact, weights=save_weights(trained))
    follow_rule(workspace, runs.finish(workspace, run.id, model_version_id=version.id, comparison=comparison))
    return {"run_id": run.id, "model_version_id": version.id}


def _load(
    attempt: Attempt, items: Sequence[SnapshotItem], configuration: RunConfiguration, labels: LabelMap
) -> TrainingSet:
    """The training and validation drawings, no larger than the network reads them: thousands fit into memory."""
    wanted = [item for item in items if item.split in ("train", "validation")]
    size_needed = partial(_size_needed, configuration)
    loaded = load_items(attempt, wanted, labels, size_needed, share=_TRAINING)
    training, validation = (
        [one for one, item in zip(loaded, wanted, strict=True) if item.split == split]
        for split in ("train", "validation")
    )
    if not training:
        raise EmptyTrainingSetError(
            "All approved drawings belong to publications that are set aside for validation or testing. "
            "Approve drawings of another publication."
        )
    return TrainingSet(training, validation, labels)


def _size_needed(configuration: RunConfiguration, height: int, width: int) -> tuple[int, int]:
    """Artificial fills are drawn before a drawing is reduced to the network's size, so they get twice that."""
    longest = ORIGINAL_SIZE if configuration.image_size == ORIGINAL_SIZE else max(configuration.image_sizes)
    height, width = network_size(height, width, longest)
    if configuration.artificial_fills and configuration.image_size != ORIGINAL_SIZE:
        return 2 * height, 2 * width
    return height, width


def _weights_to_start_with(workspace: Workspace, run: Run) -> bytes | None:
    if run.parent_version_id is None:
        return None
    return models.weights(workspace, models.get(workspace, run.parent_version_id))


def _watch(attempt: Attempt, run: Run, directory: Path, time_step: Callable[[Step], None]) -> Watch:
    saved_at, shown = [_saved_at(directory)], [(_TRAINING, "Preparing drawings")]

    def on_wait() -> None:
        attempt.report(*shown[0])

    def on_step(step: Step) -> None:
        time_step(step)
        is_saved = _saved_at(directory) != saved_at[0]
        saved_at[0] = _saved_at(directory)
        done = step.number / step.count
        message = f"Step {step.number} of {step.count}, {_duration(step.seconds_left)} left"
        shown[0] = _TRAINING + (_COMPARING - _TRAINING) * done, message
        attempt.report(*shown[0], is_saved=is_saved)

    def on_epoch(epoch: Epoch) -> None:
        validation = {f"validation_{name}": value for name, value in epoch.validation.items()}
        figures = {name: getattr(epoch, name) for name in ("loss", "iou_score", "foreground_iou")}
        runs.add_epoch(attempt.workspace, run.id, epoch.number, {**figures, **validation})
        log.info("run %d, epoch %d: %s", run.id, epoch.number, figures)

    return Watch(on_step=on_step, on_wait=on_wait, on_epoch=on_epoch)


def _saved_at(directory: Path) -> int:
    checkpoint = directory / FILE_NAME
    return checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _sizes(workspace: Workspace, run: Run, configuration: RunConfiguration) -> tuple[int, ...]:
    """The long sides at which the new model reads: those of the model it started with, or the one it learnt at."""
    if run.parent_version_id is not None:
        parent = models.get(workspace, run.parent_version_id)
        return configuration.sizes_after(read_artefact(models.artefact(workspace, parent)).contract.sizes)
    return configuration.image_sizes


def _reporting_from(attempt: Attempt, begin: float) -> Report:
    """Progress that begins where the training ended."""
    return lambda done, message: attempt.report(begin + (1 - begin) * done, message)


def _describe(
    workspace: Workspace, run: Run, comparison: dict[str, Any], epochs: Sequence[Epoch], sizes: Sequence[int]
) -> NewModel:
    snapshot = snapshots.get(workspace, run.snapshot_id)
    count = snapshot.drawing_count
    return NewModel(
        name=f"Run {run.id}, {count} drawing{'s' if count != 1 else ''}",
        kind="trained",
        author=run.created_by,
        scores={
            "mean_iou": comparison["challenger_mean_iou"],
            "test_drawings": comparison["test_drawings"],
            "reference_mean_iou": comparison["reference_mean_iou"],
            "compared_on": comparison["compared_on"],
        },
        card={
            "configuration": run.configuration,
            "snapshot": {"id": snapshot.id, "items_sha256": snapshot.items_sha256, "drawings": count},
            "seed": run.seed,
            "sizes": list(sizes),
            "last_epoch": asdict(epochs[-1]),
            "verdict": comparison["verdict"],
            "compared_with": comparison["champion_id"],
        },
        run_id=run.id,
        parent_id=run.parent_version_id,
        snapshot_id=run.snapshot_id,
    )
