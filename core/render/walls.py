"""Walls: thickness, rim, relief, floor and foot for a body."""

import numpy as np

from core.render.curves import (
    Curve,
    Generator,
    curve,
    length,
    resampled,
    rounded,
    shifted,
    smooth_noise,
    with_bump,
)
from core.render.profile import Profile


def walled(body: Curve, thickness: float, family: str, rng: Generator) -> Profile:
    """A wall behind the outside `body`, with lip, floor and foot."""
    position = np.linspace(0, 1, len(body))
    wall = thickness * (1 + 0.22 * smooth_noise(len(body), rng.uniform(1, 6), rng) + rng.uniform(-0.1, 0.5) * position)
    wall *= 1 - rng.uniform(0, 0.5) * np.exp(-position / 0.05)
    wall = np.minimum(wall, 0.75 * np.maximum(body[:, 1], 0.02))  # never beyond the axis
    inner = resampled(rounded(shifted(body, -wall)[::4], 2), 160)
    if rng.random() < 0.3:  # turning ridges
        body = shifted(
            body, thickness * rng.uniform(0.03, 0.12) * np.sin(position * rng.uniform(20, 70) + rng.uniform(0, 6))
        )
    if family == "lid":
        return _lid(body, inner, thickness, rng)
    outer = _with_rim(body, thickness, rng)
    ridges: list[float] = []
    outer = _with_relief(outer, thickness, ridges, rng)
    outer, inner = _with_base(outer, inner, thickness, ridges, rng)
    lip = _lip(inner[0], outer[0], rng)
    end = np.stack([outer[-1], inner[-1]])
    grooves = [float(inner[int(k), 0]) for k in rng.uniform(5, len(inner) - 1, rng.integers(0, 3))]
    return Profile(outer, inner, lip, end, True, ridges=tuple(ridges), grooves=tuple(grooves))


def _lip(inner: Curve, outer: Curve, rng: Generator) -> Curve:
    """From the inner edge over the rim to the outer edge: flat, bevelled, pointed or round."""
    middle, half = (inner + outer) / 2, (outer - inner) / 2
    up = np.array([-half[1], half[0]])
    up = up if up[0] < 0 else -up
    height = float(rng.choice([0.0, 0.3, 0.9, 1.2], p=[0.2, 0.2, 0.4, 0.2]))
    angles = np.linspace(0, np.pi, 12)
    return np.array([middle - np.cos(a) * half + height * np.sin(a) * up for a in angles])


def _with_rim(body: Curve, thickness: float, rng: Generator) -> Curve:
    """The outside with a rim shape: plain, bead, flange, hooked, triangular or everted."""
    t = thickness
    kind = rng.choice(["plain", "bead", "flange", "collar", "everted", "hook"], p=[0.3, 0.2, 0.15, 0.1, 0.15, 0.1])
    if kind == "bead":
        size, tall = rng.uniform(0.4, 1.2) * t, rng.uniform(0.8, 2.2) * t
        angles = np.linspace(0.15, np.pi, 10)
        return _replace_start(body, [(tall * (1 - np.cos(a)) / 2, size * np.sin(a)) for a in angles])
    if kind == "flange":
        out, tall = rng.uniform(1.0, 3.5) * t, rng.uniform(0.5, 1.1) * t
        drop = rng.uniform(-0.4, 0.8) * t
        return _replace_start(
            body, [(drop * 0.2, out * 0.9), (drop + tall * 0.3, out), (drop + tall, out * 0.9), (tall, 0.1 * t)]
        )
    if kind == "collar":
        out, tall = rng.uniform(0.3, 0.9) * t, rng.uniform(2, 5) * t
        return _replace_start(body, [(0, out), (tall * 0.9, out * rng.uniform(0.6, 1.3)), (tall, 0.0)])
    if kind == "everted":
        out = rng.uniform(0.8, 2.0) * t
        return _replace_start(body, [(0, out), (0.5 * t, out * 0.8), (1.5 * t, 0.25 * out), (3 * t, 0)])
    if kind == "hook":
        out, tall = rng.uniform(1.2, 2.5) * t, rng.uniform(1.5, 3) * t
        return _replace_start(
            body, [(0, out * 0.6), (0.4 * t, out), (tall, out * 1.05), (tall * 1.05, out * 0.75), (0.9 * t, 0.15 * t)]
        )
    return body


def _replace_start(body: Curve, shape: list[tuple[float, float]]) -> Curve:
    """`shape` lists (down, outwards) from the rim; the body goes on below it."""
    depth = body[0, 0] + max(down for down, _ in shape[-1:])
    below = body[body[:, 0] > depth + 1e-6]
    if len(below) < 20:
        return body
    base = body[0, 1]
    points = curve([(body[0, 0] + down, base + out) for down, out in shape])
    return np.concatenate([rounded(points, 2), below])


def _with_relief(outer: Curve, thickness: float, ridges: list[float], rng: Generator) -> Curve:
    """Cordons, grooves and flanges on the outside; their heights are added to `ridges`."""
    t = thickness
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.5, 0.25, 0.15, 0.1]))):
        at = rng.uniform(0.15, 0.85) * length(outer)
        kind = rng.choice(["cordon", "groove", "flange"], p=[0.45, 0.4, 0.15])
        if kind == "cordon":
            w, h = rng.uniform(0.5, 1.2) * t, rng.uniform(0.2, 0.5) * t
            shape = [(-w, 0.0), (-w * 0.6, h * 0.8), (0, h), (w * 0.6, h * 0.8), (w, 0.0)]
        elif kind == "groove":
            w, h = rng.uniform(0.2, 0.5) * t, rng.uniform(0.1, 0.3) * t
            shape = [(-w, 0.0), (-w * 0.4, -h), (w * 0.4, -h), (w, 0.0)]
        else:
            w, h = rng.uniform(0.4, 0.8) * t, rng.uniform(1.5, 3.5) * t
            shape = [(-w * 1.4, 0.0), (-w * 0.5, h * 0.9), (0, h), (w * 0.5, h * 0.9), (w * 0.9, 0.0)]
        changed = with_bump(outer, at, shape)
        if changed is not outer:
            ridges.extend(
                float(np.interp(at + step, np.linspace(0, length(outer), len(outer)), outer[:, 0])) for step in (-w, w)
            )
        outer = changed
    return outer


def _with_base(
    outer: Curve, inner: Curve, thickness: float, ridges: list[float], rng: Generator
) -> tuple[Curve, Curve]:
    """Floor and underside as far as the axis: flat, footed, ring foot, disc, concave, round or pointed."""
    bottom, base = outer[-1]
    tall = bottom - outer[0, 0]
    t = min(thickness * rng.uniform(0.8, 1.6) * float(rng.choice([1, 1, 1, 1, 2.5])), 0.4 * tall)
    if rng.random() < 0.07:  # a solid base, the floor high above it
        t = max(t, rng.uniform(0.12, 0.35) * tall)
    floor = bottom - t
    kind = str(rng.choice(["flat", "ring", "disc", "concave", "round", "stem"], p=[0.25, 0.3, 0.15, 0.1, 0.15, 0.05]))
    if base < 0.2:
        kind = str(rng.choice(["flat", "round"]))
    is_above = (inner[:, 0] < floor - 0.5 * t) & (inner[:, 1] > 0.02)
    is_above[:8] = True
    inner = inner[is_above]
    floor_dip = rng.uniform(-0.3, 0.4) * t
    centre = [(floor, inner[-1, 1] * 0.75), (floor + floor_dip * 0.3, inner[-1, 1] * 0.4), (floor + floor_dip, 0.0)]
    joint = np.concatenate([inner[-6:], curve(centre)])
    inner = np.concatenate([inner[:-6], rounded(joint, 3)])
    if kind == "round":
        foot = curve([(bottom, base), (bottom + base * 0.25, base * 0.6), (bottom + base * 0.3, 0.0)])
        inner[:, 0] = np.where(
            inner[:, 1] < base, inner[:, 0] + 0.22 * base * (1 - (inner[:, 1] / base) ** 2), inner[:, 0]
        )
        return np.concatenate([outer, rounded(foot, 3)[1:]]), inner
    if kind == "concave":
        foot = curve([(bottom, base * 0.97), (bottom - t * 0.2, base * 0.5), (bottom - t * 0.45, 0.0)])
        return np.concatenate([outer, rounded(foot, 2)]), inner
    if kind == "flat":
        return np.concatenate([outer, curve([(bottom, 0.0)])]), inner
    high = {"ring": rng.uniform(0.6, 2.2), "disc": rng.uniform(0.4, 1.2), "stem": rng.uniform(3, 7)}[kind] * thickness
    splay = rng.uniform(-0.3, 0.8) * thickness
    ridges.append(float(bottom))
    if kind == "disc":
        foot = curve([(bottom, base + max(splay, 0)), (bottom + high, base + splay), (bottom + high, 0.0)])
        return np.concatenate([outer, foot]), inner
    width = min(rng.uniform(0.6, 1.6) * thickness, base * 0.45)
    under = bottom + rng.uniform(-0.1, 0.3) * t
    if kind == "stem":
        splay = rng.uniform(0.1, 0.4)
    corners = [(bottom, base), (bottom + high * 0.9, base + splay), (bottom + high, base + splay - 0.15 * width)]
    corners += [(bottom + high, base + splay - 0.8 * width), (bottom + high * 0.8, base + splay - width)]
    corners += [(under + 0.1 * high, base - width * 1.15), (under, max(base - width * 2, base * 0.35)), (under, 0.0)]
    return np.concatenate([outer, rounded(curve(corners), 1)[1:]]), inner


def _lid(outer: Curve, inner: Curve, thickness: float, rng: Generator) -> Profile:
    """A lid: the wall starts at the axis above the knob and ends at the rim below."""
    knob_inside = outer[0, 0] + rng.uniform(1.0, 2.0) * thickness
    dip = float(rng.choice([0.0, 0.0, 0.6])) * thickness  # hollow above, as a grip that is a ring
    top = np.concatenate([curve([(outer[0, 0] + dip, 0.0), (outer[0, 0] + dip, 0.5 * outer[0, 1])]), outer])
    inner = inner[(inner[:, 0] > knob_inside) & (inner[:, 1] > 0.05)]
    under = np.concatenate([curve([(inner[0, 0] - 0.02, 0.0)]), inner])
    end = _lip(top[-1], under[-1], rng)
    end[:, 0] = np.maximum(end[:, 0], min(top[-1, 0], under[-1, 0]))
    lip = np.stack([under[0], top[0]])
    return Profile(top, under, lip, end, True, ridges=(float(outer[20, 0]),))
