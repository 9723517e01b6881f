"""The workspace and the person every page works with."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core.settings import Settings
from core.store.workspace import Workspace, open_workspace
from core.work.predicting import refresh_outdated
from core.work.starting import ensure_worker
from pages.components.browser import browser
from pages.components.memory import return_large_blocks


@st.cache_resource(show_spinner=False, max_entries=4)
def _opened(settings: Settings) -> Workspace:
    return_large_blocks()
    ws = open_workspace(settings)
    if refresh_outdated(ws):
        ensure_worker(ws)
    return ws


def workspace() -> Workspace:
    """The open workspace of this process's settings; opened once, shared by all sessions."""
    _insist_on_the_router()
    return _opened(Settings.from_environment())


def author() -> str:
    """Who is at the keyboard: the name in the sidebar, else the one this browser remembers, else the login name."""
    told = browser()
    return st.session_state.get("author") or (told.author if told else "") or workspace().settings.author


def _insist_on_the_router() -> None:
    """Start over through app.py if Streamlit opened a page without it.

    It does so for the first visitor of a new server who comes by a page's own address (as after a restart): until
    st.navigation was called once in the process, Streamlit takes the folder pages/ for an app of its old kind.
    """
    if PagesManager.uses_pages_directory and not st.session_state.get("is_routed"):
        PagesManager.uses_pages_directory = False
        st.rerun()
