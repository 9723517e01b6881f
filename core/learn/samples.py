"""From drawings with their masks to the arrays a network trains on.

A batch is images float32 (B, H, W, 3) in [0, 255] and masks float32 (B, H, W, classes) one-hot: the original
project's contract.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import EmptyMaskError, LabelError, MaskSizeError
from core.infer.scales import pad_image, padded_size, paper_colour, proportional_size, scale_image
from core.learn.configuration import ORIGINAL_LONGEST_SIDE, ORIGINAL_SIZE
from core.raster.images import Image
from core.raster.masks import Mask

STRIDE = 32


@dataclass(frozen=True)
class TrainingItem:
    """One drawing with the mask that is right for it; both (H, W)."""

    name: str
    image: Image
    mask: Mask


@dataclass(frozen=True)
class Batch:
    """What one training step reads."""

    images: NDArray[np.float32]  # (B, H, W, 3) in [0, 255]
    masks: NDArray[np.float32]  # (B, H, W, classes) one-hot


def check_item(item: TrainingItem, class_count: int) -> None:
    """Raises EmptyMaskError, MaskSizeError or LabelError if the drawing cannot be trained on."""
    if 0 in item.image.shape or 0 in item.mask.shape:
        raise EmptyMaskError(f"{item.name} has no pixels. Take it out of the training set.")
    if item.image.shape[:2] != item.mask.shape:
        raise MaskSizeError(
            f"The mask of {item.name} is {item.mask.shape[1]} x {item.mask.shape[0]} pixels and its image is "
            f"{item.image.shape[1]} x {item.image.shape[0]}. Correct the drawing again."
        )
    if int(item.mask.max()) >= class_count:
        raise LabelError(
            f"The mask of {item.name} uses class {int(item.mask.max())}, and the label map ends at {class_count - 1}. "
            "Add the class, or correct the drawing."
        )


def network_size(height: int, width: int, image_size: int | str) -> tuple[int, int]:
    """The (height, width) at which a drawing of this size is trained on.

    For a number: the longest side has that many pixels. For "original": as it is but at most 1024, both sides at the
    nearest multiple of 32, as in the original project.
    """
    if image_size != ORIGINAL_SIZE:
        return proportional_size(height, width, int(image_size))
    scale = min(1.0, ORIGINAL_LONGEST_SIDE / max(height, width))
    return _nearest_multiple(height * scale), _nearest_multiple(width * scale)


def resized(item: TrainingItem, height: int, width: int) -> TrainingItem:
    """The item at another size; the mask is resized as class indices, so no pixel gets a class it never had."""
    return TrainingItem(item.name, scale_image(item.image, height, width), _nearest(item.mask, height, width))


def stack(items: Sequence[TrainingItem], class_count: int) -> Batch:
    """A batch of the items, each on paper of its own colour as large as the largest of them needs."""
    height, width = padded_size(
        max(item.mask.shape[0] for item in items), max(item.mask.shape[1] for item in items), STRIDE
    )
    images = np.stack([pad_image(item.image, height, width, paper_colour(item.image)) for item in items])
    masks = np.zeros((len(items), height, width), np.uint8)  # (B, H, W)
    for mask, item in zip(masks, items, strict=True):
        mask[: item.mask.shape[0], : item.mask.shape[1]] = item.mask
    return Batch(images.astype(np.float32), one_hot(masks, class_count))


def one_hot(masks: NDArray[np.uint8], class_count: int) -> NDArray[np.float32]:
    """Class indices (B, H, W) as (B, H, W, class_count)."""
    return (masks[..., None] == np.arange(class_count, dtype=np.uint8)).astype(np.float32)


def _nearest(mask: Mask, height: int, width: int) -> Mask:
    rows = (np.arange(height) + 0.5) * mask.shape[0] / height
    columns = (np.arange(width) + 0.5) * mask.shape[1] / width
    return mask[rows.astype(np.intp)[:, None], columns.astype(np.intp)]


def _nearest_multiple(side: float) -> int:
    return max(STRIDE, round(side / STRIDE) * STRIDE)
