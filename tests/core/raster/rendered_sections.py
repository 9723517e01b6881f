"""Sections of rendered drawings that a person would fill or pick with one click, and flawed masks of them.

The renderer also draws what no click can decide: walls without an end, handles that are sections of their own,
black slip that runs into a black wall. `stands_apart` tells which sections the ink on the drawing determines; it
looks at the drawing and the truth only, never at what a tool made of them.

A section is the largest piece of a drawing. What a click takes of the drawing's other pieces (the wall behind a
repair hole, the second vessel of a plate) is section as well, and counts neither way: `taken` leaves it out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.pieces import distance_inside, grown, numbered
from core.raster.windows import Area, grey_of, reaches_edge
from core.render.drawing import render_drawing

THINNEST_HALF_PX = 10
"""Of a thinner wall the one pixel that borders are off already costs more than IoU 0.97 allows."""

DRAWN_SHARE = 0.98
APART_SHARE = 0.04
PAPER_SHARE = 0.98
MOST_OFF_PX = 1.5


@dataclass(frozen=True)
class Section:
    """One section: the drawing, the truth 0/1, a click (row, column) at its thickest part, and a mask to correct.

    `elsewhere` is the drawing's other sections, `is_apart` says that the ink alone determines this one.
    """

    seed: int
    image: Image
    truth: Mask
    click: tuple[float, float]
    flawed: Mask
    elsewhere: Area
    is_apart: bool = True

    def taken(self, mask: Mask) -> Mask:
        """A corrected mask without what lies in the drawing's other sections."""
        return np.where(self.elsewhere, 0, mask).astype(np.uint8)


def sections(
    style: str, count: int, *, first_seed: int, size_px: int = 1600, all_kinds: bool = False
) -> Iterator[Section]:
    """The largest sections of rendered drawings, every second one with an empty mask, the others with bites."""
    seed, found = first_seed, 0
    while found < count:
        drawing = render_drawing(seed, size_px=size_px, style=style)
        section = drawing.mask > 0
        area = largest_piece(section)
        room = distance_inside(area)
        is_shown = room.max() >= THINNEST_HALF_PX and not reaches_edge(area)
        is_outlined = style == "outlined"
        is_apart = is_shown and stands_apart(drawing.image, area, is_outlined=is_outlined)
        if is_apart or (is_shown and all_kinds):
            found += 1
            one = section_of(drawing.image, area, seed, is_empty=found % 2 == 0, is_outlined=is_outlined)
            yield replace(one, elsewhere=section & ~area, is_apart=is_apart)
        seed += 1


def section_of(image: Image, area: Area, seed: int, *, is_empty: bool, is_outlined: bool) -> Section:
    """The section with a click in the middle of its thickest part; of an outlined one, on the paper between lines."""
    room = distance_inside(area)
    clickable = area & ~_dark(image, area) if is_outlined else area
    inside = distance_inside(clickable) if clickable.any() else room
    row, column = np.unravel_index(int(inside.argmax()), inside.shape)
    truth = area.astype(np.uint8)
    flawed = np.zeros_like(truth) if is_empty else bitten(truth, float(room.max()), seed)
    return Section(seed, image, truth, (float(row) + 0.5, float(column) + 0.5), flawed, np.zeros_like(area))


def largest_piece(area: Area) -> Area:
    numbers, sizes = numbered(area, connectivity=8)
    return np.asarray(numbers == 1 + int(sizes[1:].argmax()))


def bitten(truth: Mask, half_px: float, seed: int) -> Mask:
    """The truth without five discs at places along its border."""
    rng = np.random.default_rng(seed)
    mask = truth.copy()
    rows, columns = np.nonzero(truth)
    for index in rng.integers(0, len(rows), 5):
        cv2.circle(mask, (int(columns[index]), int(rows[index])), round(1.5 * half_px), 0, -1)
    return mask


def stands_apart(image: Image, area: Area, *, is_outlined: bool) -> bool:
    """Whether the ink determines the section: outlined all around and hollow, or dark and touched by lines at most.

    It says nothing about what a person knows beside the ink: a handle in a cell of its own does not stand apart.
    """
    ink, paper = _levels(image, area)
    if paper - ink < 60:
        return False
    border = area & (distance_inside(area) <= 1)
    dark = _dark(image, area)
    off = distance_inside(~(dark & area))[border]
    if float((off <= MOST_OFF_PX).mean()) < DRAWN_SHARE:
        return False
    if is_outlined:
        hollow = area & ~dark
        _, sizes = numbered(hollow, connectivity=4)
        return bool(len(sizes) > 1 and sizes[1:].max() >= PAPER_SHARE * hollow.sum())
    around = grown(area, 5) & ~grown(area, 2.5)
    return float(dark[around].mean()) <= APART_SHARE


def _levels(image: Image, area: Area) -> tuple[float, float]:
    grey = grey_of(image)
    return float(np.percentile(grey[area], 5)), float(np.percentile(grey, 90))


def _dark(image: Image, area: Area) -> Area:
    return np.asarray(grey_of(image) < sum(_levels(image, area)) / 2)
