"""Names and comments stand on every page as they were written; tests/browser looks at what Streamlit makes of them."""

import html
from dataclasses import replace

import pytest

from core.store import annotations, events, models
from core.store.models import NewModel
from pages.components.literal import literal, name_of
from tests.pages.conftest import add_drawing, approve_drawing

HOSTILE = "a_b_c* $x$ :red[x] <b> [l](u) `k` ~s~ & # | :smile: -- &lt;.png"
SYNTAX = set("\\`*_[]~$<>|")


@pytest.mark.parametrize("text", [HOSTILE, "Gefäß 1.png", "1. Band", "- x", "+1", "# Tafel", "a\\_b", "x:y", ""])
def test_what_is_shown_is_what_was_written(text):
    shown = literal(text)
    assert not SYNTAX & set(shown)
    assert html.unescape(shown).replace("\u2060", "") == text


@pytest.mark.parametrize(("text", "shown"), [("1. Band", "&#49;&#46; Band"), ("- x", "&#45; x"), ("2.5 cm", "2.5 cm")])
def test_a_line_does_not_begin_a_list(text, shown):
    assert literal(text) == shown


def test_everyday_names_and_line_ends_stay_readable():
    assert literal("Tafel 12, Nr. 3 - Rand (innen).png") == "Tafel 12, Nr. 3 - Rand (innen).png"
    assert literal(" two\nlines  ") == "two lines"


@pytest.mark.parametrize("sign", ["<->", "->", "<-", "--", ">=", "<=", "~=", ":smile:", ":material/home:"])
def test_what_streamlit_would_make_a_sign_of_is_kept_apart(sign):
    assert sign not in html.unescape(literal(f"a {sign} b"))


def test_later_pages_of_a_file_can_be_told_apart(ws):
    drawing = add_drawing(ws, "plates.pdf")
    assert (name_of(drawing), name_of(replace(drawing, page=2))) == ("plates.pdf", "plates.pdf, page 3")


@pytest.mark.parametrize("page", ["home", "upload", "predict", "correct", "training_set", "retrain", "models"])
def test_no_page_reads_what_people_wrote_as_markdown(show, ws, no_worker, monkeypatch, page):
    monkeypatch.setenv("OSTRAKON_AUTHOR", HOSTILE)
    approve_drawing(ws, HOSTILE, HOSTILE)
    drawing = add_drawing(ws, HOSTILE, HOSTILE)
    draft = annotations.open_draft(ws, drawing.id, HOSTILE)
    events.comment(ws, drawing.id, HOSTILE, author=HOSTILE, annotation_id=draft.id)
    version = models.register(ws, NewModel(HOSTILE, "imported", HOSTILE), artefact=b"artefact", weights=b"weights")
    models.promote(ws, version.id, HOSTILE)
    for app in [show(page), *([show(page, drawing=str(drawing.id))] if page in ("predict", "correct") else [])]:
        assert not app.exception
        for text in markdown_of(app):
            assert ":red[x]" not in text, text
            assert "a_b_c" not in text, text


def markdown_of(app):
    """Whatever Streamlit reads as Markdown: texts, and the labels of what can be pressed or opened."""
    texts = (app.markdown, app.caption, app.info, app.warning, app.error, app.success)
    yield from (element.value for kind in texts for element in kind)
    yield from (element.label for kind in (app.button, app.expander, app.metric, app.toggle) for element in kind)
