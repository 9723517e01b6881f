"""Findings: what one of the checks in `core/raster/sanity.py` has to say about a mask."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One reason to look at a mask again.

    `sentence` says it in full, `weight` 0..1 how surely the mask is wrong, `place` (row, column) where on the drawing,
    None where no one place is meant.
    """

    check: str
    sentence: str
    weight: float
    place: tuple[int, int] | None
