"""Run lengths of masks: COCO's, down the columns of the whole image, and CVAT's, along the rows of a box.

Both begin with the number of pixels that are not set, which may be 0. COCO packs runs into text, six bits a character
(rleToString in pycocotools/common/maskApi.c).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import UnknownFormatError

Region = NDArray[np.bool_]
"""bool (H, W): the pixels of one shape."""

_LONGEST_RUN = 1 << 40


def runs_of(region: Region) -> list[int]:
    """The runs of a region, row by row; transpose it for columns."""
    flat = np.ascontiguousarray(region).ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate([[0], changes, [flat.size]])
    runs: list[int] = np.diff(edges).tolist()
    return [0, *runs] if flat.size and flat[0] else runs


def region_of(runs: Sequence[int], height: int, width: int) -> Region:
    """The region of these runs, row by row. Raises UnknownFormatError unless they fill it exactly."""
    try:
        counts = np.array(runs, dtype=np.int64)
    except (ValueError, TypeError, OverflowError) as error:
        raise UnknownFormatError("a run length is not a whole number") from error
    if counts.ndim != 1 or (counts < 0).any() or (counts > _LONGEST_RUN).any():
        raise UnknownFormatError("a run length is negative or far too large")
    if sum(counts.tolist()) != height * width:
        raise UnknownFormatError(f"its runs add up to {sum(counts.tolist())} pixels instead of {height * width}")
    return np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(height, width)


def to_text(runs: Sequence[int]) -> str:
    """Runs as COCO's text."""
    characters = bytearray()
    for position, run in enumerate(runs):
        value = run - runs[position - 2] if position > 2 else run
        while True:
            bits, value = value & 31, value >> 5
            is_over = value == (-1 if bits & 16 else 0)
            characters.append(48 + (bits if is_over else bits | 32))
            if is_over:
                break
    return characters.decode()


def from_text(text: str) -> list[int]:
    """Runs from COCO's text. Raises UnknownFormatError if it is none."""
    runs: list[int] = []
    value = shift = 0
    for character in text.encode(errors="replace"):
        bits = character - 48
        if not 0 <= bits < 64 or shift > 40:
            raise UnknownFormatError("its packed runs cannot be read")
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            if bits & 16:
                value -= 1 << shift
            runs.append(value + runs[-2] if len(runs) > 2 else value)
            value = shift = 0
    if shift:
        raise UnknownFormatError("its packed runs break off")
    return runs
