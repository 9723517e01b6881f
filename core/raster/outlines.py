"""Outlines: the borders of a mask as polygons."""

import numpy as np
from numpy.typing import NDArray
from skimage import measure

from core.raster.masks import Mask

Ring = NDArray[np.float64]
"""float64 (N, 2), (row, column) in image pixels; the first point is not repeated at the end."""


def outlines(mask: Mask) -> list[Ring]:
    """The borders of the foreground, holes as rings of their own.

    All rings together, filled by the even-odd rule as an edit does, give exactly the pixels of the foreground again:
    each point lies half-way between the centre of a pixel inside and that of a neighbour outside. Pixels that touch
    only at a corner are apart. For one class of many pass `mask == index`.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return []
    box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] > 0
    padded = np.pad(box, 1).astype(np.uint8)
    origin = np.array([rows[0], columns[0]]) - 1 + 0.5
    return [ring[:-1] + origin for ring in measure.find_contours(padded, 0.5)]


def is_hole(ring: Ring) -> bool:
    """Whether a ring of `outlines` runs around a hole: holes run the other way round."""
    row, column = ring.T
    return float(np.dot(row, np.roll(column, -1)) - np.dot(column, np.roll(row, -1))) > 0
