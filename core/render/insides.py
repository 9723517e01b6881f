"""Insides: what is seen between the section and the axis. It touches the wall and is not section."""

import numpy as np

from core.render import decorations, sherds, textures
from core.render.canvas import Canvas, overlap, straight
from core.render.curves import Curve, Generator, curve, shifted
from core.render.look import Look
from core.render.profile import Profile
from core.render.sections import Placement


def draw_inside(canvas: Canvas, profile: Profile, place: Placement, side: int, look: Look, rng: Generator) -> None:
    """Slip, shading, decoration or a sherd inside the vessel, then grooves and wheel marks."""
    inner = place.put(profile.inner, side)
    ring = np.concatenate([inner, [[inner[-1, 0], place.axis], [inner[0, 0], place.axis]]])
    region = canvas.region(ring)
    if region.is_empty or look.is_plain:
        return
    low, high = float(inner[:, 0].min()), float(inner[:, 0].max())
    chance = rng.uniform(0, 1.2)
    if chance < 0.06:
        canvas.darken(region, textures.toned(region, int(rng.integers(120, 230)), rng, unevenness=0.15))
    elif chance < 0.13:
        dot = max(1.0, look.pen_px * rng.uniform(0.5, 1.0))
        density = textures.form_shading(region, rng, dark_side=int(rng.choice([-1, 1])))
        canvas.darken(textures.stippled(region, dot * rng.uniform(2, 5), dot, rng, density=density), look.ink)
    elif chance < 0.18:  # a slip band that adjoins the wall
        top, bottom = np.sort(rng.uniform(low, high, 2))
        strip = canvas.region(curve([(top, -1e4), (top, 1e4), (bottom, 1e4), (bottom, -1e4)]))
        canvas.darken(overlap(region, strip), int(rng.choice([rng.uniform(0, 60), rng.uniform(100, 220)])))
    elif chance < 0.24:
        decorations.decorate(canvas, region, inner, place.axis, side, look, rng)
    elif chance < 0.35:
        sherds.draw_sherd_within(canvas, region, inner, place.axis, look, rng)
    elif chance < 0.38:
        light = textures.side_light(region, rng, dark_side=int(rng.choice([-1, 1])))
        canvas.darken(region, (250 - light * rng.uniform(40, 200)).astype(np.uint8))
    elif chance < 0.41:
        canvas.darken(region, int(rng.integers(0, 80)))
    elif chance < 0.44:  # a painted line that runs along the wall
        away = rng.uniform(0.02, 0.12) * place.scale
        sheet = canvas.spare_sheet()
        width = min(rng.uniform(0.3, 3) * look.outline_px, 0.35 * profile.wall * place.scale)
        sheet.line(shifted(inner, -side * away), width, int(rng.integers(0, 120)))
        canvas.lay(sheet, region)
    _grooves(canvas, profile, place, side, look, rng)
    if rng.random() < 0.08:
        _wheel_marks(canvas, inner, place, look, rng)


def _grooves(canvas: Canvas, profile: Profile, place: Placement, side: int, look: Look, rng: Generator) -> None:
    order = np.argsort(profile.inner[:, 0])
    for z in profile.grooves if rng.random() < 0.5 else ():
        r = float(np.interp(z, profile.inner[order, 0], profile.inner[order, 1]))
        start = float(rng.choice([0.0, 0.0, rng.uniform(0, 0.5)]))
        stop = float(rng.choice([0.0, rng.uniform(0, 0.5)]))
        canvas.line(place.put(curve([(z, r * (1 - start)), (z, r * stop)]), side), look.pen_px * 0.7, look.ink)


def _wheel_marks(canvas: Canvas, inner: Curve, place: Placement, look: Look, rng: Generator) -> None:
    order = np.argsort(inner[:, 0])
    for row in rng.uniform(inner[:, 0].min(), inner[:, 0].max(), rng.integers(3, 14)):
        edge = float(np.interp(row, inner[order, 0], inner[order, 1]))
        reach = rng.uniform(0.1, 0.7)
        canvas.line(straight((row, edge), (row, edge + reach * (place.axis - edge))), look.pen_px * 0.6, look.ink)


def draw_slip_line(canvas: Canvas, profile: Profile, place: Placement, side: int, look: Look, rng: Generator) -> None:
    """A line beside the wall's outside that tells how far slip or glaze reaches."""
    outer = profile.contour
    stretch = outer[: max(4, int(rng.uniform(0.2, 0.9) * len(outer)))]
    away = rng.uniform(0.015, 0.04) + 1.2 * look.outline_px / place.scale
    canvas.line(place.put(shifted(stretch, away), side), look.pen_px * rng.uniform(0.7, 2), look.ink)
