"""Masks: exact to and from PNG, and pictures that show them over their drawing."""

import io
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from scipy import ndimage

from core.errors import EmptyMaskError, MaskSizeError, UnreadableImageError
from core.labels import LabelMap
from core.raster.images import Image

Mask: TypeAlias = NDArray[np.uint8]
"""uint8 (H, W) class indices; 0 is background."""

STRONGEST_TINT = 0.7
"""Share of a label's colour at full opacity; the rest shows the drawing, so that ink stays visible under any tint."""

PIXELS_PER_OUTLINE_PX = 500
"""An outline is one pixel wide for each of these along the longest side: visible when the whole drawing is shown."""

HEAT_STOPS = np.array(
    [[255, 255, 255], [251, 231, 184], [240, 177, 123], [207, 106, 116], [128, 56, 122]], dtype=np.float32
)
"""RGB of probabilities 0, 0.25, 0.5, 0.75 and 1: paper, then ever darker, so that it also reads without colour."""

HEAT_ONSET = 0.1
"""Below this probability the tint fades out, so that plain background keeps its ink as it is."""


def empty_mask(height: int, width: int) -> Mask:
    """A mask of background only. Raises EmptyMaskError if either side is zero."""
    _refuse_zero_side(height, width)
    return np.zeros((height, width), dtype=np.uint8)


def encode_mask(mask: Mask) -> bytes:
    """The mask as a greyscale PNG whose levels are the class indices; `decode_mask` gives the same mask back."""
    stream = io.BytesIO()
    Pillow.fromarray(mask).save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def decode_mask(content: bytes) -> Mask:
    """The mask in a PNG that `encode_mask` wrote. Raises UnreadableImageError for anything else."""
    try:
        with Pillow.open(io.BytesIO(content), formats=("PNG",)) as picture:
            mask = np.array(picture)
    except Exception as error:  # a decoder that meets damaged bytes raises anything
        raise UnreadableImageError("The stored mask is not a readable PNG. Restore it from a backup.") from error
    if mask.dtype != np.uint8 or mask.ndim != 2:
        raise UnreadableImageError("The stored mask is not a greyscale PNG of 8 bits. Restore it from a backup.")
    return mask


def resize_mask(mask: Mask, height: int, width: int) -> Mask:
    """Resize a mask without inventing classes.

    Nearest neighbour, so every output value already occurs in the input.
    Raises EmptyMaskError if either side is zero.
    """
    _refuse_zero_side(*mask.shape, height, width)
    return np.array(Pillow.fromarray(mask).resize((width, height), Pillow.Resampling.NEAREST))


def overlay(image: Image, mask: Mask, labels: LabelMap, *, opacity: float, outline_only: bool = False) -> Image:
    """The drawing with each class tinted in its label's colour; no ink is hidden, at any opacity from 0 to 1.

    With `outline_only` just a line runs around each class, outside of it, so that even a thin wall stays free.
    Raises MaskSizeError if the mask has another size than the image.
    """
    _refuse_other_size(image, mask)
    strength = STRONGEST_TINT * min(max(opacity, 0.0), 1.0)
    levels = np.arange(256, dtype=np.float32)[:, np.newaxis]
    tinted = image.copy()
    for label in labels.foreground:
        region = mask == label.index
        if outline_only:
            region = _surrounding(region, width_px=max(1, round(max(mask.shape) / PIXELS_PER_OUTLINE_PX)))
        table = levels + strength * (np.array(label.colour, dtype=np.float32) - levels)
        tinted[region] = np.rint(table).astype(np.uint8)[image[region], [0, 1, 2]]
    return tinted


def heat_map(image: Image, foreground: NDArray[np.float32]) -> Image:
    """The drawing tinted by the probability of foreground, from clear paper at 0 to dark plum at 1.

    `foreground` is (H, W), 0 to 1. Raises MaskSizeError if it has another size than the image.
    """
    _refuse_other_size(image, foreground)
    probability = np.linspace(0, 1, 256, dtype=np.float32)
    stops = np.linspace(0, 1, len(HEAT_STOPS))
    colours = np.stack([np.interp(probability, stops, HEAT_STOPS[:, channel]) for channel in range(3)], axis=1)
    strength = STRONGEST_TINT * np.minimum(probability / HEAT_ONSET, 1)[:, np.newaxis, np.newaxis]
    levels = np.arange(256, dtype=np.float32)[np.newaxis, :, np.newaxis]
    table = np.rint(levels + strength * (colours[:, np.newaxis, :] - levels)).astype(np.uint8)

    heat = np.rint(foreground.clip(0, 1) * 255).astype(np.uint8)
    region = heat > 0
    tinted = image.copy()
    tinted[region] = table[heat[region][:, np.newaxis], image[region], [0, 1, 2]]
    return tinted


def _surrounding(region: NDArray[np.bool_], *, width_px: int) -> NDArray[np.bool_]:
    """The pixels outside a region that are at most `width_px` away from it along both axes."""
    grown = ndimage.maximum_filter(region.view(np.uint8), size=2 * width_px + 1, mode="constant")
    return grown.view(np.bool_) & ~region


def _refuse_zero_side(*sides: int) -> None:
    if 0 in sides:
        raise EmptyMaskError("A mask needs at least one pixel in height and width. Choose a larger size.")


def _refuse_other_size(image: Image, layer: NDArray[Any]) -> None:
    if image.shape[:2] != layer.shape:
        raise MaskSizeError(
            f"The mask has {layer.shape[1]} x {layer.shape[0]} pixels, its drawing {image.shape[1]} x "
            f"{image.shape[0]}. Use the mask that was made for this drawing."
        )
