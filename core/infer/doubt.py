"""Where a reading is doubtful: the places of its border that a person should look at first."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from core.infer.probabilities import Probabilities
from core.infer.uncertainty import LOOKED_AT_PX, Plane
from core.raster.masks import Mask
from core.raster.places import Place

MOST_PLACES = 6
LEAST_ENTROPY = 0.45  # bits, the mean around a place; sure borders have 0.15 to 0.4
BAND_SHARE, RADIUS_SHARE = 0.01, 0.03  # of the drawing's long side
END_SHARE = 0.15  # of a piece's height: its rim or base
WIDE = 2.5  # a base is so many times wider than the wall


def doubtful_places(probabilities: Probabilities, mask: Mask, height_px: int, width_px: int) -> list[Place]:
    """At most six places in pixels of the drawing, (height_px, width_px), the heaviest first.

    Probabilities (h, w, C) and mask (h, w) are at the network's size. The weight of a place is the mean entropy of the
    border around it, in bits: 1 where the network cannot tell section from background at all.
    """
    step = max(1, round(max(mask.shape) / LOOKED_AT_PX))
    section = np.ascontiguousarray(mask[::step, ::step] > 0).view(np.uint8)
    entropy, band = _entropy_at_border(1 - probabilities[::step, ::step, 0], section)
    if not band.any():
        return []
    radius = max(2, round(RADIUS_SHARE * max(section.shape)))
    around = (2 * radius + 1, 2 * radius + 1)
    length = cv2.boxFilter(band.astype(np.float32), -1, around, normalize=False, borderType=cv2.BORDER_CONSTANT)
    doubt = cv2.boxFilter(entropy, -1, around, normalize=False, borderType=cv2.BORDER_CONSTANT)
    mean = np.where(band, doubt / np.maximum(length, radius), 0)  # a few pixels of border are no place
    _, found, stats, _ = cv2.connectedComponentsWithStats(section, connectivity=8)
    pieces, boxes = np.asarray(found, np.int32), np.asarray(stats, np.int32)
    down, across = height_px / section.shape[0], width_px / section.shape[1]
    return [
        Place(
            row=min(height_px - 1, int((row + 0.5) * down)),
            column=min(width_px - 1, int((column + 0.5) * across)),
            radius_px=max(3, round(radius * max(down, across))),
            weight=round(float(min(1.0, mean[row, column])), 3),
            where=_where(pieces, boxes, row, column),
        )
        for row, column in _peaks(mean, radius)
    ]


def _entropy_at_border(foreground: Plane, section: Mask) -> tuple[Plane, NDArray[np.bool_]]:
    """Bits of doubt at each pixel of the band about the section's border, 0 elsewhere, and the band; both (h, w)."""
    reach = 2 * max(1, round(BAND_SHARE * max(section.shape))) + 1
    around = np.ones((reach, reach), np.uint8)
    band = np.asarray(cv2.dilate(section, around) != cv2.erode(section, around))
    sure = np.clip(foreground[band], 1e-6, 1 - 1e-6)
    entropy = np.zeros(section.shape, np.float32)
    entropy[band] = -(sure * np.log2(sure) + (1 - sure) * np.log2(1 - sure))
    return entropy, band


def _peaks(mean: NDArray[np.floating], radius: int) -> Iterator[tuple[int, int]]:
    """(row, column) of the highest values, apart from each other by twice the radius."""
    left = mean.copy()
    for _ in range(MOST_PLACES):
        row, column = (int(index) for index in np.unravel_index(np.argmax(left), left.shape))
        if left[row, column] < LEAST_ENTROPY:
            return
        yield row, column
        left[max(0, row - 2 * radius) : row + 2 * radius + 1, max(0, column - 2 * radius) : column + 2 * radius + 1] = 0


def _where(pieces: NDArray[np.int32], boxes: NDArray[np.int32], row: int, column: int) -> str:
    """Where on its vessel a place of the border lies.

    A section's upper end is a rim if it is as narrow as the wall, and its lower end a base if it is wide: the end of a
    sherd, or of a vessel drawn upside down, is only at the top or at the bottom.
    """
    piece = _nearest_piece(pieces, row, column)
    top, height = boxes[piece, cv2.CC_STAT_TOP], boxes[piece, cv2.CC_STAT_HEIGHT]
    widths = np.count_nonzero(pieces[top : top + height] == piece, axis=1)
    end = max(1, round(END_SHARE * height))
    if row < top + end:
        return "at the top" if _is_wide(widths[:end], widths) else "at the rim"
    if row >= top + height - end:
        return "at the base" if _is_wide(widths[-end:], widths) else "at the bottom"
    return "at the wall"


def _is_wide(end: NDArray[np.intp], widths: NDArray[np.intp]) -> bool:
    return bool(end.max() >= WIDE * np.median(widths))


def _nearest_piece(pieces: NDArray[np.int32], row: int, column: int) -> int:
    """The number of the piece that is nearest to (row, column); there must be one."""
    rows, columns = np.nonzero(pieces)
    nearest = np.argmin((rows - row) ** 2 + (columns - column) ** 2)
    return int(pieces[rows[nearest], columns[nearest]])
