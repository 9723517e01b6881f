"""Two people, two browsers, one drawing: who edits it is seen at once, and neither loses a stroke."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from core.raster.edits import Stroke
from core.settings import Settings
from core.store import annotations, asides, leases
from core.store.workspace import Workspace, open_workspace
from tests.browser.canvas import add_white_drawing, draw, find_canvas, open_canvas, wait_until_saved
from tests.browser.conftest import App, settle, start, stop


@pytest.fixture
def lease_seconds() -> float:
    return 600.0  # longer than the test: nothing happens by itself


@pytest.fixture
def app(tmp_path, monkeypatch, lease_seconds) -> Iterator[App]:
    monkeypatch.setenv("OSTRAKON_LEASE_SECONDS", str(lease_seconds))
    app = start(tmp_path / "workspace")
    yield app
    stop(app)


@pytest.fixture
def ws(app) -> Workspace:
    return open_workspace(Settings(workspace=app.workspace))


@pytest.fixture
def joergs_page(colleagues_page):
    colleagues_page.add_init_script("localStorage.setItem('ostrakon.author', 'Jörg')")
    return colleagues_page


def test_the_second_person_sees_who_draws_looks_takes_over_and_nobodys_stroke_is_lost(ws, app, page, joergs_page):
    drawing, other = add_white_drawing(ws, 600, 900), add_white_drawing(ws, 300, 450)
    marias_canvas = open_canvas(page, app, drawing)
    _stroke(page, marias_canvas, 1)
    wait_until_saved(page, 1)

    joergs_page.goto(f"{app.url}/correct")  # whoever asks for the next drawing gets one that nobody edits
    find_canvas(joergs_page, other)
    joergs_page.goto(f"{app.url}/correct?drawing={drawing.id}")
    joergs_page.get_by_text("Maria has been editing this drawing since").first.wait_for()
    expect(joergs_page.get_by_role("button", name="Approve")).to_have_count(0)
    picture = joergs_page.locator(".st-key-looking img")
    seen = picture.get_attribute("src")
    _stroke(page, marias_canvas, 2)
    wait_until_saved(page, 2)
    expect(picture).not_to_have_attribute("src", seen)

    joergs_page.get_by_role("button", name="Take over").click()
    joergs_canvas = find_canvas(joergs_page, drawing)
    _stroke(joergs_page, joergs_canvas, 3)
    wait_until_saved(joergs_page, 3)

    _stroke(page, marias_canvas, 4)  # Maria does not know yet
    page.get_by_text("Jörg took this drawing over at").first.wait_for()
    page.get_by_text("There are two versions of this drawing").first.wait_for()
    settle(page)
    expect(page.locator("[class*=st-key-comparison_] img")).to_have_count(2)  # a page that runs again shows some twice
    (aside,) = asides.waiting(ws, drawing.id)
    assert _rows(ws, aside) == [1, 2, 4]
    assert _rows(ws, annotations.newest(ws, drawing.id)) == [1, 2, 3]

    page.reload()  # what waits for a choice is no matter of the page
    page.get_by_text("There are two versions of this drawing").first.wait_for()
    settle(page)
    put_on_top = page.get_by_role("button", name="Put your 1 edit on top")
    expect(put_on_top).to_have_count(1)
    put_on_top.click()
    wait_until_saved(page, 4)
    assert _rows(ws, annotations.newest(ws, drawing.id)) == [1, 2, 3, 4]
    assert leases.find(ws, drawing.id).author == "Maria"

    joergs_page.get_by_role("button", name="Approve").click()
    joergs_page.get_by_text("Maria took this drawing over at").first.wait_for()
    assert annotations.newest(ws, drawing.id).is_draft
    page.get_by_text("History", exact=True).click()
    page.get_by_text("Jörg took over from Maria").first.wait_for()


@pytest.mark.parametrize("lease_seconds", [10.0])
def test_a_drawing_is_free_again_soon_after_its_tab_was_closed(ws, app, page, joergs_page):
    drawing = add_white_drawing(ws, 600, 900)
    open_canvas(page, app, drawing)
    joergs_page.goto(f"{app.url}/correct?drawing={drawing.id}")
    joergs_page.get_by_text("Maria has been editing this drawing since").first.wait_for()
    _wait_until_renewed(ws, drawing, joergs_page)  # an open page keeps it, whatever its lease lasts
    page.close()
    canvas = find_canvas(joergs_page, drawing)
    assert leases.find(ws, drawing.id).author == "Jörg"
    _stroke(joergs_page, canvas, 1)
    wait_until_saved(joergs_page, 1)


def _wait_until_renewed(ws, drawing, page):
    """Wait until the lease lasts longer than it did, in the same hands."""
    first = leases.find(ws, drawing.id)
    deadline = first.expires_at
    while (now := leases.find(ws, drawing.id)).expires_at == deadline:
        page.wait_for_timeout(200)
    assert (now.author, now.since) == ("Maria", first.since)


def _stroke(page, canvas, number):
    """A line across the drawing, one below the other."""
    draw(page, canvas.at(0.2, number / 5), canvas.at(0.8, number / 5))


def _rows(ws, revision) -> list[int]:
    """Which strokes a revision has, by their numbers."""
    strokes = [edit for edit in annotations.edits(ws, revision) if isinstance(edit, Stroke)]
    return [round(stroke.points[0][0] / 600 * 5) for stroke in strokes]
