"""Intent: whether an edit can be meant on this drawing, checked when a person makes it, before it is stored.

Replay takes what is stored as it is; here a slip of the hand is answered with a sentence and changes nothing.
"""

import numpy as np
from numpy.typing import NDArray

from core.errors import EditError
from core.raster.checks import Point
from core.raster.edits import Edit, Lasso, Polygon, Rectangle, Region, Stroke

MOST_CHECKED = 3000
"""A polygon with more corners than this was no hand's, and checking each pair of its edges would take long."""


def refuse_slip(edit: Edit, height: int, width: int) -> None:
    """Raises EditError if a person cannot mean this on a drawing of that size.

    That is: it lies outside the drawing, a polygon crosses itself or encloses nothing, a brush is wider than the
    drawing is long, or a region was made on another drawing.
    """
    if isinstance(edit, Stroke):
        if edit.width_px > max(height, width):
            raise EditError(
                f"The brush is {edit.width_px:g} px wide, the whole drawing only {max(height, width)} px. "
                "Choose a narrower brush."
            )
        _refuse_outside(edit.points, edit.width_px / 2, height, width)
    elif isinstance(edit, Polygon | Lasso):
        _refuse_outside(edit.points, 0.0, height, width)
        if isinstance(edit, Polygon) and crosses_itself(edit.points):
            raise EditError("The polygon crosses itself. Draw it again so that its sides do not cross.")
    elif isinstance(edit, Rectangle):
        _refuse_outside(edit.corners, 0.0, height, width)
    elif isinstance(edit, Region) and (edit.height_px, edit.width_px) != (height, width):
        raise EditError("This correction was made on a drawing of another size. Load the page again and repeat it.")


def crosses_itself(points: tuple[Point, ...]) -> bool:
    """Whether two sides of a closed polygon cross; sides that only touch, or run along each other, do not."""
    corners = np.array(points[:MOST_CHECKED], dtype=np.float64)
    starts, ends = corners, np.roll(corners, -1, axis=0)
    for index in range(len(corners) - 1):
        others = slice(index + 1, None)
        on_either_side = _side(starts[index], ends[index], starts[others]) * _side(
            starts[index], ends[index], ends[others]
        )
        across = _side(starts[others], ends[others], starts[index]) * _side(starts[others], ends[others], ends[index])
        if ((on_either_side < 0) & (across < 0)).any():
            return True
    return False


def _side(start: NDArray[np.float64], end: NDArray[np.float64], point: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 or -1 by the side of the line from start to end that a point is on, 0 on it."""
    along, to = end - start, point - start
    return np.sign(along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0])


def _refuse_outside(points: tuple[Point, ...], reach_px: float, height: int, width: int) -> None:
    first, last = np.min(points, axis=0) - reach_px, np.max(points, axis=0) + reach_px
    if last[0] < 0 or last[1] < 0 or first[0] > height or first[1] > width:
        raise EditError("This lies outside the drawing. Draw on the drawing itself.")
