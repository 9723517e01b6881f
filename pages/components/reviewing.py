"""Reviewing one drawing after the other, large: a key accepts the mask as it is, another one goes to correct it."""

import time
from collections.abc import Callable

import streamlit as st

from core.store import current, drawings, leases, models
from core.store.annotations import Annotation
from core.store.current import Source
from core.store.drawings import UNDECIDED, Drawing
from core.store.leases import Lease
from core.store.predictions import Prediction
from core.store.workspace import Workspace
from core.work import accepting, review
from core.work.predicting import PREDICT, REFRESH
from pages.components.acceptance import offer_to_take_back, remember, take_back
from pages.components.errors import showing_errors
from pages.components.jobs import show_jobs
from pages.components.large_view import offer_mask, prepare_large, show_large
from pages.components.next_drawing import next_to_hold, next_to_show
from pages.components.presence import hold, holder, is_elsewhere, keep_hold
from pages.components.times import clock
from pages.components.workspace import author

_LONGEST_LOOK_SECONDS = 30.0  # a longer pause is no work
_SEEN = "reviewed_since"  # in the session: the drawing that was shown last, and since when
_HELD = "review_holds"  # in the session: whether this tab took a lease to review


def show_review(ws: Workspace, drawing: Drawing) -> None:
    """The drawing as large as the page allows, why to look at it, and what to do about it."""
    found = current.source(ws, drawing)
    is_open = drawing.status in UNDECIDED
    lease = hold(ws, drawing) if is_open else None
    st.session_state[_HELD] = lease is not None
    _show_header(ws, drawing, found, lease)
    if found is None:
        show_jobs(ws, [PREDICT, REFRESH])
    show_large(ws, drawing, found, _why(ws, drawing, found, lease))
    if is_open and not is_elsewhere(lease):
        keep_hold(ws, drawing, _since(drawing))
    upcoming = next_to_show(ws, drawing.id)
    if upcoming:
        prepare_large(ws, upcoming)


def put_down(ws: Workspace) -> None:
    """Leave to others what was reviewed last, once another view is open."""
    if st.session_state.pop(_HELD, False):
        leases.release(ws, holder())


def _show_header(ws: Workspace, drawing: Drawing, found: Source | None, lease: Lease | None) -> None:
    row = {"horizontal": True, "vertical_alignment": "center"}
    with st.container(key="decisions", horizontal_alignment="distribute", **row):
        with st.container(width="content", **row):
            st.button("All drawings", icon=":material/arrow_back:", type="tertiary", on_click=st.query_params.clear)
            done = review.progress(ws)
            st.markdown(f":small[{done.reviewed:,} of {done.count:,} reviewed]", width="content")
            offer_to_take_back(ws)
        with st.container(width="content", **row):
            if isinstance(found, Annotation) and accepting.can_take_back(found):
                st.button(
                    "Take back",
                    key="take_this_back",
                    type="tertiary",
                    help="The drawing waits for a review again",
                    on_click=take_back,
                    args=[ws, [found]],
                )
            if found:
                offer_mask(ws, drawing, found)
            st.button(
                "Next", type="tertiary", shortcut="N", help="Leave it for later", on_click=_go_on, args=[ws, drawing]
            )
            if st.button("Correct", icon=":material/brush:", shortcut="E"):
                st.session_state["drawing_id"] = drawing.id
                st.switch_page("pages/correct.py", query_params={"drawing": str(drawing.id)})
            if found and drawing.status in UNDECIDED and not is_elsewhere(lease):
                st.button(
                    "Accept",
                    type="primary",
                    icon=":material/done:",
                    shortcut="A",
                    help="The mask is right as it is: train on it",
                    on_click=_accept,
                    args=[ws, drawing, found],
                )


def _why(ws: Workspace, drawing: Drawing, found: Source | None, lease: Lease | None) -> str:
    """What to know before deciding, in a sentence or two; "" if there is nothing."""
    if is_elsewhere(lease):
        return f"{lease.author} has been editing this drawing since {clock(lease.since)}."
    if drawing.status not in UNDECIDED or not isinstance(found, Prediction):
        return ""
    sentences = [finding.sentence for finding in found.findings[:2]]
    if not sentences and found.reason:
        sentences = [f"{found.reason[:1].upper()}{found.reason[1:]}."]
    champion = models.champion(ws)
    if champion and champion.id != found.model_version_id:
        sentences.append("Read by an older model; the one in use will read it again.")
    return " ".join(sentences)


def _accept(ws: Workspace, drawing: Drawing, seen: Source) -> None:
    if st.session_state.get(_SEEN, (None,))[0] != drawing.id:
        return  # the key was pressed twice, and this one's picture is not on the screen yet
    seconds = min(time.monotonic() - _since(drawing)(), _LONGEST_LOOK_SECONDS)
    with showing_errors():
        remember([accepting.accept(ws, seen, author(), holder=holder(), seconds=seconds)])
        _go_on(ws, drawing)


def _go_on(ws: Workspace, drawing: Drawing) -> None:
    upcoming = next_to_hold(ws, drawing.id)
    if upcoming:
        st.query_params.from_dict({"drawing": str(upcoming.id)})
    elif drawings.get(ws, drawing.id).status not in UNDECIDED:
        st.query_params.clear()


def _since(drawing: Drawing) -> Callable[[], float]:
    """Tells since when (time.monotonic) the drawing is looked at in this session."""
    seen = st.session_state.get(_SEEN)
    if seen is None or seen[0] != drawing.id:
        seen = st.session_state[_SEEN] = (drawing.id, time.monotonic())
    return lambda: seen[1]
