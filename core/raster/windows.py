"""Windows: the part of a drawing that a tool looks at, so that a click on a large scan costs no more than it must."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import EditError
from core.raster.images import Image

Area = NDArray[np.bool_]
"""bool (H, W)."""

Grey = NDArray[np.uint8]
"""uint8 (H, W), 0 is black."""

FIRST_REACH_PX = 256
ZONE_MARGIN_PX = 12


class Place(NamedTuple):
    """The pixel a person clicked."""

    row: int
    column: int


class Window(NamedTuple):
    """Rows and columns of a drawing; `rows` and `columns` are what it spans, `shape` is the whole drawing's."""

    rows: slice
    columns: slice
    shape: tuple[int, int]

    @property
    def slices(self) -> tuple[slice, slice]:
        return self.rows, self.columns

    @property
    def is_whole(self) -> bool:
        return self.rows == slice(0, self.shape[0]) and self.columns == slice(0, self.shape[1])

    def inside(self, place: Place) -> Place:
        """The same pixel, counted from the window's corner."""
        return Place(place.row - self.rows.start, place.column - self.columns.start)

    def spread(self, area: Area) -> Area:
        """The area on the whole drawing, empty outside the window."""
        whole = np.zeros(self.shape, dtype=bool)
        whole[self.slices] = area
        return whole


def clicked(point: tuple[float, float], shape: tuple[int, int]) -> Place:
    """The pixel that holds a point (row, column). Raises EditError for a click outside the drawing."""
    row, column = point
    if not (0 <= row < shape[0] and 0 <= column < shape[1]):
        raise EditError("The click is outside the drawing. Click on the drawing itself.")
    return Place(int(row), int(column))


def windows_around(place: Place, shape: tuple[int, int], zone: Area | None = None) -> Iterator[Window]:
    """Windows around a pixel, each twice as wide as the one before, the last of them the whole drawing.

    Of a zone, within which all lies that is looked for, it is the one window that holds it.
    """
    around_zone = window_of(zone, margin_px=ZONE_MARGIN_PX) if zone is not None else None
    if around_zone is not None:
        yield around_zone
        return
    reach = FIRST_REACH_PX
    while True:
        window = _window(place.row - reach, place.row + reach, place.column - reach, place.column + reach, shape)
        yield window
        if window.is_whole:
            return
        reach *= 2


def window_of(area: NDArray[np.generic], *, margin_px: int = 0) -> Window | None:
    """The smallest window that holds all that is not zero, and a margin; None where everything is zero."""
    rows, columns = np.flatnonzero(area.any(axis=1)), np.flatnonzero(area.any(axis=0))
    if not len(rows):
        return None
    shape = (area.shape[0], area.shape[1])
    top, bottom = int(rows[0]) - margin_px, int(rows[-1]) + 1 + margin_px
    return _window(top, bottom, int(columns[0]) - margin_px, int(columns[-1]) + 1 + margin_px, shape)


def reaches_edge(area: Area) -> bool:
    """Whether the area holds a pixel at the edge of its array."""
    return bool(area[0].any() or area[-1].any() or area[:, 0].any() or area[:, -1].any())


def grey_of(image: Image) -> Grey:
    """The darkest channel of each pixel: ink of any colour is dark in one of them."""
    red, green, blue = cv2.split(np.ascontiguousarray(image))
    return np.asarray(cv2.min(red, cv2.min(green, blue)), np.uint8)


def _window(top: int, bottom: int, left: int, right: int, shape: tuple[int, int]) -> Window:
    rows = slice(max(0, top), min(shape[0], bottom))
    return Window(rows, slice(max(0, left), min(shape[1], right)), shape)
