"""Snap: the mask's border moves onto the outer edge of the ink, where the ink is clear."""

import numpy as np
from numpy.typing import NDArray

from core.errors import EditError
from core.raster.borders import STEP_PX, Rays, along_ring, rays_of, reached, sampled
from core.raster.checks import checked_class
from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.regions import Region, difference
from core.raster.windows import Area, Grey, grey_of, window_of

CLEAREST_PX = 20
WEAKEST_EDGE = 40
"""Grey levels between ink and paper below which an edge is not clear."""

NEIGHBOURS = 9
"""Border pixels that move together, so that one speck moves none."""


def snap(image: Image, mask: Mask, label: int, *, within_px: int = 4) -> Region:
    """The edit that moves the border of a class by up to `within_px` onto the ink's outer edge.

    Along each ray across the border the nearest change from ink inside to paper outside counts. Where there is none
    the border stays as it is, and other classes are left alone.
    Raises EditError where the class has no pixels, the mask is not of the image's size, or nothing is clear.
    """
    checked_class(label)
    if image.shape[:2] != mask.shape:
        raise EditError(
            f"The mask has {mask.shape[1]} x {mask.shape[0]} pixels, its drawing {image.shape[1]} x {image.shape[0]}. "
            "Use the mask that was made for this drawing."
        )
    if not 1 <= within_px <= CLEAREST_PX:
        raise EditError(f"The border cannot snap over {within_px} px. Choose 1 to {CLEAREST_PX} px.")
    window = window_of(mask == label, margin_px=within_px + 4)
    if window is None:
        raise EditError("There is nothing to snap: the mask has no pixel of this class. Draw or fill it first.")
    area = np.ascontiguousarray(mask[window.slices] == label)
    onto_ink = moved(grey_of(image[window.slices]), area, within_px)
    after = mask.copy()
    part = after[window.slices]
    part[area & ~onto_ink] = 0
    part[onto_ink & (part == 0)] = label
    edit = difference(mask, after, "snap", within_px=within_px, label=label)
    if not edit.parts:
        raise EditError(f"No clear edge of ink lies within {within_px} px of the border that it is not on already.")
    return edit


def moved(grey: Grey, area: Area, within_px: int) -> Area:
    """The area with its border moved onto clear ink: each pixel goes by how far its nearest border pixel moves."""
    rings = [(rays, _shifts(grey, rays, within_px)) for rays in rays_of(area)]
    return reached(area, rings, farthest_px=within_px + 1)


def _shifts(grey: Grey, rays: Rays, within_px: int) -> NDArray[np.float64]:
    """How far outwards the ink's edge is from each border pixel's centre, 0 where none is clear; px."""
    first_px = -float(within_px) - 2
    light = sampled(grey, rays, first_px, within_px + 2.5)
    darkest, brightest = light.min(axis=1, keepdims=True), light.max(axis=1, keepdims=True)
    level = (darkest + brightest) / 2
    is_rising = (light[:, :-1] < level) & (light[:, 1:] >= level)
    low, high = light[:, :-1], light[:, 1:]
    position = first_px + STEP_PX * (np.arange(light.shape[1] - 1) + (level - low) / np.maximum(high - low, 1e-6))
    is_clear = is_rising & (brightest - darkest >= WEAKEST_EDGE) & (np.abs(position - 0.5) <= within_px)
    away = np.where(is_clear, np.abs(position - 0.5), np.inf)
    best = away.argmin(axis=1)
    index = np.arange(len(light))
    has_edge = np.isfinite(away[index, best])
    shift = np.where(has_edge, position[index, best], 0.5)
    shift = along_ring(rays, shift, NEIGHBOURS)
    # half a pixel is where the border is drawn already
    return np.where(has_edge & (np.abs(shift - 0.5) > 0.5), shift, 0.0)
