"""Two masks of one drawing side by side, as close as it takes to see where they differ."""

from dataclasses import dataclass

import numpy as np

from core.labels import LabelMap
from core.raster.images import Image, encode_png, resize
from core.raster.masks import Mask, overlay, resize_mask
from core.raster.views import Window

_OPACITY = 0.75
_MARGIN = 0.5  # of the differing part's longer side, on each side of it
_SMALLEST_SHARE = 0.2  # of the drawing's sides: closer, and nobody knows where they are


@dataclass(frozen=True)
class Pair:
    """Two pictures as PNG of the same `window`, and the pixels of the drawing in which the masks differ."""

    first: bytes
    second: bytes
    window: Window
    differing_pixels: int


def side_by_side(image: Image, first: Mask, second: Mask, labels: LabelMap, *, height_px: int, width_px: int) -> Pair:
    """The part of the drawing where two masks differ, under each of them, as large as fits the given size.

    Masks that are the same are shown whole. Both are of the image's size.
    """
    window = differing_window(first, second)
    height, width = window.size_on_screen(height_px, width_px)
    rows, columns = slice(window.row, window.row + window.height), slice(window.column, window.column + window.width)
    paper = resize(image[rows, columns], height, width)
    pictures = [
        encode_png(overlay(paper, resize_mask(mask[rows, columns], height, width), labels, opacity=_OPACITY))
        for mask in (first, second)
    ]
    return Pair(pictures[0], pictures[1], window, int(np.count_nonzero(first != second)))


def differing_window(first: Mask, second: Mask) -> Window:
    """The part of the drawing that holds every pixel in which the masks differ, with room around; else all of it."""
    differs = first != second
    height, width = differs.shape
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return Window(0, 0, height, width)
    margin = _MARGIN * max(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
    top, high = _span(rows[0], rows[-1] + 1, margin, height)
    left, wide = _span(columns[0], columns[-1] + 1, margin, width)
    return Window(top, left, high, wide)


def _span(start: float, stop: float, margin: float, length: int) -> tuple[int, int]:
    """Start and length of a stretch around `start` to `stop` that lies within `length`."""
    wanted = min(length, max(stop - start + 2 * margin, _SMALLEST_SHARE * length))
    begin = min(max(0.0, (start + stop - wanted) / 2), length - wanted)
    return int(begin), max(1, min(length - int(begin), int(np.ceil(wanted))))
