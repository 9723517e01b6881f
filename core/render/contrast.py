"""Contrast: the white line that a draughtsman leaves where dark paint would run into a dark section."""

import numpy as np

from core.render.canvas import PAPER, Canvas, straight
from core.render.curves import Curve
from core.render.look import Look

DARK_STYLES = ("black", "grey")
TOUCHED_SHARE = 0.08
"""Lines that only end at the wall darken less of what surrounds it."""

LEAST_STEP = 70
"""Greys closer than this are hard to tell apart once they are blurred and printed."""


def part_from_dark(canvas: Canvas, ring: Curve, look: Look, *, grow: float) -> None:
    """Leave paper around the section's `ring` if what is drawn beside it is about as dark as the section will be.

    Does nothing for sections that are not filled with ink. `grow` is how far the section's border lies outside.
    """
    if look.style not in DARK_STYLES:
        return
    near = grow + look.pen_px + look.grain_px
    outside = canvas.region(ring, grow=near + 2 * look.grain_px)
    inside = canvas.region(ring, grow=near)
    if outside.is_empty or inside.is_empty:
        return
    around = outside.alpha > 127
    top, left = inside.row - outside.row, inside.column - outside.column
    around[top : top + inside.alpha.shape[0], left : left + inside.alpha.shape[1]] &= inside.alpha < 128
    greys = canvas.ink[outside.box][around]
    section_grey = look.ink if look.style == "black" else 95
    if greys.size and np.mean(greys < section_grey + LEAST_STEP) > TOUCHED_SHARE:
        canvas.erase(canvas.region(ring, grow=grow + 2.2 * look.grain_px))


def part_at_axis(canvas: Canvas, end: Curve, side: int, look: Look) -> None:
    """Leave paper beyond the axis where a dark base would run into a dark view; `end` closes the wall at the axis."""
    if look.style not in DARK_STYLES:
        return
    axis = float(end[:, 1].mean())
    column = axis - side * (look.pen_px + 2 * look.grain_px)
    top, bottom = sorted(np.clip([end[0, 0], end[-1, 0]], 0, canvas.shape[0] - 1).astype(int))
    if not 0 <= column < canvas.shape[1] or bottom <= top:
        return
    if np.mean(canvas.ink[top:bottom, int(column)] < look.ink + LEAST_STEP) > 0.4:
        gap = 2 * look.grain_px
        white = axis - side * (look.pen_px / 2 + gap / 2)
        canvas.line(straight((top - gap, white), (bottom + gap, white)), max(gap, 1), PAPER)
