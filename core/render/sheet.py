"""Contact sheets: many drawings with their masks on one picture, for looking at."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray


def contact_sheet(
    drawings: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint8]]], *, columns: int = 6, cell_px: int = 240
) -> NDArray[np.uint8]:
    """Each (image, mask) in its own square cell, the section tinted red; uint8 (H, W, 3)."""
    rows = max(1, -(-len(drawings) // columns))
    sheet = np.full((rows * cell_px, columns * cell_px, 3), 200, np.uint8)
    for index, (image, mask) in enumerate(drawings):
        scale = (cell_px - 6) / max(mask.shape)
        size = (max(1, int(mask.shape[1] * scale)), max(1, int(mask.shape[0] * scale)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        cover = cv2.resize(mask * np.uint8(255), size, interpolation=cv2.INTER_AREA)[..., None] / 255 * 0.45
        tinted = small * (1 - cover) + np.array([250, 50, 83]) * cover
        top, left = (index // columns) * cell_px + 3, (index % columns) * cell_px + 3
        sheet[top : top + size[1], left : left + size[0]] = tinted.astype(np.uint8)
    return sheet


def beside_sheet(
    rendered: Sequence[NDArray[np.uint8]], real: Sequence[NDArray[np.uint8]], *, seed: int
) -> tuple[NDArray[np.uint8], list[int]]:
    """Rendered and real drawings, uint8 (H, W, 3), in random order on one sheet, and the cells of the real ones.

    Cells count from 1, along the rows. Nothing is tinted: whoever looks at it can guess first.
    """
    images = [*real, *rendered]
    order = np.random.default_rng(seed).permutation(len(images))
    bare = [(images[k], np.zeros(images[k].shape[:2], np.uint8)) for k in order]
    cells = sorted(int(cell) + 1 for cell in np.flatnonzero(order < len(real)))
    return contact_sheet(bare, columns=4, cell_px=400), cells
