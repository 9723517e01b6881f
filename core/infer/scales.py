"""Brings a drawing to the sizes at which a network reads it: shrunk or enlarged in proportion, padded with paper."""

import numpy as np
from PIL import Image as Pillow

from core.raster.images import Image

BAND_PIXELS = 4_000_000


def proportional_size(height: int, width: int, long_side: int) -> tuple[int, int]:
    """(height, width) in proportion with the longer side at `long_side`; no side becomes less than 1."""
    scale = long_side / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def padded_size(height: int, width: int, stride: int) -> tuple[int, int]:
    """The next larger (height, width) of which both are multiples of `stride`."""
    return -(-height // stride) * stride, -(-width // stride) * stride


def scale_image(image: Image, height: int, width: int, *, band_pixels: int = BAND_PIXELS) -> Image:
    """The image at (height, width), averaging the pixels that fall together where it shrinks.

    A large image is first reduced by a whole factor, band by band, so that no second copy of it is made.
    """
    factor = min(image.shape[0] // height, image.shape[1] // width) // 2
    if factor > 1:
        image = _reduce(image, factor, band_pixels)
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(Pillow.fromarray(image).resize((width, height), Pillow.Resampling.BILINEAR))


def pad_image(image: Image, height: int, width: int, colour: np.ndarray) -> Image:
    """The image in the upper left corner of a (height, width) sheet of that colour."""
    sheet = np.empty((height, width, 3), np.uint8)
    sheet[:] = colour
    sheet[: image.shape[0], : image.shape[1]] = image
    return sheet


def paper_colour(image: Image) -> np.ndarray:
    """RGB of the paper: the median of the brighter half of the image's border pixels."""
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    brightness = border.sum(axis=1, dtype=np.int32)
    return np.median(border[brightness >= np.median(brightness)], axis=0).astype(np.uint8)


def _reduce(image: Image, factor: int, band_pixels: int) -> Image:
    rows = max(1, band_pixels // (image.shape[1] * factor)) * factor
    bands = [
        np.asarray(Pillow.fromarray(image[top : top + rows]).reduce(factor)) for top in range(0, image.shape[0], rows)
    ]
    return np.concatenate(bands)
