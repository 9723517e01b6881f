"""Cut: a line across the section parts it, and one side goes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.errors import EditError
from core.raster.checks import Point, checked_points
from core.raster.masks import Mask
from core.raster.pieces import numbered
from core.raster.regions import Region, packed
from core.raster.scanlines import fill_runs, stroke_runs
from core.raster.windows import Area, Place, clicked, window_of

BLADE_PX = 1.0
"""The width of the line that parts: of two pixels side by side across it, one lies under it."""

NEIGHBOURS = np.array([(-1, 0), (0, -1), (0, 1), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1)])
"""(row, column) beside a pixel, the nearest first."""

NOTHING_CUT = "The line does not cut a section in two. Draw it right across, from outside to outside."


def cut(mask: Mask, line: Sequence[Point], label: int, *, away: Point | None = None) -> Region:
    """The edit that parts a class along a line of (row, column) and takes one side away.

    The side that holds the point `away` goes, by default all but the largest. Pixels under the line stay with
    the side that they are nearest to, so that nothing is lost where it was cut. Raises EditError where the line does
    not part anything, or `away` is not on the section that was cut.
    """
    points = checked_points(line, "cut", at_least=2)
    window = window_of(mask == label, margin_px=1) if label else None
    if window is None:
        raise EditError(NOTHING_CUT)
    line_pixels = np.zeros(mask.shape, dtype=np.uint8)
    fill_runs(line_pixels, stroke_runs(np.array(points), BLADE_PX, mask.shape), 1)
    area, blade = mask[window.slices] == label, line_pixels[window.slices] > 0
    place = window.inside(clicked(away, mask.shape)) if away else None
    gone = _gone(area, blade, place)
    if not gone.any():
        raise EditError(NOTHING_CUT)
    settings: dict[str, object] = {"line": [list(point) for point in points], "label": label}
    if away is not None:
        settings["away"] = [float(away[0]), float(away[1])]
    return Region(mask.shape[0], mask.shape[1], ((0, packed(window.spread(gone))),), "cut", settings)


def _gone(area: Area, blade: Area, place: Place | None) -> Area:
    """The side that holds the place, or of each piece that is parted all sides but the largest."""
    pieces, _ = numbered(area, connectivity=8)
    met = np.unique(pieces[blade & area])
    if place is not None:
        is_inside = 0 <= place.row < area.shape[0] and 0 <= place.column < area.shape[1]
        if not is_inside or pieces[place] not in met:
            raise EditError("The click is not on the section that was cut. Click on the side that shall go.")
        met = met[met == pieces[place]]
    gone = np.zeros(area.shape, dtype=bool)
    boxes = ndimage.find_objects(pieces)
    for piece in met:
        box = boxes[piece - 1]
        sides, sizes = _sides(pieces[box] == piece, blade[box])
        if len(sizes) < 3:
            continue
        if place is None:
            gone[box] |= (sides > 0) & (sides != 1 + sizes[1:].argmax())
        else:
            gone[box] = (sides > 0) & (sides == sides[place.row - box[0].start, place.column - box[1].start])
    return gone


def _sides(piece: Area, blade: Area) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The number of each pixel's side, 0 outside the piece; and how many pixels each side has beside the blade."""
    sides, sizes = numbered(piece & ~blade, connectivity=4)
    last = np.array(piece.shape) - 1
    under = np.argwhere(piece & blade)
    while len(under):  # step by step each pixel under the blade goes with a neighbour
        beside = (under[:, np.newaxis] + NEIGHBOURS).clip(0, last)
        numbers = sides[beside[..., 0], beside[..., 1]]
        number = numbers[np.arange(len(under)), (numbers > 0).argmax(axis=1)]
        if not number.any():
            break
        sides[under[:, 0], under[:, 1]] = number
        under = under[number == 0]
    return sides, sizes
