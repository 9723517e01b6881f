"""Layouts: where vessels, numbers and clutter stand on a sheet, and where the sheet is cut off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.render import clutter, sherds
from core.render.canvas import Canvas
from core.render.curves import Generator
from core.render.figures import Figure, choose_figure, draw_figure
from core.render.look import Look, draw_look, fitted, neat_look
from core.render.outlines import Outline
from core.render.sections import Placement

COUNTS = {1: 0.82, 2: 0.06, 3: 0.03, 4: 0.025, 5: 0.015, 6: 0.015, 8: 0.015, 12: 0.012, 20: 0.008}

PX_PER_VESSEL = 150  # nobody scans a plate of ten vessels at 300 px

THINNEST_PX = {"black": 2.5, "grey": 3.0, "outlined": 4.5, "toned": 4.5, "dashed": 8.0}
THINNEST_FILLED_PX = 6.0
THINNEST_SHARE = 0.004  # of the sheet's long side
"""Walls thinner than this in the finished drawing do not show how they are filled: nobody could tell them apart."""


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Plan:
    """A sheet in units: its size, the band below the vessels that is free for clutter, each vessel's (row, axis)."""

    height: float
    width: float
    corners: tuple[tuple[float, float], ...]


def compose(
    style: str | None, outlines: Sequence[Outline], size_px: int, work_px: int, rng: Generator
) -> tuple[Canvas, Look]:
    """A sheet with its vessels drawn, `work_px` long and meant to be seen at `size_px`."""
    look = replace(draw_look(style, work_px, rng), grain_px=work_px / size_px)
    count = min(int(rng.choice(list(COUNTS), p=list(COUNTS.values()))), max(1, size_px // PX_PER_VESSEL))
    if count > 1:
        finer = 1 / count**0.5
        look = replace(look, pen_px=max(look.pen_px * finer, 0.8), outline_px=max(look.outline_px * finer, 0.8))
    figures, plan = _readable(outlines, look, count, work_px, rng)
    count = len(figures)
    scale = work_px / max(plan.width, plan.height)
    canvas = Canvas.blank(max(32, round(plan.height * scale)), max(32, round(plan.width * scale)))
    places = [
        Placement(column * scale, row * scale, scale * figure.size, figure.is_upside_down)
        for figure, (row, column) in zip(figures, plan.corners, strict=True)
    ]
    for figure, place in zip(figures, places, strict=True):
        draw_figure(canvas, figure, place, fitted(look, figure.profile.wall * place.scale), rng)
    for figure, place in zip(figures, places, strict=True):
        if rng.random() < (0.4 if count == 1 else 0.75):
            _number_beside(canvas, figure, place, look, rng)
    taken = [_box_of(figure, place) for figure, place in zip(figures, places, strict=True)]
    _surroundings(canvas, look, taken, rng)
    return _cut_off(canvas, rng), look


def compose_neatly(style: str, work_px: int, rng: Generator) -> tuple[Canvas, Look]:
    """A sheet with one vessel as a clean modern publication shows it: number and scale bar, nothing cut off."""
    look = neat_look(style, work_px, rng)
    figure = choose_figure((), look, rng)
    width, height = 1.2 * (figure.left + figure.right), 1.45 * (figure.bottom - figure.top)
    width, height = max(width, height / 1.5), max(height, width / 2.5)
    scale = work_px / max(width, height)
    canvas = Canvas.blank(round(height * scale), round(width * scale))
    row = (0.42 * height - (figure.top + figure.bottom) / 2) * scale
    place = Placement(((width - figure.right + figure.left) / 2) * scale, row, scale, figure.is_upside_down)
    draw_figure(canvas, figure, place, fitted(look, figure.profile.wall * scale), rng)
    bottom, size = row + figure.bottom * scale, 0.03 * work_px
    below = min(bottom + 1.2 * size, canvas.shape[0] - 1.5 * size)
    clutter.draw_number(canvas, below, place.axis - 0.3 * scale * figure.left, size, look, rng)
    if rng.random() < 0.7:
        clutter.draw_scale_bar(canvas, below + 0.8 * size, place.axis + 0.1 * work_px, 0.14 * work_px, look, rng)
    return canvas, look


def _readable(
    outlines: Sequence[Outline], look: Look, count: int, work_px: int, rng: Generator
) -> tuple[list[Figure], Plan]:
    """Figures on a sheet where even the thinnest wall shows how it is drawn; fewer of them if need be."""
    needed = max(look.grain_px * THINNEST_PX.get(look.style, THINNEST_FILLED_PX), THINNEST_SHARE * work_px)
    figures = [_sized(choose_figure(outlines, look, rng), count, rng) for _ in range(count)]
    plan = _shelves(figures, rng)
    for attempt in range(24):
        scale = work_px / max(plan.width, plan.height)
        walls = [figure.profile.wall * figure.size * scale for figure in figures]
        if min(walls) >= needed:
            break
        if attempt % 8 == 7 and len(figures) > 1:  # they are too many for this sheet
            kept = sorted(range(len(figures)), key=lambda k: -walls[k])[: -(-2 * len(figures) // 3)]
            figures = [figures[k] for k in sorted(kept)]
        else:
            figures = [
                figure if wall >= needed else _sized(choose_figure(outlines, look, rng), count, rng)
                for figure, wall in zip(figures, walls, strict=True)
            ]
        plan = _shelves(figures, rng)
    return figures, plan


def _sized(figure: Figure, count: int, rng: Generator) -> Figure:
    """The figure as large as it stands among others; alone it fills the sheet."""
    return figure if count == 1 else replace(figure, size=float(rng.uniform(0.55, 1.0)))


def _shelves(figures: Sequence[Figure], rng: Generator) -> Plan:
    """Figures in rows, as on a plate; the sheet is never longer than 4.5 times its width."""
    boxes = [((f.left + f.right) * f.size, (f.bottom - f.top) * f.size) for f in figures]
    largest = max(max(box) for box in boxes)
    margin = float(np.exp(rng.uniform(np.log(0.015), np.log(0.3)))) * largest
    gap = rng.uniform(0.08, 0.3)
    per_row = int(np.ceil(len(figures) ** 0.5 * rng.uniform(0.7, 1.3)))
    corners, top, widest = [], margin, 0.0
    for start in range(0, len(figures), per_row):
        row = range(start, min(start + per_row, len(figures)))
        tall, left = max(boxes[k][1] for k in row), margin
        for k in row:
            figure = figures[k]
            down = rng.uniform(0, 1) * (tall - boxes[k][1])
            corners.append((top + down - figure.top * figure.size, left + figure.left * figure.size))
            left += boxes[k][0] + gap
        widest = max(widest, left - gap + margin)
        top += tall + gap
    height = top - gap + margin
    if rng.random() < 0.45:  # room below for a scale bar, number or caption
        height += rng.uniform(0.08, 0.3) * max(height, 0.5 * widest)
    extra = rng.uniform(0, 0.35, 2) * (rng.random(2) < 0.25)
    before = rng.random(2)  # how much of the extra room lies above and to the left
    height, widest = max(height * (1 + extra[0]), widest / 4.5), max(widest * (1 + extra[1]), height / 4.5)
    shift = (extra[0] * before[0] * height * 0.7, extra[1] * before[1] * widest * 0.7)
    return Plan(height, widest, tuple((row + shift[0], column + shift[1]) for row, column in corners))


def _number_beside(canvas: Canvas, figure: Figure, place: Placement, look: Look, rng: Generator) -> None:
    """The figure's number below, above or beside it, wherever the paper is nearly free."""
    size = float(np.clip(rng.uniform(0.025, 0.06) * max(canvas.shape), 12, 200))
    for _ in range(5):
        row = place.row + place.scale * (figure.bottom if rng.random() < 0.75 else figure.top + 0.05)
        row += rng.uniform(-1.2, 0.6) * size
        column = place.axis + rng.choice([-1, 1]) * place.scale * figure.profile.width * rng.uniform(0.1, 1.1)
        if _is_free(canvas, row, column, size, 2.5 * size):
            clutter.draw_number(canvas, row, column, size, look, rng)
            return


def _is_free(canvas: Canvas, row: float, column: float, height: float, width: float) -> bool:
    """Whether the box lies on the sheet and holds hardly any ink."""
    if row < 0 or column < 0 or row + height > canvas.shape[0] or column + width > canvas.shape[1]:
        return False
    box = canvas.ink[int(row) : int(row + height), int(column) : int(column + width)]
    return bool(np.count_nonzero(box < 200) < 0.004 * box.size)


def _box_of(figure: Figure, place: Placement) -> Box:
    """Top, left, bottom and right of the figure on the sheet."""
    top, bottom = place.row + place.scale * figure.top, place.row + place.scale * figure.bottom
    return top, place.axis - place.scale * figure.left, bottom, place.axis + place.scale * figure.right


def _surroundings(canvas: Canvas, look: Look, taken: Sequence[Box], rng: Generator) -> None:
    """Clutter of all kinds, each by its own odds, on free paper and rather at the sheet's edges.

    What a vessel's box encloses is mostly left free: `taken`.
    """
    count = len(taken)
    if count == 1 and rng.random() < 0.35:  # a page with nothing else on it
        return
    longest = max(canvas.shape)
    size = float(rng.uniform(0.018, 0.05) * longest)
    bar = float(rng.uniform(0.1, 0.35) * longest)
    for name, odds, tall, wide in (
        ("scale bar", 0.28, 0.25 * bar, 1.05 * bar),
        ("caption", 0.12, 4 * size, 9 * size),
        ("arrow", 0.05, 0.08 * longest, 0.08 * longest),
        ("handle", 0.08, 0.08 * longest, 0.08 * longest),
        ("plan", 0.05, 0.2 * longest, 0.2 * longest),
        ("photograph", 0.04, 0.2 * longest, 0.25 * longest),
        ("sherd", 0.06, 0.22 * longest, 0.18 * longest),
    ):
        if rng.random() > odds:
            continue
        spot = _free_spot(canvas, tall, wide, taken if rng.random() < 0.85 else (), rng)
        if spot is not None:
            _draw_clutter(canvas, name, *spot, tall, wide, look, rng)
    if rng.random() < (0.03 if count == 1 else 0.3):
        clutter.draw_frame(canvas, look, rng)


def _draw_clutter(
    canvas: Canvas, name: str, row: float, column: float, tall: float, wide: float, look: Look, rng: Generator
) -> None:
    if name == "scale bar":
        clutter.draw_scale_bar(canvas, row + 0.6 * tall, column, wide / 1.05, look, rng)
    elif name == "caption":
        clutter.draw_caption(canvas, row, column, tall / 4, look, rng)
    elif name == "arrow":
        clutter.draw_arrow(canvas, row + tall / 2, column + wide / 2, tall / 2, look, rng)
    elif name == "handle":
        clutter.draw_handle_cut(canvas, row + tall / 2, column + wide / 2, 0.45 * wide, look, rng)
    elif name == "plan":
        clutter.draw_plan(canvas, row, column, tall, look, rng)
    elif name == "photograph":
        clutter.draw_photograph(canvas, row, column, tall, wide, rng)
    else:
        ring = sherds.sherd_ring(row, column, tall, wide, rng, has_rim=False)
        sherds.draw_sherd(canvas, ring, column, look, rng)


def _free_spot(
    canvas: Canvas, tall: float, wide: float, taken: Sequence[Box], rng: Generator
) -> tuple[float, float] | None:
    height, width = canvas.shape
    for _ in range(16):
        row, column = rng.uniform(0, max(1.0, height - tall)), rng.uniform(0, max(1.0, width - wide))
        if rng.random() < 0.6:
            row = max(0.0, height - tall * rng.uniform(1.0, 1.4))
        box = (row, column, row + tall, column + wide)
        if _is_free(canvas, row, column, tall, wide) and not any(_overlap(box, other) for other in taken):
            return row, column
    return None


def _overlap(first: Box, second: Box) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def _cut_off(canvas: Canvas, rng: Generator) -> Canvas:
    """The sheet as it was scanned: sometimes an edge is missing, with whatever was drawn there."""
    if rng.random() < 0.04:  # printed from the wrong side of the film
        canvas = Canvas(canvas.ink[:, ::-1].copy(), canvas.mask[:, ::-1].copy())
    if rng.random() > 0.12:
        return canvas
    height, width = canvas.shape
    top, left, bottom, right = rng.uniform(0, 0.15, 4) * (rng.random(4) < 0.4)
    box = (slice(int(top * height), int((1 - bottom) * height)), slice(int(left * width), int((1 - right) * width)))
    return Canvas(canvas.ink[box].copy(), canvas.mask[box].copy())
