"""Handle views: handles, lugs, legs and spouts seen from outside, which are not section."""

import cv2
import numpy as np

from core.render import textures
from core.render.canvas import Canvas
from core.render.curves import Curve, Generator, curve, rounded, wobbled
from core.render.look import Look
from core.render.profile import Profile
from core.render.sections import Placement


def seen_rings(profile: Profile) -> list[tuple[str, Curve]]:
    """Kind and outline of every attachment as it is seen from outside; a spout's two strips are one there."""
    rings = [(part.kind, part.ring) for part in profile.parts if part.kind != "spout"]
    spout = [part.ring for part in profile.parts if part.kind == "spout"]
    if spout:
        corners = cv2.convexHull(np.concatenate(spout).astype(np.float32))[:, 0].astype(np.float64)
        rings.append(("spout", np.concatenate([corners, corners[:1]])))
    return rings


def draw_handles(canvas: Canvas, profile: Profile, place: Placement, side: int, look: Look, rng: Generator) -> None:
    """Most of the vessel's attachments as they are seen on the view's side."""
    for _, ring in seen_rings(profile):
        if rng.random() < 0.75:
            draw_attachment_view(canvas, place.put(ring, side), side, look, rng)


def draw_attachment_view(
    canvas: Canvas,
    ring: Curve,
    side: int,
    look: Look,
    rng: Generator,
    *,
    may_be_empty: bool = True,
    is_beside_cut: bool = False,
) -> None:
    """One attachment from outside: its contour only, shaded, stippled, toned, or as dark as a section.

    One that `is_beside_cut` joins the section and is never as dark.
    """
    region = canvas.region(ring)
    if region.is_empty:
        return
    canvas.erase(region)
    chance = rng.uniform(0, 1.0 if may_be_empty else 0.35)
    if chance < 0.2:
        light = textures.side_light(region, rng, dark_side=side)
        canvas.darken(region, (235 - rng.uniform(60, 150) * light).astype(np.uint8))
    elif chance < 0.35:
        dot = max(1.0, look.pen_px * 0.7)
        density = textures.form_shading(region, rng, dark_side=side)
        canvas.darken(textures.stippled(region, 3 * dot, dot, rng, density=density), look.ink)
    elif chance < 0.45:
        canvas.darken(
            region, textures.toned(region, int(rng.integers(120 if is_beside_cut else 0, 200)), rng, unevenness=0.2)
        )
    elif chance < 0.52:
        width = look.pen_px * 0.6
        canvas.darken(textures.hatched(region, 3 * width + 3, width, rng.uniform(0, 3), rng), look.ink)
    canvas.line(wobbled(ring, look.tremor_px, rng), look.pen_px, look.ink, closed=True)


def draw_front_handle(canvas: Canvas, contour: Curve, place: Placement, side: int, look: Look, rng: Generator) -> None:
    """A strap handle in the middle of the view, seen from the front."""
    top, bottom = np.quantile(contour[:, 0], np.sort(rng.uniform(0.02, 0.8, 2)))
    wide = rng.uniform(0.06, 0.2) * place.scale
    centre = place.axis + side * rng.uniform(0, 0.5) * float(np.abs(contour[:, 1] - place.axis).mean())
    if bottom - top < 2 * wide:
        return
    half = curve([(top, 1.2), (top + 0.1 * (bottom - top), 1.0), (bottom - 0.15 * (bottom - top), 0.9), (bottom, 1.5)])
    left, right = (half * [1, sign * wide / 2] + [0, centre] for sign in (-1, 1))
    ring = np.concatenate([rounded(left, 2), rounded(right, 2)[::-1]])
    draw_attachment_view(canvas, np.concatenate([ring, ring[:1]]), side, look, rng)
