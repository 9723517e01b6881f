from core.render.canvas import Canvas
from core.render.contrast import part_at_axis, part_from_dark
from core.render.curves import curve
from core.render.look import Look

WALL = curve([(20, 60), (20, 80), (80, 80), (80, 60)])


def look(style: str) -> Look:
    return Look(style, pen_px=1.0, outline_px=2.0, ink=0, side=1, tremor_px=0.0)


def painted(columns: slice, grey: int = 0) -> Canvas:
    canvas = Canvas.blank(100, 120)
    canvas.ink[10:90, columns] = grey
    return canvas


def test_a_black_section_gets_a_white_line_against_black_paint():
    canvas = painted(slice(20, 60))
    part_from_dark(canvas, WALL, look("black"), grow=0.0)
    assert (canvas.ink[30:70, 58] > 200).all()
    assert (canvas.ink[30:70, 50] == 0).all()


def test_pale_tone_and_single_lines_may_touch_the_section():
    pale, lined = painted(slice(20, 60), 200), painted(slice(0, 0))
    lined.ink[40, 20:60] = 0
    for canvas in (pale, lined):
        before = canvas.ink.copy()
        part_from_dark(canvas, WALL, look("black"), grow=0.0)
        assert (canvas.ink == before).all()


def test_an_outlined_section_may_touch_black_paint():
    canvas = painted(slice(20, 60))
    part_from_dark(canvas, WALL, look("outlined"), grow=1.0)
    assert (canvas.ink[30:70, 20:60] == 0).all()


def test_a_black_base_is_parted_from_a_black_view_beyond_the_axis():
    canvas = painted(slice(20, 60))
    part_at_axis(canvas, curve([(30, 60), (70, 60)]), 1, look("black"))
    assert (canvas.ink[32:68, 58] > 200).all()
    assert (canvas.ink[32:68, 50] == 0).all()
