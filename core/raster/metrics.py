"""How alike two masks are."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, spatial

from core.errors import MaskSizeError
from core.raster.masks import Mask


@dataclass(frozen=True)
class Change:
    """How many pixels differ, and which share of the drawing that is, 0 to 1."""

    pixels: int
    fraction: float


def foreground_iou(truth: Mask, mask: Mask) -> float:
    """Intersection over union of everything that is not background, 0 to 1; 1 if both are empty.

    Raises MaskSizeError if the masks differ in size, as all functions here do.
    """
    _refuse_other_size(truth, mask)
    return _iou(truth > 0, mask > 0)


def foreground_iou_per_label(truth: Mask, mask: Mask) -> dict[int, float]:
    """Intersection over union of each class but the background that occurs in either mask, by class index."""
    _refuse_other_size(truth, mask)
    occurring = np.flatnonzero(_counts(truth) + _counts(mask)).tolist()
    return {index: _iou(truth == index, mask == index) for index in occurring if index > 0}


def border_distance_px(truth: Mask, mask: Mask) -> float:
    """Median distance between the borders of the two foregrounds.

    Measured from every border pixel of either mask to the nearest one of the other, so the order does not matter.
    0 if both are empty, infinite if one is.
    """
    _refuse_other_size(truth, mask)
    truth_border, mask_border = _border(truth > 0), _border(mask > 0)
    if len(truth_border) == 0 or len(mask_border) == 0:
        return 0.0 if len(truth_border) == len(mask_border) else math.inf
    to_mask, _ = spatial.cKDTree(mask_border).query(truth_border)
    to_truth, _ = spatial.cKDTree(truth_border).query(mask_border)
    return float(np.median(np.concatenate([to_mask, to_truth])))


def changed_pixels(before: Mask, after: Mask) -> Change:
    """The pixels whose class differs between two masks of one drawing."""
    _refuse_other_size(before, after)
    pixels = int(np.count_nonzero(before != after))
    return Change(pixels, pixels / max(before.size, 1))


def _iou(truth: NDArray[np.bool_], mask: NDArray[np.bool_]) -> float:
    union = np.count_nonzero(truth | mask)
    return np.count_nonzero(truth & mask) / union if union else 1.0


def _counts(mask: Mask) -> NDArray[np.intp]:
    return np.bincount(mask.ravel(), minlength=256)


def _border(region: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(N, 2) pixels of the region that have a side in common with its outside or with the drawing's edge."""
    return np.argwhere(region & ~ndimage.binary_erosion(region))


def _refuse_other_size(truth: Mask, mask: Mask) -> None:
    if truth.shape != mask.shape:
        raise MaskSizeError(
            f"The masks have {truth.shape[1]} x {truth.shape[0]} and {mask.shape[1]} x {mask.shape[0]} pixels. "
            "Compare masks of the same drawing."
        )
