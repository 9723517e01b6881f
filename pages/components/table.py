"""The table of the page Correct: it holds the desk of this session, and everything that is done goes over it."""

from dataclasses import replace

import streamlit as st

from core.labels import LabelMap
from core.store import leases
from core.store.workspace import Workspace
from pages.components import desk as desks
from pages.components.desk import Desk
from pages.components.errors import showing_errors
from pages.components.mask_canvas import accept, pending
from pages.components.pixels import pixels
from pages.components.workspace import author, workspace


def table() -> dict[str, Desk]:
    """Holds this session's desk. A dictionary, for Streamlit may stop a script wherever it touches the session state,
    which must never be between saving a stroke and knowing that it is saved."""
    return st.session_state.setdefault("table", {})


def save_strokes(ws: Workspace, labels: LabelMap) -> Desk:
    """The desk with all that was drawn until now on the disk."""
    on = table()
    drawn = pending(ws, on["desk"].sheet, labels)
    if drawn.receipt:
        sheet = on["desk"].sheet
        on["desk"] = desks.draw(ws, on["desk"], drawn, author(), pixels)
        accept(ws, sheet, drawn)
    return on["desk"]


def act(ws: Workspace, labels: LabelMap, change, *details) -> None:
    """What a button does to the desk, after what was drawn before it was pressed."""
    on = table()
    with showing_errors():
        on["desk"] = change(ws, save_strokes(ws, labels), *details)


def let_go() -> None:
    """Give the drawing back to others when its page was left for another one."""
    on = table()
    if "desk" in on and on["desk"].holder:
        leases.release(workspace(), on["desk"].holder)
        on["desk"] = replace(on["desk"], holder="")
