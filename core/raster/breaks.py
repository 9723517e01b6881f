"""Breaks: where two pieces of the mask end although the wall on the drawing goes on between them."""

from typing import NamedTuple

import cv2
import numpy as np

from core.raster.evidence import Evidence, Pixels, Spot, marched
from core.raster.windows import Area

FARTHEST = 8.0
"""Of half the wall: ends that are farther apart are not looked at."""

LEAST_OPEN = 0.6
"""Of half the wall: so much of an end must lead to the other piece without ink or paper in between."""

LARGE_SHARE = 0.06
FILLED_TONE = 0.12
STEPS = 24


class Gap(NamedTuple):
    """The middle of a gap, and over how many px of the wall's thickness it is open."""

    place: Spot
    width: float


def gap_in_wall(evidence: Evidence) -> Spot | None:
    """The widest place where two large pieces end although the wall between them goes on; None if there is none."""
    numbers, sizes = evidence.pieces
    least = max(LARGE_SHARE * sizes[1:].max(), 2 * evidence.half**2)
    large = (np.flatnonzero(sizes[1:] >= least) + 1)[:12]
    pieces = ((numbers == number, evidence.mask & (numbers != number)) for number in large)
    gaps = [_gap(evidence, piece, others) for piece, others in pieces if others.any()]
    widest = max((gap for gap in gaps if gap is not None), key=lambda gap: gap.width, default=None)
    return None if widest is None or widest.width < LEAST_OPEN * evidence.half else widest.place


def _gap(evidence: Evidence, piece: Area, others: Area) -> Gap | None:
    """The gap between one piece and whatever is nearest to it; None where nothing is near."""
    half = evidence.half
    end, along = _facing(piece, others, half)
    if not len(end):
        return None
    wide = marched(~others, end, np.broadcast_to(along, end.shape), (FARTHEST + 2) * half)
    arrives = wide < (FARTHEST + 2) * half - 1
    inside = along * min(3.0, half)
    start, stop = end[arrives] - inside, end[arrives] + along * wide[arrives, np.newaxis] + inside
    is_open = _goes_on(evidence, start, stop)
    if not is_open.any():
        return None
    row, column = ((start + stop) / 2)[is_open].mean(axis=0)
    return Gap((float(row), float(column)), float(is_open.sum()))


def _facing(piece: Area, others: Area, half: float) -> tuple[Pixels, Pixels]:
    """The outermost pixels of a piece where the others are nearest, and the direction, of length 1, to these."""
    away, nearest = cv2.distanceTransformWithLabels(
        (~others).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    outermost = cv2.erode(piece.view(np.uint8), np.ones((3, 3), np.uint8)) == 0
    end = np.argwhere(piece & outermost & (away <= FARTHEST * half))
    if not len(end):
        return end, np.zeros(2)
    gap = away[tuple(end.T)]
    end = end[gap <= gap.min() + 1.5 * half]
    places = np.zeros((int(nearest.max()) + 1, 2))
    spots = np.argwhere(others)
    places[nearest[tuple(spots.T)]] = spots
    along = np.median(places[nearest[tuple(end.T)]] - end, axis=0)
    return end.astype(np.float64), along / max(float(np.hypot(*along)), 1e-6)


def _goes_on(evidence: Evidence, start: Pixels, stop: Pixels) -> Area:
    """Which of the ways from `start` to `stop` are as dark as the section all along, or without a line; bool (N,)."""
    steps = np.linspace(0, 1, STEPS)[np.newaxis, :, np.newaxis]
    way = np.rint(start[:, np.newaxis] * (1 - steps) + stop[:, np.newaxis] * steps).astype(int)
    rows, columns = way.clip(0, np.array(evidence.mask.shape) - 1).transpose(2, 0, 1)
    fill = evidence.fill.mean
    tone = cv2.blur(evidence.tone, (int(0.7 * evidence.half) | 1,) * 2)[rows, columns]
    is_dark = (tone.mean(axis=1) > 0.7 * fill) & (tone.min(axis=1) > 0.45 * fill) & (fill > FILLED_TONE)
    ink = evidence.ink[rows, columns]
    is_light = (ink.mean(axis=1) < 0.1) & ~ink[:, :2].any(axis=1) & ~ink[:, -2:].any(axis=1)
    return np.asarray(is_dark | is_light)
