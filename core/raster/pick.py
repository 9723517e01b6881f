"""Pick: the solid, hatched or stippled section that a person clicked in, without the lines that touch it."""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import EditError
from core.raster.checks import Point
from core.raster.coarse import decided
from core.raster.expected import Foreground, settled
from core.raster.gaps import SANE, closed_by_disc
from core.raster.images import Image
from core.raster.pieces import closed, distance_inside, grown, numbered, opened, piece_at, without_holes
from core.raster.snap import moved
from core.raster.windows import Area, Grey, Place, clicked, grey_of, reaches_edge, window_of, windows_around

WEAKEST_CONTRAST = 30
"""Grey levels between paper and ink below which there is nothing to pick."""

NOTHING_DARK = "There is no dark section here. Click inside a black, grey or hatched section."

INK_SHARES = (0.5, 0.3)
"""How far from the ink towards paper a pixel still is ink; the second where the first runs out into paler paint."""

SPECK_PX = 8
"""Light specks of up to so many pixels inside dark ink are faults of print or scan."""

SOLID_HALF_PX = 2.5
"""Ink thinner than twice this is a line, perhaps of a hatching."""

WIDEST_SPACING = 0.02
"""Half the light between two lines of a hatching, as a share of the drawing's longest side."""

LINE_SHARE = 0.35
"""What is thinner than this share of the section's thickness is a line that touches it."""

EDGE_PX = 2
"""How far the border may be moved to where the ink ends: a border line darker than the section ends farther out."""

SOLID_SHARE = 0.6
"""Ink that is thicker than this share of the widest spacing is no line of a hatching."""

OPEN_SHARE = 0.33
"""A strip of light between two lines of a hatching is open at its ends, up to this share of its border."""

WIDE_SHARE = 1.5
"""A cell of a hatching is at most so many times as wide as the light that the disc closes."""

CELLS_SHARE = 0.9
"""Of what closing finds, the cells between the lines of a bordered hatching make up at least this share."""

NECK_SHARE = 1.5
"""A wall may be thinner than the disc over twice so many of its radii and still go on behind."""

PART_AREA = 25.0
"""A part of the wall behind a neck covers at least so many squares of the disc's radius; a neck covers fewer."""

TIP_AREA = 4.0
"""A corner or tip covers up to so many squares of the disc's radius that does not reach into it."""

SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1))


class _Texture(NamedTuple):
    """A section's ink without the light between its lines, how far light was closed, and its half thickness."""

    area: Area
    closing_px: float
    half_px: float


def pick(image: Image, point: Point, *, keep_holes: bool = True, foreground: Foreground | None = None) -> Area:
    """The dark section around a point (row, column), bool (H, W), its border included.

    Hatching and stippling count as dark all over. Lines that touch the section (rim, axis, wheel marks) are shaved
    off where they meet the wall. Holes such as that of a handle are kept unless `keep_holes` is False.
    `foreground` is how probably each place belongs to the class, float32 (h, w) at any size: it parts the section from
    paint as dark as itself, and adds handles behind a white line.
    Raises EditError for a click outside the drawing, on blank paper or on a mere line.
    """

    def decide(picture: Image, at: Point) -> Area:
        place = clicked(at, picture.shape[:2])
        spacing_px = max(6.0, WIDEST_SPACING * max(picture.shape))

        def find(grey: Grey, where: Place, zone: Area | None) -> Area:
            try:
                return _picked_around(grey, where, zone, spacing_px, keep_holes=keep_holes)
            except EditError:  # nothing dark: said below, where nothing is expected either
                return np.zeros(grey.shape, dtype=bool)

        return settled(grey_of(picture), place, foreground, find, has_parts=True)

    area = decided(image, point, decide)
    if not area.any():
        raise EditError(NOTHING_DARK)
    return area


def _picked_around(grey: Grey, place: Place, zone: Area | None, spacing_px: float, *, keep_holes: bool) -> Area:
    for window in windows_around(place, grey.shape, zone):
        part = None if zone is None else zone[window.slices]
        is_last = zone is not None or window.is_whole
        area = _picked(grey[window.slices], window.inside(place), spacing_px, part, is_last=is_last)
        if area is not None:
            whole = window.spread(area)
            return without_holes(whole, largest_px=math.inf) if not keep_holes else whole
    raise AssertionError("the last window always decides")


def _picked(grey: Grey, place: Place, spacing_px: float, zone: Area | None, *, is_last: bool) -> Area | None:
    """The section in a window, or None where the window may be too small for it."""
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.7), np.uint8)
    texture = None
    for share in INK_SHARES:
        dark = _dark(smooth, place, share)
        other = _texture(dark if zone is None else dark & zone, place, spacing_px)
        if other is None:
            break
        piece = piece_near(other.area, place)
        if texture is None and reaches_edge(piece) and not is_last:
            return None
        is_sane = float(distance_inside(piece).max()) <= SANE * other.half_px + 2
        if texture is None or is_sane:
            texture = other
        if is_sane:
            break
    area = _shaved(grey, texture, place) if texture is not None else None
    if area is None and is_last:
        raise EditError(NOTHING_DARK)
    return area


def _dark(smooth: Grey, place: Place, share: float) -> Area:
    """What is nearer to the ink at the click than to paper; `share` is how far on the way to paper."""
    near_by = smooth[max(0, place.row - 12) : place.row + 13, max(0, place.column - 12) : place.column + 13]
    paper = float(np.percentile(smooth[::2, ::2], 90))
    near = smooth[max(0, place.row - 2) : place.row + 3, max(0, place.column - 2) : place.column + 3]
    level = float(np.median(near))
    if paper - level < 0.5 * (paper - float(np.percentile(near_by, 5))):
        level = float(np.percentile(near_by, 5))  # between the lines of a hatching
    if paper - level < WEAKEST_CONTRAST:
        raise EditError(NOTHING_DARK)
    return without_holes(smooth < level + share * (paper - level), largest_px=SPECK_PX)


def _texture(dark: Area, place: Place, spacing_px: float) -> _Texture | None:
    """The ink with the light between its lines closed, as far as it must be to make one thick piece at the click."""
    closing = _closing(dark, place, spacing_px)
    area = closed(dark, 1.1 * closing) if closing else dark
    half = _half_thickness(area, place)
    if closing:
        return _hatched(dark, area, place, closing, half)
    return _Texture(area, closing, half) if half >= SOLID_HALF_PX else None


def _hatched(dark: Area, bridged: Area, place: Place, closing_px: float, half: float) -> _Texture:
    """A hatching without what the disc bridges outside of it, in the corners where lines meet the wall.

    What is light belongs to it if ink surrounds it nearly all around: the cells of a hatching with a border, and
    without a border the strips between its lines.
    """
    largest_px = 12 * (closing_px + 1) * half
    ink = closed(dark, 1.0)
    holes, _ = numbered(~ink, connectivity=4)
    is_wide = np.zeros(int(holes.max()) + 1, dtype=bool)
    is_wide[holes[distance_inside(~ink) > WIDE_SHARE * closing_px + 1]] = True
    cells = ink | (without_holes(ink, largest_px=largest_px) & ~is_wide[holes])
    light, sizes = numbered(bridged & ~cells, connectivity=4)
    is_light = light > 0
    open_px = np.bincount(light[is_light & grown(~bridged, 1.0)], minlength=len(sizes))
    shut_px = np.bincount(light[is_light & grown(cells, 1.0)], minlength=len(sizes))
    is_strip = (open_px <= OPEN_SHARE * (open_px + shut_px)) & (sizes <= largest_px)
    is_strip[0] = False
    area = cells | is_strip[light]
    found = _half_thickness(area, place)
    if found < 0.75 * half:
        return _Texture(bridged, closing_px, half)
    has_border = piece_near(cells, place).sum() > CELLS_SHARE * piece_near(area, place).sum()
    return _Texture(area, 0.0 if has_border else closing_px, found)


def _closing(dark: Area, place: Place, spacing_px: float) -> float:
    """The radius of the disc that just does not fit between the lines of a hatching, 0 for a solid section."""
    best, best_half = 0.0, _half_thickness(dark, place)
    if best_half > SOLID_SHARE * spacing_px:
        return 0.0
    radius = 1.0
    while radius <= spacing_px and not (best and best_half > 4 * radius):
        part, at = around(dark, place, int(8 * radius + 2 * best_half) + 40)
        half = _half_thickness(closed(part, radius), at)
        if half > 1.8 * best_half and half > 2 * radius and _is_even(part, at, half):
            best, best_half = radius, half
        radius *= 1.3
    return best


def around(area: Area, place: Place, reach: int) -> tuple[Area, Place]:
    """The square of an area around a pixel, and where the pixel is in it."""
    top, left = max(0, place.row - reach), max(0, place.column - reach)
    part = area[top : place.row + reach + 1, left : place.column + reach + 1]
    return np.ascontiguousarray(part), Place(place.row - top, place.column - left)


def piece_near(area: Area, place: Place) -> Area:
    """The piece that holds the pixel, or the one nearest to it: a click between two lines means the lines."""
    if not area[place]:
        part, at = around(area, place, 64)
        if not part.any():
            return np.zeros_like(area)
        nearest = _nearest(part, at)
        place = Place(place.row + nearest.row - at.row, place.column + nearest.column - at.column)
    return piece_at(area, place, connectivity=8)


def _half_thickness(area: Area, place: Place) -> float:
    """Of the section where it was clicked, px; a click beside the middle or between lines still means the middle."""
    reach = 32
    while True:
        rows = slice(max(0, place.row - reach), place.row + reach + 1)
        columns = slice(max(0, place.column - reach), place.column + reach + 1)
        room = distance_inside(np.ascontiguousarray(area[rows, columns]))
        row, column = place.row - rows.start, place.column - columns.start
        near = math.ceil(max(float(room[row, column]), 3.0))
        half = float(room[max(0, row - near) : row + near + 1, max(0, column - near) : column + near + 1].max())
        if half < reach / 2 or reach > max(area.shape):
            return half
        reach *= 2


def _is_even(dark: Area, place: Place, half: float) -> bool:
    """Whether there is about as much ink on every side of the click: hatching, not a solid part beside paper."""
    reach = max(4, round(half))
    rows, columns = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    row, column = rows + place.row, columns + place.column
    is_there = (row >= 0) & (row < dark.shape[0]) & (column >= 0) & (column < dark.shape[1])
    is_dark = dark[row.clip(0, dark.shape[0] - 1), column.clip(0, dark.shape[1] - 1)]
    is_near = (rows**2 + columns**2 <= reach**2) & is_there
    quarters = [
        is_near & ((rows * down + columns * right) > np.abs(rows * right + columns * down)) for down, right in SIDES
    ]
    shares = [float(is_dark[quarter].mean()) for quarter in quarters if quarter.any()]
    return min(shares) > 0.3 * max(shares) and max(shares) < 0.95


def _shaved(grey: Grey, texture: _Texture, place: Place) -> Area | None:
    """The piece at the click without what is thin and attached to it, or None if nothing thick is there."""
    half = texture.half_px
    piece = piece_near(texture.area, place)
    room = distance_inside(piece)
    if float(room.max()) > SANE * half + 2:
        parted = closed_by_disc(piece, room, place, 1.25 * half + 1, half)
        if parted is not None:
            piece = parted.area
    window = window_of(piece, margin_px=8 + int(4 * texture.closing_px))
    if window is None:
        return None
    area = _without_lines(piece[window.slices], texture, window.inside(place))
    if texture.closing_px:  # the ends of its lines make a ragged border
        area = closed(area, 4 * texture.closing_px)
    return window.spread(moved(grey[window.slices], area, EDGE_PX))


def _without_lines(piece: Area, texture: _Texture, place: Place) -> Area:
    disc = max(
        1.5, min(LINE_SHARE * texture.half_px, 1.4 * max(_pen_half(piece, texture.half_px), texture.closing_px) + 0.8)
    )
    core = opened(piece, disc)
    if not core.any():
        return piece
    start = _nearest(core, place)
    numbers, sizes = numbered(core, connectivity=8)
    core = (sizes >= PART_AREA * disc**2)[numbers] & core | (numbers == numbers[start])
    core &= piece_at(piece & grown(core, NECK_SHARE * disc), start, connectivity=8)
    rest, areas = numbered(piece & ~core, connectivity=8)
    touched = _neighbours(rest, core)
    is_tip = (areas <= TIP_AREA * disc**2) & (touched > 0)
    is_kept = is_tip | ((areas <= PART_AREA * disc**2) & (touched > 1))
    is_kept[0] = False
    area = core | is_kept[rest]
    return without_holes(area, largest_px=(0.5 * texture.half_px) ** 2)


def _neighbours(pieces: NDArray[np.int32], core: Area) -> NDArray[np.int64]:
    """For each numbered piece, how many pieces of the core it touches."""
    numbers, _ = numbered(core, connectivity=8)
    beside = np.asarray(cv2.dilate(numbers.astype(np.float32), np.ones((3, 3), np.uint8)), np.int64)
    is_there = (pieces > 0) & (beside > 0)
    pairs = np.unique(np.stack([pieces[is_there], beside[is_there]]), axis=1)
    return np.bincount(pairs[0], minlength=int(pieces.max()) + 1)


def _nearest(area: Area, place: Place) -> Place:
    """The pixel of a non-empty area that is nearest to a pixel."""
    rows, columns = np.nonzero(area)
    index = int(np.argmin((rows - place.row) ** 2 + (columns - place.column) ** 2))
    return Place(int(rows[index]), int(columns[index]))


def _pen_half(piece: Area, half: float) -> float:
    """Half the thickness of the lines that are attached to a piece, px."""
    thin = piece & ~grown(opened(piece, LINE_SHARE * half), 2.0)
    room = distance_inside(piece)
    ridge = thin & (room >= cv2.dilate(room, np.ones((3, 3), np.uint8)))
    return float(np.percentile(room[ridge], 75)) if np.count_nonzero(ridge) > 10 else 1.0
