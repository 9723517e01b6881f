"""Fractures: what is left of a vessel that broke."""

from dataclasses import replace

import numpy as np

from core.render.curves import Curve, Generator, arc_lengths, between, jagged, resampled
from core.render.profile import Profile


def rim_only(profile: Profile, rng: Generator) -> Profile:
    """The upper part of a vessel down to a fracture."""
    return broken(profile, profile.rim_height + rng.uniform(0.15, 0.8) * _height(profile), rng)


def wall_only(profile: Profile, rng: Generator) -> Profile:
    """A piece of wall without rim or base."""
    upper, lower = sorted(rng.uniform(0.1, 0.85, 2))
    lower = max(lower, upper + 0.25)
    start = profile.rim_height
    tall = _height(profile)
    piece = without_top(broken(profile, start + min(lower, 0.95) * tall, rng), start + upper * tall, rng)
    return replace(piece, missing=())


def base_only(profile: Profile, rng: Generator) -> Profile:
    """The lower part of a vessel up to a fracture."""
    return without_top(profile, profile.rim_height + rng.uniform(0.4, 0.85) * _height(profile), rng)


def broken(profile: Profile, cut: float, rng: Generator) -> Profile:
    """The profile broken off below height `cut`; what is lost stays known as `missing`."""
    outer, inner = resampled(profile.outer, 300), resampled(profile.inner, 300)
    wall = float(np.hypot(*(inner[_facing(inner, outer[150])] - outer[150])))
    shortest = int(np.argmax(arc_lengths(outer) > 3.5 * wall))  # no piece is as thick as it is long
    last = int(np.clip(np.argmax(outer[:, 0] > cut), min(max(24, shortest), 280), 290))
    stop = float(np.clip(_facing(inner, outer[last]) / 299 + rng.uniform(-0.03, 0.03), 0.06, 0.97))
    kept, lost = between(inner, 0, stop), between(inner, stop, min(1.0, stop + rng.uniform(0.03, 0.5)))
    after = min(300, last + int(rng.uniform(15, 150)))
    return replace(
        profile,
        outer=outer[: last + 1],
        inner=kept,
        end=jagged(outer[last], kept[-1], float(rng.choice([0.0, 0.05, 0.12])), rng),
        reaches_axis=False,
        parts=tuple(part for part in profile.parts if part.ring[:, 0].max() < cut),
        missing=(outer[last:after], lost),
        ridges=tuple(z for z in profile.ridges if z < cut),
        grooves=tuple(z for z in profile.grooves if z < cut),
    )


def without_top(profile: Profile, cut: float, rng: Generator) -> Profile:
    """The profile broken off above height `cut`."""
    outer, inner = resampled(profile.outer, 300), resampled(profile.inner, 300)
    first = int(np.clip(np.argmax(outer[:, 0] > cut), 2, 270))
    nearest = int(np.clip(_facing(inner, outer[first]), 2, 270))
    return replace(
        profile,
        outer=outer[first:],
        inner=inner[nearest:],
        lip=jagged(inner[nearest], outer[first], float(rng.choice([0.0, 0.05, 0.1])), rng),
        has_rim=False,
        parts=tuple(part for part in profile.parts if part.ring[:, 0].min() > cut),
        missing=(outer[max(0, first - 90) : first + 1][::-1], inner[max(0, nearest - 80) : nearest + 1][::-1]),
        ridges=tuple(z for z in profile.ridges if z > cut),
        grooves=tuple(z for z in profile.grooves if z > cut),
    )


def _height(profile: Profile) -> float:
    return float(np.ptp(profile.ring[:, 0]))


def _facing(inner: Curve, point: Curve) -> int:
    """Index of the inner curve's point nearest to one of the outside."""
    return int(np.argmin(np.hypot(*(inner - point).T)))
