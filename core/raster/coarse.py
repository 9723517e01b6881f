"""Coarse: on large scans a tool decides on a smaller picture, and the border is then moved onto the ink exactly."""

import math
from collections.abc import Callable

import cv2
import numpy as np

from core.raster.checks import Point
from core.raster.images import Image
from core.raster.snap import moved
from core.raster.windows import Area, clicked, grey_of, window_of

LONGEST_SIDE_PX = 2000
"""A picture of this size shows every line of a drawing that is printed at a size to be read."""


def decided(image: Image, point: Point, decide: Callable[[Image, Point], Area]) -> Area:
    """What `decide` finds around a point (row, column), on a picture of at most LONGEST_SIDE_PX; bool (H, W).

    Raises EditError for a click outside the drawing, and what `decide` raises.
    """
    shape = image.shape[:2]
    clicked(point, shape)
    factor = math.ceil(max(shape) / LONGEST_SIDE_PX)
    if factor == 1:
        return decide(image, point)
    size = (math.ceil(shape[1] / factor), math.ceil(shape[0] / factor))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    scale = (size[1] / shape[0], size[0] / shape[1])
    found = decide(small, (point[0] * scale[0], point[1] * scale[1]))
    soft = cv2.resize(found.astype(np.uint8) * 255, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    area = soft > 127
    window = window_of(area, margin_px=2 * factor + 4)
    if window is None:
        return area
    part = np.ascontiguousarray(area[window.slices])
    return window.spread(moved(grey_of(image[window.slices]), part, factor))
