"""Probabilities: float32 (h, w, C), each pixel sums to 1, class 0 is the background."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from core.raster.masks import Mask

Probabilities = NDArray[np.float32]

BAND_PIXELS = 4_000_000
SHARPNESS = 8.0


def resize_probabilities(probabilities: Probabilities, height: int, width: int) -> Probabilities:
    """Bilinear in each class but the background, which is what they leave of 1."""
    if probabilities.shape[:2] == (height, width):
        return probabilities
    resized = np.empty((height, width, probabilities.shape[2]), np.float32)
    for label in range(1, probabilities.shape[2]):
        resized[:, :, label] = resize_plane(probabilities[:, :, label], height, width)
    resized[:, :, 0] = 1 - resized[:, :, 1:].sum(axis=2)
    return resized


def resize_plane(plane: Probabilities, height: int, width: int) -> Probabilities:
    """One class, (h, w) -> (height, width), bilinear with pixel centres at +0.5; averages where it shrinks."""
    if plane.shape == (height, width):
        return plane
    return np.asarray(_pillow(plane).resize((width, height), Pillow.Resampling.BILINEAR))


def to_mask(probabilities: Probabilities, height: int, width: int, *, band_pixels: int = BAND_PIXELS) -> Mask:
    """The most probable class of each pixel at (height, width); of equally probable ones the lowest.

    Probabilities are enlarged first and compared afterwards, which puts borders between the network's pixels. Only the
    window with foreground is enlarged, in bands of rows: beside the mask some `band_pixels` floats a class are held.
    """
    leads = probabilities[:, :, 1:] - probabilities[:, :, :1]  # (h, w, C - 1), over the background
    planes = [_pillow(leads[:, :, rival]) for rival in range(leads.shape[2])]
    mask = np.zeros((height, width), np.uint8)
    is_foreground = most_probable(probabilities) > 0
    first_row, last_row = _reach(is_foreground.max(axis=1), height)
    left, right = _reach(is_foreground.max(axis=0), width)
    columns_scale, rows_scale = probabilities.shape[1] / width, probabilities.shape[0] / height
    rows = max(1, band_pixels // max(1, right - left))
    for top in range(first_row, last_row, rows):
        bottom = min(last_row, top + rows)
        box = (left * columns_scale, top * rows_scale, right * columns_scale, bottom * rows_scale)
        mask[top:bottom, left:right] = _winners(planes, (right - left, bottom - top), _inside(box, planes[0]))
    return mask


def uncertainty(probabilities: Probabilities, mask: Mask) -> float:
    """How much the probabilities differ from the mask made of them: 1 - soft IoU of the foreground, 0 to 1.

    `mask` is (h, w) at the probabilities' size. An empty mask gives 1.0: a drawing shows a profile, so a model that
    finds none has failed, and the drawing belongs in front of a person first.
    """
    foreground = 1.0 - probabilities[:, :, 0]
    is_foreground = mask > 0
    both = float(foreground[is_foreground].sum(dtype=np.float64))
    either = float(foreground.sum(dtype=np.float64)) + int(is_foreground.sum()) - both
    return 1.0 if both <= 0 else min(1.0, max(0.0, 1.0 - both / either))


def most_probable(probabilities: Probabilities) -> Mask:
    """The most probable class of each pixel, uint8 (h, w); of equally probable ones the lowest."""
    best, winners = probabilities[:, :, 0], np.zeros(probabilities.shape[:2], np.uint8)
    for label in range(1, probabilities.shape[2]):  # numpy's argmax is ten times slower on so short an axis
        winners[probabilities[:, :, label] > best] = label
        best = np.maximum(best, probabilities[:, :, label])
    return winners


def weigh_by_certainty(readings: Sequence[Probabilities], *, sharpness: float = SHARPNESS) -> Probabilities:
    """Mean of several readings of one drawing, (h, w, C) each, in which the sure ones count for more.

    A reading counts exp(-sharpness * uncertainty): a network that meets a drawing at the wrong scale doubts what it
    says, and is outvoted by the scale at which it knows what it sees. With sharpness 0 it is the plain mean.
    """
    doubts = np.array([uncertainty(reading, most_probable(reading)) for reading in readings])
    weights = np.exp(-sharpness * (doubts - doubts.min()))
    total = np.zeros_like(readings[0])
    for reading, weight in zip(readings, weights / weights.sum(), strict=True):
        total += np.float32(weight) * reading
    return total


def _reach(has_foreground: Mask, length: int) -> tuple[int, int]:
    """First and last + 1 of `length` rows (or columns) that foreground in some of the network's can reach."""
    found = np.flatnonzero(has_foreground)
    if len(found) == 0:
        return 0, 0
    scale = length / len(has_foreground)
    margin = max(1.0, 1.0 / scale)  # how far bilinear interpolation looks, in the network's rows
    return max(0, int((found[0] - margin) * scale)), min(length, int((found[-1] + 1 + margin) * scale) + 1)


def _inside(box: tuple[float, float, float, float], plane: Pillow.Image) -> tuple[float, float, float, float]:
    """The box without what rounding has put outside the plane."""
    return box[0], box[1], min(box[2], plane.width), min(box[3], plane.height)


def _winners(leads: list[Pillow.Image], size: tuple[int, int], box: tuple[float, float, float, float]) -> Mask:
    """The leading class at each pixel of `box`; `leads` are those of class 1, 2, ... over the background."""
    best = np.zeros((size[1], size[0]), np.float32)
    winners = np.zeros(best.shape, np.uint8)
    for label, plane in enumerate(leads, start=1):
        lead = np.asarray(plane.resize(size, Pillow.Resampling.BILINEAR, box))
        winners[lead > best] = label
        best = np.maximum(best, lead)
    return winners


def _pillow(plane: Probabilities) -> Pillow.Image:
    return Pillow.fromarray(np.ascontiguousarray(plane, dtype=np.float32))
