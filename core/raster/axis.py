"""The vessel's axis: where it stands on a drawing, and whether a section goes on beyond it.

A vessel is drawn half as section and half as view: the axis is a long upright line, and the section's contour, mirrored
at it, lies on the contour of the view. Where both say the same, the axis is found.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np

from core.raster.images import Image
from core.raster.pieces import distance_inside, numbered, opened
from core.raster.windows import Area, grey_of

LONGEST_SIDE_PX = 400
MOST_POINTS = 300
SLOPES = tuple(math.tan(math.radians(degrees)) for degrees in np.arange(-3.0, 3.1, 0.75))
LEAST_LINE, LEAST_LIKENESS, LEAST_BOTH = 0.2, 0.2, 0.6
LEAST_BEYOND = 0.02
BOTH_SIDES = 0.85


class Axis(NamedTuple):
    """A line on the small picture: `column` at `row`, its slope in columns for a row, and how sure both signs are.

    `line` is the share of the vessel's height over which it is drawn, `likeness` the share of the section's contour
    that finds ink where it is mirrored to; both as far as they exceed chance.
    """

    column: float
    row: float
    slope: float
    line: float
    likeness: float


def beyond_axis(foreground: Area, image: Image) -> tuple[int, int] | None:
    """Where (row, column) the largest section goes on beyond the axis although a view is drawn there; None if nowhere.

    A section on both sides alike is drawn so, and no fault.
    """
    factor = max(1, math.ceil(max(foreground.shape) / LONGEST_SIDE_PX))
    mask, ink = _small(foreground, image, factor)
    numbers, sizes = numbered(mask, connectivity=8)
    if len(sizes) < 2:
        return None
    piece = numbers == 1 + int(sizes[1:].argmax())
    axis = find_axis(piece, mask, ink)
    if axis is None:
        return None
    rows, columns = np.nonzero(piece)
    off = columns - (axis.column + (rows - axis.row) * axis.slope)
    if np.count_nonzero(off > 0) < np.count_nonzero(off < 0):
        off = -off
    beyond = off < -1.5
    reach = float(distance_inside(piece).max())
    is_much = np.count_nonzero(beyond) >= LEAST_BEYOND * len(off) and -off.min() > max(2.5, 0.8 * reach)
    if not is_much or -off.min() > BOTH_SIDES * off.max():
        return None
    furthest = np.flatnonzero(beyond)[len(off[beyond]) // 2]
    row, column = ((int(at[furthest]) * factor + factor // 2) for at in (rows, columns))
    return min(row, foreground.shape[0] - 1), min(column, foreground.shape[1] - 1)


def find_axis(piece: Area, mask: Area, ink: Area) -> Axis | None:
    """The axis of the vessel that a piece of the mask is the section of; None where the drawing does not show it."""
    rows = np.flatnonzero(piece.any(axis=1))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    tall = bottom - top
    above = max(0, top - tall // 10)
    likeness = _above_chance(_likeness(piece, mask, ink))
    free = (_upright(ink) & ~mask)[above : bottom + tall // 10].astype(np.float32)
    free = np.asarray(cv2.dilate(free, np.ones((1, 2), np.uint8)), np.float32)
    best = None
    middle = len(free) / 2
    for slope in SLOPES:
        shear = np.array([[1, -slope, slope * middle], [0, 1, 0]])
        line = cv2.warpAffine(free, shear, (free.shape[1], free.shape[0]), flags=cv2.INTER_NEAREST).mean(axis=0)
        line = np.repeat(_above_chance(line), 2)[: len(likeness)]
        total = np.where((line >= LEAST_LINE) & (likeness >= LEAST_LIKENESS), line + likeness, 0)
        at = int(total.argmax())
        if total[at] >= LEAST_BOTH and (best is None or total[at] > best.line + best.likeness):
            best = Axis(at / 2, above + middle, slope, float(line[at]), float(likeness[at]))
    return best


def _small(foreground: Area, image: Image, factor: int) -> tuple[Area, Area]:
    """The mask and the ink, thin lines kept, at a fraction of the drawing's size."""
    grey = grey_of(image)
    if factor > 1:
        kept = tuple(slice(min(factor // 2, side - 1), None, factor) for side in grey.shape)
        grey = np.ascontiguousarray(cv2.erode(grey, np.ones((factor, factor), np.uint8))[kept])
        foreground = np.ascontiguousarray(foreground[kept])
    paper = float(np.percentile(grey, 80))
    contrast = max(30.0, paper - float(np.percentile(grey, 0.5)))
    thin = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8))
    return foreground, (grey < paper - 0.4 * contrast) | (thin > 0.15 * contrast)


def _upright(ink: Area) -> Area:
    """Pens' lines, and the left and right sides of what is painted."""
    beside = np.pad(ink, ((0, 0), (1, 1)), mode="edge")
    return ink & (~opened(ink, 4.0) | ~beside[:, 2:] | ~beside[:, :-2])


def _above_chance(shares: np.ndarray) -> np.ndarray:
    """How much each share exceeds those around it: dense hatching is hit everywhere."""
    around = cv2.blur(shares[np.newaxis].astype(np.float32), (max(3, len(shares) // 8) | 1, 1))[0]
    return np.clip(shares - 0.7 * around, 0, 1)


def _likeness(piece: Area, mask: Area, ink: Area) -> np.ndarray:
    """For an axis at each half column, the share of the piece's contour whose mirror image lies on ink off the mask."""
    width = mask.shape[1]
    contour = np.argwhere(piece & (cv2.erode(piece.view(np.uint8), np.ones((3, 3), np.uint8)) == 0))
    contour = contour[:: max(1, len(contour) // MOST_POINTS)]
    drawn = ink & ~mask & (distance_inside(ink) <= 2)
    near = (cv2.dilate(drawn.view(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~mask
    columns = np.arange(2 * width - 1)[:, np.newaxis] - contour[:, 1]
    is_there = (columns >= 0) & (columns < width)
    columns, rows = columns.clip(0, width - 1), contour[:, 0]
    is_masked = mask[rows, columns] & is_there
    hits = (near[rows, columns] & is_there).sum(axis=1)
    likeness = hits / np.maximum(1, (~is_masked).sum(axis=1))
    return np.where(hits >= 0.1 * len(contour), likeness, 0.0)
