"""Stretches: where the mask's border follows nothing that is drawn, and the drawing on both sides there.

Along a true border the drawing changes across it: there is a line, or the section's tone ends. Where the mask cuts
across a wall, or along its middle, the tone on the way across the border stays as it is.
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.raster.evidence import Evidence, Pixels
from core.raster.windows import Area

DEEP = 5
"""So many px inside and outside of the border are looked at."""

NEAR = 3
"""A line or an edge of tone lies at most so many px from the border that follows it."""

TYPICAL = 60
"""The percentile of the changes across the border that a border of this drawing has where it follows something."""

LEAST_LONG = 0.6
"""In halves of the wall; what is shorter is no stretch."""

Tones = NDArray[np.float32]


class Border(NamedTuple):
    """One closed border of the mask, all the way round.

    `pixels` (N, 2) are the mask's outermost, `out` (N, 2) leads out of the mask there, of length 1. `across` is the
    drawing's tone on the way from `DEEP` px inside to `DEEP` px outside, float32 (N, 2 * DEEP + 1), and `change`, float
    (N,), how much that changes near the border, smoothed along it.
    """

    pixels: Pixels
    out: Pixels
    across: Tones
    change: Tones


class Stretch(NamedTuple):
    """A stretch of a border, as places (N,) on it, and how much the tone usually changes across the mask's borders."""

    border: Border
    places: NDArray[np.int_]
    usual_change: float

    def widened(self, more: int) -> NDArray[np.int_]:
        """The places and so many more before and after them, all the way round the border if need be."""
        first, last = int(self.places[0]), int(self.places[-1])
        if last < first:
            last += len(self.border.pixels)
        return np.arange(first - more, last + more + 1) % len(self.border.pixels)


def bare_stretches(evidence: Evidence) -> list[Stretch]:
    """The stretches of the mask's border that follow neither a line nor an edge of tone."""
    reach, share = (1.5, 0.5) if evidence.fill.kind == "patterned" else (1.0, 0.4)
    borders = list(_borders(evidence, round(reach * evidence.half) | 1))
    changes = np.concatenate([border.change for border in borders]) if borders else np.zeros(0)
    changes = changes[np.isfinite(changes)]
    if not len(changes):
        return []
    usual = float(np.percentile(changes, TYPICAL))
    least = LEAST_LONG * evidence.half
    return [
        Stretch(border, places, usual)
        for border in borders
        for places in runs_of(border.change < share * usual)
        if len(places) >= least
    ]


def runs_of(is_bare: Area) -> Iterator[NDArray[np.int_]]:
    """The runs of true places on a ring, (N,) each; none where all are true."""
    if is_bare.all():
        return
    first = int(np.argmin(is_bare))
    steps = np.diff(np.concatenate([[0], np.roll(is_bare, -first).view(np.int8), [0]]))
    for start, stop in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True):
        yield (np.arange(start, stop) + first) % len(is_bare)


def _borders(evidence: Evidence, window: int) -> Iterator[Border]:
    """The borders that are long enough to have a stretch; at the page's edge the change is infinite."""
    tone = np.asarray(cv2.GaussianBlur(evidence.tone, (0, 0), 0.7), np.float32)
    soft = cv2.GaussianBlur(evidence.mask.astype(np.float32), (0, 0), 2.0)
    down, right = cv2.Sobel(soft, cv2.CV_32F, 0, 1), cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    contours, _ = cv2.findContours(evidence.mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    steps = np.arange(-DEEP, DEEP + 1) + 0.5
    for contour in contours:
        if len(contour) < 4 * evidence.half:
            continue
        pixels = contour[:, 0, ::-1].astype(int)
        out = -np.stack([down[tuple(pixels.T)], right[tuple(pixels.T)]], axis=1)
        out /= np.maximum(np.hypot(*out.T), 1e-6)[:, np.newaxis]
        across = sampled_at(tone, pixels[:, np.newaxis] + out[:, np.newaxis] * steps[:, np.newaxis])
        smooth = ndimage.uniform_filter1d(across, min(window, len(pixels)), axis=0, mode="wrap")
        change = np.ptp(smooth[:, DEEP - NEAR : DEEP + NEAR + 1], axis=1)
        change[evidence.page_edge[tuple(pixels.T)]] = np.inf
        yield Border(pixels, out, across, change)


def sampled_at(tone: Tones, places: NDArray[np.floating]) -> Tones:
    """The tone at places (N, M, 2) between pixels, float32 (N, M); past the picture's edge it stays the same."""
    rows_and_columns = np.moveaxis(places, -1, 0)
    return np.asarray(ndimage.map_coordinates(tone, rows_and_columns, order=1, mode="nearest"), np.float32)
