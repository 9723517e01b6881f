"""Outlines of real profiles, read from a file and warped into new vessels."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import UnreadableImageError
from core.render.curves import Curve, Generator, curve, resampled, smooth_noise
from core.render.fractures import broken, wall_only
from core.render.profile import Profile


@dataclass(frozen=True)
class Outline:
    """A closed polygon of one real profile as (row, column), rim on top, outside on the left, larger side 1.

    `reaches_axis` says that its right edge is the vessel's axis.
    """

    name: str
    ring: Curve
    reaches_axis: bool


def load_outlines(path: str | Path) -> tuple[Outline, ...]:
    """All outlines of a JSON list of {source, id, points}, points being (x, y) with y down.

    Raises UnreadableImageError when the file is not such a list.
    """
    path = Path(path)
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        rings = [(str(e["id"]), str(e["source"]), curve(e["points"])[:, ::-1]) for e in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableImageError(
            f"{path.name} is not a list of outlines. Give a JSON file with source, id and points for each."
        ) from error
    return tuple(Outline(name, ring, "terra_sigillata" in source) for name, source, ring in rings if len(ring) >= 8)


def profile_from_outline(outline: Outline, rng: Generator) -> Profile:
    """A vessel with the outline's shape, stretched, thickened and bent a little."""
    profile = _attempt(outline, rng)
    for _ in range(4):
        if profile.is_sound:
            break
        profile = _attempt(outline, rng)
    return profile


def _attempt(outline: Outline, rng: Generator) -> Profile:
    ring = outline.ring - outline.ring.min(axis=0)
    upper, lower = _ends(ring, outline.reaches_axis)
    first, second = _path(ring, upper, lower), _path(ring[::-1], len(ring) - 1 - upper, len(ring) - 1 - lower)
    outer, inner = (first, second) if first[:, 1].mean() < second[:, 1].mean() else (second, first)
    outer, inner = _warped(resampled(outer, 240), resampled(inner, 240), rng)
    width = max(outer[:, 1].max(), inner[:, 1].max())
    gap = (
        0.0
        if outline.reaches_axis
        else float(np.exp(rng.uniform(np.log(0.1), np.log(1.6)))) * max(width, np.ptp(outer[:, 0]))
    )
    axis = width + gap
    outer, inner = (np.stack([line[:, 0], axis - line[:, 1]], axis=1) for line in (outer, inner))
    scale = max(outer[:, 1].max(), 0.3 * np.ptp(outer[:, 0]))
    outer, inner = outer / scale, inner / scale
    if outline.reaches_axis:
        outer[-1, 1] = inner[-1, 1] = 0.0
    profile = Profile(
        outer,
        inner,
        np.stack([inner[0], outer[0]]),
        np.stack([outer[-1], inner[-1]]),
        outline.reaches_axis,
        ridges=tuple(float(outer[int(k), 0]) for k in rng.uniform(15, 200, rng.integers(0, 4))),
        grooves=tuple(float(inner[int(k), 0]) for k in rng.uniform(15, 200, rng.integers(0, 2))),
    )
    if rng.random() < 0.04:
        return wall_only(profile, rng)
    if outline.reaches_axis and rng.random() < 0.35:
        return broken(profile, profile.rim_height + rng.uniform(0.3, 0.8) * (profile.bottom - profile.rim_height), rng)
    return profile


def _ends(ring: Curve, reaches_axis: bool) -> tuple[int, int]:
    """Indices of the rim's highest point and of the point where the wall ends below."""
    upper = int(np.argmin(ring[:, 0]))
    if reaches_axis:
        edge = np.nonzero(ring[:, 1] > ring[:, 1].max() - 0.03)[0]
        return upper, int(edge[np.argmax(ring[edge, 0])])
    return upper, int(np.argmax(ring[:, 0] + 0.4 * ring[:, 1]))


def _path(ring: Curve, start: int, stop: int) -> Curve:
    rolled = np.roll(ring, -start, axis=0)
    return np.asarray(rolled[: (stop - start) % len(ring) + 1])


def _warped(outer: Curve, inner: Curve, rng: Generator) -> tuple[Curve, Curve]:
    """Both curves under one smooth deformation of the plane, so that they never cross."""
    stretch = np.exp(rng.normal(0, [0.18, 0.12]))
    bend_rows, bend_columns = (smooth_noise(200, rng.uniform(1, 4), rng) * rng.uniform(0, 0.06) for _ in range(2))
    shear = rng.normal(0, 0.08)
    result = []
    for line in (outer, inner):
        at = np.clip(line[:, 0], 0, 1) * 199
        columns = line[:, 1] + np.interp(at, np.arange(200), bend_columns) + shear * line[:, 0]
        rows = line[:, 0] + np.interp(np.clip(line[:, 1], 0, 1) * 199, np.arange(200), bend_rows)
        result.append(np.stack([rows, columns], axis=1) * stretch)
    low = np.minimum(result[0].min(axis=0), result[1].min(axis=0))
    return result[0] - low, result[1] - low
