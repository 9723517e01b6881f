"""Predictions: the queue, its filters, accepting, and one drawing large."""

import numpy as np
import pytest
from sqlalchemy import update

from core.infer.strategies import STRATEGIES
from core.raster.images import Page
from core.store import annotations, drawings, leases, models, predictions
from core.store.database import writing
from core.store.drawings import Filter
from core.store.models import NewModel
from core.store.predictions import PredictedArrays
from core.store.tables import drawing as drawing_table
from core.store.tables import prediction as prediction_table
from core.work import queue
from core.work.predicting import predict_drawings
from core.work.processes import Owner
from pages.components.browser import Browser
from tests.pages.conftest import add_drawing, approve_drawing, button, words


def names(app):
    return [found.label for found in app.button if found.key and found.key.startswith("open_")]


def labels(app):
    return [found.label for found in app.button]


def read_as(ws, read, **values):
    """Let the shown prediction of a drawing be as certain and as suspicious as the test needs it."""
    with writing(ws.engine) as connection:
        connection.execute(update(drawing_table).where(drawing_table.c.id == read.id).values(**values))
        is_its = prediction_table.c.drawing_id == read.id
        connection.execute(update(prediction_table).where(is_its).values(**values))


def test_without_drawings_the_page_says_where_to_begin(show):
    app = show("predict")
    assert not app.exception
    assert "There are no drawings yet." in words(app)


def test_the_queue_shows_what_to_correct_first_with_its_reason(show, ws):
    sure, broken, unsure = (add_drawing(ws, name) for name in ("sure.png", "broken.png", "unsure.png"))
    read_as(ws, sure, uncertainty=0.01)
    read_as(ws, broken, uncertainty=0.1, suspicion=0.9, reason="wall broken")
    read_as(ws, unsure, uncertainty=0.6, reason="uncertain at the rim")
    app = show("predict")
    assert not app.exception
    assert names(app) == ["broken.png", "unsure.png", "sure.png"]
    for told in ("wall broken", "uncertain at the rim", "uncertainty 1%"):
        assert told in words(app)
    app.selectbox(key="order").set_value("most uncertain").run()
    assert names(app) == ["unsure.png", "broken.png", "sure.png"]
    app.selectbox(key="order").set_value("in order").run()
    assert names(app) == ["sure.png", "broken.png", "unsure.png"]
    assert names(show("predict")) == ["sure.png", "broken.png", "unsure.png"]  # the next session begins with it


def test_the_queue_leaves_out_what_is_decided_and_says_how_far_the_team_is(show, ws):
    approve_drawing(ws, "a.png")
    add_drawing(ws, "b.png")
    app = show("predict")
    assert names(app) == ["b.png"]
    assert "1 of 2 reviewed" in words(app)


def test_without_predictions_the_queue_is_there_and_says_that_drawings_wait(show, ws, no_worker):
    for name in ("a.png", "b.png"):
        page = Page(name, 0, np.full((20, 30, 3), 255, np.uint8))
        drawings.add(ws, name.encode(), page, publication="Müller", author="Maria")
    app = show("predict")
    assert "2 drawings wait for the model." in words(app)
    for strategy in STRATEGIES:
        app.selectbox(key="order").set_value(strategy).run()
        assert not app.exception
        assert sorted(names(app)) == ["a.png", "b.png"]
    button(app, "Review").click().run()
    assert not app.exception
    assert "The model has not read this drawing yet." in words(app)
    assert "Accept" not in labels(app)


def test_what_an_older_model_read_says_so_and_can_be_read_anew(show, ws, no_worker):
    drawing = add_drawing(ws)
    newer = models.register(ws, NewModel("newer", "imported", "Ada"), artefact=b"a", weights=b"w")
    models.promote(ws, newer.id, "Ada")
    app = show("predict")
    assert "read by an older model" in words(app)
    assert "1 drawing waits for the model." in words(app)
    assert "Read by an older model" in words(show("predict", drawing=str(drawing.id)))
    button(app, "Read now").click().run()
    assert [job.kind for job in queue.active_jobs(ws)] == ["refresh"]


def test_when_all_is_reviewed_the_page_says_what_is_next(show, ws):
    approve_drawing(ws, "a.png")
    approve_drawing(ws, "b.png")
    app = show("predict")
    assert not app.exception
    assert "All 2 drawings are reviewed." in words(app)
    assert names(app) == []
    assert "Review" not in labels(app)
    app.selectbox(key="predict_status").set_value("approved").run()
    assert names(app) == ["b.png", "a.png"]


def test_accepting_approves_the_mask_as_it_is_and_shows_the_next(show, ws):
    first, second = add_drawing(ws, "a.png"), add_drawing(ws, "b.png")
    app = button(show("predict"), "Review").click().run()
    assert "**a.png**" in words(app)
    button(app, "Accept").click().run()
    assert not app.exception
    assert "**b.png**" in words(app)
    assert "1 of 2 reviewed" in words(app)
    accepted = annotations.newest(ws, first.id)
    assert (accepted.status, accepted.decided_by, accepted.changed_pixels) == ("approved", "Maria", 0)
    assert (annotations.mask(ws, accepted) == predictions.mask(ws, predictions.newest(ws, first.id))).all()
    button(app, "Take back").click().run()
    assert drawings.get(ws, first.id).status == "predicted"
    assert "Take back" not in labels(app)
    for _ in (first, second):
        button(app, "Accept").click().run()
    assert "All 2 drawings are reviewed." in words(app)


def test_a_drawing_that_was_not_shown_yet_is_not_accepted(show, ws):
    drawing = add_drawing(ws)
    app = show("predict", drawing=str(drawing.id))
    app.session_state["reviewed_since"] = (0, 0.0)  # as when the key is pressed again before the page is done
    button(app, "Accept").click().run()
    assert drawings.get(ws, drawing.id).status == "predicted"
    button(app, "Accept").click().run()
    assert drawings.get(ws, drawing.id).status == "approved"


def test_an_acceptance_can_be_taken_back_later_too(show, ws):
    drawing = add_drawing(ws)
    button(show("predict", drawing=str(drawing.id)), "Accept").click().run()
    app = show("predict", drawing=str(drawing.id))
    assert "Accept" not in labels(app)
    button(app, "Take back").click().run()
    assert not app.exception
    assert drawings.get(ws, drawing.id).status == "predicted"
    assert "Accept" in labels(app)
    assert "took the approval back" in words(show("correct", drawing=str(drawing.id)))


def test_what_was_read_anew_after_it_was_shown_is_not_accepted_unseen(show, ws):
    drawing = add_drawing(ws)
    app = show("predict", drawing=str(drawing.id))
    newer = models.register(ws, NewModel("newer", "imported", "Ada"), artefact=b"a", weights=b"w")
    models.promote(ws, newer.id, "Ada")
    shown = predictions.newest(ws, drawing.id)
    arrays = PredictedArrays(predictions.mask(ws, shown), predictions.probabilities(ws, shown), 0.1, 0.1)
    predictions.save(ws, drawing.id, newer.id, arrays)
    button(app, "Accept").click().run()
    assert "another one by now" in words(app)
    assert drawings.get(ws, drawing.id).status == "predicted"


def test_next_leaves_a_drawing_for_later(show, ws):
    drawing = add_drawing(ws, "a.png")
    add_drawing(ws, "b.png")
    app = button(show("predict", drawing=str(drawing.id)), "Next").click().run()
    assert "**b.png**" in words(app)
    assert drawings.get(ws, drawing.id).status == "predicted"


def test_the_last_drawing_can_be_reviewed_after_it_was_put_off(show, ws):
    drawing = add_drawing(ws)
    app = button(show("predict", drawing=str(drawing.id)), "Next").click().run()
    app = button(app, "All drawings").click().run()
    app = button(app, "Review").click().run()
    assert not app.exception
    assert "Accept" in labels(app)


def test_what_a_colleague_edits_cannot_be_accepted(show, ws):
    drawing = add_drawing(ws)
    leases.take(ws, drawing.id, "another tab", "Jörg")
    app = show("predict")
    app.session_state["browser"] = Browser(1000, 800, "Maria", "this tab")
    app.query_params["drawing"] = str(drawing.id)
    app.run()
    assert "Jörg has been editing this drawing since" in words(app)
    assert "Accept" not in labels(app)


def test_when_others_edit_all_that_is_left_there_is_nothing_to_review_and_the_page_says_so(show, ws):
    drawing = add_drawing(ws)
    leases.take(ws, drawing.id, "another tab", "Jörg")
    app = show("predict")
    app.session_state["browser"] = Browser(1000, 800, "Maria", "this tab")
    app = button(app.run(), "Review").click().run()
    assert not app.exception
    assert app.toast[0].value == "Others edit all drawings that are left."


def test_the_surest_are_accepted_at_once_after_a_look_at_some_of_them(show, ws):
    for number in range(9):
        read_as(ws, add_drawing(ws, f"sure {number}.png"), uncertainty=0.001 * number)
    for name, values in (
        ("unsure.png", {"uncertainty": 0.2}),
        ("suspicious.png", {"uncertainty": 0.01, "suspicion": 0.5, "reason": "wall broken"}),
    ):
        read_as(ws, add_drawing(ws, name), **values)
    app = button(show("predict"), "Accept the surest").click().run()
    assert "**9 drawings**" in words(app)
    assert names(app) == [f"sure {number}.png" for number in (0, 2, 5, 6, 7, 8)]
    button(app, "Accept all 9").click().run()
    assert not app.exception
    assert "9 drawings accepted." in words(app)
    assert "9 of 11 reviewed" in words(app)
    assert sorted(names(app)) == ["suspicious.png", "unsure.png"]
    (first,) = drawings.find(ws, Filter(text="sure 0"))
    accepted = annotations.newest(ws, first.id)
    assert (accepted.decided_by, accepted.comment) == ("Maria", "accepted in bulk")
    assert "accepted in bulk" in words(show("correct", drawing=str(first.id)))
    button(app, "Take back").click().run()
    assert "0 of 11 reviewed" in words(app)


def test_without_sure_ones_nothing_can_be_accepted_at_once(show, ws):
    add_drawing(ws)
    app = show("predict", accept="surest")
    assert "No drawing that is left" in words(app)
    assert not any(label.startswith("Accept") for label in labels(app))


def test_the_gallery_can_be_filtered_and_searched(show, ws):
    add_drawing(ws, "Schüssel.png", "Müller")
    approve_drawing(ws, "Krug.png", "Evans")
    app = show("predict")
    app.selectbox(key="predict_status").set_value("approved").run()
    assert names(app) == ["Krug.png"]
    app.selectbox(key="predict_status").set_value("to review").run()
    app.text_input(key="predict_text").set_value("SCHÜ").run()
    assert names(app) == ["Schüssel.png"]
    app.text_input(key="predict_text").set_value("teapot").run()
    assert names(app) == []
    assert "No drawing is like that." in words(app)


def test_a_long_gallery_has_pages(show, ws):
    for number in range(26):
        add_drawing(ws, f"{number}.png")
    app = show("predict")
    assert len(names(app)) == 24
    assert "26 drawings" in words(app)


def test_a_drawing_is_shown_large_with_where_its_mask_comes_from(show, ws):
    drawing = add_drawing(ws)
    app = show("predict")
    button(app, "Gefäß.png").click().run()
    assert not app.exception
    assert "read by Base model (version 1)" in words(app)
    assert "uncertainty 25%" in words(app)
    for view in ("Outline", "Heat map"):
        app.segmented_control[0].set_value(view).run()
        assert not app.exception
    assert app.query_params["drawing"] in (str(drawing.id), [str(drawing.id)])


def test_how_drawings_are_looked_at_stays_as_it_was_chosen(show, ws):
    drawing = add_drawing(ws)
    app = show("predict", drawing=str(drawing.id))
    app.segmented_control(key="view").set_value("Outline").run()
    app.slider(key="opacity").set_value(30).run()
    app = button(app, "All drawings").click().run()
    app = button(app, drawing.name).click().run()
    assert not app.exception
    assert app.segmented_control(key="view").value == "Outline"
    assert app.slider(key="opacity").value == 30


def test_marks_of_what_to_check_can_be_turned_off_where_there_are_any(show, ws):
    drawing = add_drawing(ws)
    assert not show("predict", drawing=str(drawing.id)).toggle
    rim = {"row": 12, "column": 15, "radius_px": 4, "weight": 0.6, "where": "at the rim"}
    is_its = prediction_table.c.drawing_id == drawing.id
    with writing(ws.engine) as connection:
        connection.execute(update(prediction_table).where(is_its).values(places=[rim]))
    app = show("predict", drawing=str(drawing.id))
    assert app.toggle(key="marks").value
    app.toggle(key="marks").set_value(False).run()
    assert not app.exception


def test_a_corrected_drawing_shows_who_approved_it(show, ws):
    drawing = approve_drawing(ws)
    annotations.open_draft(ws, drawing.id, "somebody who only looked")
    assert "approved by Jörg" in words(show("predict", drawing=str(drawing.id)))


@pytest.mark.parametrize("page", ["predict", "correct"])
@pytest.mark.parametrize("named", ["abc", "-1", "1" * 30])
def test_an_address_that_names_no_drawing_is_a_sentence(show, page, named):
    app = show(page, drawing=named)
    assert not app.exception
    assert f"There is no drawing “{named}”" in words(app)


def test_a_drawing_that_does_not_exist_is_a_sentence(show):
    app = show("predict", drawing="99")
    assert not app.exception
    assert "There is no drawing 99" in words(app)


def test_drawings_that_nobody_reads_can_be_read_with_one_click(show, ws, no_worker):
    page = Page("a.png", 0, np.full((20, 30, 3), 255, np.uint8))
    drawings.add(ws, b"a", page, publication="Müller", author="Maria")
    app = show("predict")
    assert "1 drawing waits for the model." in words(app)
    button(app, "Read now").click().run()
    assert not app.exception
    assert [job.kind for job in queue.active_jobs(ws)] == ["refresh"]
    assert "Read now" not in [found.label for found in app.button]


def test_a_drawing_that_could_not_be_read_is_named(show, ws, no_worker):
    drawing = add_drawing(ws)
    job = predict_drawings(ws, [drawing.id])
    job = queue.claim(ws, Owner.of_this_process())
    sentence = "Gefäß.png is too large for this computer's memory."
    queue.finish(ws, job, {"failures": [{"drawing_id": drawing.id, "name": drawing.name, "sentence": sentence}]})
    assert sentence in words(show("predict"))
