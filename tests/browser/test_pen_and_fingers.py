"""Drawing with a pen and with fingers: real pointer events of both kinds in Chromium, as a tablet sends them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession

from core.settings import Settings
from core.store import annotations
from core.store.workspace import Workspace, open_workspace
from tests.browser.canvas import (
    Point,
    add_white_drawing,
    choose,
    come_closer,
    find_canvas,
    open_canvas,
    stored_mask,
    wait_until_saved,
    wait_until_tinted,
)
from tests.browser.conftest import App, start, stop


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Iterator[App]:
    app = start(tmp_path_factory.mktemp("pen") / "workspace")
    yield app
    stop(app)


@pytest.fixture(scope="module")
def ws(app) -> Workspace:
    return open_workspace(Settings(workspace=app.workspace))


@pytest.fixture
def tablet(page) -> CDPSession:
    """The page's device, which has a touch screen."""
    device = page.context.new_cdp_session(page)
    device.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
    return device


def test_fingers_draw_with_one_and_move_and_spread_with_two(ws, app, page, tablet):
    drawing = add_white_drawing(ws, 600, 900)
    canvas = open_canvas(page, app, drawing)
    _touch(tablet, "touchStart", canvas.at(0.2, 0.3))
    for step in range(1, 11):
        _touch(tablet, "touchMove", canvas.at(0.2 + 0.06 * step, 0.3))
    _touch(tablet, "touchEnd")
    wait_until_saved(page, 1)
    mask = stored_mask(ws, drawing)
    assert mask[180, 185:715].all()
    assert not mask[220:].any()

    left, right = canvas.at(0.4, 0.5), canvas.at(0.6, 0.5)
    _touch(tablet, "touchStart", left)
    _touch(tablet, "touchMove", canvas.at(0.4, 0.55))  # a finger comes first: it begins a stroke, which is dropped
    _touch(tablet, "touchMove", left)
    _touch(tablet, "touchStart", left, right)
    for step in range(1, 6):
        _touch(tablet, "touchMove", (left[0] - 20 * step, left[1]), (right[0] + 20 * step, right[1]))
    spread = find_canvas(page, drawing)
    apart = right[0] - left[0]
    assert spread.width / canvas.width == pytest.approx((apart + 200) / apart, rel=0.05)
    middle = ((left[0] + right[0]) // 2, left[1])
    assert spread.in_image(middle) == pytest.approx(canvas.in_image(middle), abs=4)
    for step in range(1, 6):
        _touch(tablet, "touchMove", (left[0] - 100, left[1] + 10 * step), (right[0] + 100, right[1] + 10 * step))
    moved = find_canvas(page, drawing)
    assert (moved.width, moved.top - spread.top) == pytest.approx((spread.width, 50), abs=3)
    _touch(tablet, "touchEnd")
    wait_until_tinted(page, moved.at(0.4, 0.52), False)
    assert annotations.newest(ws, drawing.id).edit_count == 1


def test_two_fingers_take_no_corner_of_an_area_away(ws, app, page, tablet):
    drawing = add_white_drawing(ws, 600, 900)
    canvas = open_canvas(page, app, drawing)
    choose(page, "Area", "p")
    for corner in ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7)):
        _tap(tablet, canvas.at(*corner))
    _touch(tablet, "touchStart", canvas.at(0.2, 0.5))
    _touch(tablet, "touchStart", canvas.at(0.2, 0.5), canvas.at(0.8, 0.5))
    _touch(tablet, "touchMove", canvas.at(0.18, 0.5), canvas.at(0.82, 0.5))
    _touch(tablet, "touchEnd")
    page.keyboard.press("0")
    _tap(tablet, canvas.at(0.3, 0.7))
    page.keyboard.press("Enter")
    wait_until_saved(page, 1)
    (area,) = annotations.edits(ws, annotations.newest(ws, drawing.id))
    assert len(area.points) == 4
    assert stored_mask(ws, drawing)[190:410, 280:620].all()


def test_while_somebody_draws_with_a_pen_hands_only_move_the_drawing(ws, app, page, tablet):
    drawing = add_white_drawing(ws, 600, 900)
    canvas = open_canvas(page, app, drawing)
    _pen(tablet, "mousePressed", canvas.at(0.2, 0.3))
    for step in range(1, 11):
        _pen(tablet, "mouseMoved", canvas.at(0.2 + 0.06 * step, 0.3))
        if step == 5:
            _touch(tablet, "touchStart", canvas.at(0.7, 0.6))  # the hand lies down
    _pen(tablet, "mouseReleased", canvas.at(0.8, 0.3))
    _touch(tablet, "touchEnd")
    wait_until_saved(page, 1)
    assert stored_mask(ws, drawing)[180, 185:715].all()
    assert find_canvas(page, drawing) == canvas

    closer = come_closer(page, canvas, 1)
    _touch(tablet, "touchStart", (700, 500))
    for step in range(1, 6):
        _touch(tablet, "touchMove", (700 - 10 * step, 500))
    _touch(tablet, "touchEnd")
    assert find_canvas(page, drawing).left == pytest.approx(closer.left - 50, abs=2)
    assert annotations.newest(ws, drawing.id).edit_count == 1


def test_a_hand_takes_no_corner_of_an_area_away_that_a_pen_made(ws, app, page, tablet):
    drawing = add_white_drawing(ws, 600, 900)
    canvas = open_canvas(page, app, drawing)
    choose(page, "Area", "p")
    for corner in ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7)):
        _pen(tablet, "mousePressed", canvas.at(*corner))
        _pen(tablet, "mouseReleased", canvas.at(*corner))
    _touch(tablet, "touchStart", canvas.at(0.2, 0.5))
    _touch(tablet, "touchStart", canvas.at(0.2, 0.5), canvas.at(0.8, 0.5))
    _touch(tablet, "touchEnd")
    _touch(tablet, "touchStart", canvas.at(0.8, 0.9))  # the hand lies down before the pen
    _pen(tablet, "mousePressed", canvas.at(0.3, 0.7))
    _pen(tablet, "mouseReleased", canvas.at(0.3, 0.7))
    _touch(tablet, "touchEnd")
    page.keyboard.press("Enter")
    wait_until_saved(page, 1)
    (area,) = annotations.edits(ws, annotations.newest(ws, drawing.id))
    assert len(area.points) == 4
    assert stored_mask(ws, drawing)[190:410, 280:620].all()


def _touch(tablet: CDPSession, kind: str, *points: Point) -> None:
    fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    tablet.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})


def _tap(tablet: CDPSession, point: Point) -> None:
    _touch(tablet, "touchStart", point)
    _touch(tablet, "touchEnd")


def _pen(tablet: CDPSession, kind: str, point: Point) -> None:
    pen = {"x": point[0], "y": point[1], "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
    tablet.send("Input.dispatchMouseEvent", {"type": kind, **pen})
