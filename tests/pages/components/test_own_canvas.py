"""From what the browser tells to edits; what the browser does itself is tested in the browser."""

import json

import pytest

from core.errors import EditError
from core.labels import DEFAULT_LABELS
from core.raster.edits import Lasso, Polygon, Rectangle, Stroke
from core.store.gestures import Gesture
from pages.components.own_canvas import read_told, to_edit

POINTS = [[1.5, 2.5], [3.5, 4.5], [1.5, 6.5]]


def said(tool="stroke", n=1, **details):
    told = {"tool": tool, "label": 1, "points": POINTS, "n": n, "mark": f"tab-{n}", "draft": 7}
    if tool == "stroke":
        told["width_px"] = 12.5
    return json.loads(json.dumps(told | details))  # as it travels


def told(*acts, client="tab", drawing=3):
    return {"client": client, "drawing": drawing, "acts": list(acts)}


def read(message, heard=("", 0)):
    return read_told(message, heard, DEFAULT_LABELS, 3)


def test_each_tool_gives_its_edit_or_gesture():
    points = tuple(map(tuple, POINTS))
    assert to_edit(said(), DEFAULT_LABELS) == Stroke(points, 12.5, 1)
    assert to_edit(said(label=0), DEFAULT_LABELS).label == 0
    assert to_edit(said("polygon"), DEFAULT_LABELS) == Polygon(points, 1)
    assert to_edit(said("lasso", label=0), DEFAULT_LABELS) == Lasso(points, 0)
    assert to_edit(said("rectangle", points=POINTS[:2], label=0), DEFAULT_LABELS) == Rectangle(points[:2], 0)
    assert to_edit(said("fill", points=POINTS[:1]), DEFAULT_LABELS) == Gesture("fill", 1, points[:1])
    assert to_edit(said("cut", points=POINTS[:2]), DEFAULT_LABELS) == Gesture("cut", 1, points[:2])


def test_fill_may_say_which_gaps_it_bridges_and_cut_which_side_goes():
    points = tuple(map(tuple, POINTS))
    bridging = to_edit(said("fill", points=POINTS[:1], gap_px=16), DEFAULT_LABELS)
    assert bridging == Gesture("fill", 1, points[:1], gap_px=16)
    chosen = to_edit(said("cut", points=POINTS[:2], away=POINTS[2]), DEFAULT_LABELS)
    assert chosen == Gesture("cut", 1, points[:2], away=points[2])


@pytest.mark.parametrize(
    "nonsense",
    [
        said("explode"),
        said(label=9),
        said(label="1"),
        said(points=[]),
        said(points=[["a", "b"]]),
        said(points="everywhere"),
        said(points=[[1e300, 5], [2, 3]]),
        said(width_px=-3),
        said(width_px="wide"),
        said(width_px=1e9),
        said("polygon", points=POINTS[:2]),
        said("rectangle"),
        said("fill"),
        said("fill", points=[]),
        said("fill", points=POINTS[:1], gap_px="wide"),
        said("cut", points=POINTS[:2], away="there"),
        said("cut", points=POINTS[:1]),
        said("pick", points=POINTS[:1], label=0),
        said(tool=None),
    ],
)
def test_what_no_tool_draws_is_refused_in_a_sentence(nonsense):
    with pytest.raises(EditError, match=r"\.$"):
        to_edit(nonsense, DEFAULT_LABELS)


def test_what_cannot_be_read_is_told_once_and_what_can_is_kept():
    drawn = read(told(said(n=1), said("explode", n=2), said(n=3)))
    assert [act.mark for act in drawn.acts] == ["tab-1", "tab-3"]
    assert "explode" in drawn.refusal
    assert drawn.receipt == ("tab", 3)
    assert read(told(said("explode", n=2)), heard=drawn.receipt).refusal == ""


def test_what_was_heard_is_not_heard_again_but_what_another_page_sends_is():
    message = told(said(n=1), said(n=2))
    assert [act.mark for act in read(message, heard=("tab", 1)).acts] == ["tab-2"]
    assert read(message, heard=("tab", 2)).receipt is None
    assert len(read(message, heard=("another", 5)).acts) == 2


def test_an_act_says_on_which_draft_it_was_drawn():
    assert read(told(said())).acts[0].draft_id == 7
    assert read(told(said(draft="7; drop table"))).acts[0].draft_id is None


@pytest.mark.parametrize("message", [None, 5, {}, {"drawing": 3}, told("stroke", 5, None), told(said(), drawing=4)])
def test_nothing_comes_of_nothing(message):
    assert read(message).acts == ()
    assert read(message).receipt is None
