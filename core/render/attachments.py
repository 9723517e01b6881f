"""Attachments: handles, lugs, legs and spouts, each a closed piece of section of its own."""

from dataclasses import replace

import numpy as np

from core.render.curves import Generator, curve, resampled, rounded, shifted, smooth_noise
from core.render.profile import Part, Profile


def with_attachments(profile: Profile, thickness: float, rng: Generator) -> Profile:
    """The vessel with a handle, a lug, a leg or a spout, or with nothing."""
    chance = rng.random()
    if chance < 0.24:
        return with_handle(profile, thickness, rng)
    if chance < 0.36:
        return _with_lug(profile, thickness, rng)
    if chance < 0.40:
        return _with_leg(profile, thickness, rng)
    return _with_spout(profile, thickness, rng) if chance < 0.44 else profile


def with_handle(profile: Profile, thickness: float, rng: Generator) -> Profile:
    """A vertical handle cut lengthwise, or a horizontal one cut across; the loop stays open."""
    contour = profile.contour
    start, stop = sorted(rng.uniform(0.02, 0.75, 2))
    stop = max(stop, start + 0.2)
    upper, lower = contour[int(start * (len(contour) - 1))], contour[int(min(stop, 0.95) * (len(contour) - 1))]
    t = thickness * rng.uniform(0.7, 1.5)
    reach = max(upper[1], lower[1]) + rng.uniform(2.2, 6) * t + 0.08
    lift = rng.uniform(-0.1, 0.25) * (lower[0] - upper[0] + 0.2)
    spine = curve(
        [(upper[0], upper[1] - t * 0.4), (upper[0] - lift, (upper[1] + reach) / 2), (upper[0] - lift * 0.5, reach)]
    )
    spine = np.concatenate([spine, curve([((upper[0] + lower[0]) / 2, reach * rng.uniform(0.95, 1.03))])])
    spine = np.concatenate(
        [spine, curve([(lower[0] - 0.1 * t, (lower[1] + reach) / 2), (lower[0], lower[1] - t * 0.4)])]
    )
    spine = resampled(rounded(spine, 4), 60)
    half = t / 2 * (1 + 0.15 * smooth_noise(60, 4, rng))
    ring = np.concatenate([shifted(spine, half), shifted(spine, -half)[::-1]])
    return replace(profile, parts=(*profile.parts, Part(ring, "handle")))


def _with_lug(profile: Profile, thickness: float, rng: Generator) -> Profile:
    """A solid lug or horizontal handle on the outside."""
    contour = profile.contour
    at = contour[int(rng.uniform(0.1, 0.7) * (len(contour) - 1))]
    t, out = thickness * rng.uniform(0.8, 2.0), thickness * rng.uniform(1.0, 3.5)
    droop = rng.uniform(-0.5, 0.5) * out
    ring = curve(
        [(-t / 2, -0.5 * thickness), (-t / 2, 0), (droop - t * 0.35, out), (droop + t * 0.35, out), (t * 0.7, 0)]
    )
    ring = np.concatenate([ring, curve([(t * 0.7, -0.5 * thickness)])])
    ring = rounded(ring + at, 2)
    return replace(profile, parts=(*profile.parts, Part(ring, "lug")))


def _with_leg(profile: Profile, thickness: float, rng: Generator) -> Profile:
    """A tapering leg under the body, as tripods have."""
    outer = profile.outer
    at = outer[int(rng.uniform(0.55, 0.85) * int(np.argmax(outer[:, 0])))]
    wide, long = thickness * rng.uniform(0.7, 1.8), rng.uniform(0.15, 0.5)
    reach = profile.bottom - at[0] + long
    splay = rng.uniform(-0.05, 0.25) * reach
    ring = curve(
        [
            (-wide * 0.6, -wide * 0.9),
            (reach, splay - wide * 0.35),
            (reach, splay + wide * 0.35),
            (-0.3 * wide, wide * 0.5),
        ]
    )
    return replace(profile, parts=(*profile.parts, Part(rounded(np.concatenate([ring, ring[:1]]), 2) + at, "leg")))


def _with_spout(profile: Profile, thickness: float, rng: Generator) -> Profile:
    """A spout cut lengthwise: an upper and a lower strip with the channel open between them."""
    contour = profile.contour
    start = rng.uniform(0.1, 0.4)
    upper, lower = (contour[int(at * (len(contour) - 1))] for at in (start, start + rng.uniform(0.12, 0.3)))
    tip = np.array([upper[0] - rng.uniform(-0.1, 0.35), max(upper[1], lower[1]) + rng.uniform(0.25, 0.6)])
    opening = max(0.25 * (lower[0] - upper[0]), thickness)
    parts = list(profile.parts)
    for root, end in ((upper, tip), (lower, tip + np.array([opening, 0.3 * opening]))):
        middle = (root + end) / 2 + [rng.uniform(0, 0.12), 0.0]
        spine = resampled(rounded(np.stack([root - [0, 0.3 * thickness], middle, end]), 3), 30)
        half = thickness * np.linspace(0.5, 0.3, 30)
        parts.append(Part(np.concatenate([shifted(spine, half), shifted(spine, -half)[::-1]]), "spout"))
    return replace(profile, parts=tuple(parts))
