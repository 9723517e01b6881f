"""Any way to store a pixel -> 8-bit RGB on white paper."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

FULL_SCALES = (1, 255, 4095, 65535, 2**32 - 1)
BAND_ROWS = 256


def to_rgb(picture: Pillow.Image) -> NDArray[np.uint8]:
    """The pixels of a picture of any Pillow mode as uint8 (H, W, 3) RGB.

    What is transparent shows white paper. Greyscale of more than 8 bits is scaled, never clipped: see `full_scale`.
    Raises ValueError for a mode that has no way to RGB, and whatever Pillow raises when it decodes damaged pixels.
    """
    picture.load()
    is_deep = picture.mode in ("I", "F") or picture.mode.startswith("I;16")
    white = full_scale(max(_brightest(band) for _, band in _bands(picture))) if is_deep else 255
    image = np.empty((picture.height, picture.width, 3), dtype=np.uint8)
    for rows, band in _bands(picture):
        image[rows] = _reduced(np.asarray(band), white)[:, :, np.newaxis] if is_deep else np.asarray(_on_paper(band))
    return image


def full_scale(brightest: float) -> int:
    """Which sample value is white in a greyscale picture whose brightest sample is this.

    A scan uses the full range of its 16 bits, 0 to 65535. But 12-bit scanners and image programs also write smaller
    ranges into large samples; as paper is bright, the brightest sample tells: it is the smallest of 1 (a fraction),
    8, 12, 16 and 32 bits that holds it.
    """
    return next((scale for scale in FULL_SCALES if brightest <= scale), FULL_SCALES[-1])


def _bands(picture: Pillow.Image) -> Iterator[tuple[slice, Pillow.Image]]:
    """The picture in strips: converting it whole would need several times the memory of a large scan."""
    for top in range(0, picture.height, BAND_ROWS):
        bottom = min(top + BAND_ROWS, picture.height)
        yield slice(top, bottom), picture.crop((0, top, picture.width, bottom))


def _brightest(band: Pillow.Image) -> float:
    return float(np.fmax.reduce(np.asarray(band), axis=None, initial=0))  # fmax passes over what is no number


def _on_paper(band: Pillow.Image) -> Pillow.Image:
    if not band.has_transparency_data:
        return band.convert("RGB")
    layer = band.convert("RGBA")
    paper = Pillow.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer)
    return paper


def _reduced(samples: NDArray[np.generic], white: int) -> NDArray[np.uint8]:
    """Greyscale of any number type as uint8, with `white` at 255; negative samples are black."""
    levels = np.multiply(samples, 255 / white, dtype=np.float32, casting="unsafe")
    np.nan_to_num(levels, copy=False)
    return np.rint(levels.clip(0, 255)).astype(np.uint8)
