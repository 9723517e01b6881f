"""Whatever happens to the page, the tab or the app: all strokes come back. In real Chromium, with a real kill."""

import numpy as np

from core.store import annotations, leases
from tests.browser.canvas import add_white_drawing, draw, find_canvas, open_canvas, stored_mask, wait_until_saved
from tests.browser.conftest import start, stop


def test_strokes_come_back_after_a_reload_another_page_the_back_button_and_a_closed_tab(ws, app, page):
    drawing = add_white_drawing(ws, 600, 900)
    canvas = open_canvas(page, app, drawing)
    _stroke(page, canvas, 1)
    wait_until_saved(page, 1)
    page.reload()
    wait_until_saved(page, 1)

    canvas = find_canvas(page, drawing)
    _stroke(page, canvas, 2)
    wait_until_saved(page, 2)
    page.get_by_role("link", name="Models").click()
    page.get_by_text("Base model").first.wait_for()
    assert leases.find(ws, drawing.id) is None  # others need not wait for who went elsewhere
    page.go_back()
    wait_until_saved(page, 2)

    canvas = find_canvas(page, drawing)
    _stroke(page, canvas, 3)
    wait_until_saved(page, 3)
    page.get_by_role("link", name="Training set").click()
    page.get_by_text("No drawing is approved yet").first.wait_for()
    page.get_by_test_id("stTopNavLink").filter(has_text="Correct").click()
    wait_until_saved(page, 3)

    another_tab = page.context.new_page()
    page.close()
    another_tab.goto(f"{app.url}/correct?drawing={drawing.id}")
    another_tab.get_by_role("button", name="Edit here").click()  # the closed one holds the drawing for a moment
    wait_until_saved(another_tab, 3)
    another_tab.close()
    _expect_strokes(ws, drawing, 3)


def test_strokes_come_back_when_the_app_is_killed_between_them(ws, app, page):
    drawing = add_white_drawing(ws, 600, 900)
    canvas = open_canvas(page, app, drawing)
    for number in (1, 2):
        _stroke(page, canvas, number)
        wait_until_saved(page, number)
    app.process.kill()
    app.process.wait()
    assert annotations.newest(ws, drawing.id).cursor == 2
    _stroke(page, canvas, 3)  # nobody is there to save it: the browser keeps it
    again = start(app.workspace, port=int(app.process.args[-1]))
    try:
        page.reload()
        wait_until_saved(page, 3)
        _expect_strokes(ws, drawing, 3)
        canvas = find_canvas(page, drawing)
        _stroke(page, canvas, 4)
        wait_until_saved(page, 4)
        _expect_strokes(ws, drawing, 4)
    finally:
        stop(again)


def _stroke(page, canvas, number):
    """A line across the drawing, one below the other."""
    draw(page, canvas.at(0.2, number / 5), canvas.at(0.8, number / 5))


def _expect_strokes(ws, drawing, count):
    mask = stored_mask(ws, drawing)
    found = [bool(mask[int(number / 5 * drawing.height_px), drawing.width_px // 2]) for number in range(1, 5)]
    assert found == [number <= count for number in range(1, 5)]
    assert np.count_nonzero(mask) > 0
