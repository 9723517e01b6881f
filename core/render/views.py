"""Views: the vessel's outside on one side of the axis and its inside on the other. Nothing here is section."""

import numpy as np

from core.render import decorations, sherds, textures
from core.render.canvas import Canvas, Region, straight
from core.render.curves import Curve, Generator, between, curve, shifted, wobbled
from core.render.handle_views import draw_front_handle, draw_handles
from core.render.look import Look
from core.render.profile import Profile
from core.render.sections import Placement

OUTSIDES = {
    "bare": 0.27,
    "frieze": 0.25,
    "painted": 0.06,
    "stipple": 0.09,
    "tone": 0.05,
    "litho": 0.04,
    "lines": 0.05,
    "arcs": 0.02,
    "hatch": 0.03,
    "sherd": 0.08,
    "photo": 0.03,
    "along": 0.03,
}


def draw_outside(canvas: Canvas, profile: Profile, place: Placement, side: int, look: Look, rng: Generator) -> None:
    """The outer contour on `side`, with what is seen between it and the axis."""
    contour = place.put(profile.contour, side)
    ring = np.concatenate([contour, [[contour[-1, 0], place.axis], [contour[0, 0], place.axis]]])
    region = canvas.region(ring)
    kind = "bare" if look.is_plain else str(rng.choice(list(OUTSIDES), p=list(OUTSIDES.values())))
    draw_handles(canvas, profile, place, side, look, rng)
    _surface(canvas, kind, region, contour, place, side, look, rng)
    if not look.is_plain and rng.random() < 0.06:
        draw_front_handle(canvas, contour, place, side, look, rng)
    is_filled = look.style in ("black", "grey") or (
        look.style in ("hatched", "crosshatched") and profile.wall * place.scale > 8 * look.pen_px
    )
    if is_filled and rng.random() < 0.09:  # the wall's far side, known but not cut
        inner = wobbled(place.put(profile.inner, side), look.tremor_px, rng)
        canvas.line(inner, look.pen_px, look.ink)
    pen = look.pen_px * float(rng.choice([0.6, 1.0, 1.0, 1.6]))
    canvas.line(wobbled(contour, look.tremor_px, rng), pen, look.ink)
    if not look.is_plain and rng.random() < 0.03:
        draw_repair_holes(canvas, contour, place.axis, look, rng)
    _ridge_lines(canvas, profile, place, side, look, rng, pen=pen)
    if profile.reaches_axis:
        canvas.line(straight((contour[-1, 0], contour[-1, 1]), (contour[-1, 0], place.axis)), pen, look.ink)
    elif rng.random() < 0.3 and len(profile.missing):
        lost = place.put(profile.missing[0], side)
        canvas.dashes(lost, look.pen_px * 0.8, look.ink, pattern=(5 * look.pen_px + 3, 3 * look.pen_px + 2))


def _surface(
    canvas: Canvas, kind: str, region: Region, contour: Curve, place: Placement, side: int, look: Look, rng: Generator
) -> None:
    if region.is_empty or kind == "bare":
        return
    if kind == "frieze":
        decorations.decorate(canvas, region, contour, place.axis, side, look, rng)
    elif kind == "painted":
        canvas.darken(region, textures.toned(region, int(rng.integers(0, 70)), rng, unevenness=rng.uniform(0, 0.15)))
        for row in rng.uniform(contour[:, 0].min(), contour[:, 0].max(), rng.integers(0, 4)):
            band = rng.uniform(1, 6) * look.pen_px
            canvas.line(straight((row, place.axis), (row, place.axis + side * 1e4)), band, 255)
    elif kind == "stipple":
        dot = max(1.0, look.pen_px * rng.uniform(0.5, 1.1))
        light = textures.side_light(region, rng, dark_side=side)
        canvas.darken(textures.stippled(region, dot * rng.uniform(2, 4.5), dot, rng, density=light), look.ink)
    elif kind == "litho":  # a lithograph's tone, its edge eaten away
        ragged = textures.ragged(region, rng)
        light = textures.side_light(region, rng, dark_side=side)
        tone = textures.toned(region, int(rng.integers(20, 170)), rng, unevenness=0.3)
        canvas.darken(ragged, np.clip(tone * (1.25 - 0.5 * light), 0, 250).astype(np.uint8))
    elif kind == "tone":
        light = textures.side_light(region, rng, dark_side=side)
        canvas.darken(region, (250 - light * rng.uniform(40, 200)).astype(np.uint8))
    elif kind == "lines":
        _shade_lines(canvas, contour, place, side, look, rng)
    elif kind == "arcs":
        _shade_arcs(canvas, region, contour, place, side, look, rng)
    elif kind == "hatch":
        width = look.pen_px * rng.uniform(0.5, 1.0)
        canvas.darken(
            textures.hatched(region, width * rng.uniform(2.5, 7) + 1, width, rng.uniform(0, 3.2), rng), look.ink
        )
    elif kind == "sherd":
        sherds.draw_sherd_within(canvas, region, contour, place.axis, look, rng)
    elif kind == "photo":
        dark = int(rng.integers(10, 110))
        canvas.paint(region, textures.photographed(region, rng, dark=dark, bright=dark + int(rng.integers(50, 140))))
    elif kind == "along":  # a painted band that follows the contour as a wall does, with paper between
        width = max(rng.uniform(0.02, 0.1) * place.scale, 2.0)
        away = rng.uniform(0.03, 0.2) * place.scale + width / 2 + 2 * look.pen_px
        start = rng.uniform(0.0, 0.4)
        line = shifted(between(contour, start, start + rng.uniform(0.2, 0.6)), -side * away)
        sheet = canvas.spare_sheet()
        sheet.line(line, width, int(rng.integers(0, 90)))
        canvas.lay(sheet, region)


def _shade_lines(canvas: Canvas, contour: Curve, place: Placement, side: int, look: Look, rng: Generator) -> None:
    """Horizontal shading strokes that start at the contour."""
    order = np.argsort(contour[:, 0])
    gap = max(2.5 * look.pen_px, 4.0) * rng.uniform(1, 2.5)
    for row in np.arange(contour[:, 0].min(), contour[:, 0].max(), gap):
        edge = float(np.interp(row, contour[order, 0], contour[order, 1]))
        reach = (edge - place.axis) * rng.uniform(0.1, 0.9)
        canvas.line(straight((row, edge), (row, edge - reach)), look.pen_px * 0.6, look.ink)


def _shade_arcs(
    canvas: Canvas, region: Region, contour: Curve, place: Placement, side: int, look: Look, rng: Generator
) -> None:
    """An engraver's shading: curved horizontal lines round the body, close together."""
    sheet = canvas.spare_sheet()
    gap, sag = max(2.2 * look.pen_px, 3.5) * rng.uniform(1, 2), rng.uniform(0.0, 0.25)
    reach = np.linspace(0, 1, 24)
    radius = float(np.abs(contour[:, 1] - place.axis).max())
    stop = rng.uniform(0.0, 0.6)
    for row in np.arange(contour[:, 0].min(), contour[:, 0].max() + sag * radius, gap):
        bent = row - sag * radius * (1 - np.sqrt(1 - 0.98 * reach**2))
        arc = np.stack([bent, place.axis + side * radius * reach], axis=1)
        sheet.line(arc[reach >= stop * rng.uniform(0.6, 1.2)], look.pen_px * 0.6, look.ink)
    canvas.lay(sheet, region)


def _ridge_lines(
    canvas: Canvas, profile: Profile, place: Placement, side: int, look: Look, rng: Generator, *, pen: float
) -> None:
    """Horizontal lines where the outside has an edge."""
    contour = profile.contour
    order = np.argsort(contour[:, 0])
    for z in profile.ridges:
        if not contour[:, 0].min() < z < contour[:, 0].max() or rng.random() < 0.15:
            continue
        r = float(np.interp(z, contour[order, 0], contour[order, 1]))
        ends = place.put(curve([(z, r), (z, 0.0)]), side)
        if look.sag > 0:
            reach = np.linspace(1, 0, 24)
            fall = look.sag * r * np.sqrt(1 - reach**2)
            ends = place.put(np.stack([z + fall, r * reach], axis=1), side)
        canvas.line(between(ends, 0, float(rng.choice([1.0, 1.0, rng.uniform(0.2, 0.9)]))), pen * 0.8, look.ink)


def draw_axes(
    canvas: Canvas,
    profile: Profile,
    place: Placement,
    side: int,
    look: Look,
    rng: Generator,
    *,
    rim_sides: tuple[int, ...],
) -> None:
    """The axis, the rim line across to `rim_sides`, the base line; thin, sometimes not quite touching."""
    pen = look.pen_px * float(rng.choice([0.5, 0.8, 1.0]))
    top, bottom = profile.rim_height, float(profile.ring[:, 0].max())
    tall = bottom - top
    over, under = rng.choice([0.0, 0.0, 0.06], 2) * tall
    if rng.random() < 0.9:
        axis = place.put(curve([(top - over, 0.0), (bottom + under - rng.choice([0, 0, 0.3]) * tall, 0.0)]), side)
        if rng.random() < 0.12:
            long = max(12.0, 0.06 * place.scale)
            canvas.dashes(axis, pen, look.ink, pattern=(long, 0.3 * long, 0.15 * long, 0.3 * long))
        else:
            canvas.line(axis, pen, look.ink)
    if profile.reaches_axis and rng.random() < 0.25:  # the base line goes on below the foot ring
        foot = profile.contour[-1]
        canvas.line(place.put(curve([(bottom, foot[1]), (bottom, 0.0)]), side), pen, look.ink)
    if not profile.has_rim and rng.random() < 0.8:
        return
    tip = profile.lip[int(np.argmin(profile.lip[:, 0]))]
    gap = float(rng.choice([0.0, 0.0, 0.02]))
    if look.sag > 0:
        _rim_ellipse(canvas, tip, place, look, pen, rim_sides)
        return
    for each in rim_sides:
        start = tip[1] - gap
        ends = place.put(curve([(tip[0], start), (tip[0], 0.0)]), each)
        canvas.line(wobbled(ends, look.tremor_px * 0.5, rng, wave=150), pen, look.ink)
        inner_top = profile.inner[0]
        if rng.random() < 0.2 and inner_top[0] > tip[0] + 0.01:
            canvas.line(place.put(curve([tuple(inner_top), (inner_top[0], 0.0)]), each), pen, look.ink)


def _rim_ellipse(
    canvas: Canvas, tip: Curve, place: Placement, look: Look, pen: float, rim_sides: tuple[int, ...]
) -> None:
    """The rim as a circle seen a little from above: its front and back edges on `rim_sides` of the axis."""
    reach = np.linspace(1, 0, 40)
    for side in rim_sides:
        for bend in (-1, 1):
            rise = bend * look.sag * tip[1] * np.sqrt(1 - reach**2)
            canvas.line(place.put(np.stack([tip[0] + rise, tip[1] * reach], axis=1), side), pen, look.ink)


def draw_repair_holes(canvas: Canvas, contour: Curve, axis: float, look: Look, rng: Generator) -> None:
    """One to three drilled holes in the view: small circles, open or dark."""
    at = contour[int(rng.uniform(0.15, 0.8) * (len(contour) - 1))]
    radius = max(0.012 * float(np.ptp(contour, axis=0).max()), 2.5 * look.pen_px) * rng.uniform(0.8, 1.6)
    angles = np.linspace(0, 2 * np.pi, 24)[:-1]
    circle = radius * np.stack([np.sin(angles), np.cos(angles)], axis=1)
    is_dark = rng.random() < 0.3
    for _ in range(int(rng.integers(1, 4))):
        middle = np.array([at[0] + rng.normal(0, 2.5) * radius, axis + rng.uniform(0.15, 0.9) * (at[1] - axis)])
        ring = middle + circle
        canvas.erase(canvas.region(ring))
        if is_dark:
            canvas.darken(canvas.region(ring), look.ink)
        canvas.line(ring, look.pen_px * 0.8, look.ink, closed=True)
