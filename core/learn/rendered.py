"""An endless stream of rendered drawings to train the base network on, kept in a bounded folder.

Renderers write, the trainer reads: each drawing is one PNG whose alpha channel is its mask and whose name is its seed.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from core.errors import SettingError
from core.infer.reader import Reader
from core.infer.scales import proportional_size
from core.learn import augmentation
from core.learn.samples import Batch, TrainingItem, resized, stack
from core.raster.metrics import foreground_iou
from core.render.drawing import RenderedDrawing, render_drawing
from core.render.outlines import Outline

EASY_IOU = 0.93
RESERVED_SEEDS = 10_000_000  # from here on for tests and benchmarks, never trained on


@dataclass(frozen=True)
class Rendering:
    """What is rendered: long sides in pixels, drawn log-uniformly, and how many drawings are kept.

    `easy_share` of the drawings that the model in use reads well are kept, the others always.
    """

    smallest_px: int = 384
    largest_px: int = 900
    kept: int = 4000
    easy_share: float = 1.0


@dataclass(frozen=True)
class Shape:
    """One batch's shape."""

    drawings: int
    height: int
    width: int


def keep_rendering(
    directory: Path,
    rendering: Rendering,
    outlines: Sequence[Outline] | None,
    *,
    worker: int,
    workers: int,
    reader: Reader | None = None,
) -> Iterator[int]:
    """Render one drawing after the other into the directory; yields each seed when it is on disk.

    Worker k of n takes the seeds k, k + n, ...; after a restart it goes on behind the newest file, so that no seed is
    rendered twice. The oldest drawings are deleted. What the `reader` reads well is easy: see Rendering.
    """
    directory.mkdir(parents=True, exist_ok=True)
    newest = max((seed for seed in stored_seeds(directory) if seed % workers == worker), default=worker - workers)
    for seed in range(newest + workers, RESERVED_SEEDS, workers):
        octaves = np.log2(rendering.largest_px / rendering.smallest_px)
        rng = np.random.default_rng((seed, 1))
        size_px = round(rendering.smallest_px * 2 ** (octaves * rng.random()))
        drawing = render_drawing(seed, size_px=size_px, outlines=outlines)
        if reader is not None and rng.random() >= rendering.easy_share and is_easy(drawing, reader):
            continue
        _write(directory / f"{seed}.png", drawing.image, drawing.mask)
        (directory / f"{seed - rendering.kept}.png").unlink(missing_ok=True)
        yield seed


def is_easy(drawing: RenderedDrawing, reader: Reader) -> bool:
    """Whether the reader finds the section."""
    return foreground_iou(drawing.mask, reader.read(drawing.image).mask) >= EASY_IOU


def rendered_item(rng: np.random.Generator, size_px: int) -> TrainingItem:
    """A drawing rendered on the spot, of a seed that no test uses."""
    drawing = render_drawing(int(rng.integers(RESERVED_SEEDS)), size_px=size_px)
    return TrainingItem(f"rendered {drawing.seed}", drawing.image, drawing.mask)


def stored_seeds(directory: Path) -> list[int]:
    """The seeds of the drawings in the directory, in order."""
    return sorted(int(path.stem) for path in directory.glob("*.png") if path.stem.isdigit())


class RenderedBatches:
    """The batch of any step: its shape and its variants depend on seed and step, its drawings on what is stored."""

    def __init__(self, directory: Path, shapes: Sequence[Shape], seed: int) -> None:
        self._directory, self._shapes, self._seed = directory, tuple(shapes), seed
        self._seeds: list[int] = []
        self._listed = 0.0

    def __call__(self, step: int) -> Batch:
        rng = np.random.default_rng((self._seed, step))
        shape = self._shapes[rng.integers(len(self._shapes))]
        return stack([scene(self._drawing(rng), shape, rng) for _ in range(shape.drawings)], class_count=2)

    def _drawing(self, rng: np.random.Generator) -> TrainingItem:
        if time.monotonic() - self._listed > 30:
            self._seeds, self._listed = stored_seeds(self._directory), time.monotonic()
        while self._seeds:
            position = int(rng.integers(len(self._seeds)))
            try:
                return _read(self._directory / f"{self._seeds[position]}.png")
            except FileNotFoundError:  # its renderer has replaced it meanwhile
                del self._seeds[position]
        raise SettingError(f"There are no rendered drawings in {self._directory}. Start the renderer first.")


def scene(item: TrainingItem, shape: Shape, rng: np.random.Generator) -> TrainingItem:
    """The drawing as the network may meet it: cropped, stretched, mirrored, of any size on its sheet."""
    if rng.random() < 0.35:
        item = augmentation.crop_around_profile(item, rng)
    image, mask = item.image, item.mask
    if rng.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    if rng.random() < 0.1:
        image, mask = image[::-1], mask[::-1]
    item = TrainingItem(item.name, np.ascontiguousarray(image), np.ascontiguousarray(mask))
    item = resized(item, *_size_on_sheet(item.mask.shape, shape, rng))
    if rng.random() < 0.3:
        item = TrainingItem(item.name, augmentation.vary_contrast(item.image, rng), item.mask)
    return augmentation.place_on_sheet(item, shape.height, shape.width, rng)


def _size_on_sheet(size: tuple[int, ...], shape: Shape, rng: np.random.Generator) -> tuple[int, int]:
    stretch = float(np.exp(rng.uniform(-0.15, 0.15))) if rng.random() < 0.5 else 1.0
    height, width = size[0] * stretch, size[1] / stretch
    fill = rng.uniform(0.65, 1.0) if rng.random() < 0.4 else 1.0
    scale = fill * min(shape.height / height, shape.width / width)
    height, width = proportional_size(round(height * 64), round(width * 64), round(max(height, width) * scale))
    return min(height, shape.height), min(width, shape.width)


def _write(path: Path, image: np.ndarray, mask: np.ndarray) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    Pillow.fromarray(np.dstack([image, mask])).save(temporary, "PNG", compress_level=1)
    temporary.replace(path)


def _read(path: Path) -> TrainingItem:
    pixels = np.asarray(Pillow.open(path))
    return TrainingItem(path.name, pixels[..., :3], pixels[..., 3])
