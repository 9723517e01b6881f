"""Each tool at each zoom, a second class, comparing with the prediction, and places to check: in real Chromium."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.raster.edits import Polygon
from core.raster.places import Place
from core.settings import Settings
from core.store import annotations, models, predictions
from core.store.label_map import set_label_map
from core.store.predictions import PredictedArrays
from core.store.workspace import Workspace, open_workspace
from tests.browser.canvas import (
    Canvas,
    Point,
    add_drawing,
    add_white_drawing,
    choose,
    come_closer,
    draw,
    find_canvas,
    open_canvas,
    pixels,
    stored_mask,
    wait_until_saved,
    wait_until_tinted,
)
from tests.browser.conftest import App, start, stop

TOLERANCE_PX = 2  # of the drawing
AREA = ((180, 300), (460, 300), (460, 560), (180, 560))  # on the screen
BOX = ((200, 320), (240, 380))
LASSO = ((280, 330), (340, 340), (310, 400))
CUT_OUT = ((220, 440), (300, 450), (260, 520))
TRIM_AT = 400


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Iterator[App]:
    app = start(tmp_path_factory.mktemp("tools") / "workspace")
    yield app
    stop(app)


@pytest.fixture(scope="module")
def ws(app) -> Workspace:
    return open_workspace(Settings(workspace=app.workspace))


class Expected:
    """The mask that should be, and how far each pixel is from a border that a hand drew."""

    def __init__(self, height: int, width: int) -> None:
        self.mask = np.zeros((height, width), np.uint8)
        self.is_near = np.zeros((height, width), bool)

    def change(self, canvas: Canvas, corners: tuple[Point, ...], label: int) -> None:
        spots = np.array([canvas.in_image(corner) for corner in corners])[:, ::-1]
        inside = np.zeros_like(self.mask)
        cv2.fillPoly(inside, [np.rint(spots - 0.5).astype(np.int32)], 1)
        border = np.zeros_like(self.mask)
        cv2.polylines(border, [np.rint(spots - 0.5).astype(np.int32)], True, 1, 1)
        self.is_near |= cv2.dilate(border, np.ones((2 * TOLERANCE_PX + 3,) * 2, np.uint8)) > 0
        self.mask[inside > 0] = label

    def expect(self, stored: np.ndarray) -> None:
        assert (stored == self.mask)[~self.is_near].all()
        assert self.mask[~self.is_near].any()


def test_every_tool_lands_where_it_was_drawn_at_every_zoom_and_undo_reaches_across(ws, app, page):
    drawing = add_white_drawing(ws, 2000, 3000)
    canvas = whole = open_canvas(page, app, drawing)
    expected, masks = Expected(2000, 3000), []
    for presses, times in ((0, 1), (2, 4), (2, 16)):
        canvas = come_closer(page, canvas, presses)
        assert canvas.width == pytest.approx(times * whole.width)
        choose(page, "Area", "p")
        for corner in AREA:
            page.mouse.click(*corner)
        page.keyboard.press("Enter")
        expected.change(canvas, AREA, 1)
        choose(page, "Box", "d")
        draw(page, *BOX)
        (left, top), (right, bottom) = BOX
        expected.change(canvas, ((left, top), (right, top), (right, bottom), (left, bottom)), 0)
        choose(page, "Lasso", "l")
        draw(page, *LASSO)
        expected.change(canvas, LASSO, 0)
        choose(page, "Cut out", "o")
        for corner in CUT_OUT:
            page.mouse.click(*corner)
        page.keyboard.press("Enter")
        expected.change(canvas, CUT_OUT, 0)
        choose(page, "Trim", "t")
        draw(page, (TRIM_AT, 280), (TRIM_AT, 590))
        expected.change(canvas, ((TRIM_AT, 290), (470, 290), (470, 570), (TRIM_AT, 570)), 0)
        wait_until_saved(page, 5 * (len(masks) + 1))
        masks.append(stored_mask(ws, drawing))
        expected.expect(masks[-1])
    for saved in range(14, 9, -1):
        page.keyboard.press("Control+z")
        wait_until_saved(page, saved)
    assert (stored_mask(ws, drawing) == masks[1]).all()
    page.keyboard.press("0")
    for saved in range(11, 16):
        page.keyboard.press("Control+y")
        wait_until_saved(page, saved)
    assert (stored_mask(ws, drawing) == masks[2]).all()


def test_with_shift_the_side_that_is_clicked_goes(ws, app, page):
    drawing = add_white_drawing(ws, 600, 900)
    box = Polygon(((100, 100), (100, 800), (500, 800), (500, 100)), label=1)
    annotations.append(ws, annotations.open_draft(ws, drawing.id, "Maria"), [box])
    canvas = open_canvas(page, app, drawing)
    choose(page, "Trim", "t")
    page.keyboard.down("Shift")
    draw(page, canvas.at(0.3, 0.1), canvas.at(0.3, 0.9))
    page.keyboard.up("Shift")
    page.mouse.click(*canvas.at(0.7, 0.5))
    wait_until_saved(page, 2)
    mask = stored_mask(ws, drawing)
    assert mask[100:500, 100:268].all()
    assert not mask[:, 272:].any()


def test_fill_bridges_the_gaps_that_were_chosen(ws, app, page):
    outlined = np.full((400, 600, 3), 255, np.uint8)
    cv2.rectangle(outlined, (150, 100), (450, 300), (0, 0, 0), 3)
    outlined[98:103, 290:302] = 255  # a gap of 12 px in the upper line
    drawing = add_drawing(ws, outlined)
    canvas = open_canvas(page, app, drawing)
    choose(page, "Fill", "f")
    gaps = page.get_by_label("Gaps in the lines that are bridged")
    gaps.select_option("No gaps")
    page.mouse.click(*canvas.at(0.5, 0.5))
    expect(page.locator(".refusal")).to_be_visible()
    page.get_by_text("no edits yet").first.wait_for()
    gaps.select_option("Gaps up to 16 px")
    page.wait_for_timeout(500)  # two clicks at once are one
    page.mouse.click(*canvas.at(0.5, 0.5))
    wait_until_saved(page, 1)
    (filled,) = annotations.edits(ws, annotations.newest(ws, drawing.id))
    assert filled.settings["gap_px"] == 16
    mask = stored_mask(ws, drawing)
    assert mask[110:290, 160:440].all()
    assert not mask[:90].any()


def test_held_keys_show_the_prediction_and_hide_the_places_to_check(ws, app, page):
    drawing = add_white_drawing(ws, 600, 900)
    predicted = np.zeros((600, 900), np.uint8)
    predicted[100:300, 100:800] = 1
    places = [Place(200, 700, 30, 0.9, "at the rim"), Place(290, 150, 30, 0.5, "at the base")]
    arrays = PredictedArrays(predicted, np.full((60, 90, 2), 0.5, np.float32), 0.3, 0.1, places=places)
    predictions.save(ws, drawing.id, models.champion(ws).id, arrays)
    draft = annotations.open_draft(ws, drawing.id, "Maria")
    corrected = [Polygon(((0, 0), (0, 900), (600, 900), (600, 0)), 0), Polygon(((400, 100), (400, 800), (500, 400)), 1)]
    annotations.append(ws, draft, corrected)
    canvas = open_canvas(page, app, drawing)
    page.mouse.move(*canvas.at(0.05, 0.95))
    before, after = canvas.at(0.5, 0.4), canvas.at(0.5, 0.72)
    wait_until_tinted(page, after)
    stage = page.locator(".stage")
    expect(stage).to_have_attribute("data-marks", "2")
    page.keyboard.down("v")
    wait_until_tinted(page, before)
    wait_until_tinted(page, after, False)
    expect(stage).to_have_attribute("data-marks", "0")
    page.keyboard.up("v")
    wait_until_tinted(page, before, False)
    wait_until_tinted(page, after)

    page.keyboard.press("j")  # the heaviest first, close by
    close = find_canvas(page, drawing)
    assert close.width > 2 * canvas.width
    box = stage.bounding_box()
    middle = (round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2))
    assert close.in_image(middle) == pytest.approx((200, 700), abs=3)
    ring_x = round(close.left + (700.5 + 30) / close.scale)
    around = pixels(page, ring_x - 6, close.top + 200.5 / close.scale - 1, 12, 2).astype(int)
    assert (around[..., 0] - around[..., 2] > 60).any()  # the ring, on white paper
    page.keyboard.press("j")
    assert find_canvas(page, drawing).left > close.left
    page.keyboard.press("g")
    expect(stage).to_have_attribute("data-marks", "0")
    page.reload()
    find_canvas(page, drawing)
    expect(stage).to_have_attribute("data-marks", "0")  # as somebody left it
    page.keyboard.press("g")


def test_a_second_class_is_drawn_with_its_own_name_and_colour(ws, app, page):
    handle = Label(2, "handle", (20, 60, 200))
    set_label_map(ws, LabelMap((*DEFAULT_LABELS.labels, handle)))
    drawing = add_white_drawing(ws, 600, 900)
    canvas = open_canvas(page, app, drawing)
    draw(page, canvas.at(0.2, 0.3), canvas.at(0.8, 0.3))
    wait_until_saved(page, 1)
    page.get_by_role("combobox", name="Class").click()
    page.get_by_role("option", name="handle").click()
    choose(page, "Area", "p")  # at once: the keys are the tools' again
    page.locator(".stage[data-label='2']").wait_for()
    for corner in ((0.2, 0.5), (0.8, 0.5), (0.8, 0.9), (0.2, 0.9), (0.2, 0.5)):
        page.mouse.click(*canvas.at(*corner))
    wait_until_saved(page, 2)
    mask = stored_mask(ws, drawing)
    assert mask[180, 450] == 1
    assert (mask[320:520, 200:700] == 2).all()
    red, _, blue = pixels(page, *canvas.at(0.5, 0.7), 1, 1)[0, 0].astype(int)
    assert blue - red > 40
    choose(page, "Trim", "t")  # of this class only
    draw(page, canvas.at(0.3, 0.1), canvas.at(0.3, 0.95))
    wait_until_saved(page, 3)
    mask = stored_mask(ws, drawing)
    assert mask[180, 200:700].all()
    assert not mask[320:520, 185:265].any()
    assert (mask[320:520, 275:700] == 2).all()
