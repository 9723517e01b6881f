"""What people wrote stands on the page letter by letter: only a browser shows what Streamlit makes of it."""

import numpy as np
import pytest

from core.raster.images import Page as ScannedPage
from core.store import drawings
from tests.browser.conftest import settle

NAME = "a_b_c* $x$ :red[x] <b>d</b> [l](u) `k` :smile: :material/home: -- &lt; 1.png"
PUBLICATION = "1. Müller *1998* $a$ -> ~b~ :blue[c] # <i>"


@pytest.fixture
def drawing(ws):
    page = ScannedPage(NAME, 0, np.full((200, 300, 3), 255, np.uint8))
    return drawings.add(ws, b"scan", page, publication=PUBLICATION, author="Maria").drawing


def test_names_are_shown_as_they_were_written(app, page, drawing):
    page.goto(f"{app.url}/predict")
    shows(page, NAME)
    for address in (f"predict?drawing={drawing.id}", f"correct?drawing={drawing.id}"):
        page.goto(f"{app.url}/{address}")
        shows(page, NAME)
        shows(page, PUBLICATION)
    settle(page)
    assert not app.our_tracebacks(), app.log()


def shows(page, text):
    """Wait until the page shows these very letters; what has no width between them does not count."""
    page.wait_for_function(
        "text => document.body.innerText.replaceAll('\\u2060', '').replaceAll('\\u00a0', ' ').includes(text)", arg=text
    )
