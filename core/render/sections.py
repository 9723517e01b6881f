"""Sections: how the cut through the wall is drawn, and the mask that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.render import contrast, textures
from core.render.canvas import PAPER, Canvas, Region, overlap
from core.render.curves import Curve, Generator, between, jagged, length, wobbled
from core.render.look import Look
from core.render.profile import Profile


@dataclass(frozen=True)
class Placement:
    """Where a vessel stands on the sheet: its axis' column, the row of z = 0, and px for one unit.

    `is_upside_down` turns it on its head.
    """

    axis: float
    row: float
    scale: float
    is_upside_down: bool = False

    def put(self, points: Curve, side: int) -> Curve:
        """(z, r) as (row, column) on the sheet, on the given side of the axis."""
        down = -1.0 if self.is_upside_down else 1.0
        return np.stack(
            [self.row + down * self.scale * points[:, 0], self.axis + side * self.scale * points[:, 1]], axis=1
        )


@dataclass(frozen=True)
class Cut:
    """One side's section on the sheet: curves of the wall, and rings of what is joined to it."""

    outer: Curve
    inner: Curve
    lip: Curve
    end: Curve
    attached: tuple[Curve, ...]
    attached_kinds: tuple[str, ...] = ()

    @property
    def ring(self) -> Curve:
        return np.concatenate([self.outer, self.end[1:-1], self.inner[::-1], self.lip[1:-1]])


def cut_through(profile: Profile, placement: Placement, side: int, look: Look, rng: Generator) -> Cut:
    """The section's curves on the sheet, drawn by a slightly unsteady hand."""
    wave = max(30.0, 0.15 * placement.scale)
    outer, inner = (
        wobbled(placement.put(line, side), look.tremor_px, rng, wave=wave) for line in (profile.outer, profile.inner)
    )
    lip, end = placement.put(profile.lip, side), placement.put(profile.end, side)
    lip[0], lip[-1], end[0], end[-1] = inner[0], outer[0], outer[-1], inner[-1]
    attached = tuple(wobbled(placement.put(part.ring, side), look.tremor_px, rng, wave=wave) for part in profile.parts)
    return Cut(outer, inner, lip, end, attached, tuple(part.kind for part in profile.parts))


def draw_section(
    canvas: Canvas, cut: Cut, profile: Profile, look: Look, rng: Generator, *, is_joined: bool = False
) -> None:
    """Draw the section in the look's style and mark all of it, its border's ink included, in the mask.

    `is_joined` leaves the wall open at the axis, for a section that goes on beyond it.
    """
    border = look.outline_px / 2
    bordered = {"black": 0.5, "hatched": 0.4 if look.is_striped else 0.85}.get(look.style, 1.0)
    has_border = bool(rng.random() < bordered)
    grow = border if has_border else 0.0
    inside = canvas.region(cut.ring)
    fill_seed = int(rng.integers(0, 2**32))  # wall and attachments are filled by the same hand
    is_mixed = bool(rng.random() < 0.3)
    for ring, kind in zip(cut.attached, cut.attached_kinds, strict=True):
        part = canvas.region(ring)
        attached_style = look.style
        if is_mixed and kind in ("lug", "leg"):  # an empty handle beside a filled wall would be a view instead
            attached_style = str(rng.choice(["outlined", "black", "hatched"]))
        contrast.part_from_dark(canvas, ring, look, grow=grow)
        canvas.erase(canvas.region(ring, grow=grow))
        fill(canvas, part, replace(look, style=attached_style), np.random.default_rng(fill_seed))
        canvas.line(ring, max(look.outline_px, 1), look.ink, closed=True)
        canvas.mark_section(canvas.region(ring, grow=max(border, 0.5)))
    if cut.attached and rng.random() < 0.2:  # a white line parts the handle from the wall
        canvas.line(cut.ring, look.pen_px + 2 * grow + 2, PAPER, closed=True)
    contrast.part_from_dark(canvas, cut.ring, look, grow=grow)
    if profile.reaches_axis and not is_joined:
        contrast.part_at_axis(canvas, cut.end, _side_of(cut), look)
    canvas.erase(inside)
    fill(canvas, inside, look, np.random.default_rng(fill_seed))
    _draw_joints(canvas, cut, inside, look, rng)
    finest = 1.0
    if has_border:
        finest = _draw_border(canvas, _closed_pieces(cut, profile, look, rng, is_joined=is_joined), look, rng)
    canvas.mark_section(canvas.region(cut.ring, grow=finest * grow))  # the border marks its own ink
    if not look.is_plain and not profile.reaches_axis and rng.random() < 0.04:
        _pierce(canvas, cut, look, rng)


def _closed_pieces(cut: Cut, profile: Profile, look: Look, rng: Generator, *, is_joined: bool) -> list[Curve]:
    """The stretches of the border that are drawn: all, or all but the end at the axis or at the break.

    A break stays closed where the lost wall is drawn beyond it: nothing else would tell where the section ends.
    """
    pieces = [cut.outer, cut.inner, cut.lip, cut.end]
    is_hollow = look.style in ("outlined", "hatched", "toned")
    if profile.reaches_axis:
        is_open = is_joined or rng.random() < (0.6 if look.style in ("outlined", "dashed") else 0.2)
    else:
        is_open = is_hollow and not profile.missing and rng.random() < 0.3
    return pieces[:-1] if is_open else pieces


def _side_of(cut: Cut) -> int:
    return 1 if cut.outer[:, 1].mean() > cut.end[:, 1].mean() else -1


def _pierce(canvas: Canvas, cut: Cut, look: Look, rng: Generator) -> None:
    """A repair hole drilled through the wall: a gap across it with an edge on either side, not section."""
    count = len(cut.outer)
    first = int(rng.uniform(0.25, 0.7) * count)
    start = cut.outer[first]
    facing = cut.inner[int(np.argmin(np.hypot(*(cut.inner - start).T)))]
    through = facing - start
    thick = float(np.hypot(*through))
    if thick < 5 * look.grain_px or look.style in ("outlined", "dashed", "stippled"):
        return
    across = np.array([-through[1], through[0]]) / thick * thick * rng.uniform(0.15, 0.35)
    ends = np.stack([start - 0.3 * through, facing + 0.3 * through])
    ring = np.concatenate([ends - across, (ends + across)[::-1]])
    hole = overlap(canvas.region(ring), canvas.region(cut.ring, grow=look.outline_px))
    canvas.erase(hole)
    canvas.spare_section(hole)


def _draw_joints(canvas: Canvas, cut: Cut, inside: Region, look: Look, rng: Generator) -> None:
    """Where coils or mended pieces meet: a few lines across the wall, white on a dark one."""
    if rng.random() > 0.05 or look.is_plain:
        return
    sheet = canvas.spare_sheet()
    for _ in range(int(rng.integers(1, 5))):
        start = cut.outer[int(rng.uniform(0.1, 0.9) * (len(cut.outer) - 1))]
        facing = int(np.argmin(np.hypot(*(cut.inner - start).T))) + int(rng.integers(-8, 9))
        stop = cut.inner[min(max(facing, 0), len(cut.inner) - 1)]
        sheet.line(jagged(start, stop, 0.06, rng, count=3), look.pen_px, look.ink)
    if look.style in ("black", "grey"):
        joint = Region(inside.row, inside.column, PAPER - sheet.ink[inside.box])
        canvas.erase(overlap(joint, inside))
    else:
        canvas.lay(sheet, inside)


def _draw_border(canvas: Canvas, pieces: Sequence[Curve], look: Look, rng: Generator) -> float:
    """Draw the border and mark its ink as section; returns how fine its finest line is, as a share of the usual."""
    has_gaps = look.style in ("outlined", "toned", "stippled") and rng.random() < 0.25
    weights = [1.0] * len(pieces)
    if rng.random() < 0.2:  # the inside and the break drawn finer than the outside
        weights = [1.0, *[float(rng.choice([0.5, 0.7]))] * (len(pieces) - 1)]
    for piece, weight in zip(pieces, weights, strict=True):
        total, width = length(piece), max(look.outline_px * weight, min(look.outline_px, look.grain_px))
        if total < 1:
            continue
        if look.style == "dashed":
            dash = look.outline_px * rng.uniform(4, 9) + 3
            canvas.dashes(piece, width, look.ink, pattern=(dash, dash * rng.uniform(0.4, 0.8)), is_section=True)
        elif has_gaps and total > 20 * look.outline_px:
            at = 0.0
            while at < 1:
                stop = min(1.0, at + rng.uniform(0.15, 0.7))
                canvas.line(between(piece, at, stop), width, look.ink, is_section=True)
                at = stop + rng.uniform(1.5, 6) * look.outline_px / total
        else:
            canvas.line(piece, width, look.ink, is_section=True)
    return min(weights)


def fill(canvas: Canvas, region: Region, look: Look, rng: Generator) -> None:
    """Fill a section's region in the look's style; an outlined one stays empty."""
    if region.is_empty:
        return
    if look.style == "black":
        canvas.darken(region, look.ink)
        if rng.random() < 0.04:
            canvas.erase(textures.grained(region, 0.2 * wall_px(region) + 2, rng))
    elif look.style == "grey":
        grey = int(rng.integers(60, 130))
        canvas.darken(region, textures.toned(region, grey, rng, unevenness=rng.uniform(0, 0.12)))
    elif look.style == "toned":
        grey = int(rng.integers(130, 225))
        canvas.darken(region, textures.toned(region, grey, rng, unevenness=rng.uniform(0, 0.3)))
        if rng.random() < 0.2:
            canvas.darken(textures.grained(region, 0.25 * wall_px(region) + 2, rng), int(rng.integers(0, 120)))
    elif look.style == "hatched" and look.is_striped:
        spacing = max(wall_px(region) * rng.uniform(0.25, 0.8), 4 * look.grain_px)
        angle = rng.uniform(0, np.pi)
        canvas.darken(textures.hatched(region, spacing, spacing / 2, angle, rng, soft=rng.random() < 0.5), look.ink)
    elif look.style in ("hatched", "crosshatched"):
        wall = wall_px(region)
        width = min(look.pen_px * rng.uniform(0.6, 1.1), 0.3 * wall + 1)
        spacing = max(width * 2.0, 3.0) * rng.uniform(1, 2.6)
        angle = float(rng.choice([np.pi / 4, -np.pi / 4, rng.uniform(0, np.pi)], p=[0.45, 0.35, 0.2]))
        canvas.darken(textures.hatched(region, spacing, width, angle, rng), look.ink)
        if look.style == "crosshatched":
            canvas.darken(textures.hatched(region, spacing, width, angle + np.pi / 2, rng), look.ink)
    elif look.style == "stippled":
        dot = max(1.0, min(look.pen_px * rng.uniform(0.8, 1.6), 0.15 * wall_px(region)))
        canvas.darken(textures.stippled(region, dot * rng.uniform(1.8, 4), dot, rng), look.ink)
        if rng.random() < 0.25:
            canvas.darken(textures.grained(region, 0.25 * wall_px(region) + 2, rng), look.ink)


def wall_px(region: Region) -> float:
    """About how thick the region is: its area over half its boundary's length."""
    inside = region.alpha > 127
    edge = np.count_nonzero(inside[:, 1:] != inside[:, :-1]) + np.count_nonzero(inside[1:] != inside[:-1])
    return float(2.2 * np.count_nonzero(inside) / max(edge, 1))
