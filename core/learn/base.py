"""Training the base network that Ostrakon ships, on rendered drawings only."""

import json
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import SettingError
from core.infer.reader import Reader, load_reader
from core.infer.shipped import base_artefact
from core.labels import DEFAULT_LABELS
from core.learn.configuration import RunConfiguration
from core.learn.rendered import Rendering, Shape, keep_rendering, stored_seeds
from core.render.outlines import load_outlines

JUDGED_AT_PX = 384


@dataclass(frozen=True)
class Round:
    """One complete schedule, from warm-up to decay; the next round starts with its weights."""

    steps: int
    seed: int
    learning_rate: float
    decay_share: float


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what the base network becomes, but for the renderer's code."""

    configuration: RunConfiguration
    rounds: tuple[Round, ...]
    warmup_steps: int
    shapes: tuple[Shape, ...]
    rendering: Rendering
    drawings_before_start: int
    drawings_per_second: float
    sizes: tuple[int, ...]

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """The recipe in a JSON file. Raises SettingError if a part is missing or unknown."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                **{
                    **values,
                    "configuration": RunConfiguration.from_dict(values["configuration"]),
                    "rounds": tuple(Round(**value) for value in values["rounds"]),
                    "shapes": tuple(Shape(**value) for value in values["shapes"]),
                    "rendering": Rendering(**values["rendering"]),
                    "sizes": tuple(values["sizes"]),
                }
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SettingError(f"The recipe {path} cannot be used: {error}. Correct it.") from error


def train_base(
    recipe: Recipe,
    directory: Path,
    *,
    outlines: Path | None,
    on_step: Callable[[int, Any], None],
    on_round: Callable[[int, bytes, bytes], None],
) -> None:
    """Train all rounds, each continuing from its checkpoint in `directory`.

    `on_step` gets the round and the training.Step, `on_round` the round, its weights and its artefact.
    """
    from core.learn.export import export_artefact
    from core.learn.networks import build_network
    from core.learn.rendered import RenderedBatches
    from core.learn.training import Plan, Watch, fit
    from core.learn.weights import TrainedNetwork, load_weights, save_weights

    drawings = directory / "drawings"
    with rendering_process(drawings, recipe, outlines):
        _wait_for_drawings(drawings, recipe.drawings_before_start)
        previous = None
        for number, part in enumerate(recipe.rounds):
            finished = directory / f"round{number}.h5"
            if finished.exists():
                previous = load_weights(finished.read_bytes())
                continue
            configuration = replace(recipe.configuration, seed=part.seed, learning_rate=part.learning_rate)
            network = build_network(
                configuration, DEFAULT_LABELS.class_count, imagenet=None if previous is None else False
            )
            if previous is not None:
                network.set_weights(previous.network.get_weights())
            plan = Plan(
                step_count=part.steps,
                steps_per_epoch=min(part.steps, 100),
                learning_rate=configuration.learning_rate,
                loss=configuration.loss,
                warmup_steps=recipe.warmup_steps,
                decay_share=part.decay_share,
            )
            watch = Watch(on_step=partial(on_step, number))
            batches = RenderedBatches(drawings, recipe.shapes, part.seed)
            fit(network, batches, plan, watch=watch, checkpoint_directory=directory / f"round{number}")
            previous = TrainedNetwork(network, configuration, DEFAULT_LABELS)
            weights = save_weights(previous)
            on_round(number, weights, export_artefact(network, DEFAULT_LABELS, recipe.sizes))
            write_whole(finished, weights)


class rendering_process:  # noqa: N801 (used as a function)
    """A context in which another process keeps rendering into `directory`."""

    def __init__(self, directory: Path, recipe: Recipe, outlines: Path | None) -> None:
        context = multiprocessing.get_context("spawn")
        arguments = (directory, recipe.rendering, outlines, recipe.drawings_per_second)
        self._process = context.Process(target=_render, args=arguments, daemon=True)

    def __enter__(self) -> None:
        self._process.start()

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


def write_whole(path: Path, content: bytes) -> None:
    """Write the file so that a kill leaves the old one or the new one."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _render(directory: Path, rendering: Rendering, outlines: Path | None, drawings_per_second: float) -> None:
    """Render until the trainer is gone: as fast as possible until the folder is full, then at a steady rate."""
    import cv2
    import psutil

    nice = 10 if os.name == "posix" else psutil.BELOW_NORMAL_PRIORITY_CLASS  # type: ignore[attr-defined]
    psutil.Process().nice(nice)
    cv2.setNumThreads(1)
    parent = multiprocessing.parent_process()
    shapes = load_outlines(outlines) if outlines else None
    reader = _quick_reader() if rendering.easy_share < 1 else None
    for seed in keep_rendering(directory, rendering, shapes, worker=0, workers=1, reader=reader):
        if parent is None or not parent.is_alive():
            return
        if seed >= rendering.kept:
            time.sleep(1 / drawings_per_second)


def _quick_reader() -> Reader:
    """The shipped model, reading at one size."""
    reader = load_reader(base_artefact(), threads=1)
    return replace(reader, contract=replace(reader.contract, sizes=(JUDGED_AT_PX,)))


def _wait_for_drawings(directory: Path, count: int) -> None:
    while len(stored_seeds(directory)) < count:
        time.sleep(1)
