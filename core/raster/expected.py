"""Expected: what a model's reading says about a section, where the ink alone does not decide.

The reading is coarse, so it moves no border that lies on ink. It limits how far a tool may look, cuts off what ran out
into paint or paper, and names the parts behind a white line.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from core.raster.cells import Expected, with_cells
from core.raster.masks import Mask
from core.raster.pieces import distance_inside, grown, numbered, opened, piece_at, without_holes
from core.raster.snap import moved
from core.raster.windows import Area, Grey, Place, window_of

Foreground: TypeAlias = NDArray[np.float32]
"""float32 (h, w), 0 to 1: how probably each place of a drawing belongs to the class, at any size."""

LOOSE_PX = 2.0
"""The reading's border is trusted to so many of its own pixels."""

STRANGE, SEEN, OWN = 0.14, 0.5, 0.65
"""A piece that probable at most is a leak; the reading sees a section from the second on; a part of it that nobody
clicked is at least as probable as the third."""

INK_SHARE = 0.7
"""What was restored is drawn with less ink than the section: a part of it has at least this share of the ink."""

UNDERSTOOD = 0.25
"""Of the expected section a tool finds at least this share, or it did not understand how the section is drawn."""

COVERED = 0.85
"""The same for a part that the tool looks for by itself, where nobody clicked."""

LIGHT_SHARE, SLIVER_SHARE = 0.03, 0.3
"""Less of a solid section is light. Its parts hold no light, and no slivers: these are thinner than twice the second
share of how far the reading's border may be off."""

AROUND = 3.0
"""A part brings no more than what lies within so many times as far of it as the reading's border may be off."""

SPECK_SHARE = 0.005
"""What runs out by less than this share of the section is no leak."""

PART_SHARE = 0.6
"""A part is more than so many times as thick as the reading's border may be off."""

MOST_PARTS = 3
"""Parts behind a white line that are looked for: two handles and a foot."""

Find: TypeAlias = Callable[[Grey, Place, Area | None], Area]
"""A tool: the section of a picture at a pixel, in a zone or anywhere; empty where it has no end or is not drawn.

May raise EditError for a click that can only be a slip, but not if it looks for parts that nobody clicked.
"""

MARGIN_PX, MARGIN_SHARE = 40, 0.25
"""How far beyond all that may be section a tool looks, in px and as a share of its extent."""


def expected_foreground(probabilities: NDArray[np.float32], mask: Mask, label: int) -> Foreground:
    """How probably each place belongs to a class: as a model read it, and surely where the mask has it already.

    `probabilities` are (h, w, C), the mask is of any size. A class that the model does not know may be anywhere that
    is not background.
    """
    known = label < probabilities.shape[2]
    read = probabilities[..., label] if known else np.float32(1) - probabilities[..., 0]
    size = (read.shape[1], read.shape[0])
    drawn = cv2.resize((mask == label).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(np.maximum(read, drawn), np.float32)


def settled(
    grey: Grey,
    place: Place,
    foreground: Foreground | None,
    find: Find,
    *,
    has_parts: bool,
    enclosed: Area | None = None,
) -> Area:
    """What a tool finds at a pixel, put right by what is expected there, bool (H, W).

    With `has_parts` it also has the parts that nobody clicked, such as a handle behind a white line; without, the
    cells between lines that go on with it. `enclosed` is what the ink closes off by itself, and stays whatever the
    reading says.

    It is what the tool finds alone where there is no reading, or the reading sees no section at the pixel. Where the
    tool finds nothing, or next to nothing, it is the expected section with its border moved onto the ink.
    Raises EditError where the tool does.
    """
    size = (grey.shape[1], grey.shape[0])
    if foreground is not None:
        probable = np.asarray(cv2.resize(foreground, size, interpolation=cv2.INTER_LINEAR), np.float32)
    if foreground is None or probable[place] <= SEEN:
        return find(grey, place, None) if enclosed is None else enclosed
    near = piece_at(probable > STRANGE, place, connectivity=8)
    extent_px = max(int(np.ptp(np.flatnonzero(near.any(axis=axis)))) for axis in (0, 1))
    margin_px = max(MARGIN_PX, int(MARGIN_SHARE * extent_px))
    window = window_of(near if enclosed is None else near | enclosed, margin_px=margin_px)
    assert window is not None, "the pixel itself is near"
    part, sure = np.ascontiguousarray(grey[window.slices]), np.ascontiguousarray(probable[window.slices])
    loose_px = max(2.0, LOOSE_PX * max(size) / max(foreground.shape))
    seen = np.asarray(sure > SEEN)
    expected = Expected(sure, seen, seen & near[window.slices], grown(seen, loose_px) | (sure > STRANGE), loose_px)
    if enclosed is not None:
        return window.spread(with_cells(part, np.ascontiguousarray(enclosed[window.slices]), expected))
    return window.spread(_settled(part, window.inside(place), expected, find, has_parts=has_parts))


def _settled(grey: Grey, place: Place, expected: Expected, find: Find, *, has_parts: bool) -> Area:
    piece = piece_at(expected.seen, place, connectivity=8)
    found, whole = _kept_in(grey, place, expected, find)
    if np.count_nonzero(found & piece) < UNDERSTOOD * np.count_nonzero(piece):
        return _snapped(grey, piece, piece, expected.loose_px)
    if has_parts:
        for part in _missing_parts(whole, expected, piece):
            whole = whole | _part(grey, part, found, expected, piece, find)
        whole = whole | _seen_holes(whole, expected)
    changed = whole ^ found
    whole = _snapped(grey, whole, changed, expected.loose_px) if changed.any() else found
    return whole if has_parts else with_cells(grey, whole, expected)


def _kept_in(grey: Grey, place: Place, expected: Expected, find: Find) -> tuple[Area, Area]:
    """What a tool finds at a pixel, and that without what runs out of where the section is expected.

    What the tool finds with nothing to limit it is right if what lies beyond is not quite improbable.
    """
    found = find(grey, place, expected.zone)
    if found.any() and not _runs_out(found, expected.zone).any():
        return found, found
    free = find(grey, place, None)
    if free.any() and not _has_leak(free, expected):
        return free, free
    return found, _trimmed(found, expected)


def _runs_out(found: Area, zone: Area) -> Area:
    """Where the found area is stopped by the zone's border, not by what is drawn."""
    return found & grown(~zone, 1.5)


def _has_leak(free: Area, expected: Expected) -> bool:
    """Whether a piece of what was found anywhere lies where no section is expected."""
    beyond = free & ~grown(expected.seen, expected.loose_px)
    numbers, sizes = numbered(beyond, connectivity=8)
    mean = np.bincount(numbers.ravel(), expected.probable.ravel(), len(sizes)) / np.maximum(sizes, 1)
    smallest_px = max(expected.loose_px**2, SPECK_SHARE * np.count_nonzero(free))
    return bool(((sizes >= smallest_px) & (mean < STRANGE))[1:].any())


def _trimmed(found: Area, expected: Expected) -> Area:
    """Without the strips along the zone's border in which a leak would go on."""
    beyond = _runs_out(found, expected.zone) & ~expected.seen
    if not beyond.any():
        return found
    return found & ~(grown(beyond, 2 * expected.loose_px) & ~expected.seen)


def _missing_parts(found: Area, expected: Expected, piece: Area) -> list[Area]:
    """The thick pieces of the expected section that were not found, largest first."""
    missing = opened(piece & ~found, PART_SHARE * expected.loose_px)
    numbers, sizes = numbered(missing, connectivity=8)
    mean = np.bincount(numbers.ravel(), expected.probable.ravel(), len(sizes)) / np.maximum(sizes, 1)
    order = 1 + np.argsort(-sizes[1:])[:MOST_PARTS]
    return [numbers == k for k in order if mean[k] >= OWN and sizes[k] >= 4 * expected.loose_px**2]


def _part(grey: Grey, part: Area, found: Area, expected: Expected, piece: Area, find: Find) -> Area:
    """A missing part, if it is drawn like the section that was found: as the tool finds it, or else as expected."""
    paper = float(np.percentile(grey[::4, ::4], 90))
    least = INK_SHARE * (paper - float(grey[found & piece].mean()))
    if paper - float(grey[part].mean()) < least:
        return np.zeros_like(part)
    row, column = np.unravel_index(int(distance_inside(part).argmax()), part.shape)
    _, own = _kept_in(grey, Place(int(row), int(column)), expected, find)
    if np.count_nonzero(own & part) < COVERED * np.count_nonzero(part):
        near = piece & grown(part, expected.loose_px + 2)
        light = grey > paper - least / 2
        is_solid = float(light[found & piece].mean()) < LIGHT_SHARE
        return opened(near & ~light, SLIVER_SHARE * expected.loose_px) if is_solid else near
    added = own & ~found & grown(part, AROUND * expected.loose_px)
    return added if paper - float(grey[added].mean()) >= least else np.zeros_like(part)


def _seen_holes(whole: Area, expected: Expected) -> Area:
    """The holes that are section in the reading: cells of a hatching, not the loop of a handle."""
    holes = without_holes(whole, largest_px=math.inf) & ~whole
    numbers, sizes = numbered(holes, connectivity=4)
    mean = np.bincount(numbers.ravel(), expected.probable.ravel(), len(sizes)) / np.maximum(sizes, 1)
    is_seen = mean >= OWN
    is_seen[0] = False
    return np.asarray(is_seen[numbers])


def _snapped(grey: Grey, area: Area, changed: Area, within_px: float) -> Area:
    """The area with its border moved onto the ink where it was changed."""
    window = window_of(area, margin_px=int(within_px) + 6)
    if window is None:
        return area
    before = np.ascontiguousarray(area[window.slices])
    part = np.ascontiguousarray(grey[window.slices])
    after = moved(part, moved(part, before, round(within_px)), 3)
    return window.spread(np.where(grown(changed[window.slices], within_px + 2), after, before))
