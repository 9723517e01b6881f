"""Sherd views: angular pieces seen from the front, often dark, that are not section."""

import numpy as np

from core.render import decorations, textures
from core.render.canvas import Canvas, Region, overlap
from core.render.curves import Curve, Generator, curve, jagged, rounded, wobbled
from core.render.look import Look


def sherd_ring(top: float, left: float, height: float, width: float, rng: Generator, *, has_rim: bool) -> Curve:
    """A broken piece in the given box; with `has_rim` its upper edge is straight."""
    corners = [(0.0, rng.uniform(0, 0.35)), (0.0, rng.uniform(0.65, 1.0))]
    if not has_rim:
        corners.insert(1, (rng.uniform(0, 0.1), rng.uniform(0.4, 0.6)))
    corners += [(rng.uniform(0.3, 0.7), rng.uniform(0.85, 1.0)), (rng.uniform(0.8, 1), rng.uniform(0.5, 0.9))]
    corners += [(rng.uniform(0.8, 1), rng.uniform(0.15, 0.45)), (rng.uniform(0.3, 0.7), rng.uniform(0, 0.15))]
    points = curve(corners) * [height, width] + [top, left]
    pieces = [points[:2]] if has_rim else []
    first = 1 if has_rim else 0
    for k in range(first, len(points)):
        pieces.append(jagged(points[k], points[(k + 1) % len(points)], rng.uniform(0.01, 0.06), rng, count=4)[:-1])
    ring = np.concatenate(pieces)
    return rounded(np.concatenate([ring, ring[:1]]), 1)


def wide_ring(top: float, bottom: float, near: float, far: float, rng: Generator) -> Curve:
    """A large rim sherd from beyond `near` almost to column `far`, its lower edge broken askew."""
    reach = far - near
    corners = [(top, near), (top, near + reach * rng.uniform(0.75, 0.95))]
    corners += [(top + (bottom - top) * rng.uniform(0.4, 0.7), near + reach * rng.uniform(0.6, 0.95))]
    corners += [(top + (bottom - top) * rng.uniform(0.85, 1.1), near + reach * rng.uniform(0.3, 0.8))]
    corners += [(top + (bottom - top) * rng.uniform(0.8, 1.05), near)]
    points = curve(corners)
    edges = [jagged(points[k], points[k + 1], rng.uniform(0.01, 0.04), rng, count=5)[:-1] for k in range(1, 4)]
    return rounded(np.concatenate([points[:1], *edges, points[-1:], points[:1]]), 1)


def draw_sherd(
    canvas: Canvas, ring: Curve, axis: float, look: Look, rng: Generator, *, within: Region | None = None
) -> None:
    """The sherd's surface, its outline, and sometimes the paler break along one side; cut off outside `within`."""
    region = canvas.region(ring)
    if region.is_empty:
        return
    sheet = canvas.spare_sheet()
    draw_surface(sheet, ring, axis, look, rng)
    pen = look.pen_px * float(rng.choice([0.7, 1.0, 1.5]))
    sheet.line(wobbled(ring, look.tremor_px, rng), pen, look.ink, closed=True)
    if rng.random() < 0.5:  # the fracture's thickness as a second line
        count = len(ring)
        start = int(rng.integers(0, count))
        edge = np.roll(ring, -start, axis=0)[: max(4, count // 3)]
        inward = (ring.mean(axis=0) - edge) * rng.uniform(-0.09, 0.07)
        second = edge + inward * np.sin(np.linspace(0, np.pi, len(edge)))[:, None]
        sheet.line(wobbled(second, 1.0, rng), pen, look.ink)
    covered = canvas.region(ring, grow=pen / 2 + 0.08 * float(np.ptp(ring, axis=0).max()))
    if within is not None:
        region, covered = overlap(region, within), overlap(covered, within)
    canvas.erase(region)
    canvas.lay(sheet, covered)


def draw_surface(canvas: Canvas, ring: Curve, axis: float, look: Look, rng: Generator) -> None:
    """What is seen on the sherd: stipple, tone, dark paint, hatching, decoration, grooves or a photograph."""
    region = canvas.region(ring)
    kinds = ["bare", "stipple", "tone", "dark", "hatch", "frieze", "grooves", "photo"]
    kind = str(rng.choice(kinds, p=[0.1, 0.25, 0.1, 0.15, 0.08, 0.17, 0.1, 0.05]))
    dark_side = int(rng.choice([-1, 1]))
    if kind == "stipple":
        dot = max(1.0, look.pen_px * rng.uniform(0.5, 1.1))
        density = textures.form_shading(region, rng, dark_side=dark_side)
        canvas.darken(textures.stippled(region, dot * rng.uniform(2, 4.5), dot, rng, density=density), look.ink)
    elif kind == "tone":
        canvas.darken(region, textures.toned(region, int(rng.integers(110, 225)), rng, unevenness=0.25))
    elif kind == "dark":
        canvas.darken(region, textures.toned(region, int(rng.integers(0, 100)), rng, unevenness=rng.uniform(0, 0.3)))
    elif kind == "photo":
        dark = int(rng.integers(20, 110))
        canvas.paint(region, textures.photographed(region, rng, dark=dark, bright=dark + int(rng.integers(50, 140))))
    elif kind == "hatch":
        width = look.pen_px * rng.uniform(0.6, 1.0)
        canvas.darken(
            textures.hatched(region, width * rng.uniform(2.5, 6) + 1, width, rng.uniform(0, 3.14), rng), look.ink
        )
    elif kind == "frieze":
        decorations.decorate(canvas, region, ring, float(ring[:, 1].min()), 1, look, rng)
    if kind == "grooves" or rng.random() < 0.25:
        low, high = ring.min(axis=0), ring.max(axis=0)
        for row in rng.uniform(low[0], high[0], rng.integers(1, 5)):
            sheet = canvas.spare_sheet()
            sheet.line(wobbled(curve([(row, low[1]), (row, high[1])]), 1.0, rng), look.pen_px, look.ink)
            canvas.lay(sheet, region)


def draw_sherd_within(canvas: Canvas, region: Region, edge: Curve, axis: float, look: Look, rng: Generator) -> None:
    """A sherd somewhere between the curve `edge` and the axis, cut off at the region's border."""
    low, high = edge.min(axis=0), edge.max(axis=0)
    low[1], high[1] = min(low[1], axis), max(high[1], axis)
    height, width = (high[0] - low[0]) * rng.uniform(0.6, 1.0), (high[1] - low[1]) * rng.uniform(0.4, 1.1)
    left = rng.uniform(low[1] - 0.2 * width, high[1] - 0.6 * width)
    ring = sherd_ring(low[0], left, max(height, 8), max(width, 8), rng, has_rim=rng.random() < 0.8)
    draw_sherd(canvas, ring, axis, look, rng, within=region)
