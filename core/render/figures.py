"""Figures: one vessel with its views, axis, rim line and section, the way one tradition shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.render import handle_views, insides, sherds, views
from core.render.bodies import invent_profile
from core.render.canvas import Canvas, straight
from core.render.curves import Curve, Generator, between, curve, jagged, length
from core.render.look import Look
from core.render.outlines import Outline, profile_from_outline
from core.render.profile import Profile
from core.render.sections import Placement, cut_through, draw_section

KINDS = {
    "pair": 0.54,  # the outside on one side of the axis, the section on the other
    "half": 0.09,  # the section's half only
    "both": 0.08,  # a section on either side
    "rim": 0.10,  # a rim's section, sherd views beside it and the contour on the far side
    "wide": 0.07,  # one large sherd from the section almost to the far contour
    "bare": 0.05,  # nothing but the section
    "beside": 0.07,  # the section beside a separate view
}


@dataclass(frozen=True)
class Figure:
    """A vessel to be drawn: `kind` is one of KINDS, `side` where its section stands: -1 left of the axis, +1 right.

    Its box is in units around the point z = 0 on the axis; `view_width` is that of a separate view beside it.
    """

    profile: Profile
    kind: str
    side: int
    is_upside_down: bool = False
    size: float = 1.0
    view_width: float = 0.0

    @property
    def left(self) -> float:
        return self._reach(-1)

    @property
    def right(self) -> float:
        return self._reach(1)

    @property
    def top(self) -> float:
        return -self.profile.bottom if self.is_upside_down else self.profile.top

    @property
    def bottom(self) -> float:
        return -self.profile.top if self.is_upside_down else self.profile.bottom

    @property
    def near(self) -> float:
        """The section's smallest distance from the axis."""
        return float(self.profile.ring[:, 1].min())

    def _reach(self, side: int) -> float:
        if side == self.side or self.kind not in ("bare", "half", "beside"):
            return self.profile.width
        if self.kind == "beside":
            return self.view_width + 0.12 - self.near
        return -self.near if self.kind == "bare" else 0.03


def choose_figure(outlines: Sequence[Outline], look: Look, rng: Generator) -> Figure:
    """A vessel, half of the time a warped real one, and a way of showing it that suits it."""
    if outlines and rng.random() < 0.5:
        profile = profile_from_outline(outlines[int(rng.integers(0, len(outlines)))], rng)
    else:
        profile = invent_profile(rng)
        while look.is_neat and not (profile.has_rim and 0.25 < profile.bottom - profile.top < 2.5):
            profile = invent_profile(rng)
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    near = float(profile.ring[:, 1].min())
    if not profile.has_rim and not profile.reaches_axis:
        kind = str(rng.choice(["bare", "beside", "pair"], p=[0.3, 0.5, 0.2]))
    if kind == "bare" and near <= 0.05:
        kind = "half"
    if look.is_neat:
        kind = str(rng.choice(["pair", "pair", "pair", "both"]))
        return Figure(profile, kind, look.side)
    side = look.side if rng.random() < 0.93 else -look.side
    view_width = float(rng.uniform(0.35, 1.3) * (profile.bottom - profile.top)) if near > 0.05 else 2 * profile.width
    return Figure(profile, kind, side, bool(rng.random() < 0.06), view_width=min(view_width, 3.0))


def draw_figure(canvas: Canvas, figure: Figure, place: Placement, look: Look, rng: Generator) -> None:
    """Views first, then lines, the section last and on clean paper."""
    profile, side = figure.profile, figure.side
    if figure.kind == "beside":
        _separate_view(canvas, figure, place, look, rng)
    elif figure.kind == "wide":
        _wide_view(canvas, profile, place, side, look, rng)
    elif figure.kind != "bare":
        insides.draw_inside(canvas, profile, place, side, look, rng)
    if figure.kind == "pair":
        views.draw_outside(canvas, profile, place, -side, look, rng)
    elif figure.kind == "rim":
        _rim_view(canvas, profile, place, -side, look, rng)
    if figure.kind not in ("bare", "beside") or (figure.kind == "beside" and figure.near <= 0.05):
        rim_sides = (side,) if figure.kind in ("half", "beside") else (side, -side)
        views.draw_axes(canvas, profile, place, side, look, rng, rim_sides=rim_sides)
    is_hollow = look.style in ("outlined", "toned", "stippled", "dashed")  # a line beside would widen the wall
    if not look.is_plain and rng.random() < (0.0 if is_hollow else 0.06):
        insides.draw_slip_line(canvas, profile, place, side, look, rng)
    if profile.parts and not look.is_plain and rng.random() < 0.18:  # attachments shown whole beside a cut wall
        for kind, ring in handle_views.seen_rings(profile):
            handle_views.draw_attachment_view(
                canvas,
                place.put(ring, side),
                side,
                look,
                rng,
                may_be_empty=look.style in ("black", "grey", "hatched") and kind != "lug",
                is_beside_cut=True,
            )
        profile = replace(profile, parts=())
    if not _lost_wall(canvas, profile, place, side, look, rng):
        profile = replace(profile, missing=())
    seed = int(rng.integers(0, 2**32))
    is_joined = figure.kind == "both" and profile.reaches_axis
    for section_side in (side, -side) if figure.kind == "both" else (side,):
        hand = np.random.default_rng(seed)
        cut = cut_through(profile, place, section_side, look, hand)
        draw_section(canvas, cut, profile, look, hand, is_joined=is_joined)


def _separate_view(canvas: Canvas, figure: Figure, place: Placement, look: Look, rng: Generator) -> None:
    """A view beside the section: of the whole vessel, or of the sherd alone."""
    profile, away = figure.profile, -figure.side
    first = place.axis + away * place.scale * (0.08 - figure.near)
    last = first + away * place.scale * figure.view_width
    if figure.near <= 0.05:
        middle = Placement((first + last) / 2, place.row, place.scale * 0.96, place.is_upside_down)
        seed = rng.integers(0, 2**32)
        for view_side in (-1, 1):  # the same chances on both sides, so that they match
            views.draw_outside(canvas, profile, middle, view_side, look, np.random.default_rng(seed))
        tip = profile.lip[int(np.argmin(profile.lip[:, 0]))]
        rim = np.concatenate([middle.put(tip[None], s) for s in (-1, 1)])
        canvas.line(rim, look.pen_px, look.ink)
        return
    rows = place.put(curve([(profile.top, 0.0), (profile.bottom, 0.0)]), 1)[:, 0]
    top, tall = float(rows.min()), float(np.ptp(rows))
    has_rim = profile.has_rim and not place.is_upside_down
    width = max(abs(last - first), 8.0)
    ring = sherds.sherd_ring(top, min(first, last), tall, width, rng, has_rim=has_rim)
    sherds.draw_sherd(canvas, ring, place.axis, look, rng)
    if rng.random() < 0.4:  # ticks that tie the view to the section
        for row in (top + 0.02 * tall, top + 0.98 * tall):
            canvas.line(straight((row, first - away * 0.03 * place.scale), (row, first)), look.pen_px, look.ink)


def _rim_view(canvas: Canvas, profile: Profile, place: Placement, side: int, look: Look, rng: Generator) -> None:
    """Only the contour on the far side, with sherd views set into the space between."""
    contour = place.put(profile.contour, side)
    wall = place.put(profile.inner, -side)
    low, high = float(contour[:, 0].min()), float(contour[:, 0].max())
    edges = sorted([float(np.median(wall[:, 1])), float(np.median(contour[:, 1]))])
    within = canvas.region(*_hollows(profile, place, side))
    count = int(rng.integers(1, 3))
    for k in range(count):
        share = (edges[1] - edges[0]) / count
        width = share * rng.uniform(0.5, 1.0)
        left = edges[0] + k * share + rng.uniform(0, 1) * (share - width)
        tall = max(8.0, (high - low) * rng.uniform(0.6, 1.05))
        ring = sherds.sherd_ring(low, left, tall, max(width, 8), rng, has_rim=profile.has_rim)
        sherds.draw_sherd(canvas, ring, place.axis, look, rng, within=within)
    canvas.line(contour, look.pen_px, look.ink)


def _wide_view(canvas: Canvas, profile: Profile, place: Placement, side: int, look: Look, rng: Generator) -> None:
    """A large sherd that starts at the section and ends in a fracture before the far contour."""
    contour = place.put(profile.contour, -side)
    low, high = float(contour[:, 0].min()), float(contour[:, 0].max())
    near, far = place.axis + side * place.scale * profile.width, place.axis - side * place.scale * profile.width
    ring = sherds.wide_ring(low, high, near, far, rng)
    sherds.draw_sherd(canvas, ring, place.axis, look, rng, within=canvas.region(*_hollows(profile, place, -side)))
    canvas.line(contour, look.outline_px, look.ink)


def _hollows(profile: Profile, place: Placement, view_side: int) -> list[Curve]:
    """What lies between the section and the far contour: the inside up to the axis, and the view beyond it."""
    rings = []
    for line, side in ((profile.inner, -view_side), (profile.contour, view_side)):
        edge = place.put(line, side)
        over = place.axis + 2.0 * np.sign(place.axis - edge[0, 1])
        rings.append(np.concatenate([edge, [[edge[-1, 0], over], [edge[0, 0], over]]]))
    return rings


def _lost_wall(canvas: Canvas, profile: Profile, place: Placement, side: int, look: Look, rng: Generator) -> bool:
    """The reconstructed continuation of a broken wall: thin or dashed lines that are not section. Tells if drawn."""
    if not profile.missing or rng.random() < 0.55:
        return False
    is_dashed = rng.random() < 0.5
    pen = min(look.pen_px * float(rng.choice([0.6, 1.0])), look.outline_px, 0.25 * profile.wall * place.scale)
    if not is_dashed and look.style in ("outlined", "toned", "stippled"):  # long ones would be another section
        reach = rng.uniform(0.4, 2.5) * profile.wall
        profile = replace(profile, missing=tuple(_start_of(line, reach) for line in profile.missing))
    lost = [place.put(line, side) for line in profile.missing]
    lost = [line for line in lost if len(line) > 1]
    for line in lost:
        if is_dashed:
            step = 4 * look.pen_px + 3
            canvas.dashes(line, pen, look.ink, pattern=(step, step * 0.7))
        else:
            canvas.line(line, pen, look.ink)
    if len(lost) == 2 and rng.random() < 0.1 and look.style not in ("outlined", "toned"):  # a second fracture across it
        across = [line[int(rng.uniform(0.3, 1.0) * (len(line) - 1))] for line in lost]
        canvas.line(jagged(across[0], across[1], 0.08, rng), pen, look.ink)
    return True


def _start_of(line: Curve, reach: float) -> Curve:
    total = length(line) if len(line) > 1 else 0.0
    return between(line, 0.0, reach / total) if total > reach else line
