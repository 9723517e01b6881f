"""The desk of the page Correct: what happens when somebody else works on the same drawing."""

from dataclasses import replace

import pytest

from core.raster.edits import Polygon, Stroke
from core.store import annotations, asides, leases
from core.store.gestures import Gesture
from pages.components import desk as desks
from pages.components.drawn import Act, Drawn
from tests.pages.conftest import add_drawing

MINE = Stroke(((5, 5), (5, 50)), width_px=4, label=1)
THEIRS = Stroke(((35, 5), (35, 50)), width_px=4, label=1)


@pytest.fixture
def desk(ws):
    return desks.open_desk(ws, add_drawing(ws), "Maria", None)


def test_a_saved_stroke_needs_no_new_mask(ws, desk):
    saved = desks.save(ws, desk, [MINE], "Maria")
    assert saved.number == desk.number
    assert saved.draft.cursor == 1
    assert annotations.mask(ws, saved.draft)[5, 30] == 1


def test_a_late_stroke_brings_a_new_mask(ws, desk):
    saved = desks.save(ws, desk, [MINE], "Maria", is_late=True)
    assert saved.number == desk.number + 1


def test_a_stroke_on_a_draft_that_went_on_elsewhere_is_a_version_of_its_own(ws, desk):
    annotations.append(ws, desk.draft, [THEIRS], author="Jörg")
    parted = desks.save(ws, desk, [MINE], "Maria")
    assert parted.notice.startswith("Jörg went on with this drawing")
    assert annotations.edits(ws, parted.draft) == [THEIRS]
    parted = desks.save(ws, parted, [MINE], "Maria")  # it was on its way when the desk learned of it
    assert asides.waiting(ws, desk.drawing.id) == [parted.aside]
    assert annotations.edits(ws, parted.aside) == [MINE, MINE]


def test_a_stroke_that_two_sessions_save_at_the_same_moment_is_there_once(ws, desk):
    desks.save(ws, desk, [MINE], "Maria", marks=["tab-1"])
    shown = desks.save(ws, desk, [MINE], "Maria", marks=["tab-1"])  # had not seen the other one when it began
    assert (shown.aside, shown.notice) == (None, "")
    assert annotations.edits(ws, shown.draft) == [MINE]
    assert asides.waiting(ws, desk.drawing.id) == []


def test_a_stroke_on_a_draft_that_was_approved_elsewhere_is_a_version_of_its_own(ws, desk):
    annotations.approve(ws, desk.draft, author="Jörg")
    parted = desks.save(ws, desk, [MINE], "Maria")
    assert parted.notice.startswith("Jörg approved this drawing")
    assert parted.draft.parent_id == desk.draft.id
    assert annotations.edits(ws, parted.aside) == [MINE]


def test_what_was_drawn_on_a_draft_that_was_decided_since_is_a_version_of_its_own(ws, desk):
    grow = Gesture("grow", 1)
    before = desks.save(ws, desk, [MINE], "Maria")
    annotations.approve(ws, before.draft, author="Maria")
    later = desks.open_desk(ws, desk.drawing, "Maria", before)
    acts = (Act(THEIRS, "tab-1", before.draft.id), Act(grow, "tab-2", before.draft.id))
    parted = desks.draw(ws, later, Drawn(acts), "Maria")
    kept = annotations.edits(ws, parted.aside)
    assert kept[:2] == [MINE, THEIRS]
    assert len(kept) == 3
    assert parted.draft.cursor == 0
    assert desks.draw(ws, parted, Drawn(acts), "Maria").aside == parted.aside  # sent again, not kept again


def test_a_stroke_after_somebody_took_the_drawing_over_is_a_version_of_its_own(ws, desk):
    leases.take(ws, desk.drawing.id, "tab 1", "Maria")
    desk = desks.open_desk(ws, desk.drawing, "Maria", None, holder="tab 1")
    leases.take_over(ws, desk.drawing.id, "tab 2", "Jörg")
    parted = desks.save(ws, desk, [MINE], "Maria")
    assert annotations.edits(ws, parted.aside) == [MINE]
    assert annotations.edits(ws, parted.draft) == []


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_a_decision_about_a_draft_that_went_on_elsewhere_decides_nothing(ws, desk, decision):
    annotations.append(ws, desk.draft, [THEIRS], author="Jörg")
    shown = desks.decide(ws, desk, decision, "Maria")
    assert shown.draft.is_draft
    assert shown.notice.startswith("Jörg went on with")
    assert desks.decide(ws, shown, decision, "Maria").draft.status == decision


def test_time_is_counted_for_every_step_and_pauses_are_not(ws, desk):
    desk = replace(desk, touched=desk.touched - 10)
    desk = desks.save(ws, desk, [MINE], "Maria")
    desk = desks.undo(ws, replace(desk, touched=desk.touched - 5), "Maria")
    desks.leave(ws, replace(desk, touched=desk.touched - 3600))
    assert annotations.get(ws, desk.draft.id).seconds_spent == pytest.approx(10 + 5 + 30, abs=2)


def test_undo_of_a_draft_that_went_on_elsewhere_undoes_nothing(ws, desk):
    desk = desks.save(ws, desk, [MINE], "Maria")
    annotations.append(ws, desk.draft, [THEIRS], author="Jörg")
    shown = desks.undo(ws, desk, "Maria")
    assert shown.draft.cursor == 2
    assert "Jörg" in shown.notice


def test_undo_and_redo_bring_a_new_mask_to_show(ws, desk):
    saved = desks.save(ws, desk, [MINE], "Maria")
    undone = desks.undo(ws, saved, "Maria")
    assert undone.draft.cursor == 0
    assert undone.number > saved.number
    redone = desks.redo(ws, undone, "Maria")
    assert redone.draft.cursor == 1
    assert redone.number > undone.number


def test_long_pauses_are_no_work(ws, desk):
    assert replace(desk, touched=desk.touched - 3600).seconds == 30


def test_coming_back_to_a_drawing_shows_it_anew(ws, desk):
    again = desks.open_desk(ws, desk.drawing, "Maria", replace(desk, notice="Jörg was here."))
    assert (again.number, again.notice) == (desk.number + 1, "Jörg was here.")
    assert desks.open_desk(ws, add_drawing(ws), "Maria", again).notice == ""


def drawn(*made, **details):
    return Drawn(tuple(Act(one) for one in made), receipt=1, **details)


def test_a_gesture_is_one_edit_and_brings_a_new_mask_to_show(ws, desk):
    grown = desks.ask(ws, desk, Gesture("grow", 1), "Maria")
    assert grown.draft.cursor == 1
    assert grown.number == desk.number + 1


def test_strokes_are_saved_and_in_view_already(ws, desk):
    saved = desks.draw(ws, desk, drawn(MINE, THEIRS), "Maria")
    assert saved.draft.cursor == 2
    assert saved.number == desk.number


def test_a_refused_gesture_leaves_a_reason_and_the_mask_as_it_was(ws, desk):
    refused = desks.draw(ws, desk, drawn(Gesture("fill", 1, ((5, 5),))), "Maria")
    assert refused.refusal.endswith(".")
    assert refused.draft == desk.draft
    assert refused.number == desk.number + 1
    assert desks.draw(ws, refused, drawn(MINE), "Maria").refusal == ""
    assert desks.undo(ws, refused, "Maria").refusal == ""


def test_what_is_right_is_saved_beside_what_is_refused(ws, desk):
    bow_tie = Polygon(((5, 5), (30, 30), (5, 30), (30, 5)), label=1)
    saved = desks.draw(ws, desk, drawn(MINE, bow_tie), "Maria")
    assert annotations.edits(ws, saved.draft) == [MINE]
    assert "crosses itself" in saved.refusal
    assert saved.number > desk.number


def test_what_no_tool_draws_leaves_its_reason_beside_what_is_right(ws, desk):
    saved = desks.draw(ws, desk, drawn(MINE, refusal="No tool draws that."), "Maria")
    assert annotations.edits(ws, saved.draft) == [MINE]
    assert saved.refusal == "No tool draws that."


def test_a_double_click_counts_once(ws, desk):
    assert desks.draw(ws, desk, drawn(MINE, MINE), "Maria").draft.cursor == 1


def test_a_gesture_looks_at_the_mask_with_the_strokes_before_it(ws, desk):
    saved = desks.draw(ws, desk, drawn(Gesture("empty", 1), MINE, Gesture("grow", 1)), "Maria")
    assert saved.draft.cursor == 3
    assert annotations.mask(ws, saved.draft)[5, 2] == 1


def test_what_the_browser_sends_again_is_made_once(ws, desk):
    sent = Drawn((Act(MINE, mark="tab-1"), Act(THEIRS, mark="tab-2")), receipt=1)
    desk = desks.draw(ws, desk, sent, "Maria")
    again = desks.draw(ws, desk, Drawn((*sent.acts, Act(MINE, mark="tab-3")), receipt=1), "Maria")
    assert annotations.edits(ws, again.draft) == [MINE, THEIRS, MINE]
