"""Accepting masks as they are: the surest at once after a look at some of them, and taking it back."""

from collections.abc import Sequence

import streamlit as st

from core.store.annotations import Annotation
from core.store.workspace import Workspace
from core.work import accepting
from core.work.accepting import SAMPLE, Sure
from pages.components.browser import room
from pages.components.errors import showing_errors
from pages.components.gallery import show_cards
from pages.components.news import counted
from pages.components.presence import holder
from pages.components.workspace import author

_LEVELS = (0.02, 0.05, 0.1)
_AT_ONCE = 20
_ACCEPTED = "accepted"  # in the session: the approvals that one click takes back


def show_surest(ws: Workspace) -> None:
    """The predictions that the model is surest of: some to look at, and one button for all."""
    row = {"horizontal": True, "horizontal_alignment": "distribute", "vertical_alignment": "center"}
    with st.container(**row):
        st.button("All drawings", icon=":material/arrow_back:", type="tertiary", on_click=st.query_params.clear)
        below = st.segmented_control(
            "Uncertainty",
            _LEVELS,
            default=_LEVELS[1],
            required=True,
            format_func=lambda level: f"under {level:.0%}",
            label_visibility="collapsed",
            key="surest_below",
        )
    found = accepting.surest(ws, below=below, holder=holder())
    count = len(found.all)
    with st.container(**row):
        st.markdown(_words(count, below), width="content")
        if count:
            st.button(
                f"Accept all {count:,}" if count > 1 else "Accept it",
                type="primary",
                icon=":material/done_all:",
                shortcut="A",
                on_click=_accept_all,
                args=[ws, found.all],
            )
    show_cards(ws, list(found.sample), card_px=room()[1] // 3)


def remember(accepted: list[Annotation]) -> None:
    """Offer to take these acceptances back, and what is added to them, instead of earlier ones."""
    st.session_state[_ACCEPTED] = accepted


def offer_to_take_back(ws: Workspace) -> None:
    """What was accepted last, and the way back, until something else is done."""
    accepted = st.session_state.get(_ACCEPTED)
    if accepted:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            told = f"{counted(len(accepted), 'drawing')} accepted."
            st.markdown(f":small[:material/done: {told}]", width="content")
            st.button("Take back", type="tertiary", shortcut="U", on_click=take_back, args=[ws, accepted])


def take_back(ws: Workspace, accepted: Sequence[Annotation]) -> None:
    """Let these drawings wait for a review again."""
    with showing_errors():
        accepting.take_back(ws, accepted, author())
        remember([])


def _words(count: int, below: float) -> str:
    if not count:
        return f"No drawing that is left is read with an uncertainty under {below:.0%} and without a doubt."
    what = (
        f"**{counted(count, 'drawing')}** read with an uncertainty under {below:.0%}, in which no check found a fault."
    )
    look = "Here are six, three of them the least sure. " if count > SAMPLE else ""
    return f"{what}  \n:small[{look}If they are right, accept all.]"


def _accept_all(ws: Workspace, sure: Sequence[Sure]) -> None:
    """A few at a time: if the page is left meanwhile, what is done so far can still be taken back.

    So the session holds the list before it is added to: Streamlit may stop this wherever it touches the session.
    """
    accepted: list[Annotation] = []
    remember(accepted)
    bar = st.progress(0.0, text="Accepting")
    with showing_errors():
        for start in range(0, len(sure), _AT_ONCE):
            accepted += accepting.accept_surest(ws, sure[start : start + _AT_ONCE], author(), holder=holder())
            bar.progress(min(start + _AT_ONCE, len(sure)) / len(sure), text="Accepting")
        st.query_params.clear()
    bar.empty()
