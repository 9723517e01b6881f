"""The product in one walk, in real Chromium: upload, see the mask, correct, approve, retrain, use the new model."""

import pytest
from playwright.sync_api import expect

from core.raster.images import encode_png
from core.render.drawing import render_drawing
from core.settings import Settings
from core.store import drawings, models, predictions
from core.store.workspace import open_workspace
from tests.browser.canvas import draw, find_canvas, stored_mask, wait_until_saved
from tests.browser.conftest import settle, workers_of

MINUTES = 60_000


@pytest.fixture
def scans(tmp_path):
    """Two rendered drawings as files, one with an umlaut in its name."""
    paths = [tmp_path / "Gefäß 1.png", tmp_path / "Gefäß 2.png"]
    for seed, path in enumerate(paths, start=11):
        path.write_bytes(encode_png(render_drawing(seed, size_px=700, style="black").image))
    return paths


def test_from_a_scan_to_a_newer_model_that_reads_the_next_scan(start_app, page, scans):
    app = start_app()
    page.goto(app.url)
    page.get_by_role("button", name="Upload drawings").click()
    upload(page, scans[0], publication="Müller 1998")

    page.get_by_role("button", name="See predictions").click()
    wait_until_read(page, 1)
    page.get_by_role("button", name="Gefäß 1.png").click()
    page.get_by_text("read by Base model").first.wait_for()
    page.get_by_role("button", name="Correct").click()

    ws = open_workspace(Settings(workspace=app.workspace))
    (first,) = drawings.find(ws)
    assert first.publication == "Müller 1998"
    canvas = find_canvas(page, first)
    draw(page, canvas.at(0.45, 0.05), canvas.at(0.55, 0.05))
    wait_until_saved(page, 1)
    row, column = canvas.in_image(canvas.at(0.5, 0.05))
    assert stored_mask(ws, first)[int(row), int(column)] == 1
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("The drawing is reviewed.").first.wait_for()

    page.get_by_role("link", name="Retrain the model").click()
    page.get_by_text("Settings", exact=True).click()
    page.get_by_label("Epochs").fill("1")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Retrain", exact=True).click()
    page.get_by_role("button", name="Cancel").wait_for()
    page.reload()  # whoever closes the browser stops nothing
    page.get_by_role("button", name="Use Run 1").wait_for(timeout=3 * MINUTES)
    page.get_by_text("worth little").or_(page.get_by_text("says little")).first.wait_for()
    page.get_by_role("button", name="Use Run 1").click()
    page.get_by_text("This model is in use").first.wait_for()

    page.get_by_role("link", name="Upload").click()
    upload(page, scans[1], publication="Müller 1998")
    page.get_by_role("button", name="See predictions").click()
    page.get_by_role("button", name="Gefäß 2.png").click()
    page.get_by_text("read by Run 1").first.wait_for(timeout=2 * MINUTES)
    second = drawings.find(ws)[0]
    assert predictions.newest(ws, second.id).model_version_id == models.champion(ws).id
    assert models.champion(ws).kind == "trained"

    other = start_app()  # a second start on the same workspace
    page.goto(f"{other.url}/models")
    page.get_by_text("in use").first.wait_for()
    page.goto(other.url)
    page.get_by_text("Is it worth correcting more?").first.wait_for()
    page.goto(f"{other.url}/upload")
    page.get_by_role("button", name="Try it with sample drawings").click()
    page.get_by_text("6 drawings went in").first.wait_for(timeout=MINUTES)
    page.get_by_role("button", name="See predictions").click()
    wait_until_read(page, 6)
    for one in (app, other):
        assert not one.our_tracebacks(), one.log()
    assert len(workers_of(app.workspace)) == 1


def wait_until_read(page, count):
    """Wait until so many drawings are there to review, and none waits for the model."""
    page.locator(".st-key-queue img").nth(count - 1).wait_for()
    expect(page.get_by_text("waiting for the model", exact=True)).to_have_count(0, timeout=2 * MINUTES)


def upload(page, path, *, publication):
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text(path.name).first.wait_for()
    field = page.get_by_role("combobox", name="Publication")
    field.fill(publication)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add drawings").click()
    page.get_by_text("1 drawing went in").first.wait_for()
    settle(page)
