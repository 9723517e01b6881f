"""Regions: what a tool that looked at the drawing decided, stored as pixels, so that replay needs no drawing.

Fill, pick, cut and snap are computed once, when a person acts. What they decided stays the same for ever, whatever
later versions of the tools would do.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.errors import EditError
from core.raster.checks import checked_count, checked_label
from core.raster.masks import Mask
from core.raster.scanlines import Runs, fill_runs
from core.raster.windows import Area

LONGEST_SIDE_PX = 100_000

_UNREADABLE = "A correction of this drawing is damaged. Undo it and make it again."


@dataclass(frozen=True)
class Region:
    """Pixels that get a class, for each class one set; which tool decided it, and with which settings.

    `parts` are pairs of a label and the pixels as `packed` writes them. Raises EditError for pixels that do not fit
    a drawing of that height and width.
    """

    height_px: int
    width_px: int
    parts: tuple[tuple[int, str], ...]
    tool: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    kind: ClassVar[str] = "region"

    def __post_init__(self) -> None:
        for side in ("height_px", "width_px"):
            value = checked_count(getattr(self, side), "A drawing's side", at_least=1, at_most=LONGEST_SIDE_PX)
            object.__setattr__(self, side, value)
        if not isinstance(self.tool, str) or not isinstance(self.settings, Mapping):
            raise EditError(_UNREADABLE)
        try:
            parts = tuple((checked_label(label), packing) for label, packing in self.parts)
        except (TypeError, ValueError) as error:
            raise EditError(_UNREADABLE) from error
        for _, packing in parts:
            unpacked(packing, self.height_px * self.width_px)
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "settings", dict(self.settings))

    @property
    def labels(self) -> tuple[int, ...]:
        return tuple(label for label, _ in self.parts)

    def paint(self, mask: Mask) -> None:
        """Raises EditError for a mask of another size, and leaves it as it is."""
        if mask.shape != (self.height_px, self.width_px):
            raise EditError(
                f"A {self.tool} was made on a drawing of {self.width_px} x {self.height_px} pixels, but this mask has "
                f"{mask.shape[1]} x {mask.shape[0]}. Undo it and make it again."
            )
        for label, packing in self.parts:
            fill_runs(mask, unpacked(packing, mask.size), label)


def region(area: Area, label: int, tool: str, **settings: Any) -> Region:
    """The edit that gives all pixels of an area one class."""
    return Region(area.shape[0], area.shape[1], ((label, packed(area)),), tool, settings)


def difference(before: Mask, after: Mask, tool: str, **settings: Any) -> Region:
    """The edit that turns one mask into another of the same size: the pixels that change, by their new class."""
    if before.shape != after.shape:
        raise EditError(
            f"The masks have {before.shape[1]} x {before.shape[0]} and {after.shape[1]} x {after.shape[0]} pixels. "
            "Use masks of the same drawing."
        )
    changed = before != after
    labels = np.flatnonzero(np.bincount(after[changed], minlength=1)).tolist()
    parts = tuple((label, packed(changed & (after == label))) for label in labels)
    return Region(before.shape[0], before.shape[1], parts, tool, settings)


def packed(area: Area) -> str:
    """The pixels of an area as a short text: lengths of runs, row by row, less those two before, compressed.

    Neighbouring rows have runs of nearly the same lengths, so that nearly all of these numbers are small.
    """
    rows = np.flatnonzero(area.any(axis=1))
    first, past = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)
    lengths = np.diff(_borders(area[first:past].ravel()) + first * area.shape[1], prepend=0)
    steps = lengths.copy()
    steps[2:] -= lengths[:-2]
    return base64.b64encode(zlib.compress(steps.astype("<i4").tobytes(), 6)).decode("ascii")


def unpacked(packing: str, size: int) -> Runs:
    """The runs in a text that `packed` wrote. Raises EditError if they do not fit into `size` pixels."""
    try:
        content = zlib.decompress(base64.b64decode(packing, validate=True))
        steps = np.frombuffer(content, "<i4").astype(np.int64)
    except (binascii.Error, zlib.error, ValueError, TypeError) as error:
        raise EditError(_UNREADABLE) from error
    lengths = steps.copy()
    lengths[0::2], lengths[1::2] = np.cumsum(steps[0::2]), np.cumsum(steps[1::2])
    borders = np.cumsum(lengths)
    if len(steps) % 2 or (lengths < 0).any() or (len(borders) and borders[-1] > size):
        raise EditError(_UNREADABLE)
    return Runs(borders[0::2], borders[1::2])


def _borders(pixels: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where runs start and stop, in turns."""
    changes = np.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    first = [0] if len(pixels) and pixels[0] else []
    last = [len(pixels)] if len(pixels) and pixels[-1] else []
    return np.concatenate([first, changes, last]).astype(np.int64)
