"""A new model is judged in real Chromium: the verdict, both masks side by side, promoted, and taken back."""

import pytest
from playwright.sync_api import expect

from core.learn.configuration import RunConfiguration
from core.settings import Settings
from core.store import models, runs, snapshots
from core.store.models import NewModel
from core.store.workspace import open_workspace
from core.work.comparing import compare_with_champion
from tests.browser.conftest import settle
from tests.core.work.pottery import add_drawings, add_model, approve
from tests.networks import dark_ink_artefact

LOADED = "pictures => pictures.length === 4 && pictures.every(one => one.complete && one.naturalWidth > 50)"


@pytest.fixture
def judged(tmp_path):
    """A workspace with a finished run whose model ignores the stains that the champion takes for pottery."""
    ws = open_workspace(Settings(workspace=tmp_path / "workspace", author="Maria"), base_model=None)
    for publication, count in (("Vogel 1901", 4), ("Blinkenberg 1931", 1), ("Furtwängler 1885", 4)):
        for drawing_id in add_drawings(ws, count, publication=publication, height=300, width=240):
            approve(ws, drawing_id)
    champion = add_model(ws, threshold=190, sizes=(256,))
    snapshot = snapshots.freeze(ws, "Maria")
    run = runs.create(ws, snapshot.id, RunConfiguration().to_dict(), seed=0, author="Maria")
    artefact = dark_ink_artefact(threshold=120, sizes=(256,))
    items = snapshots.items(ws, snapshot.id)
    found = compare_with_champion(ws, artefact, items, lambda done, message: None, reference_count=2)
    new = NewModel("Run 1", "trained", "Maria", found, run_id=run.id, parent_id=champion.id, snapshot_id=snapshot.id)
    version = models.register(ws, new, artefact=artefact, weights=b"none")
    for number in (1, 2):
        runs.add_epoch(ws, run.id, number, {"loss": 1 / number, "foreground_iou": 0.4 * number})
    runs.finish(ws, run.id, model_version_id=version.id, comparison=found)
    yield ws
    ws.engine.dispose()


def test_a_person_sees_both_masks_promotes_and_goes_back(judged, start_app, page):
    app = start_app()
    page.goto(f"{app.url}/retrain")
    page.get_by_text("Better on 4 of 4 test drawings").first.wait_for()
    page.get_by_text("4 test drawings cannot decide").first.wait_for()
    cards = page.locator("[class*='st-key-difference_']")
    expect(cards).to_have_count(3)
    settle(page)
    pictures = cards.first.locator("img")
    pictures.nth(3).wait_for()
    page.wait_for_function(
        f"() => ({LOADED})([...document.querySelector('[class*=st-key-difference_]').querySelectorAll('img')])"
    )
    page.get_by_role("button", name="1 more", exact=True).click()
    cards.nth(3).wait_for()
    page.get_by_text("By publication and style").click()
    page.get_by_role("button", name="Use Run 1").click()
    page.get_by_text("This model is in use").first.wait_for()
    assert models.champion(judged).name == "Run 1"

    page.get_by_role("link", name="Models", exact=True).click()
    page.locator("[data-testid=stGraphVizChart] svg").get_by_text("Run 1").first.wait_for()
    page.locator("[data-testid=stVegaLiteChart]").wait_for()
    page.get_by_text("Who chose which model").click()
    page.get_by_text("chosen").first.wait_for()
    page.get_by_role("button", name="Roll back").click()
    page.locator(".st-key-version_1").get_by_text("in use").first.wait_for()
    assert models.champion(judged).name == "darker than 190"
    assert not app.our_tracebacks(), app.log()
