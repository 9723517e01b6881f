"""Shapes: edits that a hand draws, as strokes and outlines; replayed to the pixel by `core.raster.scanlines`."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.errors import EditError
from core.raster.checks import Point, checked_float, checked_label, checked_points
from core.raster.masks import Mask
from core.raster.scanlines import fill_runs, lasso_runs, polygon_runs, stroke_runs

MAX_WIDTH_PX = 2000.0


@dataclass(frozen=True)
class Stroke:
    """A brush stroke with round ends: every pixel whose centre is within width_px / 2 of the line through the points.

    A single point gives a disc. Raises EditError for no points, a point that is no place on a drawing, a width that is
    not above 0 and up to MAX_WIDTH_PX, or a label outside 0 to 255.
    """

    points: tuple[Point, ...]
    width_px: float
    label: int

    kind: ClassVar[str] = "stroke"

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", checked_points(self.points, "stroke", at_least=1))
        object.__setattr__(self, "width_px", _checked_width(self.width_px))
        object.__setattr__(self, "label", checked_label(self.label))

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label,)

    def paint(self, mask: Mask) -> None:
        fill_runs(mask, stroke_runs(np.array(self.points), self.width_px, mask.shape), self.label)


@dataclass(frozen=True)
class Polygon:
    """A closed area: every pixel whose centre is inside by the even-odd rule; the last point joins the first.

    Raises EditError for fewer than three points, a point that is no place on a drawing, or a label outside 0 to 255.
    """

    points: tuple[Point, ...]
    label: int

    kind: ClassVar[str] = "polygon"

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", checked_points(self.points, "polygon", at_least=3))
        object.__setattr__(self, "label", checked_label(self.label))

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label,)

    def paint(self, mask: Mask) -> None:
        fill_runs(mask, polygon_runs(np.array(self.points), mask.shape), self.label)


@dataclass(frozen=True)
class Rectangle:
    """The pixels whose centres lie between two opposite corners. Raises EditError as a polygon does."""

    corners: tuple[Point, ...]
    label: int

    kind: ClassVar[str] = "rectangle"

    def __post_init__(self) -> None:
        object.__setattr__(self, "corners", checked_points(self.corners, "rectangle", at_least=2))
        object.__setattr__(self, "label", checked_label(self.label))
        if len(self.corners) != 2:
            raise EditError(f"A rectangle has two corners, this one has {len(self.corners)}. Draw it again.")

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label,)

    def paint(self, mask: Mask) -> None:
        # the first pixel is the one whose centre is not before the edge, as in a polygon
        (top, left), (bottom, right) = np.ceil(np.sort(np.array(self.corners), axis=0) - 0.5).clip(0).astype(int)
        mask[top:bottom, left:right] = self.label


@dataclass(frozen=True)
class Lasso:
    """A closed line drawn in one go: every pixel it runs around, also where it runs around it twice.

    A hand that overshoots where it began leaves no hole behind, as it would with a polygon. Raises EditError as
    a polygon does.
    """

    points: tuple[Point, ...]
    label: int

    kind: ClassVar[str] = "lasso"

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", checked_points(self.points, "lasso", at_least=3))
        object.__setattr__(self, "label", checked_label(self.label))

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label,)

    def paint(self, mask: Mask) -> None:
        fill_runs(mask, lasso_runs(np.array(self.points), mask.shape), self.label)


@dataclass(frozen=True)
class Clear:
    """The whole mask becomes background: a start from an empty mask."""

    kind: ClassVar[str] = "clear"
    labels: ClassVar[tuple[int, ...]] = ()

    def paint(self, mask: Mask) -> None:
        mask[:] = 0


def _checked_width(width_px: object) -> float:
    try:
        width = checked_float(width_px)
    except TypeError as error:
        raise EditError("The width of a stroke is not a number. Choose the brush again.") from error
    if not 0 < width <= MAX_WIDTH_PX:
        raise EditError(f"A stroke cannot be {width:g} pixels wide. Choose a brush up to {MAX_WIDTH_PX:g} pixels wide.")
    return width
