"""Measures how well a model finds the masks of drawings that lie in folders."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, MaskSizeError, UnreadableImageError
from core.infer.folders import Refused, find_drawings, pages_in
from core.infer.reader import Reader
from core.raster.images import Image
from core.raster.metrics import foreground_iou
from core.settings import Settings


@dataclass(frozen=True)
class Pair:
    """A drawing with its true mask, and perhaps a mask of pixels that do not count; `name` is their common stem."""

    name: str
    drawing: Path
    truth: Path
    ignore: Path | None = None


@dataclass(frozen=True)
class Score:
    """How well the mask of one drawing was found: foreground IoU at full resolution."""

    name: str
    iou: float
    seconds: float


def pair_by_stem(images: Path, masks: Path, ignore: Path | None = None) -> tuple[list[Pair], list[Path]]:
    """Drawings and masks of the same stem, and the files that remain: without a partner, or second of a stem."""
    drawings, truths = find_drawings([images]), find_drawings([masks])
    ignores = _by_stem(find_drawings([ignore])) if ignore else {}
    drawing_of, truth_of = _by_stem(drawings), _by_stem(truths)
    pairs = [
        Pair(name, drawing_of[name], truth_of[name], ignores.get(name)) for name in sorted(drawing_of.keys() & truth_of)
    ]
    used = {path for pair in pairs for path in (pair.drawing, pair.truth)}
    return pairs, [path for path in (*drawings, *truths) if path not in used]


def evaluate_pairs(reader: Reader, pairs: Sequence[Pair], settings: Settings) -> Iterator[Score | Refused]:
    """The score of each pair; a pair that cannot be read, or whose sizes differ, is refused and the others go on."""
    for pair in pairs:
        try:
            image = _first_image(pair.drawing, settings)
            truth = read_foreground(pair.truth, image.shape[:2], settings)
            counts = ~read_foreground(pair.ignore, image.shape[:2], settings) if pair.ignore else np.True_
            reading = reader.read(image)
        except InputError as error:
            yield Refused(pair.drawing, str(error))
        else:
            found = (reading.mask > 0) & counts
            iou = foreground_iou((truth & counts).astype(np.uint8), found.astype(np.uint8))
            yield Score(pair.name, iou, reading.seconds)


def read_foreground(path: Path, size: tuple[int, int], settings: Settings) -> NDArray[np.bool_]:
    """Where the mask in this file is foreground, (H, W).

    A mask holds either class indices (all values under 128: foreground is what is not 0) or black and a bright
    colour (foreground is what has a channel over 127). Raises MaskSizeError if it is not of the drawing's `size`.
    """
    values = _first_image(path, settings).max(axis=2)
    if values.shape != size:
        raise MaskSizeError(
            f"{path} is {values.shape[1]} x {values.shape[0]} pixels and its drawing {size[1]} x {size[0]}. Export the "
            "mask at the drawing's full resolution."
        )
    return values > (127 if values.max() > 127 else 0)


def summarise(scores: Sequence[Score]) -> dict[str, Any]:
    """Mean, median and 10th percentile of the IoUs, with all scores, for JSON. Needs one score at least."""
    ious = np.array([score.iou for score in scores])
    return {
        "mean_iou": float(ious.mean()),
        "median_iou": float(np.median(ious)),
        "p10_iou": float(np.percentile(ious, 10)),
        "drawings": [{"name": score.name, "iou": score.iou, "seconds": score.seconds} for score in scores],
    }


def _by_stem(paths: Sequence[Path]) -> dict[str, Path]:
    """The first path of each stem; macOS takes umlauts apart, so stems are compared composed."""
    return {unicodedata.normalize("NFC", path.stem): path for path in reversed(paths)}


def _first_image(path: Path, settings: Settings) -> Image:
    page = next(pages_in(path, settings), Refused(path, f"{path} has no pages. Export it again."))
    if isinstance(page, Refused):
        raise UnreadableImageError(page.reason)
    return page.image
