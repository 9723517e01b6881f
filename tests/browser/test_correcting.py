"""Strokes land where they were drawn, are kept, and can be undone: in real Chromium, with the real mouse."""

import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
from playwright.sync_api import expect

from core.raster.edits import Polygon
from core.raster.metrics import foreground_iou
from core.raster.pieces import distance_inside
from core.render.drawing import render_sample_drawings
from core.settings import Settings
from core.store import annotations, drawings
from core.store.workspace import Workspace, open_workspace
from tests.browser.canvas import (
    add_drawing,
    add_white_drawing,
    choose,
    come_closer,
    distance_to_segment,
    draw,
    find_canvas,
    looks_tinted,
    open_canvas,
    pixels,
    stored_mask,
    wait_until_saved,
    wait_until_tinted,
)
from tests.browser.conftest import WAIT_MS, App, settle, start, stop

BRUSH_PX = 24  # of the screen; what the page starts with
TOLERANCE_PX = 2  # of the drawing
STROKES = (((300, 300), (900, 600)), ((1100, 300), (1100, 700)))  # on the screen


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Iterator[App]:
    app = start(tmp_path_factory.mktemp("correcting") / "workspace")
    yield app
    stop(app)


@pytest.fixture(scope="module")
def ws(app) -> Workspace:
    return open_workspace(Settings(workspace=app.workspace))


def test_strokes_land_where_they_were_drawn_at_every_zoom_and_undo_reaches_across(ws, app, page):
    drawing = add_white_drawing(ws, 2000, 3000)
    canvas = whole = open_canvas(page, app, drawing)
    assert whole.scale > 2  # the drawing is far finer than the screen
    beside = np.full((2000, 3000), np.inf)  # how far each pixel is from the border of the strokes; negative inside
    masks = []
    for presses, times in ((0, 1), (2, 4), (2, 16)):
        canvas = come_closer(page, canvas, presses)
        assert canvas.width == pytest.approx(times * whole.width)
        for start_at, end_at in STROKES:
            draw(page, start_at, end_at)
            distance = distance_to_segment(beside.shape, canvas.in_image(start_at), canvas.in_image(end_at))
            beside = np.minimum(beside, distance - BRUSH_PX * canvas.scale / 2)
        wait_until_saved(page, len(STROKES) * (len(masks) + 1))
        masks.append(stored_mask(ws, drawing))
        assert masks[-1][beside < -TOLERANCE_PX].all()
        assert not masks[-1][beside > TOLERANCE_PX].any()
    for saved in range(5, 1, -1):
        page.keyboard.press("Control+z")
        wait_until_saved(page, saved)
    assert (stored_mask(ws, drawing) == masks[0]).all()
    for saved in range(3, 7):
        page.keyboard.press("Control+y")
        wait_until_saved(page, saved)
    assert (stored_mask(ws, drawing) == masks[2]).all()


def test_every_tool_that_draws_paints_the_pixels_that_are_stored(ws, app, page):
    drawing = add_white_drawing(ws, 60, 90)  # each of its pixels is many on the screen
    canvas = open_canvas(page, app, drawing)
    choose(page, "Area", "p")
    for corner in ((0.1, 0.1), (0.85, 0.2), (0.8, 0.9), (0.15, 0.75), (0.1, 0.1)):
        page.mouse.click(*canvas.at(*corner))
    choose(page, "Erase", "e")
    draw(page, canvas.at(0.2, 0.2), canvas.at(0.5, 0.33), canvas.at(0.4, 0.5))
    choose(page, "Box", "d")
    draw(page, canvas.at(0.61, 0.31), canvas.at(0.72, 0.44))
    choose(page, "Lasso", "l")
    draw(page, canvas.at(0.3, 0.6), canvas.at(0.45, 0.6), canvas.at(0.4, 0.72), canvas.at(0.28, 0.58))
    choose(page, "Cut out", "o")
    for corner in ((0.6, 0.6), (0.7, 0.62), (0.66, 0.74)):
        page.mouse.click(*canvas.at(*corner))
    page.keyboard.press("Enter")
    choose(page, "Add", "b")
    page.keyboard.press("]")
    draw(page, canvas.at(0.63, 0.66), canvas.at(0.64, 0.68))
    wait_until_saved(page, 6)
    mask = stored_mask(ws, drawing)
    kinds = [edit.kind for edit in annotations.edits(ws, annotations.newest(ws, drawing.id))]
    assert kinds == ["polygon", "stroke", "rectangle", "lasso", "polygon", "stroke"]
    assert 0 < mask.sum() < mask.size
    _wait_until_shown(page, canvas, mask)
    page.reload()  # now the server sends what the browser had painted itself
    wait_until_saved(page, 6)
    _wait_until_shown(page, find_canvas(page, drawing), mask)


def test_strokes_are_still_there_after_a_reload_and_can_be_undone(ws, app, page):
    drawing = add_white_drawing(ws, 600, 900)
    canvas = open_canvas(page, app, drawing)
    draw(page, canvas.at(0.2, 0.3), canvas.at(0.8, 0.3))
    choose(page, "Erase", "e")
    draw(page, canvas.at(0.5, 0.1), canvas.at(0.5, 0.6))
    page.reload()  # at once: nothing waits for an answer
    wait_until_saved(page, 2)
    canvas = find_canvas(page, drawing)
    mask = stored_mask(ws, drawing)
    assert mask[180, 180] == 1
    assert mask[180, 450] == 0
    assert looks_tinted(page, canvas.at(0.3, 0.3))
    assert not looks_tinted(page, canvas.at(0.5, 0.3))

    page.keyboard.press("Control+z")
    wait_until_saved(page, 1)
    assert stored_mask(ws, drawing)[180, 450] == 1
    wait_until_tinted(page, canvas.at(0.5, 0.3))
    page.keyboard.press("Control+y")
    wait_until_saved(page, 2)
    assert (stored_mask(ws, drawing) == mask).all()
    wait_until_tinted(page, canvas.at(0.5, 0.3), False)


def test_a_stroke_drawn_right_before_another_page_is_opened_is_kept(ws, app, page):
    drawing = add_white_drawing(ws, 600, 900)
    canvas = open_canvas(page, app, drawing)
    draw(page, canvas.at(0.2, 0.3), canvas.at(0.8, 0.3))
    page.get_by_role("link", name="Models").click()
    page.get_by_text("in use").first.wait_for()
    page.get_by_test_id("stTopNavLink").filter(has_text="Correct").click()
    page.goto(f"{app.url}/correct?drawing={drawing.id}")
    wait_until_saved(page, 1)
    assert stored_mask(ws, drawing)[180, 450] == 1


def test_a_stroke_that_nobody_answered_is_saved_once_after_a_crash_and_a_closed_tab(tmp_path, page):
    first = start(tmp_path / "workspace")
    try:
        ws = open_workspace(Settings(workspace=first.workspace))
        drawing = add_white_drawing(ws, 600, 900)
        canvas = open_canvas(page, first, drawing)
        psutil.Process(first.process.pid).suspend()
        draw(page, canvas.at(0.2, 0.3), canvas.at(0.8, 0.3))
        wait_until_tinted(page, canvas.at(0.5, 0.3))
        page.get_by_text("Saving…").first.wait_for()
        another_tab = page.context.new_page()
        page.close()
    finally:
        first.process.kill()
        stop(first)
    assert annotations.newest(ws, drawing.id).edit_count == 0
    again = start(first.workspace, port=int(first.process.args[-1]))
    try:
        another_tab.goto(f"{again.url}/correct?drawing={drawing.id}")
        another_tab.get_by_role("button", name="Edit here").click()  # the tab that is gone holds it for a while
        wait_until_saved(another_tab, 1)
        assert stored_mask(ws, drawing)[180, 450] == 1
        another_tab.reload()
        wait_until_saved(another_tab, 1)
        another_tab.wait_for_function("!Object.keys(localStorage).some(key => key.startsWith('ostrakon.unsaved'))")
        assert annotations.newest(ws, drawing.id).edit_count == 1
    finally:
        another_tab.close()
        stop(again)


def test_what_cannot_be_meant_is_told_in_a_sentence_and_changes_nothing(ws, app, page):
    drawing = add_white_drawing(ws, 900, 600)  # upright: there is room beside it
    canvas = open_canvas(page, app, drawing)
    draw(page, canvas.at(-0.4, 0.3), canvas.at(-0.4, 0.5))
    page.get_by_text("This lies outside the drawing.").first.wait_for()
    choose(page, "Area", "p")
    for corner in ((0.2, 0.2), (0.8, 0.6), (0.8, 0.2), (0.2, 0.6), (0.2, 0.2)):
        page.mouse.click(*canvas.at(*corner))
    page.get_by_text("The polygon crosses itself.").first.wait_for()
    wait_until_tinted(page, canvas.at(0.26, 0.38), False)
    choose(page, "Fill", "f")
    page.mouse.click(*canvas.at(-0.4, 0.5))
    page.get_by_text("The click is outside the drawing.").first.wait_for()
    page.get_by_text("no edits yet").first.wait_for()
    assert annotations.newest(ws, drawing.id).edit_count == 0


def test_looking_closer_moving_and_comparing_change_only_what_is_seen(ws, app, page):
    ink = np.full((600, 900, 3), 255, np.uint8)
    ink[200:400, 300:310] = 0  # a line of ink, the border of the mask
    drawing = add_drawing(ws, ink)
    box = Polygon(((200, 300), (200, 600), (400, 600), (400, 300)), label=1)
    annotations.append(ws, annotations.open_draft(ws, drawing.id, "Maria"), [box])
    canvas = open_canvas(page, app, drawing)
    inside = canvas.at(0.5, 0.5)
    page.mouse.move(*canvas.at(0.5, 0.9))
    wait_until_tinted(page, inside)
    page.keyboard.down("h")
    wait_until_tinted(page, inside, False)
    page.keyboard.up("h")
    wait_until_tinted(page, inside)
    page.keyboard.press("m")
    wait_until_tinted(page, inside, False)
    row, column = round(canvas.top + canvas.height / 2), round(canvas.left + 300 * canvas.width / 900)
    across = pixels(page, column - 4, row, 20, 1)[0].astype(int)
    assert (across[:, 0] - across[:, 2] > 100).any()  # the outline
    assert (across.sum(axis=1) < 150).sum() >= 10 / canvas.scale - 2  # the ink, all of it
    page.keyboard.press("m")

    page.mouse.move(*canvas.at(0.25, 0.25))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    closer = find_canvas(page, drawing)
    assert closer.width > 1.5 * canvas.width
    assert closer.in_image(canvas.at(0.25, 0.25)) == pytest.approx(canvas.in_image(canvas.at(0.25, 0.25)), abs=1)
    page.keyboard.down(" ")
    draw(page, (700, 500), (600, 450))
    page.keyboard.up(" ")
    moved = find_canvas(page, drawing)
    assert (moved.left - closer.left, moved.top - closer.top) == pytest.approx((-100, -50), abs=1)
    page.locator(".map").click(position={"x": 2, "y": 2})
    assert find_canvas(page, drawing).left == pytest.approx(page.locator(".stage").bounding_box()["x"], abs=1)
    page.get_by_role("button", name="Whole drawing").click()
    assert find_canvas(page, drawing) == canvas
    page.get_by_text("1 edit, saved").first.wait_for()


def test_all_keys_stand_in_the_help(ws, app, page):
    open_canvas(page, app, add_white_drawing(ws, 300, 450))
    page.keyboard.press("?")
    expect(page.locator(".help dt kbd").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".help")).to_be_hidden()


def test_a_click_with_fill_gives_the_section(ws, app, page):
    rendered = render_sample_drawings(2, seed=4)[1]  # one outlined section
    drawing = add_drawing(ws, rendered.image)
    canvas = open_canvas(page, app, drawing)
    choose(page, "Fill", "f")
    row, column = _deepest(rendered.mask)
    place = canvas.at((column + 0.5) / drawing.width_px, (row + 0.5) / drawing.height_px)
    page.mouse.dblclick(*place)  # once is meant
    wait_until_saved(page, 1)
    assert foreground_iou(rendered.mask, stored_mask(ws, drawing)) > 0.95
    expect(page.locator(".refusal")).to_be_hidden()
    wait_until_tinted(page, place)
    page.keyboard.press("Control+z")
    page.get_by_text("no edits yet").first.wait_for()
    assert not stored_mask(ws, drawing).any()
    wait_until_tinted(page, place, False)


def test_a_line_with_trim_takes_the_smaller_side_away(ws, app, page):
    drawing = add_white_drawing(ws, 600, 900)
    box = Polygon(((100, 100), (100, 800), (500, 800), (500, 100)), label=1)
    annotations.append(ws, annotations.open_draft(ws, drawing.id, "Maria"), [box])
    canvas = open_canvas(page, app, drawing)
    choose(page, "Trim", "t")
    draw(page, canvas.at(0.3, 0.1), canvas.at(0.3, 0.9))
    wait_until_saved(page, 2)
    mask = stored_mask(ws, drawing)
    assert not mask[:, :268].any()
    assert mask[100:500, 272:800].all()


def test_approving_and_rejecting_go_on_to_the_next_drawing(ws, app, page):
    first = add_white_drawing(ws, 310, 470)  # of a size of its own: the same picture would not be fetched twice
    add_white_drawing(ws, 300, 450)
    open_canvas(page, app, first)
    page.wait_for_function("globalThis.ostrakonPictures.size === 2")  # the next one is fetched meanwhile
    page.keyboard.press("a")
    second = _following(ws, page, first)
    assert drawings.get(ws, first.id).status == "approved"
    page.keyboard.press("x")
    page.locator(f".st-key-canvas_{second.id}").wait_for(state="detached")
    assert drawings.get(ws, second.id).status == "rejected"


def test_the_name_somebody_gave_is_remembered_and_stands_beside_what_they_do(ws, app, page):
    drawing = add_white_drawing(ws, 300, 450)
    open_canvas(page, app, drawing)
    page.get_by_test_id("stExpandSidebarButton").click()
    field = page.get_by_role("textbox", name="Your name")
    field.press("e")
    expect(page.locator(".stage")).to_have_attribute("data-tool", "Add")  # keys are left to whoever types
    field.fill("Zoë")
    page.keyboard.press("Enter")
    page.wait_for_function("localStorage.getItem('ostrakon.author') === 'Zoë'")
    settle(page)
    page.reload()
    canvas = find_canvas(page, drawing)
    expect(page.get_by_role("textbox", name="Your name", include_hidden=True)).to_have_value("Zoë")
    draw(page, canvas.at(0.2, 0.8), canvas.at(0.4, 0.8))
    wait_until_saved(page, 1)
    assert annotations.last_touched_by(ws, annotations.newest(ws, drawing.id)) == "Zoë"


def test_five_large_drawings_open_at_once_leave_the_app_small(ws, app, page):
    tabs = [page, *(page.context.new_page() for _ in range(4))]
    for tab in tabs:
        open_canvas(tab, app, add_white_drawing(ws, 2000, 3000))
    used_bytes = psutil.Process(app.process.pid).memory_info().rss
    for tab in tabs[1:]:
        tab.close()
    assert used_bytes < 400e6


def _following(ws, page, drawing):
    """The drawing that comes after this one, once it is on the canvas."""
    page.locator(f".st-key-canvas_{drawing.id}").wait_for(state="detached")
    following = drawings.get(ws, int(page.locator(".stage[data-ready]").get_attribute("data-ready")))
    find_canvas(page, following)
    return following


def _deepest(mask):
    """The pixel of the mask that is farthest from its border."""
    room = distance_inside(mask.astype(bool))
    return np.unravel_index(room.argmax(), room.shape)


def _wait_until_shown(page, canvas, mask):
    """Wait until the screen shows this mask, to the pixel; the pointer is out of the way."""
    page.mouse.move(5, 5)
    deadline = time.monotonic() + WAIT_MS / 1000
    while not (_mask_on_screen(page, canvas) == mask).all():
        assert time.monotonic() < deadline, "the screen does not show the mask as it is stored"
        page.wait_for_timeout(50)


def _mask_on_screen(page, canvas):
    """The mask as the screen shows it, (H, W)."""
    shot = pixels(page, canvas.left, canvas.top, round(canvas.width), round(canvas.height)).astype(int)
    rows = ((np.arange(canvas.drawing.height_px) + 0.5) / canvas.scale).astype(int)
    columns = ((np.arange(canvas.drawing.width_px) + 0.5) / canvas.scale).astype(int)
    seen = shot[rows][:, columns]
    return seen[..., 0] - seen[..., 2] > 40
