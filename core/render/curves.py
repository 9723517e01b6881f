"""Curves: float64 (N, 2) arrays of (row, column) points, and what a draughtsman does with them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
Generator = np.random.Generator


def curve(points: Sequence[tuple[float, float]]) -> Curve:
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def rounded(points: Curve, iterations: int) -> Curve:
    """Corners cut `iterations` times (Chaikin 1974); the two ends stay where they are."""
    for _ in range(iterations):
        before = points[:-1] * 0.75 + points[1:] * 0.25
        after = points[:-1] * 0.25 + points[1:] * 0.75
        cut = np.empty((2 * len(before), 2))
        cut[0::2], cut[1::2] = before, after
        points = np.concatenate([points[:1], cut, points[-1:]])
    return points


def arc_lengths(points: Curve) -> NDArray[np.float64]:
    """Distance along the curve at every point; starts at 0."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def length(points: Curve) -> float:
    return float(arc_lengths(points)[-1])


def resampled(points: Curve, count: int) -> Curve:
    """`count` points at equal distances along the curve."""
    along = arc_lengths(points)
    wanted = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(wanted, along, points[:, axis]) for axis in (0, 1)], axis=1)


def between(points: Curve, start: float, stop: float) -> Curve:
    """The stretch from `start` to `stop`, both fractions of the curve's length."""
    along = arc_lengths(points)
    low, high = start * along[-1], stop * along[-1]
    inside = points[(along > low) & (along < high)]
    ends = [np.array([[np.interp(at, along, points[:, axis]) for axis in (0, 1)]]) for at in (low, high)]
    return np.concatenate([ends[0], inside, ends[1]])


def normals(points: Curve) -> Curve:
    """Unit normals to the left of a downward curve's inside, that is outwards for a wall from rim to base."""
    tangents = np.gradient(points, axis=0)
    tangents /= np.maximum(np.hypot(tangents[:, 0], tangents[:, 1]), 1e-9)[:, None]
    return np.stack([-tangents[:, 1], tangents[:, 0]], axis=1)


def shifted(points: Curve, distance: NDArray[np.float64] | float) -> Curve:
    """The parallel curve at `distance` outwards (one number, or one for every point)."""
    return points + normals(points) * np.broadcast_to(np.asarray(distance, dtype=np.float64), len(points))[:, None]


def smooth_noise(count: int, waves: float, rng: Generator) -> NDArray[np.float64]:
    """`count` values of smooth noise in about -1..1 with `waves` bumps along them."""
    knots = max(3, int(waves) + 2)
    values = rng.uniform(-1.0, 1.0, knots)
    position = np.linspace(0, knots - 1, count)
    left = np.minimum(position.astype(int), knots - 2)
    blend = (1 - np.cos((position - left) * np.pi)) / 2
    return np.asarray(values[left] * (1 - blend) + values[left + 1] * blend)


def wobbled(points: Curve, amount: float, rng: Generator, *, wave: float = 40.0) -> Curve:
    """The curve as an unsteady hand follows it; `amount` and `wave` (the length of one tremor) are in its units."""
    if amount <= 0 or len(points) < 2:
        return points
    total = length(points)
    count = int(np.clip(total / max(wave / 6, 1e-6), len(points), 600))
    dense = resampled(points, count) if len(points) < 12 else points
    waves = total / wave
    noise = np.stack([smooth_noise(len(dense), waves, rng) for _ in range(2)], axis=1)
    return dense + amount * noise


def jagged(start: Curve, stop: Curve, roughness: float, rng: Generator, *, count: int = 6) -> Curve:
    """A fracture from one point to another; `roughness` is relative to the distance."""
    start, stop = np.ravel(start), np.ravel(stop)
    along = np.sort(rng.uniform(0.08, 0.92, count))
    sideways = np.array([-(stop - start)[1], (stop - start)[0]])
    inner = start + along[:, None] * (stop - start) + rng.normal(0, roughness, count)[:, None] * sideways
    return np.concatenate([start[None], inner, stop[None]])


def with_bump(points: Curve, at: float, shape: Sequence[tuple[float, float]]) -> Curve:
    """The curve with a small shape put on it: a flange, a ridge, a groove.

    `at` is a distance along the curve, `shape` lists (along, outwards) from there.
    """
    along = arc_lengths(points)
    first, last = at + shape[0][0], at + shape[-1][0]
    if first <= along[0] or last >= along[-1]:
        return points
    outward = normals(points)
    added = []
    for step, out in shape:
        position = [np.interp(at + step, along, points[:, axis]) for axis in (0, 1)]
        normal = [np.interp(at, along, outward[:, axis]) for axis in (0, 1)]
        added.append([position[0] + out * normal[0], position[1] + out * normal[1]])
    return np.concatenate([points[along < first], np.array(added), points[along > last]])
