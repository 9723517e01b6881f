"""Correct: the drawing large, its mask over it, and the tools to put it right. Every stroke is saved at once."""

import streamlit as st

from core.store import asides, drawings
from core.store.label_map import label_map
from pages.components import desk as desks
from pages.components.comparison import offer_comparison, show_comparison
from pages.components.decisions import NEXT, show_header
from pages.components.empty import all_reviewed, nothing_here
from pages.components.errors import showing_errors
from pages.components.history import show_history
from pages.components.literal import literal
from pages.components.mask_canvas import mask_canvas
from pages.components.next_drawing import asked_for, next_to_hold
from pages.components.presence import hold, holder, is_elsewhere, keep_hold, look_on
from pages.components.table import save_strokes, table
from pages.components.workspace import author, workspace

ws = workspace()
labels = label_map(ws)


def drawing_to_correct():
    if asked := asked_for(ws):
        return asked
    if known := st.session_state.get("drawing_id"):
        drawing = drawings.get(ws, known)
        is_here = "desk" in table() and table()["desk"].holder  # what a colleague decides meanwhile stays in view
        if drawing.status in drawings.UNDECIDED or is_here:
            return drawing
    found = next_to_hold(ws)
    if found and holder():
        st.session_state["drawing_id"] = found.id  # it stays, also when the order changes
    return found


def go_on(after_id: int):
    upcoming = next_to_hold(ws, after_id)
    st.session_state["drawing_id"] = upcoming.id if upcoming else None
    st.query_params.clear()
    st.rerun(scope="app")


def decide(decision: str):
    on = table()
    if decision == NEXT:
        desks.leave(ws, on["desk"])
    else:
        on["desk"] = desks.decide(ws, on["desk"], decision, author())
    if not on["desk"].has_parted:
        go_on(on["desk"].drawing.id)


@st.fragment
def correct():
    label = labels.foreground[0].index
    with showing_errors():
        save_strokes(ws, labels)
    with showing_errors():
        label, decision = show_header(ws, labels, table()["desk"])
        if decision:
            decide(decision)
    desk = table()["desk"]
    if desk.has_parted:
        st.rerun(scope="app")
    if desk.notice:
        st.warning(literal(desk.notice))
    with showing_errors():
        mask_canvas(ws, desk.sheet, labels, label)


def work_on(drawing):
    on = table()
    lease, versions = hold(ws, drawing), asides.waiting(ws, drawing.id)
    mine = [version for version in versions if version.author == author()]
    before = on.get("desk")
    if is_elsewhere(lease):
        was_here = before is not None and (before.drawing.id, before.holder) == (drawing.id, holder())
        if look_on(ws, drawing, lease, was_here=was_here, is_shown=not mine):
            go_on(drawing.id)
    else:
        on["desk"] = desks.open_desk(ws, drawing, author(), before, holder=holder())
        keep_hold(ws, drawing, lambda: on["desk"].touched)
        if not mine:
            correct()
            offer_comparison(ws, drawing, versions)
    if mine and show_comparison(ws, drawing, mine[0], has_next=not is_elsewhere(lease)):
        go_on(drawing.id)
    show_history(ws, drawing)


with showing_errors():
    drawing = drawing_to_correct()
    if drawing is not None:
        work_on(drawing)
    elif drawings.count_undecided(ws):
        nothing_here("Others edit all drawings that are left.", "pages/predict.py", "See predictions")
    elif count := drawings.count(ws):
        all_reviewed(count)
    else:
        nothing_here("There are no drawings yet.", "pages/upload.py", "Upload drawings")
