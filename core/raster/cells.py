"""Cells: what a section goes on with behind a line across it, counted to it where a reading sees the section there."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.raster.borders import with_border_ink
from core.raster.pieces import distance_inside, grown, numbered, opened
from core.raster.windows import Area, Grey

PROBABLE, COVERED = 0.65, 0.65
"""A cell is on average so probable at least, and so much of it lies where the reading sees the section."""

THICKEST = 1.7
"""A cell is at most so many times as thick as the section that it belongs to."""

BESIDE, SURE = 0.25, 0.97
"""A cell that shares more of its border with the section lies beside the wall, one that goes on with it shares less;
unless the reading is as sure of it as this."""

LIGHT_SHARE, NOISE_SHARE = 0.3, 3
"""A pixel is light up to this share of the way from the section's paper to its ink, or so many times the noise."""

GAPS = (0.0, 0.0, 0.12, 0.3)
"""Passes over what is light: each parts cells at openings narrower than so many times the section's half thickness.
The second finds what adjoins the cells of the first."""

INKED = 0.6
"""Where a wall is so thin that its two lines are one, at least this share of it is ink."""

SMALLEST_PX = 12
"""A smaller cell is the light between ink and a line that touches it."""

WIDEST_LINE_PX = 60


class Expected(NamedTuple):
    """A reading at a picture's size.

    `probable` is how probable the section is, float32 (H, W), `seen` where the reading sees any section, `near` what of
    that goes on from the click, `zone` where the section may lie, `loose_px` by how much the reading's border may be
    off.
    """

    probable: NDArray[np.float32]
    seen: Area
    near: Area
    zone: Area
    loose_px: float


def with_cells(grey: Grey, found: Area, expected: Expected) -> Area:
    """The found area and the light cells that go on with it, with the ink around and between them.

    Such cells are a handle, a foot, or the wall behind a joint or behind a place so thin that its lines run together.
    """
    if not opened(expected.seen & ~found, expected.loose_px).any():
        return found
    ink, paper = (float(level) for level in np.percentile(grey[::2, ::2], (0.5, 90)))
    bright = grey[found & (grey > (ink + paper) / 2)]
    if not len(bright):
        return found
    inside = float(np.median(bright))
    noise = 1.48 * float(np.median(np.abs(bright - inside)))
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.7), np.uint8)
    light = smooth >= inside - max(LIGHT_SHARE * (inside - ink), NOISE_SHARE * noise)
    half_px = float(distance_inside(found).max())
    whole = found
    for share in GAPS:
        cells = _cells(light & ~whole, whole, expected, half_px, share * half_px)
        if cells.any():
            widest = min(2 * float(distance_inside(cells).max()) + 6, WIDEST_LINE_PX)
            whole = whole | with_border_ink(grey, cells, inside=inside, ink=ink, widest_px=widest)
    return whole | _pinched(smooth < (inside + ink) / 2, whole, expected)


def _cells(light: Area, whole: Area, expected: Expected, half_px: float, gap_px: float) -> Area:
    """The light cells that are section, parted at openings up to `gap_px` wide."""
    room = distance_inside(light)
    numbers, sizes = numbered(room > gap_px / 2, connectivity=4)
    mean, covered = _shares(numbers, sizes, expected.probable), _shares(numbers, sizes, expected.seen)
    is_cell = (mean >= PROBABLE) & (covered >= COVERED) & (sizes >= (half_px**2 if gap_px else SMALLEST_PX))
    is_cell[0] = False
    if not is_cell.any():
        return np.zeros_like(light)
    is_cell[np.unique(numbers[room > THICKEST * half_px])] = False
    rim = is_cell[numbers] & (room <= gap_px / 2 + 1.5)
    rim_px = np.bincount(numbers[rim], minlength=len(sizes))
    shared_px = np.bincount(numbers[rim & grown(whole, gap_px / 2 + 3)], minlength=len(sizes))
    is_near = np.bincount(numbers[expected.near], minlength=len(sizes)) > 0
    is_cell &= (shared_px <= BESIDE * rim_px) | (np.minimum(mean, covered) >= SURE)
    is_cell &= (shared_px > 0) | is_near
    chosen = np.asarray(is_cell[numbers])
    return light & grown(chosen, gap_px / 2 + 0.5) if gap_px else chosen


def _pinched(dark: Area, whole: Area, expected: Expected) -> Area:
    """Ink beside the area that is section: where a wall is so thin that the lines on its two sides are one."""
    numbers, sizes = numbered(opened(expected.near & ~whole, 0.5 * expected.loose_px), connectivity=8)
    is_wall = (_shares(numbers, sizes, expected.probable) >= PROBABLE) & (_shares(numbers, sizes, dark) >= INKED)
    is_wall &= sizes >= SMALLEST_PX
    is_wall[0] = False
    return dark & expected.near & grown(np.asarray(is_wall[numbers]), 0.5 * expected.loose_px)


def _shares(
    numbers: NDArray[np.int32], sizes: NDArray[np.int32], of: NDArray[np.float32] | Area
) -> NDArray[np.float64]:
    """The mean of a picture over each numbered piece."""
    return np.bincount(numbers.ravel(), of.ravel().astype(np.float64), len(sizes)) / np.maximum(sizes, 1)
