"""Borders: where the ink around an area ends, found along rays that leave the area at a right angle."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.raster.windows import Area, Grey

STEP_PX = 0.5
FAINTEST = 0.12
"""Ink that is not darker than its surroundings by this share of the drawing's contrast shows no edge."""


class Rays(NamedTuple):
    """Where the rays of one ring start: (row, column) of pixels, and the unit vectors that lead outwards."""

    pixels: NDArray[np.int64]
    outwards: NDArray[np.float64]


def with_border_ink(grey: Grey, area: Area, *, inside: float, ink: float, widest_px: float) -> Area:
    """The area and the line around it in its whole thickness.

    `inside` is how bright the area is, `ink` the darkest ink. Lines that lead away from the border are cut off where
    the border ends; where it lies on something as dark as itself it is taken as thick as elsewhere.
    """
    rings = [(rays, _thicknesses(grey, area, rays, inside, ink, widest_px)) for rays in rays_of(area)]
    if not rings:
        return area
    return area | _within(area, [(rays.pixels, thickness) for rays, thickness in rings])


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
        rays.append(Rays(np.stack([row, column], axis=1).astype(np.int64), outwards))
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


def along_ring(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """The median over `width` neighbours along a ring."""
    width = min(width | 1, 2 * ((len(values) - 1) // 2) + 1)
    return np.asarray(ndimage.median_filter(values, width, mode="wrap"), np.float64)


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
    return along_ring(edge, int(6 * usual) + 7)


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


def _within(area: Area, rings: list[tuple[NDArray[np.int64], NDArray[np.float64]]]) -> Area:
    """The pixels outside an area that are no farther from their nearest border pixel than that pixel's reach."""
    distance, nearest = cv2.distanceTransformWithLabels(
        (~area).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    reach = np.zeros(int(nearest.max()) + 1)
    for pixels, thickness in rings:
        reach[nearest[pixels[:, 0], pixels[:, 1]]] = thickness
    return np.asarray((distance > 0) & (distance <= reach[nearest]))
