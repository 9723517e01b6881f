"""Checks that an archaeologist would make of a mask, each with its reason as a sentence.

How often each finds a planted fault, and how often it speaks up without one: `python -m benchmarks.sanity`. What they
look at is explained in docs/decisions/sanity-checks.md.
"""

from collections.abc import Callable

import numpy as np

from core.raster.axis import beyond_axis
from core.raster.breaks import gap_in_wall
from core.raster.ends import ink_left_out
from core.raster.evidence import Evidence, Spot, evidence_of
from core.raster.finding import Finding
from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.pieces import grown, numbered
from core.raster.windows import Area

__all__ = ["CHECKS", "Finding", "examine"]

CHECKS: dict[str, str] = {
    "empty": "nothing found",
    "full": "nearly everything marked",
    "axis": "crosses the axis",
    "specks": "loose specks",
    "thick": "wall suddenly thick",
    "broken": "wall broken",
    "touching": "walls run together",
    "edge": "runs off the page",
    "paper": "clean paper marked",
    "ink": "ink left out",
}
"""The checks' names, and the few words of a card."""

WEIGHTS: dict[str, float] = {
    "empty": 1.0,
    "full": 1.0,
    "axis": 0.85,
    "specks": 0.55,
    "thick": 0.9,
    "broken": 0.7,
    "touching": 0.9,
    "edge": 0.8,
    "paper": 0.85,
    "ink": 0.65,
}
"""How often a prediction that the check found fault with was wrong (IoU under 0.9).

`python -m benchmarks.sanity --predictions --first-seed 9000000` measures it; axis and edge were too few to tell.
"""

FULL_SHARE = 0.6
SPECK_SHARE = 0.04
"""Of the largest piece; the smallest true sections beside others are about as large as that."""

OPEN = 0.25
SWOLLEN = 2.0
BARE_STRIP = 0.6

Check = Callable[[Evidence], Spot | None]


def examine(mask: Mask, image: Image) -> list[Finding]:
    """What speaks against the mask, the heaviest first; nothing for a mask that looks right."""
    share = float(np.count_nonzero(mask)) / max(1, mask.size)
    if share == 0:
        return [_finding("empty", None)]
    if share > FULL_SHARE:
        return [_finding("full", None)]
    evidence = evidence_of(mask, image)
    found = {name: check(evidence) for name, check in _CHECKS.items()}
    findings = [_finding(name, evidence.on_drawing(place)) for name, place in found.items() if place is not None]
    crossing = beyond_axis(mask > 0, image)
    if crossing is not None:
        findings.append(_finding("axis", crossing))
    return sorted(findings, key=lambda finding: -finding.weight)


def _finding(check: str, place: tuple[int, int] | None) -> Finding:
    return Finding(check, SENTENCES[check], WEIGHTS[check], place)


SENTENCES: dict[str, str] = {
    "empty": "No section is marked on this drawing.",
    "full": "Nearly the whole drawing is marked as section.",
    "axis": "The section goes on past the vessel's axis into the view on the other side.",
    "specks": "Small specks are marked far from the section.",
    "thick": "The wall suddenly becomes several times as thick, without ink that shows it.",
    "broken": "The wall is broken in two, although the drawing shows it going on.",
    "touching": "Two walls run together across the paper between them.",
    "edge": "The section runs off the page's edge where no wall is drawn.",
    "paper": "Clean paper is marked as section.",
    "ink": "The section ends although the drawing goes on beside it in the same way.",
}


def specks(evidence: Evidence) -> Spot | None:
    """A piece that is tiny beside the largest one."""
    numbers, sizes = evidence.pieces
    tiny = np.flatnonzero(sizes[1:] < SPECK_SHARE * sizes[1:].max()) + 1
    return _middle(numbers == tiny[sizes[tiny].argmax()]) if len(tiny) else None


def clean_paper(evidence: Evidence) -> Spot | None:
    """A part without ink that nothing parts from the paper around the section."""
    cell = max(evidence.open_cells, key=lambda cell: cell.size, default=None)
    return None if cell is None else cell.middle


def swelling(evidence: Evidence) -> Spot | None:
    """Clean paper beside the wall that makes it several times as thick."""
    for cell in evidence.open_cells:
        if float(evidence.room[grown(cell.area, evidence.half)].max()) >= SWOLLEN * evidence.half:
            return cell.middle
    return None


def bridge(evidence: Evidence) -> Spot | None:
    """Clean paper that joins walls, or far stretches of one, at two of its sides or more."""
    for cell in evidence.open_cells:
        around = grown(cell.area, 0.3 * evidence.half + 3)
        contact = evidence.mask & ~around & grown(around, 2.5)
        _, sizes = numbered(contact, connectivity=8)
        if np.count_nonzero(sizes[1:] >= 0.8 * evidence.half) >= 2:
            return cell.middle
    return None


def page_edge(evidence: Evidence) -> Spot | None:
    """Clean paper that is marked as far as the page's edge, or a strip along it."""
    at_edge = evidence.page_edge & evidence.mask
    if not at_edge.any():
        return None
    for cell in evidence.open_cells:
        if (grown(cell.area, 1.2 * evidence.half + 3) & at_edge).any():
            return cell.middle
    numbers, _ = evidence.pieces
    border = evidence.mask & (evidence.room <= 1.5) & ~evidence.page_edge
    for number in np.unique(numbers[at_edge]):
        piece = numbers == number
        if np.count_nonzero(evidence.bare_border & piece) > BARE_STRIP * np.count_nonzero(border & piece):
            return _middle(piece & at_edge)
    return None


_CHECKS: dict[str, Check] = {
    "specks": specks,
    "thick": swelling,
    "broken": gap_in_wall,
    "touching": bridge,
    "edge": page_edge,
    "paper": clean_paper,
    "ink": ink_left_out,
}


def _middle(area: Area) -> Spot:
    row, column = np.argwhere(area).mean(axis=0)
    return float(row), float(column)
