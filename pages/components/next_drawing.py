"""Which drawing this tab gets next: the order that was chosen, and what this session had already."""

from typing import Any

import streamlit as st

from core.errors import NotFoundError
from core.infer.strategies import DEFAULT_STRATEGY, STRATEGIES
from core.store import drawings, preferences
from core.store.drawings import Drawing
from core.store.workspace import Workspace
from core.work import review
from core.work.review import Order
from pages.components.presence import holder
from pages.components.workspace import author

_PREFERENCE = "order of review"
_LONGEST_NUMBER = 9
_NAMES = {
    "probably wrong": "Probably wrong first",
    "most uncertain": "Most uncertain first",
    "most instructive": "Most instructive first",
    "random": "In random order",
    "in order": "As they were added",
}


def asked_for(ws: Workspace) -> Drawing | None:
    """The drawing that the page's address names, if it names one. Raises NotFoundError."""
    asked = st.query_params.get("drawing")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > _LONGEST_NUMBER:
        raise NotFoundError(f"There is no drawing “{asked}”. Choose one on the page Predictions.")
    return drawings.get(ws, int(asked))


def choose_order(ws: Workspace) -> None:
    """Ask in which order drawings come; what somebody chose last is what a new session begins with."""
    st.session_state.setdefault("order", strategy(ws))
    st.selectbox(
        "Order",
        STRATEGIES,
        format_func=_NAMES.get,
        label_visibility="collapsed",
        key="order",
        persist_state="session",
        on_change=lambda: preferences.set_to(ws, _PREFERENCE, st.session_state["order"]),
    )


def strategy(ws: Workspace) -> str:
    """The strategy by which drawings are ordered here."""
    chosen = st.session_state.get("order") or preferences.get(ws, _PREFERENCE)
    return chosen if chosen in STRATEGIES else DEFAULT_STRATEGY


def order_now(ws: Workspace) -> Order:
    """The order of the drawings as things are now."""
    _state()["order"] = review.order(ws, strategy(ws), _state()["order"])
    return _state()["order"]


def next_to_hold(ws: Workspace, after_id: int = 0) -> Drawing | None:
    """The next drawing to correct that nobody else edits, from now on held by this tab.

    It is the one that `next_to_show` told, if that is still free. The one before, `after_id`, is never given again at
    once; whoever comes without one gets the last that is left, too.
    """
    state = _state()
    if after_id:
        _pass(after_id)
    passed = state["passed"] if after_id else [*state["passed"], 0]
    is_known = after_id and state["told_for"] == after_id and state["order"].strategy == strategy(ws)
    given = state["order"] if is_known else order_now(ws)
    found = review.hand_out(ws, given, holder(), author(), passed=passed)
    if found is None and order_now(ws) is not given:
        found = review.hand_out(ws, state["order"], holder(), author(), passed=passed)
    if found is not None and found.id in state["passed"]:
        state["passed"] = state["passed"][-1:]  # once round: all others may come again
    return found


def next_to_show(ws: Workspace, after_id: int) -> Drawing | None:
    """What `next_to_hold` will most probably be; nobody holds it yet. Orders at most once for each drawing."""
    state = _state()
    if state["told_for"] != after_id:
        order_now(ws)
        state["told_for"] = after_id
    return review.upcoming(ws, state["order"], holder(), passed=[*state["passed"], after_id])


def _pass(drawing_id: int) -> None:
    passed = _state()["passed"]
    _state()["passed"] = [before for before in passed if before != drawing_id] + [drawing_id]


def _state() -> dict[str, Any]:
    return st.session_state.setdefault("next_drawing", {"order": None, "passed": [], "told_for": 0})
