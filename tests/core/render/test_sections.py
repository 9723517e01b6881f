from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from core.render.attachments import with_handle
from core.render.canvas import Canvas
from core.render.curves import curve
from core.render.figures import Figure, draw_figure
from core.render.look import STYLES, Look
from core.render.profile import Profile
from core.render.sections import Placement, cut_through, draw_section
from core.render.views import draw_axes

PLACE = Placement(axis=200.0, row=40.0, scale=160.0)


def bowl() -> Profile:
    outer = curve([(0, 1), (0.3, 0.9), (0.6, 0.5), (0.7, 0.3), (0.7, 0)])
    inner = curve([(0, 0.9), (0.28, 0.8), (0.52, 0.45), (0.6, 0.25), (0.6, 0)])
    return Profile(outer, inner, np.stack([inner[0], outer[0]]), np.stack([outer[-1], inner[-1]]), reaches_axis=True)


def look(style: str = "outlined") -> Look:
    return Look(style, pen_px=2.0, outline_px=4.0, ink=0, side=1, tremor_px=0.0, is_plain=True)


def drawn(style: str, *, kind: str = "pair", side: int = 1) -> Canvas:
    canvas = Canvas.blank(220, 400)
    draw_figure(canvas, Figure(bowl(), kind, side), PLACE, look(style), np.random.default_rng(0))
    return canvas


@pytest.mark.parametrize("style", STYLES)
def test_the_section_of_a_plain_bowl_is_one_piece_on_its_side_of_the_axis(style):
    mask = drawn(style).mask > 127
    assert ndimage.label(mask)[1] == 1
    assert not mask[:, :197].any()
    assert mask[:, 203:].any()


def test_the_section_moves_with_its_side():
    assert not (drawn("black", side=-1).mask[:, 203:] > 127).any()


def test_two_sections_joined_at_the_axis_are_one_piece():
    mask = drawn("outlined", kind="both").mask > 127
    assert ndimage.label(mask)[1] == 1
    assert mask[:, :190].any()
    assert mask[:, 210:].any()


@pytest.mark.parametrize("style", STYLES)
def test_the_mask_has_the_area_of_the_polygon_and_its_border(style):
    rows, columns = bowl().ring.T * PLACE.scale
    polygon = 0.5 * abs(np.dot(rows, np.roll(columns, 1)) - np.dot(columns, np.roll(rows, 1)))
    perimeter = np.hypot(*np.diff(bowl().ring * PLACE.scale, axis=0, append=bowl().ring[:1] * PLACE.scale).T).sum()
    area = np.count_nonzero(drawn(style).mask > 127)
    assert polygon * 0.97 <= area <= polygon + perimeter * (4.0 / 2 + 0.5)


def test_axis_and_rim_line_are_ink_but_not_section():
    canvas = Canvas.blank(220, 400)
    draw_axes(canvas, bowl(), PLACE, 1, look(), np.random.default_rng(3), rim_sides=(1, -1))
    assert (canvas.ink < 128).sum() > 200
    assert not canvas.mask.any()


@pytest.mark.parametrize("style", STYLES)
def test_all_ink_that_belongs_to_the_section_is_in_the_mask(style):
    canvas = Canvas.blank(220, 400)
    rng = np.random.default_rng(1)
    cut = cut_through(bowl(), PLACE, 1, look(style), rng)
    draw_section(canvas, cut, bowl(), look(style), rng)
    assert (canvas.ink < 128).any()
    assert not ((canvas.ink < 100) & (canvas.mask <= 127)).any()


def test_a_border_drawn_finer_on_one_side_is_where_the_mask_ends():
    bare = []
    for seed in range(60):
        canvas, rng = Canvas.blank(220, 400), np.random.default_rng(seed)
        figure = Figure(bowl(), "pair", 1)
        draw_figure(canvas, figure, PLACE, replace(look("hatched"), is_plain=False, outline_px=8.0), rng)
        mask = canvas.mask > 127
        edge = mask & ~ndimage.binary_erosion(mask, iterations=2)
        bare.append(np.mean(canvas.ink[edge] > 200))
    with_border = [share for share in bare if share < 0.3]  # the others have hatching without a border
    assert len(with_border) > 40
    assert max(with_border) < 0.05


def test_an_outlined_section_is_empty_inside_its_border():
    canvas = drawn("outlined")
    inside = ndimage.binary_erosion(canvas.mask > 127, iterations=9)
    assert inside.any()
    assert (canvas.ink[inside] > 250).all()


@pytest.mark.parametrize("style", ["black", "outlined", "hatched"])
def test_the_hole_of_a_handle_stays_a_hole(style):
    profile = with_handle(bowl(), 0.08, np.random.default_rng(5))
    canvas = Canvas.blank(260, 600)
    draw_figure(canvas, Figure(profile, "half", 1), PLACE, look(style), np.random.default_rng(0))
    mask = canvas.mask > 127
    pieces, count = ndimage.label(~mask)
    enclosed = [np.count_nonzero(pieces == k) for k in range(1, count + 1) if k not in np.unique(pieces[[0, -1]])]
    assert ndimage.label(mask)[1] == 1
    assert max(enclosed, default=0) > 50


def test_upside_down_turns_the_rim_to_the_bottom():
    upright = Placement(200.0, 40.0, 160.0).put(curve([(0, 1), (0.7, 0)]), 1)
    turned = Placement(200.0, 180.0, 160.0, is_upside_down=True).put(curve([(0, 1), (0.7, 0)]), 1)
    assert upright[0, 0] < upright[1, 0]
    assert turned[0, 0] > turned[1, 0]


def test_a_repair_hole_parts_the_section_and_is_bare_paper():
    rim = replace(bowl(), outer=bowl().outer[:3], inner=bowl().inner[:3], reaches_axis=False)
    rim = replace(rim, end=np.stack([rim.outer[-1], rim.inner[-1]]))
    decorated = replace(look("black"), is_plain=False)
    pierced = 0
    for seed in range(60):
        canvas = Canvas.blank(220, 400)
        cut = cut_through(rim, PLACE, 1, decorated, np.random.default_rng(seed))
        draw_section(canvas, cut, rim, decorated, np.random.default_rng(seed))
        if ndimage.label(canvas.mask > 127)[1] == 2:
            pierced += 1
            whole = canvas.region(cut.ring)
            hole = (whole.alpha > 250) & (canvas.mask[whole.box] < 5)
            assert hole.sum() > 10
            assert (canvas.ink[whole.box][hole] > 200).all()
    assert 0 < pierced < 20


def test_an_open_break_is_never_where_a_lost_wall_goes_on():
    rim = replace(bowl(), reaches_axis=False, missing=(bowl().outer[-2:], bowl().inner[-2:]))
    for seed in range(30):
        canvas = Canvas.blank(220, 400)
        cut = cut_through(rim, PLACE, 1, look("outlined"), np.random.default_rng(seed))
        draw_section(canvas, cut, rim, look("outlined"), np.random.default_rng(seed))
        rows, column = cut.end[:, 0].astype(int), int(cut.end[0, 1])
        assert (canvas.ink[min(rows) + 2 : max(rows) - 2, column - 1 : column + 2].min(axis=1) < 100).all()
