"""Tidying: edits that need nothing but the mask, replayed as operations on one class of it.

All are exact in whole numbers, so that every computer and every version gives the same pixels. Only pixels of the
class and of the background change; other classes are left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from core.raster.checks import checked_class, checked_count
from core.raster.masks import Mask
from core.raster.pieces import numbered
from core.raster.windows import Area, window_of

LARGEST_PX = 100_000_000
MOST_STEPS_PX = 50

CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


@dataclass(frozen=True)
class FillHoles:
    """Holes in the class of up to `largest_px` pixels are filled; larger ones, such as that of a handle, are kept.

    A hole is background that cannot be left by steps to the side, up or down.
    """

    label: int
    largest_px: int = LARGEST_PX

    kind: ClassVar[str] = "fill holes"

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", checked_class(self.label))
        largest = checked_count(self.largest_px, "The largest hole", at_least=1, at_most=LARGEST_PX)
        object.__setattr__(self, "largest_px", largest)

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label,)

    def paint(self, mask: Mask) -> None:
        _change(mask, self.label, lambda area, _: area | _small(~area, self.largest_px, connectivity=4, is_hole=True))


@dataclass(frozen=True)
class RemoveSpecks:
    """Pieces of the class below `smallest_px` pixels become background; pixels that touch at a corner are one piece."""

    label: int
    smallest_px: int

    kind: ClassVar[str] = "remove specks"

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", checked_class(self.label))
        smallest = checked_count(self.smallest_px, "The smallest speck", at_least=1, at_most=LARGEST_PX)
        object.__setattr__(self, "smallest_px", smallest)

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label,)

    def paint(self, mask: Mask) -> None:
        _change(mask, self.label, lambda area, _: area & ~_small(area, self.smallest_px - 1, connectivity=8))


@dataclass(frozen=True)
class KeepLargest:
    """Only the `count` largest pieces of the class remain; of two of the same size the one that starts higher up."""

    label: int
    count: int

    kind: ClassVar[str] = "keep largest"

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", checked_class(self.label))
        object.__setattr__(self, "count", checked_count(self.count, "The number of parts", at_least=1, at_most=10_000))

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label,)

    def paint(self, mask: Mask) -> None:
        _change(mask, self.label, self._largest)

    def _largest(self, area: Area, _: Area) -> Area:
        _count, numbers, figures, _centres = cv2.connectedComponentsWithStats(area.view(np.uint8), connectivity=8)
        left, top, size = figures[:, cv2.CC_STAT_LEFT], figures[:, cv2.CC_STAT_TOP], figures[:, cv2.CC_STAT_AREA]
        order = 1 + np.lexsort((left[1:], top[1:], -size[1:]))
        is_kept = np.zeros(len(figures), dtype=bool)
        is_kept[order[: self.count]] = True
        return np.asarray(is_kept[numbers])


@dataclass(frozen=True)
class Grow:
    """The class grows into the background by `by_px` px, step by step to the side, up and down; below 0 it shrinks.

    The drawing's edge does not wear it off.
    """

    label: int
    by_px: int

    kind: ClassVar[str] = "grow"

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", checked_class(self.label))
        by_px = checked_count(self.by_px, "The growth", at_least=-MOST_STEPS_PX, at_most=MOST_STEPS_PX)
        object.__setattr__(self, "by_px", by_px)

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label,)

    def paint(self, mask: Mask) -> None:
        change = cv2.dilate if self.by_px > 0 else cv2.erode

        def moved(area: Area, may_be: Area) -> Area:
            for _step in range(abs(self.by_px)):
                area = np.asarray(change(area.view(np.uint8), CROSS), bool) & may_be
            return area

        _change(mask, self.label, moved, margin_px=max(self.by_px, 0) + 1)


@dataclass(frozen=True)
class Smooth:
    """Each pixel goes with the majority of the square of 2 * radius_px + 1 pixels around it.

    The drawing's edge counts as going on as it is there.
    """

    label: int
    radius_px: int = 2

    kind: ClassVar[str] = "smooth"

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", checked_class(self.label))
        radius = checked_count(self.radius_px, "The smoothing", at_least=1, at_most=MOST_STEPS_PX)
        object.__setattr__(self, "radius_px", radius)

    @property
    def labels(self) -> tuple[int, ...]:
        return (self.label,)

    def paint(self, mask: Mask) -> None:
        def smoothed(area: Area, _: Area) -> Area:
            return np.asarray(cv2.medianBlur(area.view(np.uint8), 2 * self.radius_px + 1), bool)

        _change(mask, self.label, smoothed, margin_px=2 * self.radius_px + 1)


def _change(mask: Mask, label: int, operation: Callable[[Area, Area], Area], *, margin_px: int = 1) -> None:
    """Make the area of a class what `operation` makes of it, in place, in the window where the class occurs.

    The operation gets the area, and all pixels that it may be: those of the class and of the background.
    """
    window = window_of(mask == label, margin_px=margin_px)
    if window is None:
        return
    part = mask[window.slices]
    before = np.ascontiguousarray(part == label)
    may_be = before | (part == 0)
    after = operation(before, may_be) & may_be
    part[before & ~after] = 0
    part[after] = label


def _small(area: Area, largest_px: int, *, connectivity: int, is_hole: bool = False) -> Area:
    """The pieces of up to that many pixels; as holes only those that do not touch the array's edge."""
    numbers, sizes = numbered(area, connectivity=connectivity)
    is_small = sizes <= largest_px
    is_small[0] = False
    if is_hole:
        for edge in (numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]):
            is_small[edge] = False
    return np.asarray(is_small[numbers])
