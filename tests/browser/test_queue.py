"""The queue with keys only: review, accept, correct, go on; two people at once; the surest in bulk."""

import re

import numpy as np
from playwright.sync_api import expect

from core.raster.places import Place
from core.store import annotations, drawings, leases, models, predictions
from core.store.drawings import Drawing
from core.store.predictions import PredictedArrays
from core.store.workspace import Workspace
from tests.browser.canvas import add_white_drawing, draw, find_canvas, wait_until_saved
from tests.browser.conftest import be_still
from tests.core.work.processes import wait_for

UNCERTAINTIES = (0.02, 0.5, 0.03, 0.6, 0.4, 0.01)


def test_the_queue_is_worked_through_with_keys_in_its_order_by_two_people_and_in_bulk(ws, app, page, colleagues_page):
    sure, fourth, also_sure, first, fifth, surest = (add_predicted(ws, value) for value in UNCERTAINTIES)
    page.goto(f"{app.url}/predict")
    page.get_by_text("0 of 6 reviewed").first.wait_for()
    page.get_by_text("uncertain at the rim").first.wait_for()
    page.locator(".st-key-queue [data-testid=stColumn]").nth(7).wait_for()  # the page knows its width: two rows of four
    be_still(page)

    page.keyboard.press("n")
    wait_for_review(page, first)
    assert leases.find(ws, first.id).author == "Maria"
    colleagues_page.goto(f"{app.url}/correct")  # somebody else gets the next one
    find_canvas(colleagues_page, fourth)

    page.keyboard.down("a")
    wait_for_review(page, fifth)
    page.keyboard.down("a")  # a key that is held down counts once: nothing is accepted unseen
    page.keyboard.up("a")
    wait_for_review(page, fifth)
    page.get_by_text("1 of 6 reviewed").first.wait_for()
    accepted = annotations.newest(ws, first.id)
    assert (accepted.status, accepted.changed_pixels, accepted.decided_by) == ("approved", 0, "Maria")

    page.keyboard.press("e")
    canvas = find_canvas(page, fifth)
    draw(page, canvas.at(0.2, 0.3), canvas.at(0.8, 0.3))
    wait_until_saved(page, 1)
    page.keyboard.press("a")
    find_canvas(page, also_sure)
    corrected = annotations.newest(ws, fifth.id)
    assert (corrected.status, corrected.edit_count) == ("approved", 1)

    page.get_by_test_id("stTopNavLink").filter(has_text="Predictions").click()
    page.get_by_text("2 of 6 reviewed").first.wait_for()
    page.get_by_role("button", name="Accept the surest").click()
    page.get_by_text("3 drawings").first.wait_for()
    be_still(page)
    page.keyboard.press("a")
    page.get_by_text("3 drawings accepted.").first.wait_for()
    page.get_by_text("5 of 6 reviewed").first.wait_for()
    for drawing in (sure, also_sure, surest):
        assert drawings.get(ws, drawing.id).status == "approved"
    assert drawings.get(ws, fourth.id).status == "predicted"  # a colleague has it open
    be_still(page)
    page.keyboard.press("u")
    page.get_by_text("2 of 6 reviewed").first.wait_for()
    be_still(page)

    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("drawing="))
    be_still(page)
    held = int(page.url.split("drawing=")[1])
    assert leases.find(ws, held).author == "Maria"
    page.get_by_role("link", name="Models").click()
    # others need not wait for who went elsewhere
    wait_for(lambda: leases.find(ws, held) is None, "the end of the lease", seconds=30)
    assert not app.our_tracebacks(), app.log()


def test_a_key_counts_though_the_window_changes_its_width_at_the_same_time(ws, app, page):
    for value in UNCERTAINTIES:
        add_predicted(ws, value)
    page.goto(f"{app.url}/predict")
    page.get_by_text("0 of 6 reviewed").first.wait_for()
    be_still(page)
    page.keyboard.press("n")
    for width_px in (1300, 1200, 1100, 1400):
        expect(page).to_have_url(re.compile("drawing="))
        be_still(page)
        before = page.url
        page.keyboard.press("n")
        page.set_viewport_size({"width": width_px, "height": 900})
        expect(page).not_to_have_url(before)
    be_still(page)
    assert page.url != before, "nor does it go back"


def wait_for_review(page, drawing: Drawing) -> None:
    expect(page).to_have_url(re.compile(f"drawing={drawing.id}$"))
    page.get_by_role("button", name="Accept").first.wait_for()
    be_still(page)


def add_predicted(ws: Workspace, uncertainty: float) -> Drawing:
    """A blank drawing in which the model sees a section, more or less surely."""
    added = add_white_drawing(ws, 300, 450)
    mask = np.zeros((300, 450), np.uint8)
    mask[100:200, 50:80] = 1
    profile = mask[::10, ::10].astype(np.float32)
    features = np.eye(32, dtype=np.float32)[added.id % 32]
    places = [Place(100, 60, 10.0, 1.0, "at the rim")]
    probabilities = np.stack([1 - profile, profile], axis=-1)
    arrays = PredictedArrays(mask, probabilities, uncertainty, 0.1, features, places=places)
    predictions.save(ws, added.id, models.champion(ws).id, arrays)
    return drawings.get(ws, added.id)
