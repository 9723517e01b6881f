"""From what the browser sends to edits in image pixels.

recorded_drawing.json is what Chromium sent for five shapes, recorded_gestures.json for a fill, a pick and a cut.
"""

import copy
import itertools
import json
import math
from pathlib import Path

import pytest

from core.errors import EditError
from core.labels import DEFAULT_LABELS
from core.raster.edits import Polygon, Stroke
from core.raster.views import Window
from core.store.gestures import Gesture
from pages.components.drawable_canvas import View, flatten, read_drawn, stroke_colour, to_edit

RECORDED = json.loads(Path(__file__).with_name("recorded_drawing.json").read_text(encoding="utf-8"))
POINTED = json.loads(Path(__file__).with_name("recorded_gestures.json").read_text(encoding="utf-8"))
MARKER, STRAIGHT, ARC, DOT, ERASER, AREA = RECORDED["objects"]
FILL, PICK, CUT = POINTED["objects"][1:]
WHOLE = View(3, Window(0, 0, 400, 600), height_px=400, width_px=600, picture=b"", tint=b"", opacity=0.75)
ZOOMED = View(3, Window(1000, 500, 800, 1200), height_px=400, width_px=600, picture=b"", tint=b"", opacity=0.75)


def read(drawing, views=None, accepted=None, current=3):
    return read_drawn(drawing, views or {3: WHOLE}, accepted or {}, DEFAULT_LABELS, current=current)


def made(drawn):
    return [act.made for act in drawn.acts]


def drawing_of(*shapes):
    return {"objects": list(shapes)}


def test_a_stroke_is_where_it_was_drawn():
    edit = to_edit(STRAIGHT, WHOLE, DEFAULT_LABELS)
    assert isinstance(edit, Stroke)
    assert edit.label == 1
    assert edit.width_px == 20
    assert edit.points[0] == pytest.approx((100, 100), abs=0.03)
    assert edit.points[-1] == pytest.approx((100, 300), abs=0.03)
    assert all(row == 100 for row, _ in edit.points)


def test_a_stroke_in_a_window_is_in_the_pixels_of_the_whole_drawing():
    edit = to_edit(STRAIGHT, ZOOMED, DEFAULT_LABELS)
    assert edit.width_px == pytest.approx(40)
    assert edit.points[0] == pytest.approx((1000 + 200, 500 + 200), abs=0.06)
    assert edit.points[-1] == pytest.approx((1000 + 200, 500 + 600), abs=0.06)


def test_an_arc_stays_on_its_circle():
    edit = to_edit(ARC, WHOLE, DEFAULT_LABELS)
    assert all(abs(math.hypot(row - 200, column - 200) - 80) < 4 for row, column in edit.points)
    assert len(edit.points) > 15


def test_a_click_is_a_dot():
    edit = to_edit(DOT, WHOLE, DEFAULT_LABELS)
    assert all(point == pytest.approx((50, 50), abs=0.03) for point in edit.points)


def test_the_colour_says_what_a_stroke_does():
    assert to_edit(ERASER, WHOLE, DEFAULT_LABELS).label == 0
    with pytest.raises(EditError, match="colour"):
        to_edit(STRAIGHT | {"stroke": "#123456"}, WHOLE, DEFAULT_LABELS)


def test_an_area_keeps_its_corners():
    assert to_edit(AREA, WHOLE, DEFAULT_LABELS) == Polygon(((150, 400), (150, 500), (350, 500)), label=1)


def test_a_click_with_fill_or_pick_points_at_a_place_of_the_drawing():
    fill, pick = (to_edit(shape, WHOLE, DEFAULT_LABELS) for shape in (FILL, PICK))
    assert (fill.tool, fill.label) == ("fill", 1)
    assert fill.points[0] == pytest.approx((80, 120), abs=0.5)
    assert (pick.tool, pick.label) == ("pick", 1)
    assert pick.points[0] == pytest.approx((200, 300), abs=0.5)
    in_window = to_edit(FILL, ZOOMED, DEFAULT_LABELS)
    assert in_window.points[0] == pytest.approx((1000 + 160, 500 + 240), abs=1)


def test_a_cut_runs_from_where_it_began_to_where_it_ended():
    cut = to_edit(CUT, WHOLE, DEFAULT_LABELS)
    assert (cut.tool, cut.label) == ("cut", 1)
    assert cut.points[0] == pytest.approx((50, 400), abs=0.5)
    assert cut.points[1] == pytest.approx((350, 200), abs=0.5)
    with pytest.raises(EditError, match="colour"):
        to_edit(CUT | {"stroke": "#0009ff"}, WHOLE, DEFAULT_LABELS)


def test_gestures_that_were_accepted_are_not_returned_again():
    first = read(drawing_of(MARKER, FILL))
    assert [one.tool for one in made(read(POINTED, accepted={3: first.receipt[1]}))] == ["pick", "cut"]
    everything = read(POINTED)
    assert all(isinstance(one, Gesture) for one in made(everything))
    assert read(POINTED, accepted={3: everything.receipt[1]}).acts == ()
    elsewhere = read(drawing_of(MARKER, FILL | {"left": 10}), accepted={3: first.receipt[1]})
    assert len(elsewhere.acts) == 1


def test_a_shape_that_was_moved_afterwards_is_refused():
    with pytest.raises(EditError, match="turned or stretched"):
        to_edit(STRAIGHT | {"angle": 10}, WHOLE, DEFAULT_LABELS)


def test_a_shape_that_no_tool_draws_is_refused():
    with pytest.raises(EditError, match="Triangle"):
        to_edit(STRAIGHT | {"type": "Triangle"}, WHOLE, DEFAULT_LABELS)
    with pytest.raises(EditError, match="circle"):
        to_edit(FILL | {"radius": 40}, WHOLE, DEFAULT_LABELS)
    with pytest.raises(EditError, match="“C”"):
        flatten([["M", 0, 0], ["C", 1, 1, 2, 2, 3, 3]])


def test_chords_stay_close_to_the_curve():
    points = flatten([["M", 0, 0], ["Q", 50, 100, 100, 0]])
    middles = [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in itertools.pairwise(points)]
    assert all(abs(y - (2 * x - x * x / 50)) < 0.15 for x, y in middles)  # the parabola through these three points


def test_everything_that_was_drawn_is_new_at_first():
    drawn = read(RECORDED)
    assert len(drawn.acts) == 5
    assert drawn.receipt[0] == 3
    assert not drawn.is_late


def test_what_was_accepted_is_not_returned_again():
    first = read(drawing_of(MARKER, STRAIGHT, ARC))
    second = read(RECORDED, accepted={3: first.receipt[1]})
    assert [edit.label for edit in made(second)] == [1, 0, 1]
    assert read(RECORDED, accepted={3: second.receipt[1]}).acts == ()


def test_strokes_on_a_canvas_that_the_browser_emptied_are_new():
    before = read(drawing_of(MARKER, STRAIGHT, ARC))
    assert len(read(drawing_of(MARKER, DOT), accepted={3: before.receipt[1]}).acts) == 1


def test_a_stroke_that_arrives_late_is_read_in_the_view_it_was_drawn_in():
    drawn = read(drawing_of(MARKER, STRAIGHT), views={3: ZOOMED, 4: WHOLE}, current=4)
    assert drawn.is_late
    assert drawn.receipt[0] == 3
    assert made(drawn)[0].points[0] == pytest.approx((1200, 700), abs=0.06)


def test_a_canvas_of_an_unknown_view_gives_nothing():
    assert read(drawing_of(MARKER, STRAIGHT), views={7: WHOLE}, current=7).acts == ()
    assert read(drawing_of(STRAIGHT)).acts == ()
    assert read(None).acts == ()


def test_every_class_has_its_own_colour_on_the_canvas():
    assert len({stroke_colour(DEFAULT_LABELS, label.index, 0.75) for label in DEFAULT_LABELS.labels}) == 2


def test_reading_changes_nothing_in_what_was_sent():
    before = copy.deepcopy(RECORDED)
    read(RECORDED)
    assert before == RECORDED
