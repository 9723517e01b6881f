"""Correct: opening, deciding, undoing; what is drawn is tested in the browser."""

from dataclasses import replace

import pytest

from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.raster.edits import Grow, Stroke
from core.store import annotations, asides, drawings, events, leases
from core.store.label_map import set_label_map
from pages.components.browser import Browser
from tests.pages.conftest import add_drawing, approve_drawing, button, words

STROKE = Stroke(((5, 5), (5, 50)), width_px=4, label=1)


def test_without_drawings_the_page_says_where_to_begin(show):
    assert "There are no drawings yet." in words(show("correct"))


def test_when_all_is_reviewed_the_page_leads_on(show, ws):
    approve_drawing(ws)
    app = show("correct")
    assert "The drawing is reviewed." in words(app)
    assert [link.label for link in app.get("page_link")] == ["Retrain the model", "Upload more"]


def test_the_last_drawing_stays_until_it_is_decided(show, ws):
    drawing = add_drawing(ws)
    app = button(show("correct", drawing=str(drawing.id)), "Next").click().run()
    assert not app.exception
    assert "**Gefäß.png**" in words(app)


def test_when_others_edit_all_that_is_left_the_page_says_so(show, ws):
    drawing = add_drawing(ws)
    leases.take(ws, drawing.id, "Jörg’s tab", "Jörg")
    app = in_tab(show("correct", drawing=str(drawing.id)), "tab 1")
    app = button(app, "Next").click().run()
    assert not app.exception
    assert "Others edit all drawings that are left." in words(app)


def test_the_first_undecided_drawing_is_on_the_desk(show, ws):
    approve_drawing(ws, "a.png")
    add_drawing(ws, "b.png")
    app = show("correct")
    assert not app.exception
    assert "**b.png**" in words(app)
    assert "no edits yet" in words(app)


def test_looking_changes_nothing(show, ws):
    drawing = add_drawing(ws)
    show("correct")
    assert drawings.get(ws, drawing.id).status == "predicted"


def test_approving_freezes_the_mask_and_goes_on(show, ws):
    first, second = add_drawing(ws, "a.png"), add_drawing(ws, "b.png")
    app = button(show("correct", drawing=str(first.id)), "Approve").click().run()
    assert not app.exception
    assert drawings.get(ws, first.id).status == "approved"
    assert annotations.newest(ws, first.id).decided_by == "Maria"
    assert "**b.png**" in words(app)
    button(app, "Reject").click().run()
    assert drawings.get(ws, second.id).status == "rejected"


def test_next_decides_nothing(show, ws):
    first, second = add_drawing(ws, "a.png"), add_drawing(ws, "b.png")
    app = button(show("correct", drawing=str(first.id)), "Next").click().run()
    assert "**b.png**" in words(app)
    assert {drawings.get(ws, x.id).status for x in (first, second)} == {"predicted"}


def test_undo_and_redo_move_over_what_is_stored(show, ws):
    drawing = add_drawing(ws)
    draft = annotations.open_draft(ws, drawing.id, "Maria")
    annotations.append(ws, draft, [STROKE, STROKE])
    app = show("correct", drawing=str(drawing.id))
    assert "2 edits, saved" in words(app)
    assert app.button(key="Redo").disabled
    app.button(key="Undo").click().run()
    assert "1 edit, saved" in words(app)
    assert annotations.newest(ws, drawing.id).cursor == 1
    app.button(key="Redo").click().run()
    assert annotations.newest(ws, drawing.id).cursor == 2


def test_undoing_a_draft_that_went_on_elsewhere_shows_how_it_is_there(show, ws):
    drawing = add_drawing(ws)
    draft = annotations.append(ws, annotations.open_draft(ws, drawing.id, "Maria"), [STROKE])
    app = show("correct", drawing=str(drawing.id))
    annotations.append(ws, draft, [STROKE, STROKE], author="Jörg")
    app.button(key="Undo").click().run()
    assert "Jörg went on with this drawing meanwhile" in words(app)
    assert annotations.newest(ws, drawing.id).cursor == 3


def test_an_operation_on_the_whole_mask_is_an_edit_that_can_be_undone(show, ws):
    drawing = add_drawing(ws)
    app = show("correct", drawing=str(drawing.id))
    app.button(key="operation_grow").click().run()
    assert not app.exception
    assert "1 edit, saved" in words(app)
    assert annotations.mask(ws, annotations.newest(ws, drawing.id))[9, 15] == 1
    app.button(key="operation_prediction").click().run()
    assert "2 edits, saved" in words(app)
    app.button(key="Undo").click().run()
    assert annotations.mask(ws, annotations.newest(ws, drawing.id))[9, 15] == 1


def test_an_operation_that_changes_nothing_says_so(show, ws):
    app = show("correct", drawing=str(add_drawing(ws).id))
    app.button(key="operation_fill_holes").click().run()
    assert "The mask is like this already" in app.session_state["table"]["desk"].refusal
    assert "no edits yet" in words(app)


def test_operations_work_on_the_class_that_is_chosen(show, ws):
    handle = Label(2, "handle", (51, 102, 204))
    set_label_map(ws, LabelMap((*DEFAULT_LABELS.labels, handle)))
    drawing = add_drawing(ws)
    draft = annotations.open_draft(ws, drawing.id, "Maria")
    annotations.append(ws, draft, [replace(STROKE, label=2)])
    app = show("correct", drawing=str(drawing.id))
    app.selectbox(key="class").set_value(handle).run()
    app.button(key="operation_grow").click().run()
    assert not app.exception
    assert annotations.edits(ws, annotations.newest(ws, drawing.id))[-1] == Grow(2, 1)


def test_with_the_other_canvas_the_page_offers_its_tools_and_to_move_about(show, ws, monkeypatch):
    monkeypatch.setenv("OSTRAKON_CANVAS", "drawable")
    drawing = add_drawing(ws)
    app = show("correct", drawing=str(drawing.id))
    for tool in ("Fill", "Pick", "Trim"):
        app.button(key=f"tool_{tool}").click().run()
        assert app.button(key=f"tool_{tool}_chosen")
    app.segmented_control[0].set_value(4).run()
    app.button(key="pan_Right").click().run()
    assert not app.exception
    views = app.session_state[f"canvas_{drawing.id}/state"]["views"]
    assert views[max(views)].window.column > 0


def in_tab(app, tab):
    """The page once the browser has told which tab it is in."""
    app.session_state["browser"] = Browser(1300, 900, "", tab)
    return app.run()


def test_the_history_says_who_did_what(show, ws):
    drawing = approve_drawing(ws)
    draft = annotations.append(ws, annotations.open_draft(ws, drawing.id, "Zoë"), [STROKE], seconds=100)
    asides.set_aside(ws, draft, [STROKE], author="Ada")
    app = show("correct", drawing=str(drawing.id))
    for line in (
        "**Jörg** made 1 edit",
        "**Jörg** approved it · 192 pixels (8.00%) changed by hand · 0 s of work",
        "**Zoë** made 1 edit · 2 min of work so far",
        "**Ada**’s own version: waits for a choice",
    ):
        assert line in words(app)


def test_a_comment_is_written_and_read(show, ws):
    drawing = add_drawing(ws)
    app = show("correct", drawing=str(drawing.id))
    next(field for field in app.text_input if field.label == "Comment").set_value("Rim_at *left*?")
    button(app, "Comment").click().run()
    assert not app.exception
    (said,) = events.events(ws, drawing.id)
    assert (said.author, said.text) == ("Maria", "Rim_at *left*?")
    assert "**Maria** “Rim_at *left*?”" in words(app)
    assert app.expander[0].label == "History · 1 comment"


def test_the_page_says_how_many_drawings_are_left(show, ws):
    add_drawing(ws, "a.png"), add_drawing(ws, "b.png"), approve_drawing(ws, "c.png")
    app = show("correct")
    assert "2 left" in words(app)
    button(app, "Approve").click().run()
    assert "1 left" in words(app)


def test_who_comes_second_sees_who_edits_the_drawing_and_may_take_it_over(show, ws):
    drawing = add_drawing(ws)
    leases.take(ws, drawing.id, "Jörg’s tab", "Jörg")
    app = in_tab(show("correct", drawing=str(drawing.id)), "tab 1")
    assert not app.exception
    assert "**Jörg** has been editing this drawing since" in words(app)
    assert not any(found.label == "Approve" for found in app.button)
    button(app, "Take over").click().run()
    assert leases.find(ws, drawing.id).author == "Maria"
    assert button(app, "Approve")
    assert "**Maria** took over from Jörg" in words(app)


def test_two_tabs_of_one_person_are_told_apart(show, ws):
    drawing = add_drawing(ws)
    leases.take(ws, drawing.id, "tab 2", "Maria")
    app = in_tab(show("correct", drawing=str(drawing.id)), "tab 1")
    assert "You have been editing this drawing in another tab" in words(app)
    button(app, "Edit here").click().run()
    assert leases.find(ws, drawing.id).holder == "tab 1"


def test_who_was_taken_over_sees_it_at_the_next_action_which_decides_nothing(show, ws):
    drawing = add_drawing(ws)
    app = in_tab(show("correct", drawing=str(drawing.id)), "tab 1")
    leases.take_over(ws, drawing.id, "Jörg’s tab", "Jörg")
    button(app, "Approve").click().run()
    assert not app.exception
    assert "**Jörg** took this drawing over at" in words(app)
    assert drawings.get(ws, drawing.id).status == "predicted"


def test_going_on_leaves_out_what_others_edit(show, ws):
    first, second, third = (add_drawing(ws, f"{name}.png") for name in "abc")
    leases.take(ws, second.id, "Jörg’s tab", "Jörg")
    app = in_tab(show("correct", drawing=str(first.id)), "tab 1")
    button(app, "Next").click().run()
    assert "**c.png**" in words(app)
    assert leases.find(ws, third.id).holder == "tab 1"
    assert leases.find(ws, first.id) is None


@pytest.mark.parametrize(
    ("key", "strokes"), [("use_mine", [STROKE]), ("use_theirs", [Grow(1, 1)]), ("on_top", [Grow(1, 1), STROKE])]
)
def test_of_two_versions_a_person_chooses_one_or_both(show, ws, key, strokes):
    drawing = add_drawing(ws)
    seen = annotations.open_draft(ws, drawing.id, "Maria")
    annotations.append(ws, seen, [Grow(1, 1)], author="Jörg")
    aside = asides.set_aside(ws, seen, [STROKE], author="Maria")
    app = in_tab(show("correct", drawing=str(drawing.id)), "tab 1")
    assert not app.exception
    for told in ("There are two versions of this drawing", "**Your version**", "**Jörg’s version**"):
        assert told in words(app)
    app.button(key=f"{key}_{aside.id}").click().run()
    assert not app.exception
    assert annotations.edits(ws, annotations.newest(ws, drawing.id)) == strokes
    assert asides.waiting(ws, drawing.id) == []
    assert button(app, "Approve")


def test_a_colleagues_version_waits_below_the_canvas(show, ws):
    drawing = add_drawing(ws)
    seen = annotations.open_draft(ws, drawing.id, "Jörg")
    asides.set_aside(ws, seen, [STROKE], author="Jörg")
    app = show("correct", drawing=str(drawing.id))
    assert not app.exception
    assert app.expander[0].label == ":material/call_split: Jörg has another version of this drawing"
    assert button(app, "Approve")


def test_a_drawing_that_does_not_exist_is_a_sentence(show):
    app = show("correct", drawing="99")
    assert not app.exception
    assert "There is no drawing 99" in words(app)
