"""Evidence: a mask beside its drawing, walls always about equally large, so that all checks see the same pictures."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.pieces import Distances, closed, distance_inside, grown, numbered, opened
from core.raster.windows import Area, Window, grey_of, window_of

USUAL = 30
"""The percentile of all thicknesses: under the median, for a fault makes walls thicker rather than thinner."""

MARGIN_HALVES = 6
MOST_ENLARGED = 3.0
THIN_HALF_PX, THICK_HALF_PX = 8.0, 16.0
"""Walls are looked at so large that half of their thickness is between these, as far as that can be."""

MOST_PIXELS = 800_000

LEAST_OPENNESS, LEAST_SIZE, LEAST_DEPTH = 0.25, 8.0, 0.6
"""Of a cell's border. A cell of fewer squares of half the wall, or less deep in these halves, must be more open."""

FAINTEST_LINE = 0.3
"""Of the drawing's contrast: what is lighter is paper, show-through or dirt."""

OUTLINED_LIGHT = 0.8
"""A section of which more is as light as paper is only outlined."""


Spot = tuple[float, float]
"""(row, column) on the small picture."""

Pixels = NDArray[Any]
"""(N, 2), row and column."""


@dataclass(frozen=True)
class Cell:
    """A part of the mask that shows no ink: its pixels, how many, and its depth, px.

    `openness` is the share of its border where no ink parts it from what is not in the mask.
    """

    area: Area
    size: int
    depth: float
    openness: float

    @property
    def middle(self) -> Spot:
        """Its deepest pixel."""
        row, column = np.unravel_index(int(distance_inside(self.area).argmax()), self.area.shape)
        return float(row), float(column)


class Fill(NamedTuple):
    """How dark the inside of a section is, 0 to 1, how much that varies, and which share of it is as light as paper."""

    median: float
    mean: float
    spread: float
    light: float

    @property
    def is_even(self) -> bool:
        """Whether it is one tone, not a pattern."""
        return self.median > 0.1 and self.spread < 0.27

    @property
    def kind(self) -> str:
        """ "outlined" where there is hardly anything but paper inside, "filled" with one tone, or "patterned"."""
        if self.light > OUTLINED_LIGHT:
            return "outlined"
        return "filled" if self.is_even else "patterned"


@dataclass(frozen=True)
class Evidence:
    """`mask` bool (h, w); `tone` and `line` float32 (h, w), 0 paper to 1 ink, the mean and the darkest of each pixel.

    They show the surroundings of the mask only: `corner` (row, column) is where that begins on the drawing, and `scale`
    how many pixels here one pixel of the drawing has. `shape` is the drawing's.
    """

    mask: Area
    tone: NDArray[np.float32]
    line: NDArray[np.float32]
    corner: tuple[int, int]
    scale: float
    shape: tuple[int, int]

    def on_drawing(self, place: Spot) -> tuple[int, int]:
        """The same place as a pixel (row, column) of the drawing."""
        row, column = (
            min(max(int(start + (at + 0.5) / self.scale), 0), side - 1)
            for start, at, side in zip(self.corner, place, self.shape, strict=True)
        )
        return row, column

    @cached_property
    def room(self) -> Distances:
        """How deep inside the mask each pixel lies."""
        return distance_inside(self.mask)

    @cached_property
    def ridge(self) -> Area:
        """The middle of the walls, roughly."""
        return self.mask & (self.room >= cv2.dilate(self.room, np.ones((3, 3), np.uint8)) - 0.35) & (self.room > 1)

    @cached_property
    def half(self) -> float:
        """Half of the walls' usual thickness."""
        depth = self.room[self.ridge]
        return max(1.0, float(np.percentile(depth, USUAL))) if depth.size else 1.0

    @cached_property
    def pieces(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The mask's pieces: each pixel's number, and how many pixels each has, 0 being the background."""
        return numbered(self.mask, connectivity=8)

    @cached_property
    def fill(self) -> Fill:
        """What the section looks like deep inside."""
        heart = self.room > 0.6 * self.half
        if not heart.any():
            return Fill(0.0, 0.0, 0.0, 1.0)
        tone = self.tone[heart]
        return Fill(float(np.median(tone)), float(tone.mean()), float(tone.std()), float((tone < 0.2).mean()))

    @cached_property
    def ink(self) -> Area:
        """What is not paper: lines, and the section's own tone if it has one."""
        darkest = self.line
        thin = cv2.morphologyEx(darkest, cv2.MORPH_TOPHAT, np.ones((9, 9), np.uint8))
        noise = float(np.median(np.abs(thin - np.median(thin))))
        is_line = (darkest > FAINTEST_LINE) | (thin > max(0.14, 8 * noise))
        return is_line | (self.tone > max(0.08, 0.5 * self.fill.median)) if self.fill.median > 0.16 else is_line

    @cached_property
    def soft_tone(self) -> NDArray[np.float32]:
        """The tone without the scan's grain."""
        return np.asarray(cv2.GaussianBlur(self.tone, (0, 0), 1.0), np.float32)

    @cached_property
    def cells_outside(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The paper off the mask: each pixel's cell between lines, 0 being none, and how deep each cell is, px.

        The open page is the deepest; a wall that the picture cuts off is as deep as any wall.
        """
        light = ~self.ink & ~self.mask
        numbers, sizes = numbered(light, connectivity=4)
        depths = np.zeros(len(sizes), np.float32)
        np.maximum.at(depths, numbers[light], distance_inside(light)[light])
        return numbers, depths

    @cached_property
    def bare_border(self) -> Area:
        """The mask's outermost pixels with no ink near them."""
        outermost = self.mask & (cv2.dilate((~self.mask).view(np.uint8), np.ones((3, 3), np.uint8)) > 0)
        return outermost & (cv2.dilate(self.ink.view(np.uint8), np.ones((5, 5), np.uint8)) == 0)

    @cached_property
    def page_edge(self) -> Area:
        """The outermost pixels, as far as the drawing ends there as well."""
        edge = np.zeros_like(self.mask)
        for axis, (start, side) in enumerate(zip(self.corner, self.shape, strict=True)):
            lines = np.moveaxis(edge, axis, 0)
            lines[0] |= start == 0
            lines[-1] |= start + len(lines) / self.scale >= side - 1
        return edge

    @cached_property
    def open_cells(self) -> list[Cell]:
        """Parts of the mask, as deep as a wall, that are paper and go on into the paper beside them."""
        radius = max(1.0, 0.3 * self.half)
        light = opened(self.mask & ~closed(self.ink, 0.45 * self.half), radius)
        near_bare = grown(self.bare_border, radius + 2.0)
        room = distance_inside(light)
        numbers, sizes = numbered(light, connectivity=4)
        cells = []
        for number in np.flatnonzero(sizes[1:] >= 2 * self.half**2) + 1:
            area = numbers == number
            border = area & (room <= 1.5)
            cell = Cell(area, int(sizes[number]), float(room[area].max()), float(near_bare[border].mean()))
            size, depth = cell.size / (LEAST_SIZE * self.half**2), cell.depth / (LEAST_DEPTH * self.half)
            if min(1.0, size) * min(1.0, depth) * cell.openness >= LEAST_OPENNESS:
                cells.append(cell)
        return cells


def evidence_of(mask: Mask, image: Image) -> Evidence:
    """What the checks look at; any class but the background counts as section. The mask must not be empty."""
    foreground = mask > 0
    half = _rough_half(foreground)
    window = window_of(foreground, margin_px=round(MARGIN_HALVES * half) + 4)
    assert window is not None
    area, grey = foreground[window.slices].view(np.uint8) * 255, grey_of(image[window.slices])
    wanted = max(1.0, THIN_HALF_PX / half) if half < THICK_HALF_PX else THICK_HALF_PX / half
    scale = min(MOST_ENLARGED, wanted, (MOST_PIXELS / area.size) ** 0.5)
    size = (max(1, round(area.shape[1] * scale)), max(1, round(area.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small, tone = cv2.resize(area, size, interpolation=how), cv2.resize(grey, size, interpolation=how)
    line, near = tone, np.ones((math.ceil(1 / scale),) * 2, np.uint8)
    if scale < 1:
        line = cv2.resize(cv2.erode(grey, near), size, interpolation=cv2.INTER_NEAREST)
    if not (small > 127).any():  # nothing but specks, smaller than a pixel here
        small = cv2.resize(cv2.dilate(area, near, iterations=2), size, interpolation=cv2.INTER_NEAREST)
    paper, contrast = _paper(image, window)
    bright = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    tone, line = (np.clip((bright - one) / contrast, 0, 1).astype(np.float32) for one in (tone, line))
    return Evidence(small > 127, tone, line, (window.rows.start, window.columns.start), scale, mask.shape)


def _rough_half(foreground: Area) -> float:
    """Half of the walls' thickness as the area over the border's length, px."""
    inside = foreground.view(np.uint8)
    edge = np.count_nonzero(inside[:, 1:] != inside[:, :-1]) + np.count_nonzero(inside[1:] != inside[:-1])
    return max(0.5, 1.27 * np.count_nonzero(inside) / max(1, edge))


def _paper(image: Image, window: Window) -> tuple[NDArray[np.float32], float]:
    """How bright the paper is around each pixel of the window, coarsely, and how much darker the darkest ink is."""
    step = max(1, min(8, min(image.shape[:2]) // 32))
    some = grey_of(image[::step, ::step])
    reach = max(3, max(some.shape) // 4) | 1
    bright = cv2.morphologyEx(cv2.medianBlur(some, 3), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    paper = np.maximum(cv2.blur(bright, (reach, reach)), np.percentile(some, 60)).astype(np.float32)
    contrast = max(30.0, float(np.percentile(paper - some, 99.5)))
    rows, columns = (
        slice(part.start // step, max(part.start // step + 1, part.stop // step)) for part in window.slices
    )
    return paper[rows, columns], contrast


def marched(area: Area, start: Pixels, step: Pixels, farthest: float) -> NDArray[np.float64]:
    """How many steps each start can go before it leaves the area or the picture, at most `farthest`; float (N,)."""
    along = np.arange(0, max(2.0, farthest))
    places = np.rint(start[:, np.newaxis] + step[:, np.newaxis] * along[np.newaxis, :, np.newaxis]).astype(int)
    is_there = ((places >= 0) & (places < np.array(area.shape))).all(axis=2)
    rows, columns = places.clip(0, np.array(area.shape) - 1).transpose(2, 0, 1)
    is_over = ~area[rows, columns] | ~is_there
    return np.where(is_over.any(axis=1), is_over.argmax(axis=1), len(along)).astype(np.float64)
