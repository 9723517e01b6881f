"""Which pixels lie inside a stroke or a polygon, to the pixel.

A pixel belongs to a shape when its centre does, and the centre of pixel (row, column) is (row + 0.5, column + 0.5).
Shapes become runs: pairs of positions [start, stop) in the drawing's pixels counted row by row. Both rasterisers look
only at the borders of a shape in each row, so their cost grows with its height and not with its area.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""float64 (N, 2), (row, column)."""

SHORTEST_PX = 1e-9
"""A piece of a stroke shorter than this is only its two ends."""

PIECES_AT_ONCE = 128
"""Keeps the working memory of a wide stroke with thousands of points small."""


class Runs(NamedTuple):
    """int64 (N,) each: the pixels from start up to, but without, stop; counted row by row."""

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]


class _Segments(NamedTuple):
    """Straight pieces from (row, column) to (row + down, column + right), one per array element."""

    row: NDArray[np.float64]
    column: NDArray[np.float64]
    down: NDArray[np.float64]
    right: NDArray[np.float64]

    def of(self, index: NDArray[np.int64]) -> "_Segments":
        return _Segments(*(values[index] for values in self))


def stroke_runs(points: Points, width_px: float, shape: tuple[int, int]) -> Runs:
    """The pixels whose centre lies at most `width_px` / 2 away from the line through `points`, without overlaps.

    Ends and corners are round; a single point gives a disc. What lies outside `shape` (H, W) is left out.
    """
    starts = points[:-1] if len(points) > 1 else points
    ends = points[1:] if len(points) > 1 else points
    parts = [
        _pieces_runs(starts[first : first + PIECES_AT_ONCE], ends[first : first + PIECES_AT_ONCE], width_px / 2, shape)
        for first in range(0, len(starts), PIECES_AT_ONCE)
    ]
    return _merged(np.concatenate([part.starts for part in parts]), np.concatenate([part.stops for part in parts]))


def polygon_runs(points: Points, shape: tuple[int, int]) -> Runs:
    """The pixels whose centre lies inside the closed polygon by the even-odd rule.

    A centre exactly on an edge belongs to what lies below or right of the edge, so that polygons sharing an edge
    share no pixel and leave none out. What lies outside `shape` (H, W) is left out.
    """
    positions, _ = _crossings(points, shape)
    positions.sort()
    return Runs(positions[0::2], positions[1::2])


def lasso_runs(points: Points, shape: tuple[int, int]) -> Runs:
    """The pixels whose centre the closed line runs around, in either sense and however often.

    As `polygon_runs`, but an area that the line runs around twice is inside.
    """
    positions, turns = _crossings(points, shape)
    order = np.argsort(positions, kind="stable")
    positions, around = positions[order], np.cumsum(turns[order])
    is_inside = around != 0
    was_inside = np.concatenate([[False], is_inside[:-1]]) if len(is_inside) else is_inside
    return Runs(positions[is_inside & ~was_inside], positions[~is_inside & was_inside])


def _crossings(points: Points, shape: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where a closed line crosses the rows of pixel centres, and whether it goes down (1) or up (-1) there."""
    height, width = shape
    following = np.roll(points, -1, axis=0)
    upper_first = (points[:, :1] < following[:, :1]) | (
        (points[:, :1] == following[:, :1]) & (points[:, 1:] <= following[:, 1:])
    )
    upper, lower = np.where(upper_first, points, following), np.where(upper_first, following, points)
    edges = _Segments(upper[:, 0], upper[:, 1], *(lower - upper).T)

    row, index = _rows_between(upper[:, 0], lower[:, 0], height, without_bottom=True)
    edges = edges.of(index)

    # The first pixel right of the edge: by division, then put right by the sign of the cross product.
    crossing = edges.column + (row + 0.5 - edges.row) / edges.down * edges.right
    column = np.ceil(crossing - 0.5)
    column -= _is_right_of(edges, row, column - 1)
    column += ~_is_right_of(edges, row, column)
    return row * width + column.clip(0, width).astype(np.int64), np.where(upper_first[:, 0], 1, -1)[index]


def fill_runs(mask: NDArray[np.uint8], runs: Runs, label: int) -> None:
    """Give the pixels of the runs a class, in place; the mask must be C-contiguous."""
    pixels = mask.ravel()
    for start, stop in zip(runs.starts.tolist(), runs.stops.tolist(), strict=True):
        pixels[start:stop] = label


def _pieces_runs(starts: Points, ends: Points, radius: float, shape: tuple[int, int]) -> Runs:
    height, width = shape
    is_upward = starts[:, :1] > ends[:, :1]
    starts, ends = np.where(is_upward, ends, starts), np.where(is_upward, starts, ends)
    row, index = _rows_between(starts[:, 0] - radius, ends[:, 0] + radius, height)
    segments = _Segments(starts[:, 0], starts[:, 1], *(ends - starts).T).of(index)

    left, right = -_reach(segments, row, radius, -1), _reach(segments, row, radius, 1)
    is_met = np.isfinite(left) & np.isfinite(right)
    segments, row = segments.of(np.flatnonzero(is_met)), row[is_met]
    first, last = np.ceil(left[is_met] - 0.5).astype(np.int64), np.floor(right[is_met] - 0.5).astype(np.int64)
    # Roots and divisions have rounded: the distance itself has the last word about the pixels at the border.
    first -= _is_within(segments, row, first - 1, radius)
    first += ~_is_within(segments, row, first, radius)
    last += _is_within(segments, row, last + 1, radius)
    last -= ~_is_within(segments, row, last, radius)
    past_last = np.maximum(last + 1, first)
    return _merged(row * width + first.clip(0, width), row * width + past_last.clip(0, width))


def _rows_between(
    top: NDArray[np.float64], bottom: NDArray[np.float64], height: int, *, without_bottom: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All rows whose centre lies from top to bottom, for every shape: the rows, and the shape each is of."""
    first = np.ceil(top - 0.5).clip(0, height).astype(np.int64)
    past_last = np.ceil(bottom - 0.5) if without_bottom else np.floor(bottom - 0.5) + 1
    count = (past_last.clip(0, height).astype(np.int64) - first).clip(0)
    index = np.repeat(np.arange(len(count)), count)
    return np.arange(len(index)) - np.repeat(count.cumsum() - count, count) + first[index], index


def _reach(segments: _Segments, row: NDArray[np.int64], radius: float, side: int) -> NDArray[np.float64]:
    """How far right (`side` 1) or left (-1) a row goes inside a downward piece of a stroke; -inf where it misses it.

    The farthest of where it leaves the disc at either end and the straight border between them.
    """
    y = row + 0.5
    farthest = np.full(len(row), -np.inf)
    for end in (0, 1):
        inside = radius**2 - (y - segments.row - end * segments.down) ** 2
        leaves = side * (segments.column + end * segments.right) + np.sqrt(inside.clip(0))
        farthest = np.where(inside >= 0, np.maximum(farthest, leaves), farthest)
    length = np.hypot(segments.down, segments.right)
    outwards = np.where(length > SHORTEST_PX, side * radius / np.maximum(length, SHORTEST_PX), 0)
    is_sloped = segments.down > SHORTEST_PX
    share = (y - segments.row + outwards * segments.right) / np.where(is_sloped, segments.down, np.inf)
    leaves = side * (segments.column + share * segments.right + outwards * segments.down)
    is_beside = is_sloped & (share >= 0) & (share <= 1)
    return np.where(is_beside, np.maximum(farthest, leaves), farthest)


def _is_within(
    segments: _Segments, row: NDArray[np.int64], column: NDArray[np.int64], radius: float
) -> NDArray[np.bool_]:
    """Whether the pixel's centre is at most `radius` away from the segment."""
    below, aside = row + 0.5 - segments.row, column + 0.5 - segments.column
    length_squared = segments.down**2 + segments.right**2
    along = below * segments.down + aside * segments.right
    across = below * segments.right - aside * segments.down
    is_beyond = along > length_squared
    to_end_squared = np.where(
        is_beyond, (below - segments.down) ** 2 + (aside - segments.right) ** 2, below**2 + aside**2
    )
    # Beside the segment both sides are multiplied by its squared length, which spares a division that would round.
    return np.where((along > 0) & ~is_beyond, across**2 <= radius**2 * length_squared, to_end_squared <= radius**2)


def _is_right_of(edges: _Segments, row: NDArray[np.int64], column: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the pixel's centre lies right of a downward edge, or on it."""
    return (column + 0.5 - edges.column) * edges.down >= (row + 0.5 - edges.row) * edges.right


def _merged(starts: NDArray[np.int64], stops: NDArray[np.int64]) -> Runs:
    """The same pixels in as few runs as possible."""
    if not len(starts):
        return Runs(starts, stops)
    order = np.argsort(starts)
    starts, reached = starts[order], np.maximum.accumulate(stops[order])
    begins = np.flatnonzero(np.concatenate([[True], starts[1:] > reached[:-1]]))
    return Runs(starts[begins], reached[np.append(begins[1:] - 1, len(reached) - 1)])
