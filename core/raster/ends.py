"""Ends: where the mask stops although the section on the drawing goes on, past its end or beside its face.

All lengths are in halves of the wall. How far the mask reaches back from a border tells an end, where that is much more
than the wall is thick, from a face of the wall that was left out, where it is less; a painted surface that touches the
wall from the side leaves the wall as thick as it is.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.raster.evidence import Evidence, Pixels, Spot, marched
from core.raster.pieces import numbered
from core.raster.windows import Area

OUTLINED_LIGHT = 0.8
"""A section of which more is as light as paper is only outlined."""

LEAST_BORDERED, LEAST_COVERED = 0.8, 0.85
"""A pattern has a border where so much of the mask's border is a line; the line is missing where less of it is."""

THIN_HALF_PX = 2.7
"""Of the drawing: thinner walls run into whatever is drawn close to them, so that more must speak for an end."""

FARTHEST = 5.0
MOST_SAMPLED = 40


class Stretch(NamedTuple):
    """A stretch of the mask's border beyond which the drawing looks as inside, in halves of the wall.

    How long it is, how far the mask reaches back from it, and how far the same look goes on beyond it.
    """

    width: float
    through: float
    beyond: float


def ink_left_out(evidence: Evidence) -> Spot | None:
    """Where the mask ends, or has lost a face of the wall, although the section goes on; None if it does nowhere."""
    outwards = _outwards(evidence.mask)
    border, alike = _going_on(evidence)
    numbers, sizes = numbered(cv2.dilate(border.view(np.uint8), np.ones((3, 3), np.uint8)) > 0, connectivity=8)
    widest, place = 0.0, None
    for number in np.flatnonzero(sizes[1:] >= evidence.half) + 1:
        pixels = np.argwhere((numbers == number) & border)
        width = len(pixels) / evidence.half
        if width <= max(0.8, widest):
            continue
        pixels = pixels[:: max(1, len(pixels) // MOST_SAMPLED)]
        out = outwards(pixels)
        through, beyond = (
            float(np.median(marched(area, pixels + first * out, way, FARTHEST * evidence.half))) / evidence.half
            for area, first, way in ((evidence.mask, 0, -out), (alike, 2, out))
        )
        if _is_fault(evidence, Stretch(width, through, beyond), pixels, out):
            row, column = pixels.mean(axis=0)
            widest, place = width, (float(row), float(column))
    return place


def _is_fault(evidence: Evidence, stretch: Stretch, pixels: Pixels, out: Pixels) -> bool:
    """Whether a stretch is an end that comes too early, or a face that is left out."""
    width, through, beyond = stretch
    if evidence.fill.light > OUTLINED_LIGHT:
        is_end = through >= 2.6 and beyond >= 1.0 and width >= 1.2 and _is_corridor(evidence, pixels, out)
        return is_end or (through <= 2.3 and beyond <= 3.2 and width >= 2.6) or (through <= 3.0 and width >= 6.0)
    if evidence.fill.is_even:
        if evidence.half / evidence.scale < THIN_HALF_PX:
            return through >= 3.0 and beyond >= 2.0 and 1.5 <= width <= 5
        is_end = through >= 2.3 and beyond >= 0.8 and 1.2 <= width <= 8
        return is_end or (through <= 2.1 and 0.3 <= beyond <= 3.4 and width >= 3.0)
    return (through >= 2.5 and beyond >= 1.0 and width <= 5) or (
        through <= 1.8 and 0.3 <= beyond <= 2.9 and width >= 2.0
    )


def _going_on(evidence: Evidence) -> tuple[Area, Area]:
    """The mask's outermost pixels beyond which the drawing may go on, and all that looks like the inside."""
    outermost, fill = evidence.mask & (evidence.room <= 1.5), evidence.fill
    if fill.light > OUTLINED_LIGHT:
        light = ~evidence.ink
        return outermost & (cv2.erode(light.view(np.uint8), np.ones((3, 3), np.uint8)) > 0), light
    if not fill.is_even:
        return _without_line(evidence, outermost), _surroundings(evidence) > 0.5 * fill.mean
    darkness = cv2.erode(evidence.tone, np.ones((5, 5), np.uint8))
    return outermost & (darkness > 0.7 * fill.median), evidence.tone > 0.6 * fill.median


def _without_line(evidence: Evidence, outermost: Area) -> Area:
    """The outermost pixels of a bordered, patterned section along which the border's line is missing."""
    has_line = outermost & (cv2.dilate(evidence.ink.view(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    window = (int(1.5 * evidence.half) | 1,) * 2
    count = cv2.blur(outermost.astype(np.float32), window)
    covered = cv2.blur(has_line.astype(np.float32), window) / np.maximum(count, 1e-6)
    if np.count_nonzero(has_line) < LEAST_BORDERED * np.count_nonzero(outermost):
        return np.zeros_like(outermost)
    return outermost & (covered < LEAST_COVERED)


def _surroundings(evidence: Evidence) -> NDArray[np.float32]:
    """How dark it is around each pixel, half a wall wide: of a pattern that is what stays the same."""
    return np.asarray(cv2.blur(evidence.tone, (int(evidence.half) | 1,) * 2), np.float32)


def _outwards(mask: Area) -> Callable[[Pixels], Pixels]:
    """A function from pixels at the mask's border to the directions, of length 1, that lead out of it there."""
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2.0)
    down, right = cv2.Sobel(soft, cv2.CV_32F, 0, 1), cv2.Sobel(soft, cv2.CV_32F, 1, 0)

    def outwards(pixels: Pixels) -> Pixels:
        out = -np.stack([down[tuple(pixels.T)], right[tuple(pixels.T)]], axis=1)
        return np.asarray(out / np.maximum(np.hypot(*out.T), 1e-6)[:, np.newaxis])

    return outwards


def _is_corridor(evidence: Evidence, pixels: Pixels, out: Pixels) -> bool:
    """Whether lines on both sides go on beyond an end of the mask, about as far apart as the end is wide."""
    half = evidence.half
    ahead = out.mean(axis=0)
    ahead /= max(float(np.hypot(*ahead)), 1e-6)
    aside = np.array([-ahead[1], ahead[0]])
    starts = pixels.mean(axis=0) + ahead * half * np.array([[0.6], [1.0], [1.5], [2.0]])
    if marched(~evidence.ink, starts[:1], ahead[np.newaxis], 1.4 * half)[0] < 1.2 * half:
        return False
    left = marched(~evidence.ink, starts, np.broadcast_to(aside, starts.shape), 3 * half)
    right = marched(~evidence.ink, starts, np.broadcast_to(-aside, starts.shape), 3 * half)
    is_near = (left < 2.2 * half) & (right < 2.2 * half) & (left + right < 3.6 * half) & (left + right > 0.6 * half)
    return bool(is_near.sum() >= 3)
