"""Faults planted in true masks, of the kinds that networks and hurried people leave in masks.

Each plants one fault at a place, of a size and in a shape that chance decides, or nothing where the drawing has no room
for it. They look at the truth and, where a fault lies on paper or ink, at the image; never at what a check makes of it.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from scipy import ndimage
from skimage.morphology import skeletonize

from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.pieces import distance_inside, grown, numbered
from core.raster.windows import Area, grey_of

Random = np.random.Generator
WORK_PX = 1000
TRIES = {"axis": 2, "touching": 10}


class Wall(NamedTuple):
    """The truth as an area, its typical half thickness in px, and the (row, column) of the middle of its walls."""

    area: Area
    half: float
    middle: np.ndarray


def plant(fault: str, image: Image, truth: Mask, rng: Random, *, wall: Wall | None = None) -> Mask | None:
    """The truth with that fault in it, 0/1; None where this drawing has no room for it.

    `wall` is `wall_of(truth)`, for those who plant several faults in the same truth.
    """
    wall = wall or wall_of(truth)
    for _ in range(TRIES.get(fault, 30)):
        area = FAULTS[fault](wall, image, rng)
        if area is not None:
            return area.astype(np.uint8)
    return None


def wall_of(truth: Mask) -> Wall:
    area = truth > 0
    shrink = min(1.0, WORK_PX / max(area.shape))
    small = cv2.resize(area.astype(np.uint8), None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) > 0
    middle = np.argwhere(skeletonize(small)) / shrink
    middle = np.minimum(np.rint(middle).astype(int), np.array(area.shape) - 1)
    room = distance_inside(np.pad(area, 1))[1:-1, 1:-1]
    depth = room[tuple(middle.T)]
    if not (depth > 0).any():
        return Wall(area, 1.0, np.argwhere(area))
    return Wall(area, max(1.0, float(np.median(depth[depth > 0]))), middle[depth > 0])


def _nothing(wall: Wall, image: Image, rng: Random) -> Area:
    return np.zeros_like(wall.area)


def _everything(wall: Wall, image: Image, rng: Random) -> Area:
    """All of the sheet, all but a margin, all but the section, or all that is not ink."""
    kind = rng.integers(0, 4)
    if kind == 0:
        return np.ones_like(wall.area)
    if kind == 1:
        area = np.zeros_like(wall.area)
        margin = (rng.uniform(0.0, 0.07, 4) * np.repeat(area.shape, 2)).astype(int)
        area[margin[0] : area.shape[0] - margin[1], margin[2] : area.shape[1] - margin[3]] = True
        return area
    if kind == 2:
        return ~wall.area
    grey = grey_of(image)
    return grey > (float(np.percentile(grey, 90)) + float(np.percentile(grey, 1))) / 2


def _specks(wall: Wall, image: Image, rng: Random) -> Area | None:
    """One to five small blots off the section, on paper or on whatever else is drawn."""
    area = wall.area.copy()
    largest = float(numbered(wall.area, connectivity=8)[1][1:].max())
    away = distance_inside(~wall.area)
    grey = grey_of(image)
    free = away > 3 * wall.half
    for _ in range(int(rng.integers(1, 6))):
        size = max(9.0, largest * float(np.exp(rng.uniform(np.log(0.002), np.log(0.03)))))
        radius = (size / np.pi) ** 0.5
        room = free & (away > 2 * radius + 2 * wall.half)
        on_ink = room & (grey < float(np.median(grey)) - 50)
        spots = np.argwhere(on_ink if rng.random() < 0.5 and on_ink.any() else room)
        if len(spots):
            area |= _blot(area.shape, spots[rng.integers(len(spots))], radius, rng)
    return area if (area != wall.area).any() else None


def _thick(wall: Wall, image: Image, rng: Random) -> Area | None:
    """A swelling of one wall to at least three times its thickness, within the page and touching no other wall."""
    point = _place(wall, rng)
    if point is None:
        return None
    normal = _normal(wall, point, rng)
    radius = wall.half * rng.uniform(3.1, 5.0)
    centre = point + normal * radius * rng.uniform(0.2, 0.9)
    blot = _blot(wall.area.shape, centre, radius * 1.12, rng)
    area = wall.area | blot
    added = blot & ~wall.area
    if (blot & wall.area).sum() > 0.35 * wall.area.sum():  # of such a wall nothing is left to compare with
        return None
    if _touches_edge(blot) or added.sum() < 0.5 * blot.sum() or _hole_count(area) != _hole_count(wall.area):
        return None
    if len(numbered(area, connectivity=8)[1]) != len(numbered(wall.area, connectivity=8)[1]):
        return None
    return area if distance_inside(area)[blot].max() >= 3 * wall.half else None


def _broken(wall: Wall, image: Image, rng: Random) -> Area | None:
    """A gap across one wall, up to three thicknesses wide, askew and ragged, with much of the wall on both sides."""
    cut = _cut(wall, rng, width=wall.half * rng.uniform(0.8, 6.0))
    if cut is None:
        return None
    area, first, second = cut
    return area if min(first.sum(), second.sum()) >= 0.15 * (first.sum() + second.sum()) else None


def _touching(wall: Wall, image: Image, rng: Random) -> Area | None:
    """Two walls, or two far stretches of one, joined across the paper between them."""
    start = wall.middle[rng.integers(len(wall.middle))]
    numbers, _ = numbered(wall.area, connectivity=8)
    off = np.hypot(*(wall.middle - start).T)
    own = numbers[tuple(wall.middle.T)] == numbers[tuple(start)]
    around = _along(wall, start)
    is_other = np.where(own, around > np.maximum(1.6 * off, 6 * wall.half), True) & (off > 3 * wall.half)
    is_other &= off < max(0.3 * max(wall.area.shape), 10 * wall.half)
    if not is_other.any():
        return None
    ends = np.flatnonzero(is_other)
    end = wall.middle[ends[off[ends].argmin()] if rng.random() < 0.6 else rng.choice(ends)]
    bar = _bar(wall.area.shape, start, end, wall.half * rng.uniform(1.2, 4.0), rng)
    added = bar & ~wall.area
    _, sizes = numbered(added, connectivity=8)
    if len(sizes) < 2 or sizes[1:].max() < 4 * wall.half**2:
        return None
    area = wall.area | bar
    is_joined = _hole_count(area) > _hole_count(wall.area)
    is_joined |= len(numbered(area, connectivity=8)[1]) < len(numbered(wall.area, connectivity=8)[1])
    return area if is_joined and not _touches_edge(added) else None


def _off_the_page(wall: Wall, image: Image, rng: Random) -> Area | None:
    """The wall drawn on to the page's edge, or a strip along the edge."""
    height, width = wall.area.shape
    if rng.random() < 0.3:
        strip = np.zeros_like(wall.area)
        deep = max(2, round(max(height, width) * rng.uniform(0.006, 0.03)))
        long = round(height * rng.uniform(0.1, 0.7))
        top = int(rng.integers(0, height - long + 1))
        strip[top : top + long, :deep] = True
        strip = strip if rng.random() < 0.5 else strip[:, ::-1]
        return wall.area | strip if (strip & ~wall.area).sum() > 0.8 * strip.sum() else None
    start = wall.middle[rng.integers(len(wall.middle))].astype(float)
    distances = np.array([start[0], height - 1 - start[0], start[1], width - 1 - start[1]])
    side = int(distances.argmin()) if rng.random() < 0.7 else int(rng.integers(4))
    ahead = np.array([(-1, 0), (1, 0), (0, -1), (0, 1)][side], float)
    turn = rng.uniform(-0.5, 0.5)
    end = start + (ahead + turn * ahead[::-1]) * (distances[side] + 3 * wall.half)
    bar = _bar(wall.area.shape, start, end, wall.half * rng.uniform(1.2, 3.5), rng)
    added = bar & ~wall.area
    return wall.area | bar if _touches_edge(added) and added.sum() > 6 * wall.half**2 else None


def _paper(wall: Wall, image: Image, rng: Random) -> Area | None:
    """A blot on clean paper, beside the wall or off it; or the whole mask shifted."""
    grey = grey_of(image)
    if rng.random() < 0.25:
        step = wall.half * rng.uniform(2.0, 5.0)
        angle = rng.uniform(0, 2 * np.pi)
        shift = np.rint([step * np.sin(angle), step * np.cos(angle)])
        return ndimage.shift(wall.area.astype(np.uint8), shift, order=0) > 0
    radius = wall.half * rng.uniform(1.5, 5.0)
    if rng.random() < 0.5:
        point = wall.middle[rng.integers(len(wall.middle))]
        centre = point + _normal(wall, point, rng) * (0.8 * radius + wall.half)
    else:
        centre = np.array([rng.uniform(0, side) for side in wall.area.shape])
    blot = _blot(wall.area.shape, centre, radius, rng)
    added = blot & ~wall.area
    if added.sum() < 8 * wall.half**2:
        return None
    paper = float(np.percentile(grey, 85))
    is_clean = (grey[added] > paper - 0.25 * (paper - float(grey.min()))).mean() > 0.96
    return wall.area | blot if is_clean else None


def _ink(wall: Wall, image: Image, rng: Random) -> Area | None:
    """The mask ends too early, or one face of the wall is left out along a stretch; the ink goes on."""
    if rng.random() < 0.65:
        cut = _cut(wall, rng, width=wall.half * 0.5)
        if cut is None:
            return None
        area, first, second = cut
        less = first if first.sum() < second.sum() else second
        share = less.sum() / (first.sum() + second.sum())
        return area & ~less if share >= 0.1 else None
    point = _place(wall, rng)
    if point is None:
        return None
    normal = _normal(wall, point, rng)
    along = np.array([-normal[1], normal[0]]) * wall.half * rng.uniform(3, 8)
    inner, outer = normal * wall.half * rng.uniform(-0.4, 0.1), normal * wall.half * 2.0
    corners = [point - along + inner, point + along + inner, point + along + outer, point - along + outer]
    bite = _polygon(wall.area.shape, np.array(corners)) & wall.area
    return wall.area & ~bite if bite.sum() >= 4 * wall.half**2 else None


def _over_the_axis(wall: Wall, image: Image, rng: Random) -> Area | None:
    """The section goes on past the axis, at which it ends, into the view on the other side."""
    axis = axis_of(wall, image)
    if axis is None:
        return None
    column, side = axis
    width = wall.area.shape[1]
    mirrored = np.zeros_like(wall.area)
    columns = np.arange(width)
    source = 2 * column - columns
    is_there = (source >= 0) & (source < width) & ((columns - column) * side < 0)
    mirrored[:, is_there] = wall.area[:, source[is_there]]
    reach = np.abs(np.argwhere(mirrored)[:, 1] - column)
    if not len(reach):
        return None
    limit = max(2.5 * wall.half, float(reach.max()) * rng.uniform(0.1, 0.75))
    mirrored &= np.abs(columns - column)[np.newaxis] <= limit
    return wall.area | mirrored if mirrored.sum() >= max(4 * wall.half**2, 0.02 * wall.area.sum()) else None


def axis_of(wall: Wall, image: Image) -> tuple[int, int] | None:
    """The column at which the section ends straight, and its side, -1 or 1, if a view goes on beyond it.

    None where the mask does not tell: several sections, walls that end before the axis, half drawings.
    """
    width = wall.area.shape[1]
    if len(numbered(wall.area, connectivity=8)[1]) != 2:
        return None
    rows, columns = np.nonzero(wall.area)
    grey = grey_of(image)
    ink = grey < (float(np.percentile(grey, 85)) + float(grey.min())) / 2
    for side, end in ((1, columns.min()), (-1, columns.max())):
        beyond = slice(0, max(0, end - 2)) if side == 1 else slice(end + 3, None)
        at_end = np.flatnonzero(columns * side <= end * side + 1 + 0.004 * wall.area.shape[1])
        length = float(np.ptp(rows[at_end])) if len(at_end) else 0.0
        reach = int(columns.max() - columns.min())
        has_view = ink[rows.min() : rows.max(), beyond].any(axis=0).sum() > 0.6 * reach
        if length <= 1.2 * wall.half or not has_view or reach <= 6 * wall.half:
            continue
        inked = np.flatnonzero(ink[rows.min() : rows.max() + 1].any(axis=0))
        view_reach = end - inked.min() if side == 1 else inked.max() - end
        if abs(view_reach - reach) > 0.1 * reach:
            continue
        near = slice(max(0, end - width // 150 - 2), end + width // 150 + 3)
        thin = ink & (distance_inside(ink) <= 1 + width / 200)
        line = (thin & ~wall.area)[rows.min() : rows.max() + 1, near].any(axis=1).mean()
        mirrored = 2 * int(end) - columns
        is_there = (mirrored >= 0) & (mirrored < width)
        is_edge = distance_inside(wall.area)[rows, columns] <= 1.5
        thick = np.ones((3, max(3, width // 60)), np.uint8)
        edges = ink & (distance_inside(ink) <= 2.5)
        contour = cv2.dilate(edges.astype(np.uint8), thick)[rows, mirrored.clip(0, width - 1)] * is_there
        if line > 0.25 and contour[is_edge].mean() > 0.3:
            return int(end), side
    return None


FAULTS: dict[str, Callable[[Wall, Image, Random], Area | None]] = {
    "empty": _nothing,
    "full": _everything,
    "axis": _over_the_axis,
    "specks": _specks,
    "thick": _thick,
    "broken": _broken,
    "touching": _touching,
    "edge": _off_the_page,
    "paper": _paper,
    "ink": _ink,
}


def _place(wall: Wall, rng: Random) -> np.ndarray | None:
    """A place in the middle of a wall that is about as thick there as elsewhere, away from its ends."""
    point = wall.middle[rng.integers(len(wall.middle))]
    near = np.hypot(*(wall.middle - point).T)
    depth = distance_inside(wall.area)[tuple(point)]
    ring = wall.middle[(near > 2.5 * wall.half) & (near < 4 * wall.half)] - point
    if not 0.5 * wall.half <= depth <= 1.6 * wall.half or len(ring) < 2:
        return None
    angles = np.arctan2(*ring.T)
    spread = np.abs(np.angle(np.exp(1j * (angles[:, None] - angles[None]))))
    return point if spread.max() > 2 else None


def _normal(wall: Wall, point: np.ndarray, rng: Random) -> np.ndarray:
    """The direction across the wall at a place, to either side."""
    near = wall.middle[np.hypot(*(wall.middle - point).T) < 3 * wall.half] - point
    if len(near) < 2 or not near.any():
        angle = rng.uniform(0, 2 * np.pi)
        return np.array([np.sin(angle), np.cos(angle)])
    along = np.linalg.svd(near.astype(float), full_matrices=False)[2][0]
    return np.array([-along[1], along[0]]) * rng.choice([-1, 1])


def _cut(wall: Wall, rng: Random, *, width: float) -> tuple[Area, Area, Area] | None:
    """The area with a gap across one wall, and the two pieces at its sides."""
    point = _place(wall, rng)
    if point is None:
        return None
    normal = _normal(wall, point, rng)
    angle = rng.normal(0, 0.25)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    reach = turn @ normal * wall.half * 2.5
    gap = _bar(wall.area.shape, point - reach, point + reach, max(width, 2.5), rng)
    area = wall.area & ~gap
    numbers, _ = numbered(area, connectivity=8)
    before = numbered(wall.area, connectivity=8)[0]
    own = before == before[tuple(point)]
    pieces = [numbers == k for k in np.unique(numbers[own & area & grown(gap, 3)]) if k]
    pieces = sorted(pieces, key=lambda piece: -int(piece.sum()))
    if len(pieces) < 2 or pieces[1].sum() < 4 * wall.half**2:
        return None
    return area, pieces[0], pieces[1]


def _along(wall: Wall, start: np.ndarray) -> np.ndarray:
    """How far each place in the middle of the walls is from `start` along them, px; infinite in another wall."""
    from skimage.graph import MCP_Geometric

    shrink = min(1.0, 300 / max(wall.area.shape))
    small = cv2.resize(wall.area.astype(np.uint8), None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) > 0
    places = np.minimum((wall.middle * shrink).astype(int), np.array(small.shape) - 1)
    small[tuple(places.T)] = True
    first = tuple(np.minimum((start * shrink).astype(int), np.array(small.shape) - 1))
    costs, _ = MCP_Geometric(np.where(small, 1.0, np.inf)).find_costs([first])
    return costs[tuple(places.T)] / shrink


def _blot(shape: tuple[int, ...], centre: np.ndarray, radius: float, rng: Random) -> Area:
    """A round shape with a wavy border and stretched at random, of about that radius."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    wave = 1 + sum(rng.normal(0, 0.1 / k) * np.cos(k * angles + rng.uniform(0, 2 * np.pi)) for k in range(2, 6))
    stretch = np.exp(rng.normal(0, 0.12))
    turn = rng.uniform(0, np.pi)
    points = np.stack([np.sin(angles) * stretch, np.cos(angles) / stretch], axis=1) * (radius * wave)[:, None]
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return _polygon(shape, centre + points @ rotation.T)


def _bar(shape: tuple[int, ...], start: np.ndarray, end: np.ndarray, width: float, rng: Random) -> Area:
    """A straight band with ragged sides."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = end - start
    across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6) * width / 2
    steps = np.linspace(0, 1, 12)[:, None]
    sides = [1 + rng.normal(0, 0.12, (12, 1)) for _ in range(2)]
    left, right = start + steps * along + across * sides[0], start + steps * along - across * sides[1]
    return _polygon(shape, np.concatenate([left, right[::-1]]))


def _polygon(shape: tuple[int, ...], corners: np.ndarray) -> Area:
    canvas = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(canvas, [np.rint(corners[:, ::-1]).astype(np.int32)], 1)
    return canvas > 0


def _touches_edge(area: Area) -> bool:
    return bool(area[0].any() or area[-1].any() or area[:, 0].any() or area[:, -1].any())


def _hole_count(area: Area) -> int:
    return len(numbered(~np.pad(area, 1), connectivity=4)[1]) - 2
