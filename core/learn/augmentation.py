"""Variants of a drawing with its mask. Pure functions of the item and a seeded generator."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image as Pillow
from scipy import ndimage

from core.infer.scales import paper_colour, proportional_size
from core.learn.samples import TrainingItem, resized
from core.raster.images import Image
from core.render.fills import artificial_fill

MAX_ROTATION_DEGREES = 10.0
MAX_STRETCH, MAX_ENLARGEMENT = 0.15, 0.1  # logarithms of factors


def proportions(item: TrainingItem, size: int, rng: np.random.Generator) -> TrainingItem:
    """As another vessel might be drawn: its longest side within a tenth of `size`, half of the time mirrored, half of
    the time higher or wider in proportion by up to 35 %."""
    if rng.random() < 0.5:
        image, mask = item.image[:, ::-1], item.mask[:, ::-1]
        item = TrainingItem(item.name, np.ascontiguousarray(image), np.ascontiguousarray(mask))
    stretch = float(np.exp(rng.uniform(-MAX_STRETCH, MAX_STRETCH))) if rng.random() < 0.5 else 1.0
    height, width = item.mask.shape[0] * stretch, item.mask.shape[1] / stretch
    long_side = round(size * float(np.exp(rng.uniform(-MAX_ENLARGEMENT, MAX_ENLARGEMENT))))
    return resized(item, *proportional_size(round(64 * height), round(64 * width), long_side))


def geometric(item: TrainingItem, rng: np.random.Generator) -> TrainingItem:
    """Rotated by up to 10 degrees and flipped both ways at random, image and mask alike.

    What enters at the corners repeats the nearest edge pixel, as in the original project.
    """
    angle = rng.uniform(-MAX_ROTATION_DEGREES, MAX_ROTATION_DEGREES)
    image, mask = _rotate(item.image, angle, order=1), _rotate(item.mask, angle, order=0)
    for axis in (0, 1):
        if rng.random() < 0.5:
            image, mask = np.flip(image, axis), np.flip(mask, axis)
    return TrainingItem(item.name, np.ascontiguousarray(image), np.ascontiguousarray(mask))


def artificial_fills(item: TrainingItem, rng: np.random.Generator) -> TrainingItem:
    """Sometimes hatches or empties the section, so that a network learns other styles from the same drawings."""
    return TrainingItem(item.name, artificial_fill(item.image, item.mask, rng), item.mask)


def photometric(item: TrainingItem, rng: np.random.Generator) -> TrainingItem:
    """Half of the time another scan of the same drawing: contrast, paper, blur, grain or JPEG."""
    image = item.image
    if rng.random() < 0.5:
        for change in rng.permutation(np.array(PHOTOMETRIC_CHANGES, dtype=object))[:2]:
            image = change(image, rng)
    return TrainingItem(item.name, image, item.mask)


def vary_contrast(image: Image, rng: np.random.Generator) -> Image:
    """Gamma 0.6 to 1.7, and ink between black and a dark grey."""
    ink = rng.uniform(0, 90)
    curve = ink + (255 - ink) * (np.arange(256) / 255) ** np.exp(rng.uniform(-0.5, 0.5))
    return curve.round().astype(np.uint8)[image]


def tint_paper(image: Image, rng: np.random.Generator) -> Image:
    """Paper between white and yellowish grey."""
    tint = np.array([1.0, rng.uniform(0.93, 1.0), rng.uniform(0.8, 1.0)]) * rng.uniform(0.85, 1.0)
    return (image * tint).round().astype(np.uint8)


def blur(image: Image, rng: np.random.Generator) -> Image:
    """Out of focus by up to one pixel."""
    sigma = rng.uniform(0.2, 1.0)
    return ndimage.gaussian_filter(image, (sigma, sigma, 0))


def add_grain(image: Image, rng: np.random.Generator) -> Image:
    """Grey noise of up to 12 levels."""
    grain = rng.normal(0.0, rng.uniform(2, 12), image.shape[:2])
    return np.clip(image + grain[..., None], 0, 255).round().astype(np.uint8)


def compress(image: Image, rng: np.random.Generator) -> Image:
    """JPEG of quality 25 to 80."""
    buffer = io.BytesIO()
    Pillow.fromarray(image).save(buffer, "JPEG", quality=int(rng.integers(25, 81)))
    return np.array(Pillow.open(buffer))


PHOTOMETRIC_CHANGES: tuple[Callable[[Image, np.random.Generator], Image], ...] = (
    vary_contrast,
    tint_paper,
    blur,
    add_grain,
    compress,
)


def crop_around_profile(item: TrainingItem, rng: np.random.Generator) -> TrainingItem:
    """A part of the drawing that holds the whole profile, with margins of random width.

    A drawing without profile stays as it is.
    """
    rows, columns = np.nonzero(item.mask.any(axis=1))[0], np.nonzero(item.mask.any(axis=0))[0]
    if not rows.size:
        return item
    top, left = int(rng.uniform(0, rows[0] + 1)), int(rng.uniform(0, columns[0] + 1))
    bottom = int(rng.uniform(rows[-1] + 1, item.mask.shape[0] + 1))
    right = int(rng.uniform(columns[-1] + 1, item.mask.shape[1] + 1))
    part = np.s_[top:bottom, left:right]
    return TrainingItem(item.name, item.image[part], item.mask[part])


def place_on_sheet(item: TrainingItem, height: int, width: int, rng: np.random.Generator) -> TrainingItem:
    """The drawing somewhere on a (height, width) sheet of its own paper; it must not be larger."""
    top = int(rng.integers(0, height - item.mask.shape[0] + 1))
    left = int(rng.integers(0, width - item.mask.shape[1] + 1))
    part = np.s_[top : top + item.mask.shape[0], left : left + item.mask.shape[1]]
    image, mask = np.empty((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    image[:] = paper_colour(item.image)
    image[part], mask[part] = item.image, item.mask
    return TrainingItem(item.name, image, mask)


def _rotate(array: np.ndarray, angle_degrees: float, *, order: int) -> np.ndarray:
    return ndimage.rotate(array, angle_degrees, axes=(1, 0), reshape=False, order=order, mode="nearest")
