"""Upload: what went in, what was there already, what was refused."""

import threading
from types import SimpleNamespace

import numpy as np
import streamlit as st

from core.raster.images import encode_png
from core.store import drawings, publications
from core.work import queue
from pages.components import tasks
from tests.pages.conftest import button, words

PNG = encode_png(np.full((20, 30, 3), 255, np.uint8))


def upload(app, *files):
    app.file_uploader[0].set_value(list(files))
    return button(app, "Add drawings").click().run()


def test_a_newcomer_is_offered_sample_drawings(show):
    app = show("upload")
    assert not app.exception
    assert button(app, "Try it with sample drawings")


def test_good_files_go_in_and_bad_ones_are_named(show, ws, no_worker):
    app = upload(show("upload"), ("Gefäß 1.png", PNG, "image/png"), ("kaputt.png", b"no image", "image/png"))
    assert "1 drawing went in." in words(app)
    assert "kaputt.png is not a PNG" in words(app)
    assert [drawing.name for drawing in drawings.find(ws)] == ["Gefäß 1.png"]
    assert button(app, "See predictions")


def test_the_same_file_again_changes_nothing_and_says_so(show, ws, no_worker):
    app = upload(show("upload"), ("a.png", PNG, "image/png"))
    app = upload(app, ("b.png", PNG, "image/png"))
    assert "Already there, so nothing changed: a.png." in words(app)
    assert drawings.count(ws) == 1


def test_the_way_on_is_the_button_that_stands_out_once_drawings_went_in(show, ws, no_worker):
    app = show("upload")
    assert [one.label for one in app.button if one.proto.type == "primary"] == ["Add drawings"]
    app = upload(app, ("a.png", PNG, "image/png"))
    assert [one.label for one in app.button if one.proto.type == "primary"] == ["See predictions"]


def test_publications_used_before_are_offered(show, ws):
    publications.named(ws, "Müller, Keramik")
    app = show("upload")
    assert app.selectbox[0].options == ["Müller, Keramik"]


def test_sample_drawings_go_in_with_one_click(show, ws, no_worker):
    app = button(show("upload"), "Try it with sample drawings").click().run()
    assert not app.exception
    assert "6 drawings went in." in words(app)
    (job,) = queue.active_jobs(ws)
    assert len(job.payload["drawing_ids"]) == 6


def test_a_page_that_starts_over_meanwhile_interrupts_nothing(show, ws, no_worker, monkeypatch):
    """As when the window is made wider while drawings go in: Streamlit stops the script and runs it again."""
    stopped = []

    def stop_the_page_once(seconds):
        if not stopped:
            stopped.append(seconds)
            st.rerun()
        threading.Event().wait(seconds)

    monkeypatch.setattr(tasks, "time", SimpleNamespace(sleep=stop_the_page_once))
    app = button(show("upload"), "Try it with sample drawings").click().run()
    assert stopped
    assert "6 drawings went in." in words(app)
    assert drawings.count(ws) == 6
