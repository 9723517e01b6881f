"""Borders: where the ink around an area ends, found along rays that leave the area at a right angle."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.raster.windows import Area, Grey

STEP_PX = 0.5
FAINTEST = 0.12
"""Ink that is not darker than its surroundings by this share of the drawing's contrast shows no edge."""


SMOOTH_PX = 2.5
"""Over about so many neighbours a ring of pixels is smoothed to a line without stairs."""

HIGHEST_STAIR_PX = 0.6
"""What lies farther out is a corner."""

BESIDE_PX = 1.0
"""A pixel no farther beside a ray than this lies on it; one farther off lies behind a corner."""


MISSING = 0.3
"""Where nothing is darker than this share of the contrast there is no line: a gap that was closed."""

GAP_PX = 1.0
"""A gap is closed by a line this thick."""


class Rays(NamedTuple):
    """Where the rays of one ring start: (row, column) of pixels, and the unit vectors that lead outwards.

    `stairs_px` is how far each pixel lies outwards of a smooth line along the ring, 0 at corners.
    """

    pixels: NDArray[np.int64]
    outwards: NDArray[np.float64]
    stairs_px: NDArray[np.float64]


def with_border_ink(grey: Grey, area: Area, *, inside: float, ink: float, widest_px: float) -> Area:
    """The area and the line around it in its whole thickness.

    `inside` is how bright the area is, `ink` the darkest ink. Lines that lead away from the border are cut off where
    the border ends; where it lies on something as dark as itself it is taken as thick as elsewhere.
    """
    rings = [(rays, _thicknesses(grey, area, rays, inside, ink, widest_px)) for rays in rays_of(area)]
    if not rings:
        return area
    return area | reached(area, rings, farthest_px=max(float(thickness.max()) for _, thickness in rings) + 1)


def rays_of(area: Area) -> list[Rays]:
    """The rays of every ring of an area, in order along it."""
    soft = cv2.GaussianBlur(area.astype(np.float32), (0, 0), 2.0, borderType=cv2.BORDER_REPLICATE)
    down, right = cv2.Sobel(soft, cv2.CV_32F, 0, 1), cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    rings, _ = cv2.findContours(area.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    rays = []
    for ring in rings:
        row, column = ring[:, 0, 1], ring[:, 0, 0]
        outwards = -np.stack([down[row, column], right[row, column]], axis=1).astype(np.float64)
        outwards /= np.maximum(np.hypot(*outwards.T), 1e-9)[:, np.newaxis]
        pixels = np.stack([row, column], axis=1).astype(np.int64)
        smooth = ndimage.gaussian_filter1d(pixels.astype(np.float64), SMOOTH_PX, axis=0, mode="wrap", truncate=3.0)
        stairs = ((pixels - smooth) * outwards).sum(axis=1)
        rays.append(Rays(pixels, outwards, np.where(np.abs(stairs) <= HIGHEST_STAIR_PX, stairs, 0.0)))
    return rays


def sampled(grey: Grey, rays: Rays, first_px: float, last_px: float) -> NDArray[np.float32]:
    """The brightness along each ray, float32 (rays, steps of STEP_PX), from first_px to last_px."""
    along = np.arange(first_px, last_px, STEP_PX)
    row = (rays.pixels[:, :1] + rays.outwards[:, :1] * along).astype(np.float32)
    column = (rays.pixels[:, 1:] + rays.outwards[:, 1:] * along).astype(np.float32)
    # remap takes at most 32767 rows and columns at once
    parts = [
        cv2.remap(grey, column[k : k + 30000], row[k : k + 30000], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for k in range(0, len(row), 30000)
    ]
    return np.concatenate(parts).astype(np.float32)


def along_ring(rays: Rays, reach_px: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """How far each ray reaches, with the median over `width` neighbours taken of where the rays end.

    The pixels of a slanting border stand in stairs: their rays end on a straight line and are of different lengths.
    """
    width = min(width | 1, 2 * ((len(reach_px) - 1) // 2) + 1)
    ends = ndimage.median_filter(reach_px + rays.stairs_px, width, mode="wrap")
    return np.asarray(ends - rays.stairs_px, np.float64)


def reached(area: Area, rings: Sequence[tuple[Rays, NDArray[np.float64]]], *, farthest_px: float) -> Area:
    """The area with each border pixel's surroundings moved to where its ray reaches, inwards where that is below 0.

    Nothing farther from the border than `farthest_px` changes.
    """
    away_from_border = np.ones(area.shape, dtype=np.uint8)
    for rays, _ in rings:
        away_from_border[rays.pixels[:, 0], rays.pixels[:, 1]] = 0
    distance, nearest = cv2.distanceTransformWithLabels(
        away_from_border, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    count = area.size - np.count_nonzero(away_from_border) + 1
    reach, rows, columns, down, right = np.zeros((5, count))
    for rays, reach_px in rings:
        numbers = nearest[rays.pixels[:, 0], rays.pixels[:, 1]]
        reach[numbers] = reach_px
        rows[numbers], columns[numbers] = rays.pixels.T
        down[numbers], right[numbers] = rays.outwards.T
    band = np.flatnonzero(distance <= farthest_px)
    number = nearest.ravel()[band]
    row, column = band // area.shape[1] - rows[number], band % area.shape[1] - columns[number]
    along, beside = row * down[number] + column * right[number], row * right[number] - column * down[number]
    away = np.where(area.ravel()[band], -1.0, 1.0) * np.hypot(row, column)
    away = np.where(np.abs(beside) <= BESIDE_PX, along, away)
    after = area.copy()
    after.ravel()[band] = away <= reach[number]
    return after


def _thicknesses(
    grey: Grey, area: Area, rays: Rays, inside: float, ink: float, widest_px: float
) -> NDArray[np.float64]:
    """How far the border reaches from each pixel of a ring, px."""
    light = sampled(grey, rays, 0.0, 2 * widest_px + 6)
    rough = _first_above(light, np.full(len(light), (inside + ink) / 2), after=_first_below(light, (inside + ink) / 2))
    usual = float(np.nanpercentile(rough, 40)) if np.isfinite(rough).any() else 1.0
    usual = min(usual, widest_px)
    near, far = int((1.5 * usual + 2) / STEP_PX), int((2.5 * usual + 4) / STEP_PX)
    darkest_at = light[:, :near].argmin(axis=1)
    darkest = light[np.arange(len(light)), darkest_at]
    beyond = np.where(np.arange(light.shape[1]) > darkest_at[:, np.newaxis], light, -1)[:, :far].max(axis=1)
    edge = _first_above(light, (darkest + beyond) / 2, after=darkest_at)
    edge[(beyond - darkest < FAINTEST * (inside - ink)) | (edge > 3 * usual + 2)] = np.nan
    edge = np.where(np.isnan(edge), usual, edge)
    reach = along_ring(rays, edge, int(6 * usual) + 7)
    return np.where(darkest > inside - MISSING * (inside - ink), np.minimum(reach, GAP_PX), reach)


def _first_below(light: NDArray[np.float32], level: float) -> NDArray[np.int64]:
    is_below = light < level
    return np.where(is_below.any(axis=1), is_below.argmax(axis=1), light.shape[1])


def _first_above(
    light: NDArray[np.float32], level: NDArray[np.floating], *, after: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Where each ray first rises above its level behind a step, in px and between the steps; nan if it never does."""
    steps = np.arange(light.shape[1])
    is_above = (light > level[:, np.newaxis]) & (steps > after[:, np.newaxis])
    step = is_above.argmax(axis=1)
    index = np.arange(len(light))
    high, low = light[index, step], light[index, np.maximum(step - 1, 0)]
    share = (level - low) / np.maximum(high - low, 1e-6)
    return np.where(is_above.any(axis=1), (step - 1 + share.clip(0, 1)) * STEP_PX, np.nan)
