"""What lies along a section's border, at nearly the drawing's own resolution: signs of how exact the border is.

Most readings are within a few hundredths of perfect, and which of them is the better one is decided by single pixels
along the border, which the network's own, smaller image no longer shows. Where the section ends the ink should end:
dark on the inner side, paper on the outer, a sharp step between them. How long the drawing and the border are says what
a pixel counts. What it is worth is in docs/decisions/uncertainty.md.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.windows import Area, Grey, grey_of

LOOKED_AT_PX = 1200  # larger drawings are looked at in every second, third ... pixel
COARSE_PX = 300  # enough to know paper and ink
FRAME_PX = 6  # what is looked at beside the section
BESIDE_PX = 5  # the square about a pixel of the border in which its two sides are compared
STEP = 0.2  # of the drawing's contrast, between the two sides
INK, FAINT, DARK = 0.5, 0.2, 0.8

BORDER_SIGNS = (
    "long side",  # of the drawing in pixels, as a logarithm
    "border by area",  # as a logarithm
    "ink inside",  # share of the section's outermost pixels that are ink
    "ink second inside",  # the same of the pixels next to them
    "ink outside",  # share of ink among the pixels that touch the section
    "ink second outside",  # the same of the pixels next to them
    "grey inside",  # share of the outermost pixels that are neither ink nor paper
    "grey outside",  # the same of those that touch the section
    "dark second outside",  # mean darkness of the pixels next to those that touch
    "no step",  # share of the border where the inner side is not darker than the outer
    "longest without step",  # the longest stretch of that, by the border
    "sharpness",  # contrast within a pixel of the border, by that within three
    "faintest edge",  # contrast at the border, the lowest tenth
    "mean edge",  # contrast at the border
    "darkness",  # of the section
    "fills its frame",  # share of the section's upright frame
)


def border_signs(mask: Mask, image: Image) -> NDArray[np.float32]:
    """The signs along the border of `mask` (H, W) in `image` (H, W, 3), (len(BORDER_SIGNS),) float32.

    Shares and darkness go from 0 to 1, where 1 is as dark as the drawing's ink. All zeros where the mask is empty.
    """
    part = _frame(mask)
    section = np.ascontiguousarray(mask[part] > 0).astype(np.uint8)
    if not section.any():
        return np.zeros(len(BORDER_SIGNS), np.float32)
    grey = grey_of(np.ascontiguousarray(image[part]))
    paper, ink = _paper_and_ink(image)
    of_grey = np.clip((paper - np.arange(256, dtype=np.float32)) / max(paper - ink, 1.0), 0, 1)
    darkness = np.asarray(cv2.LUT(grey, of_grey), np.float32)
    inner, second_inner, outer, second_outer = _rings(section)
    values = (
        np.log(max(mask.shape)),
        np.log(max(1, len(darkness[inner])) / np.count_nonzero(section)),
        *(_share(darkness[ring] > INK) for ring in (inner, second_inner, outer, second_outer)),
        *(_share((darkness[ring] > FAINT) & (darkness[ring] < DARK)) for ring in (inner, outer)),
        _share(darkness[second_outer]),
        *_steps(darkness, section, inner | outer),
        *_edges(grey, inner | outer, max(paper - ink, 1.0)),
        darkness[section > 0].mean(),
        section.mean(),
    )
    return np.array(values, np.float32)


def _frame(mask: Mask) -> tuple[slice, slice]:
    """Rows and columns of the section and a little beside it, as many as are looked at."""
    step = -(-max(mask.shape) // LOOKED_AT_PX)
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask, np.uint8))
    beside = FRAME_PX * step
    return (
        slice(max(0, top - beside), top + height + beside, step),
        slice(max(0, left - beside), left + width + beside, step),
    )


def _paper_and_ink(image: Image) -> tuple[float, float]:
    step = max(1, max(image.shape) // COARSE_PX)
    paper, ink = np.percentile(grey_of(np.ascontiguousarray(image[::step, ::step])), (50, 1))
    return float(paper), float(ink)


def _rings(section: NDArray[np.uint8]) -> tuple[Area, Area, Area, Area]:
    """The section's outermost pixels, those next to them, those that touch it from outside, those next to them."""
    around = np.ones((3, 3), np.uint8)
    smaller, larger = cv2.erode(section, around), cv2.dilate(section, around)
    smallest, largest = cv2.erode(smaller, around), cv2.dilate(larger, around)
    return section > smaller, smaller > smallest, larger > section, largest > larger


def _steps(darkness: NDArray[np.float32], section: NDArray[np.uint8], border: Area) -> tuple[float, float]:
    """Where the inner side is not darker than the outer: its share of the border, and that of the longest stretch."""
    if not border.any():
        return 1.0, 1.0
    beside, inside = (BESIDE_PX, BESIDE_PX), section.astype(np.float32)
    planes = inside, darkness, darkness * inside
    share, dark, dark_inside = (cv2.blur(plane, beside)[border] for plane in planes)
    step = dark_inside / np.maximum(share, 1e-3) - (dark - dark_inside) / np.maximum(1 - share, 1e-3)
    without = np.zeros(section.shape, np.uint8)
    without[border] = step < STEP
    _, stretches = cv2.connectedComponents(without, connectivity=8)
    lengths = np.bincount(np.asarray(stretches)[without > 0], minlength=1)
    return float(np.mean(step < STEP)), float(lengths.max() / len(step))


def _edges(grey: Grey, border: Area, contrast: float) -> tuple[float, float, float]:
    """Sharpness, faintest edge and mean edge."""
    if not border.any():
        return 0.0, 0.0, 0.0
    near, far = (_contrast(grey, width)[border].astype(np.float32) for width in (3, 7))
    return (
        float(np.mean(near / np.maximum(far, 1))),
        float(np.percentile(near, 10)) / contrast,
        float(near.mean()) / contrast,
    )


def _contrast(grey: Grey, width: int) -> Grey:
    around = np.ones((width, width), np.uint8)
    return np.asarray(cv2.subtract(cv2.dilate(grey, around), cv2.erode(grey, around)))


def _share(values: NDArray[np.generic]) -> float:
    """The mean; 0 where there are none."""
    return float(values.mean()) if values.size else 0.0
