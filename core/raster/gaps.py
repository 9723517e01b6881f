"""Gaps: where an area runs out into another through an opening, found with a disc that rolls about outside."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.raster.pieces import Distances, grown, numbered, piece_at
from core.raster.windows import Area, Place, reaches_edge

SANE = 1.7
"""A section may be this many times as thick as where it was clicked; what is thicker is taken for a leak."""

TIP_REACH = 2.0
"""A line that ends no farther beyond a gap than so many times the gap's width is closed at its end."""

Point = NDArray[np.float64]
"""(row, column), px."""


class Closed(NamedTuple):
    """An area, the widths of the gaps that were bridged around it, and how little to trust it."""

    area: Area
    gaps_px: tuple[float, ...]
    doubt: float


def is_sane(area: Area, room: Distances, half_px: float) -> bool:
    """Whether the area ends within its array and is nowhere much thicker than 2 * half_px."""
    return not reaches_edge(area) and float(room[area].max(initial=0)) <= SANE * half_px + 2


def closed_by_disc(free: Area, room: Distances, place: Place, disc_px: float, half_px: float) -> Closed | None:
    """The part of `free` at a pixel that a disc of radius `disc_px` cannot reach as it rolls about outside.

    `room` is `distance_inside(free)`, `half_px` half the section's thickness. A disc that fits into the section stays
    outside of the piece that holds the pixel. Each gap it stands at is closed by a straight line, between the ends of
    the two lines beside it if they end near by. None if the area is empty or does not end within the array.
    """
    fits = room > disc_px
    outside = free & grown(fits & ~piece_at(fits, place), disc_px - 0.01)
    area = piece_at(free & ~outside, place)
    if not area.any() or reaches_edge(area) or (disc_px < half_px and not is_sane(area, room, half_px)):
        return None
    mouths = area & (cv2.dilate(outside.view(np.uint8), cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))) > 0)
    numbers, _ = numbered(mouths, connectivity=8)
    gaps = [_ends(np.argwhere(numbers == number).astype(np.float64)) for number in range(1, int(numbers.max()) + 1)]
    at_tips = [_to_tips(free, outside, start, end) for start, end in gaps]
    for ends in (at_tips, gaps):
        straight = piece_at(free & ~_barrier(free.shape, ends), place)
        if straight.any() and is_sane(straight, room, half_px):
            area = straight
            break
    widths = tuple(float(np.hypot(*(end - start))) for start, end in gaps)
    return Closed(area, widths, sum(widths) / (2 * half_px) + 2 * disc_px / half_px)


def _ends(pixels: Point) -> tuple[Point, Point]:
    """The two pixels farthest apart along the main direction."""
    off = pixels - pixels.mean(axis=0)
    along = off @ np.linalg.svd(off, full_matrices=False)[2][0]
    return pixels[along.argmin()], pixels[along.argmax()]


def _barrier(shape: tuple[int, ...], gaps: list[tuple[Point, Point]]) -> Area:
    """Straight lines over the gaps, drawn on a little into the ink on either side."""
    barrier = np.zeros(shape, np.uint8)
    for start, end in gaps:
        ahead = (end - start) / max(float(np.hypot(*(end - start))), 1.0) * 2.5
        first, last = (np.rint(point[::-1]).astype(int).tolist() for point in (start - ahead, end + ahead))
        cv2.line(barrier, first, last, 1, 2)
    return np.asarray(barrier > 0)


def _to_tips(free: Area, outside: Area, start: Point, end: Point) -> tuple[Point, Point]:
    """The ends of the lines beside a gap, or the gap's own ends where the lines lead on."""
    across = end - start
    width = float(np.hypot(*across))
    if width < 2:
        return start, end
    outwards = np.array([-across[1], across[0]]) / width
    middle = (start + end) / 2
    beyond, behind = (_is_in(outside, middle + side * max(3.0, width / 4) * outwards) for side in (1, -1))
    if beyond == behind:
        return start, end
    outwards = outwards if beyond else -outwards
    return _tip(free, start, outwards, TIP_REACH * width + 4), _tip(free, end, outwards, TIP_REACH * width + 4)


def _is_in(area: Area, point: Point) -> bool:
    row, column = np.rint(point).astype(int)
    return bool(0 <= row < area.shape[0] and 0 <= column < area.shape[1] and area[row, column])


def _tip(free: Area, point: Point, outwards: Point, reach_px: float) -> Point:
    """How far outwards the ink at a point leads, or the point itself if it leads on beyond the reach."""
    reach = int(reach_px)
    row, column = int(point[0]), int(point[1])
    top, left = max(0, row - reach), max(0, column - reach)
    ink = ~free[top : row + reach + 1, left : column + reach + 1]
    rows, columns = np.indices(ink.shape)
    down, right = rows + top - point[0], columns + left - point[1]
    away = np.hypot(down, right)
    ink = ink & (down * outwards[0] + right * outwards[1] >= -2) & (away <= reach)
    _, numbers = cv2.connectedComponents(ink.view(np.uint8), connectivity=8)
    near = numbers[ink & (away <= 3)]
    if not len(near):
        return point
    line = numbers == near[0]
    if away[line].max() > reach - 2:
        return point
    index = int(np.where(line, down * outwards[0] + right * outwards[1], -np.inf).argmax())
    return np.array([float(rows.flat[index] + top), float(columns.flat[index] + left)])
