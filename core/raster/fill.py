"""Fill: the section between ink lines that a person clicked in, the lines themselves included."""

import math
from typing import NamedTuple

import cv2
import numpy as np

from core.errors import EditError
from core.raster.borders import with_border_ink
from core.raster.checks import Point
from core.raster.coarse import decided
from core.raster.expected import Foreground, settled
from core.raster.gaps import Closed, closed_by_disc, is_sane
from core.raster.images import Image
from core.raster.pieces import Distances, distance_inside, piece_at, without_holes
from core.raster.windows import Area, Grey, Place, clicked, grey_of, reaches_edge, window_of, windows_around

WEAKEST_CONTRAST = 30
"""Grey levels between paper and ink below which there is nothing to fill up to."""

INK_SHARE = 0.2
"""A pixel stops the fill when it is this share of the way from the section's brightness to the ink's."""

UPHILL = 1.15
"""From a click near the border the way to the middle leads on as long as there is so many times more room."""

DISCS = (0.12, 0.25, 1.15, 1.5, 2.0)
"""Discs rolled about outside to find gaps, as multiples of the section's half thickness where it was clicked."""


NOT_CLOSED = "This area is not closed: the fill would run out over the drawing. Outline the section with Area instead."

SPECK_PX, SPECK_SHARE = 3.0, 0.4
"""Ink up to this long, in px and as a share of the section's half thickness, is no part of an outline."""


class _Levels(NamedTuple):
    inside: float
    ink: float


def fill(
    image: Image,
    point: Point,
    *,
    gap_px: float | None = None,
    keep_holes: bool = True,
    foreground: Foreground | None = None,
) -> Area:
    """The outlined section around a point (row, column), bool (H, W): what lies between the lines, and the lines.

    Gaps in the outline are bridged by straight lines up to `gap_px`, by default up to about the section's thickness,
    which closes a wall that ends open. Lines that lead away are cut off at the border. Holes such as that of
    a handle are kept unless `keep_holes` is False; specks inside are filled. `foreground` is how probably each place
    belongs to the class, float32 (h, w) at any size: it stops leaks where the ink does not, and adds the cells that go
    on with the section behind a line across it.
    Raises EditError for a click outside the drawing or on a line, and where the fill would reach the drawing's edge
    or spread over more than a section.
    """
    if gap_px is not None and not 0 <= gap_px < math.inf:
        raise EditError(f"The fill cannot bridge gaps of {gap_px} px. Choose 0 or more.")

    def decide(picture: Image, at: Point) -> Area:
        gap = None if gap_px is None else gap_px * max(picture.shape) / max(image.shape)
        place = clicked(at, picture.shape[:2])

        def find(grey: Grey, where: Place, zone: Area | None) -> Area:
            return _filled_around(grey, where, zone, gap, keep_holes=keep_holes)

        grey = grey_of(picture)
        enclosed = None
        if foreground is not None:
            area = _filled_around(grey, place, None, 0.0, keep_holes=keep_holes)
            enclosed = area if area.any() else None
        return settled(grey, place, foreground, find, has_parts=False, enclosed=enclosed)

    area = decided(image, point, decide)
    if not area.any():
        raise EditError(NOT_CLOSED)
    return area


def _filled_around(whole: Grey, place: Place, zone: Area | None, gap_px: float | None, *, keep_holes: bool) -> Area:
    """The section in a zone or anywhere, empty where it is not closed."""
    for window in windows_around(place, whole.shape, zone):
        grey = np.ascontiguousarray(whole[window.slices])
        part = None if zone is None else zone[window.slices]
        area = _filled(grey, window.inside(place), part, gap_px, is_last=zone is not None or window.is_whole)
        if area is not None and not reaches_edge(area):
            largest = math.inf if not keep_holes else _speck_px(area)
            return window.spread(without_holes(area, largest_px=largest))
    return np.zeros(whole.shape, dtype=bool)


def _filled(grey: Grey, place: Place, zone: Area | None, gap_px: float | None, *, is_last: bool) -> Area | None:
    """The section in a window, or None where it does not end inside the window."""
    levels = _levels(grey, place)
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.7), np.uint8)
    free = smooth >= levels.inside - max(INK_SHARE * (levels.inside - levels.ink), 4 * _noise(smooth, place))
    is_paper = levels.inside - levels.ink >= WEAKEST_CONTRAST
    if not is_paper and float(np.percentile(grey[::2, ::2], 90)) - levels.inside < WEAKEST_CONTRAST:
        return None
    if not is_paper or not free[place]:
        raise EditError("This is on a line. Click inside the section, on the paper between its lines.")
    free = _without_specks(free, SPECK_PX)
    if zone is not None:
        free &= zone
    half_px = _half_thickness(distance_inside(free), place)
    if SPECK_SHARE * half_px > SPECK_PX:
        free = _without_specks(free, SPECK_SHARE * half_px)
    room = distance_inside(free)
    area = piece_at(free, place)
    if not is_sane(area, room, half_px):
        if gap_px == 0:
            return None
        if not is_last and (
            reaches_edge(area) and not closed_by_disc(free, room, place, DISCS[-3] * half_px + 1, half_px)
        ):
            return None
        widest = 3 * half_px + 6 if gap_px is None else gap_px
        best = _closed(free, room, place, half_px, widest)
        if best is None:
            return None
        area = best.area
    return _bordered(grey, area, levels, half_px)


def _closed(free: Area, room: Distances, place: Place, half_px: float, widest_px: float) -> Closed | None:
    """The least doubtful way to close an outline without a gap wider than that."""
    best = None
    for share in DISCS:
        disc_px = share * half_px + (share > 1)
        if best is not None and best.doubt <= 2 * disc_px / half_px:
            break  # a larger disc alone is more to be doubted
        attempt = closed_by_disc(free, room, place, disc_px, half_px)
        if attempt is None or max(attempt.gaps_px, default=0) > widest_px:
            continue
        if best is None or attempt.doubt < best.doubt:
            best = attempt
    return best


def _levels(grey: Grey, place: Place) -> _Levels:
    around = grey[max(0, place.row - 2) : place.row + 3, max(0, place.column - 2) : place.column + 3]
    return _Levels(float(np.median(around)), float(np.percentile(grey[::2, ::2], 0.5)))


def _noise(grey: Grey, place: Place) -> float:
    """The usual deviation from the usual brightness around the click, grey levels."""
    around = grey[max(0, place.row - 12) : place.row + 13, max(0, place.column - 12) : place.column + 13].astype(float)
    return 1.48 * float(np.median(np.abs(around - np.median(around))))


def _half_thickness(room: np.ndarray, place: Place) -> float:
    """Of the section where it was clicked, px: a click beside the middle still means the middle."""
    while True:
        reach = math.ceil(room[place])
        top, left = max(0, place.row - reach), max(0, place.column - reach)
        near = room[top : place.row + reach + 1, left : place.column + reach + 1]
        row, column = np.unravel_index(int(near.argmax()), near.shape)
        if near.max() < UPHILL * room[place]:
            return float(near.max())
        place = Place(top + int(row), left + int(column))


def _without_specks(free: Area, longest_px: float) -> Area:
    """Free also where ink is but a dot: stippling must not keep a disc from rolling over it."""
    _, numbers, figures, _ = cv2.connectedComponentsWithStats((~free).view(np.uint8), connectivity=8)
    is_speck = figures[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) <= longest_px
    is_speck[0] = True
    return np.asarray(is_speck[numbers])


def _bordered(grey: Grey, area: Area, levels: _Levels, half_px: float) -> Area:
    window = window_of(area, margin_px=int(2 * half_px) + 12)
    if window is None:
        return area
    widest = min(2 * half_px + 6, 60)
    bordered = with_border_ink(
        grey[window.slices], area[window.slices], inside=levels.inside, ink=levels.ink, widest_px=widest
    )
    return window.spread(bordered)


def _speck_px(area: Area) -> float:
    """Holes up to this size are specks of ink or paper, not drawn."""
    thickest = float(distance_inside(area).max())
    return thickest**2
