"""Puts the border of a predicted mask onto the edge of the ink, where the ink beside it is clear.

The network's pixels are wider than the drawing's, so its borders are right to about one of its own pixels. Within that
reach the drawing itself knows better: ink that touches the section belongs to it, paper between the section and its
outline does not. Farther away nothing is touched, and neither is a border without clear ink, nor the paper between the
dots or lines of a section without outline.
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.windows import Area, Grey, grey_of

CLEAR_CONTRAST = 0.3
FAINTEST_GREY_LEVELS = 10
OUTLINED_SHARE = 0.7
TILE_PX = 256

Slices = tuple[slice, slice]


class Tile(NamedTuple):
    """A part of a drawing: what it stands for, that with a margin, and where the one lies within the other."""

    inside: Slices
    around: Slices
    within: Slices


def clear_difference(image: Image) -> float:
    """How many grey levels ink differs from what is beside it, to be clear: a share of the drawing's own contrast."""
    paper, ink = np.percentile(grey_of(image), (50, 1))
    return max(FAINTEST_GREY_LEVELS, CLEAR_CONTRAST * float(paper - ink))


def share_without_edge(mask: Mask, image: Image, clear: float) -> float:
    """Which share of the mask's border, of either side of it, has no clear edge of ink; 1 where there is no border.

    Mask and image have the same size; the edge may be a pixel off.
    """
    around = np.ones((3, 3), np.uint8)
    section, grey = (mask > 0).astype(np.uint8), grey_of(image)
    border = cv2.dilate(section, around) != cv2.erode(section, around)
    if not border.any():
        return 1.0
    contrast = cv2.subtract(cv2.dilate(grey, around), cv2.erode(grey, around))
    return float(np.mean(contrast[border] <= clear))


def move_onto_ink(mask: Mask, image: Image, *, reach_px: int, clear: float) -> Mask:
    """The mask with its outer border on clear ink that is within `reach_px` of it, as a new array.

    `clear` is in grey levels, see clear_difference. Ink that joins takes the nearest class; borders between classes
    stay. Looks only at tiles that hold a border, so that a large scan costs little memory.
    """
    moved = mask.copy()
    for tile in _tiles_with_border(mask, margin=6 * reach_px + 3):
        after = settled(mask[tile.around], grey_of(image[tile.around]), reach_px, clear)
        moved[tile.inside] = after[tile.within]
    return moved


def settled(mask: Mask, grey: Grey, reach_px: int, clear: float) -> Mask:
    """What move_onto_ink does, in one piece."""
    is_section = mask > 0
    is_clear, is_ink = _ink(grey, reach_px, clear)
    can_move = _near_border(is_section, reach_px) & is_clear
    joins = can_move & is_ink & ~is_section
    after = np.where(joins, _spread(mask, reach_px), mask)
    leaving = _entered(after == 0, can_move & is_section & ~is_ink, reach_px)
    after[leaving & _before_outline(leaving, after > 0, is_ink, reach_px)] = 0
    return after


def _tiles_with_border(mask: Mask, *, margin: int) -> Iterator[Tile]:
    for top in range(0, mask.shape[0], TILE_PX):
        for left in range(0, mask.shape[1], TILE_PX):
            rows, columns = _spans(top, mask.shape[0], margin), _spans(left, mask.shape[1], margin)
            tile = Tile(*zip(rows, columns, strict=True))
            part = mask[tile.around] > 0
            if part.any() and not part.all():
                yield tile


def _spans(start: int, length: int, margin: int) -> tuple[slice, slice, slice]:
    stop, first = min(length, start + TILE_PX), max(0, start - margin)
    return slice(start, stop), slice(first, min(length, stop + margin)), slice(start - first, stop - first)


def _ink(grey: Grey, reach_px: int, clear: float) -> tuple[Area, Area]:
    """Where ink can be told from paper, and what is nearer to the darkest than to the brightest pixel around it."""
    around = np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8)
    brightest, darkest = cv2.dilate(grey, around).astype(np.int16), cv2.erode(grey, around).astype(np.int16)
    return brightest - darkest > clear, 2 * grey.astype(np.int16) < brightest + darkest


def _near_border(is_section: Area, reach_px: int) -> Area:
    inside, outside = (
        cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) for side in (is_section, ~is_section)
    )
    return np.asarray(np.maximum(inside, outside) <= reach_px)


def _spread(mask: Mask, reach_px: int) -> Mask:
    """Every pixel within reach of the section with its nearest class (of equally near ones the highest)."""
    spread = mask
    for _ in range(reach_px):
        spread = np.where(spread > 0, spread, cv2.dilate(spread, np.ones((3, 3), np.uint8)))
    return np.asarray(spread, np.uint8)


def _entered(outside: Area, passable: Area, reach_px: int) -> Area:
    """The passable pixels that can be reached from outside in `reach_px` steps."""
    reached, open_to = outside.astype(np.uint8), passable.astype(np.uint8)
    for _ in range(reach_px):
        reached |= np.asarray(cv2.dilate(reached, np.ones((3, 3), np.uint8)), np.uint8) & open_to
    return (reached > 0) & ~outside


def _before_outline(leaving: Area, is_section: Area, is_ink: Area, reach_px: int) -> Area:
    """Where most of what the leaving paper uncovers, within four reaches, is ink.

    It is where the section has an outline or is dark; the paper between dots, or lines that end at the border, would
    lead on into the section.
    """
    uncovered = is_section & ~leaving & (cv2.dilate(leaving.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    window = (8 * reach_px + 1, 8 * reach_px + 1)
    ink, all_of_it = (
        cv2.boxFilter(pixels.astype(np.float32), -1, window, normalize=False, borderType=cv2.BORDER_CONSTANT)
        for pixels in (uncovered & is_ink, uncovered)
    )
    return np.asarray(ink >= OUTLINED_SHARE * all_of_it)
