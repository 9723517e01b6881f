"""The progress of background work, looked at every second until there is none left."""

from collections.abc import Collection

import streamlit as st

from core.store.workspace import Workspace
from core.work import queue
from core.work.starting import ensure_worker
from pages.components.errors import showing_errors
from pages.components.literal import literal

_LOOK_SECONDS = 1.0
_TITLES = {
    "predict": "Reading drawings",
    "refresh": "Reading drawings anew",
    "train": "Training",
    "tune": "Searching for better settings",
    "import": "Importing a model",
}


def show_jobs(ws: Workspace, kinds: Collection[str]) -> None:
    """Bars for the open jobs of these kinds; the page runs anew whenever one of them got further."""
    with st.container(key="jobs"):  # always there, so that what follows keeps its place when the bars go
        if queue.has_open(ws, kinds):
            st.fragment(_show, run_every=_LOOK_SECONDS)(ws, kinds)


def show_failures(ws: Workspace, kinds: Collection[str]) -> None:
    """What went wrong in the last job of these kinds, as long as it is the last one."""
    for job in queue.list_jobs(ws, kinds=kinds, limit=1):
        if job.error:
            st.error(literal(job.error), icon=":material/error:")
        for failure in job.result.get("failures", []):
            st.warning(literal(failure["sentence"]), icon=":material/warning:")


def _show(ws: Workspace, kinds: Collection[str]) -> None:
    with showing_errors():
        ensure_worker(ws)
    jobs = queue.active_jobs(ws, kinds=kinds)
    for job in jobs:
        text = f"{_TITLES.get(job.kind, job.kind)} · {literal(job.message or 'waiting for its turn')}"
        st.progress(job.progress, text=text)
    seen = [(job.id, job.message) for job in jobs]
    before = st.session_state.get("jobs_seen")
    st.session_state["jobs_seen"] = seen
    if before is not None and seen != before:
        st.rerun()
