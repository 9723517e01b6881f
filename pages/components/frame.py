"""What stands around every page: the look, and who is working."""

from pathlib import Path

import streamlit as st

from pages.components.browser import ask_browser, browser
from pages.components.errors import showing_errors
from pages.components.literal import literal
from pages.components.workspace import workspace

_LOOK = Path(__file__).with_name("look.css")


def draw_frame() -> None:
    """Draw the sidebar and the look; stops with a sentence when the workspace cannot be opened."""
    st.session_state["is_routed"] = True
    st.html(_LOOK)
    opened = None
    with showing_errors():
        opened = workspace()
    if opened is None:
        st.stop()
    ask_browser()
    told = browser()
    if told and not st.session_state.get("author"):  # not before: the browser may remember another name
        st.session_state["author"] = told.author or opened.settings.author
    st.sidebar.text_input(
        "Your name", key="author", max_chars=80, help="Written beside everything you correct and decide."
    )
    st.sidebar.caption(literal(f"Workspace: {opened.settings.workspace}"))
