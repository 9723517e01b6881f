"""Above the canvas: what lies on the desk, how many drawings are left, what can be undone, and the decision."""

import streamlit as st

from core.labels import LabelMap
from core.store import drawings
from core.store.workspace import Workspace
from pages.components import desk as desks
from pages.components.desk import Desk
from pages.components.literal import literal, name_of
from pages.components.operations import choose_operation
from pages.components.pixels import pixels
from pages.components.table import act
from pages.components.tools import choose_label, choose_step
from pages.components.workspace import author

NEXT, REJECTED, APPROVED = "next", "rejected", "approved"


def show_header(ws: Workspace, labels: LabelMap, desk: Desk) -> tuple[int, str]:
    """Everything above the canvas. The class to work on, and the decision just made: one of the above, or ""."""
    with st.container(key="decisions", horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        _show_progress(ws, desk)
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            label = choose_label(labels)
            choose_step(
                can_undo=desk.draft.cursor > 0,
                can_redo=desk.draft.cursor < desk.draft.edit_count,
                undo=lambda: act(ws, labels, desks.undo, author()),
                redo=lambda: act(ws, labels, desks.redo, author()),
            )
            choose_operation(label, lambda gesture: act(ws, labels, desks.ask, gesture, author(), pixels))
        return label, _ask_decision()


def _show_progress(ws: Workspace, desk: Desk) -> None:
    """The drawing's name, what is saved of the work on it, and how many are left."""
    edits = "1 edit" if desk.draft.cursor == 1 else f"{desk.draft.cursor} edits"
    saved = f"{edits}, saved" if desk.draft.cursor else "no edits yet"
    left = drawings.count_undecided(ws)
    told = f"{literal(desk.drawing.publication)} · {saved}" + (f" · {left:,} left" if left else "")
    st.markdown(f"**{name_of(desk.drawing)}**  \n:small[{told}]", width="content")


def _ask_decision() -> str:
    with st.container(horizontal=True, width="content"):
        decision = ""
        if st.button("Next", shortcut="N", type="tertiary", help="Leave it for later"):
            decision = NEXT
        if st.button("Reject", shortcut="X", help="Not to be trained on"):
            decision = REJECTED
        if st.button("Approve", shortcut="A", type="primary", help="The mask is right: train on it"):
            decision = APPROVED
    return decision
