"""The sheet of paper: grey ink that only ever darkens or is erased, and the exact mask beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.render.curves import Curve, arc_lengths, between, curve

Grey = NDArray[np.uint8]
_SHIFT = 4
PAPER = 255


@dataclass(frozen=True)
class Region:
    """A filled area: `alpha` is its coverage 0 to 255 in the box that starts at (row, column)."""

    row: int
    column: int
    alpha: Grey

    @property
    def box(self) -> tuple[slice, slice]:
        return (
            slice(self.row, self.row + self.alpha.shape[0]),
            slice(self.column, self.column + self.alpha.shape[1]),
        )

    @property
    def is_empty(self) -> bool:
        return self.alpha.size == 0 or not self.alpha.any()


@dataclass(frozen=True)
class Canvas:
    """`ink` is uint8 (H, W), 255 for bare paper; `mask` is uint8 (H, W), 0 to 255 coverage by section."""

    ink: Grey
    mask: Grey

    @classmethod
    def blank(cls, height: int, width: int) -> "Canvas":
        return cls(np.full((height, width), PAPER, np.uint8), np.zeros((height, width), np.uint8))

    @property
    def shape(self) -> tuple[int, int]:
        return self.ink.shape[0], self.ink.shape[1]

    def region(self, *rings: Curve, grow: float = 0.0) -> Region:
        """The union of closed rings, clipped to the sheet; `grow` px are added all around."""
        height, width = self.shape
        everything = np.concatenate(rings)
        pad = int(grow) + 2
        low = np.clip(np.floor(everything.min(axis=0)).astype(int) - pad, 0, [height, width])
        high = np.clip(np.ceil(everything.max(axis=0)).astype(int) + pad, 0, [height, width])
        if (high <= low).any():
            return Region(0, 0, np.zeros((0, 0), np.uint8))
        alpha = np.zeros(tuple(high - low), np.uint8)
        for ring in rings:
            points = _fixed(ring - low)
            cv2.fillPoly(alpha, [points], 255, cv2.LINE_AA, _SHIFT)
            if grow >= 0.5:
                cv2.polylines(alpha, [points], True, 255, _thickness(2 * grow), cv2.LINE_AA, _SHIFT)
        return Region(int(low[0]), int(low[1]), alpha)

    def erase(self, region: Region) -> None:
        view = self.ink[region.box]
        np.maximum(view, region.alpha, out=view)

    def darken(self, region: Region, grey: Grey | int) -> None:
        """Lay ink of `grey` (a number, or one value for every pixel of the region's box) on the region."""
        if region.is_empty:
            return
        view = self.ink[region.box]
        inked = PAPER - ((PAPER - np.asarray(grey, np.uint16)) * region.alpha.astype(np.uint16)) // 255
        np.minimum(view, inked.astype(np.uint8), out=view)

    def paint(self, region: Region, grey: Grey | int) -> None:
        """Replace what is there by `grey`, as a cut-out pasted on the sheet."""
        if region.is_empty:
            return
        view = self.ink[region.box]
        alpha = region.alpha.astype(np.uint16)
        view[:] = ((np.asarray(grey, np.uint16) * alpha + view.astype(np.uint16) * (255 - alpha)) // 255).astype(
            np.uint8
        )

    def mark_section(self, region: Region) -> None:
        view = self.mask[region.box]
        np.maximum(view, region.alpha, out=view)

    def spare_section(self, region: Region) -> None:
        """Take the region out of the section again: a hole."""
        view = self.mask[region.box]
        np.minimum(view, PAPER - region.alpha, out=view)

    def line(self, points: Curve, width: float, grey: int, *, closed: bool = False, is_section: bool = False) -> None:
        """A line `width` px wide; less than one pixel becomes paler ink. `is_section` marks it in the mask too."""
        if len(points) < 2:
            return
        if width < 1:
            grey = int(PAPER - (PAPER - grey) * max(width, 0.35))
        fixed, thickness = _fixed(points), _thickness(width)
        cv2.polylines(self.ink, [fixed], closed, int(grey), thickness, cv2.LINE_AA, _SHIFT)
        if is_section:
            cv2.polylines(self.mask, [fixed], closed, 255, thickness, cv2.LINE_AA, _SHIFT)

    def dashes(
        self, points: Curve, width: float, grey: int, *, pattern: Sequence[float], is_section: bool = False
    ) -> None:
        """The line in strokes and gaps; `pattern` lists their lengths in px in turn."""
        total = float(arc_lengths(points)[-1])
        at, index = 0.0, 0
        while at < total and index < 2000:
            step = pattern[index % len(pattern)]
            if index % 2 == 0:
                stroke = between(points, at / total, min(1.0, (at + step) / total))
                self.line(stroke, width, grey, is_section=is_section)
            at += step
            index += 1

    def spare_sheet(self) -> "Canvas":
        """A blank sheet of the same size, to draw on what `lay` then puts here."""
        return Canvas.blank(*self.shape)

    def lay(self, sheet: "Canvas", within: Region, *, is_opaque: bool = False) -> None:
        """Put the ink of another sheet of this size here, but only inside `within`.

        An opaque sheet hides what was there.
        """
        if within.is_empty:
            return
        if is_opaque:
            self.erase(within)
        view = self.ink[within.box]
        np.minimum(view, np.maximum(sheet.ink[within.box], PAPER - within.alpha), out=view)

    def placed(self, row: float, column: float, alpha: Grey) -> Region:
        """`alpha` as a region at (row, column), cut to the sheet."""
        height, width = self.shape
        top, left = int(row), int(column)
        cut = alpha[max(0, -top) : max(0, height - top), max(0, -left) : max(0, width - left)]
        return Region(max(0, top), max(0, left), cut) if cut.size else Region(0, 0, np.zeros((0, 0), np.uint8))


def _fixed(points: Curve) -> NDArray[np.int32]:
    """(row, column) floats as OpenCV's fixed-point (x, y); its pixel centres are whole numbers, ours at +0.5."""
    clipped = np.clip(points - 0.5, -30000, 30000)
    return np.round(clipped[:, ::-1] * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)


def _thickness(width: float) -> int:
    """The OpenCV thickness whose antialiased line is nearest to `width` px: 1 is 1.3 px wide, 2 3.4, 3 5.4, 5 7.4."""
    if width < 4.4:
        return 1 if width < 2.35 else 2
    return max(3, 2 * round((width - 3.4) / 2) + 1)


def overlap(first: Region, second: Region) -> Region:
    """Where both regions are, in the first one's box."""
    alpha = np.zeros_like(first.alpha)
    top, left = max(first.row, second.row), max(first.column, second.column)
    bottom = min(first.row + first.alpha.shape[0], second.row + second.alpha.shape[0])
    right = min(first.column + first.alpha.shape[1], second.column + second.alpha.shape[1])
    if bottom > top and right > left:
        mine = (slice(top - first.row, bottom - first.row), slice(left - first.column, right - first.column))
        theirs = (slice(top - second.row, bottom - second.row), slice(left - second.column, right - second.column))
        alpha[mine] = np.minimum(first.alpha[mine], second.alpha[theirs])
    return Region(first.row, first.column, alpha)


def straight(*ends: tuple[float, float]) -> Curve:
    return curve(list(ends))
