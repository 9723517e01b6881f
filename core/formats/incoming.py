"""What an archive brings, before a workspace has seen it: names first, pixels when they are asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from core.errors import LabelError
from core.labels import Colour
from core.raster.masks import Mask

BACKGROUND_NAMES = frozenset({"background", "_background_", "__background__", "bg", "hintergrund", "fond", "sfondo"})
BLACK: Colour = (0, 0, 0)

MAX_LABELS = 256
SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
"""What other tools call our three splits; any other subset has no split."""


@dataclass(frozen=True)
class ForeignLabel:
    """A class as the archive calls it; `colour` is None where the format has none."""

    name: str
    colour: Colour | None = None


@dataclass(frozen=True)
class ForeignMask:
    """A mask in the archive's own classes: uint8 (H, W) indices into its labels, 0 the background.

    `snapped_pixels` had a colour that no label has and went to the nearest one.
    """

    indices: Mask
    snapped_pixels: int = 0


Size: TypeAlias = tuple[int, int]
"""Height and width in pixels."""

MaskSource: TypeAlias = Callable[[Size], ForeignMask]
"""Reads a mask for a drawing of a size. Raises MaskSizeError if it has another, InputError if it cannot be read."""


@dataclass(frozen=True)
class Incoming:
    """A drawing that the archive speaks of.

    `name` is its path there, without an extension where the format keeps none; `image_name` the file that holds its
    pixels, None where the archive has none. Without `mask` it is unlabelled, which is not the same as empty. `clash`
    is a sentence that says why its mask cannot be told from another one's, and then there is no mask.
    """

    name: str
    image_name: str | None = None
    mask: MaskSource | None = None
    split: str | None = None
    publication: str | None = None
    clash: str = ""


@dataclass(frozen=True)
class Contents:
    """All that an archive brings. `labels[0]` is the background; `remarks` are sentences about what is left out."""

    format: str
    labels: tuple[ForeignLabel, ...]
    items: tuple[Incoming, ...]
    remarks: tuple[str, ...] = ()


def background_first(labels: list[ForeignLabel]) -> tuple[ForeignLabel, ...]:
    """The labels with the background as the first, found by its name, else by black, and added if there is none.

    Exporters sort labels by name, so its position says nothing. Raises LabelError for duplicates or too many.
    """
    names = [label.name for label in labels]
    twice = next((name for name in names if names.count(name) > 1), None) if len(names) <= MAX_LABELS else None
    if twice is not None:
        raise LabelError(f"The label map has “{twice}” twice. Rename one of them and export again.")
    found = next((label for label in labels if label.name.casefold() in BACKGROUND_NAMES), None)
    found = found or next((label for label in labels if label.colour == BLACK), None)
    background = found or ForeignLabel("background", BLACK)
    ordered = (background, *(label for label in labels if label is not found))
    if len(ordered) > MAX_LABELS:
        raise LabelError(f"The label map has {len(labels)} labels; masks can hold {MAX_LABELS - 1} besides background.")
    return ordered


def split_of(subset: str) -> str | None:
    """The split that a subset of another tool stands for, None if it is none of the three."""
    return SPLITS.get(subset.casefold())
