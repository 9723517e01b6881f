"""Shapes that annotation tools keep instead of masks: regions and polygons of a class, painted over each other."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from core.errors import MaskSizeError, UnknownFormatError
from core.formats.incoming import ForeignMask, MaskSource, Size
from core.formats.rle import Region
from core.raster.masks import Mask, empty_mask
from core.raster.outlines import Ring, is_hole, outlines
from core.raster.scanlines import fill_runs, polygon_runs

Painter = Callable[[Mask], None]
"""Paints one shape into a mask, in place. Raises UnknownFormatError with half a sentence if it cannot."""

_FARTHEST_PX = 1e7


def painted(name: str, declared: Size, painters: Sequence[Painter]) -> MaskSource:
    """The mask of these shapes, painted in their order, for an image that the archive says is of `declared` size."""

    def read(size: Size) -> ForeignMask:
        if size != declared:
            raise MaskSizeError(
                f"{name} is annotated at {declared[1]} x {declared[0]} pixels, its drawing has {size[1]} x {size[0]}. "
                "Annotate the drawing at its full resolution."
            )
        mask = empty_mask(*size)
        try:
            for paint in painters:
                paint(mask)
        except UnknownFormatError as error:
            raise UnknownFormatError(f"A shape of {name} cannot be used: {error}. Export it again.") from error
        return ForeignMask(mask)

    return read


def fill_polygon(mask: Mask, points: Iterable[tuple[float, float]], label: int) -> None:
    """Fill a polygon of (x, y) points, the way edits do: a pixel belongs to it when its centre does."""
    corners = np.array([(y, x) for x, y in points], dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(corners).all() or (abs(corners) > _FARTHEST_PX).any():
        raise UnknownFormatError("a point lies nowhere near the image")
    if len(corners) >= 3:
        fill_runs(mask, polygon_runs(corners, (mask.shape[0], mask.shape[1])), label)


@dataclass(frozen=True)
class Part:
    """A connected part of a class: its region in a box, and its outlines, of which some may run around holes."""

    label: int
    top: int
    left: int
    region: Region

    @property
    def rings(self) -> list[Ring]:
        """(row, column) in the pixels of the whole image."""
        return [ring + np.array([self.top, self.left]) for ring in outlines(self.region.astype(np.uint8))]

    @property
    def has_holes(self) -> bool:
        return any(is_hole(ring) for ring in outlines(self.region.astype(np.uint8)))


def classes_in(mask: Mask) -> list[int]:
    """The classes of the foreground that occur in a mask."""
    return [index for index in np.flatnonzero(np.bincount(mask.ravel())).tolist() if index]


def whole_classes(mask: Mask) -> Iterator[Part]:
    """One part for each class that occurs, in its bounding box."""
    for label in classes_in(mask):
        region = mask == label
        rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
        top, left = int(rows[0]), int(columns[0])
        yield Part(label, top, left, region[top : rows[-1] + 1, left : columns[-1] + 1])


def connected_parts(mask: Mask) -> Iterator[Part]:
    """The parts of each class that touch along an edge, each by itself."""
    for label in classes_in(mask):
        numbered, _ = ndimage.label(mask == label)
        for number, box in enumerate(ndimage.find_objects(numbered), start=1):
            yield Part(label, box[0].start, box[1].start, numbered[box] == number)


def number(text: object) -> float:
    """A finite number. Raises UnknownFormatError."""
    try:
        value = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise UnknownFormatError(f"{str(text)[:40]!r} is not a number") from error
    if not math.isfinite(value):
        raise UnknownFormatError(f"{str(text)[:40]!r} is not a number")
    return value
