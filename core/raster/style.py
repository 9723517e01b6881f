"""How a draughtsman filled the section: what a drawing and its mask themselves say about its style."""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.raster.images import Image
from core.raster.masks import Mask

BLACK, GREY, HATCHED, OUTLINED, EMPTY = "black", "grey", "hatched", "outlined", "empty"

_HEART = 0.75  # of the section's half thickness: deeper than that no outline reaches
_FEWEST_PIXELS = 30
_LIGHT, _DARK = 0.25, 0.6  # of the drawing's darkest ink


def section_style(image: Image, mask: Mask) -> str:
    """ "black", "grey" (any even tone), "hatched" (any pattern, stippling too), "outlined", or "empty" without a mask.

    Looks at the heart of the section only. Right for nine of ten rendered drawings: `benchmarks/alike.py`.
    """
    heart = _heart(mask)
    if not heart.any():
        return EMPTY
    grey = image.min(axis=2).astype(np.float32)
    paper = max(1.0, float(np.percentile(grey, 90)))
    darkness = np.clip(paper - grey, 0, None)
    darkest = max(40.0, float(np.percentile(darkness, 99.5)))
    ink = np.clip(darkness[heart] / darkest, 0, 1)
    light, dark = float((ink < _LIGHT).mean()), float((ink > _DARK).mean())
    if light > 0.6 and dark < 0.06:
        return OUTLINED
    if light > 0.5 or float(ink.std()) > 0.3:
        return HATCHED
    return BLACK if np.median(ink) > 0.9 or np.median(darkness[heart]) > 0.75 * paper else GREY


def _heart(mask: Mask) -> NDArray[np.bool_]:
    """The pixels of the foreground that are farthest from its border."""
    foreground = np.pad((mask > 0).astype(np.uint8), 1)  # the drawing's edge is a border too
    depth = cv2.distanceTransform(foreground, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    inside = depth[depth > 0]
    if not inside.size:
        return np.zeros(mask.shape, bool)
    heart = depth > max(1.5, _HEART * float(np.percentile(inside, 95)))
    return heart if heart.sum() >= _FEWEST_PIXELS else depth >= 0.6 * depth.max()
