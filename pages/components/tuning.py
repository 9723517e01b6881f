"""The search for better settings: what to vary, how far it is, what came out, and a full run with it."""

import streamlit as st

from core.learn.configuration import RunConfiguration
from core.learn.tuning import MOST_TRIALS, VARIED, SearchPlan
from core.store.workspace import Workspace
from core.work import queue
from core.work.starting import ensure_worker
from core.work.training import start_training
from core.work.tuning import TUNE, Search, look, start_search
from pages.components.errors import showing_errors
from pages.components.literal import literal
from pages.components.workspace import author

_LOOK_SECONDS = 2.0
_NAMES = {
    "learning_rate": "Learning rate",
    "loss": "Loss",
    "decoder": "Decoder size",
    "augmentation": "Copies to learn from",
    "image_size": "Image size",
    "backbone": "Backbone",
}


def show_search(ws: Workspace, configuration: RunConfiguration | None) -> None:
    """The last search, and a form for another one that keeps the rest of the configuration; no form without it."""
    jobs = queue.list_jobs(ws, kinds=[TUNE], limit=1)
    is_open = bool(jobs) and jobs[0].is_open
    if not jobs and configuration is None:
        return
    with st.expander("Search for better settings", expanded=is_open):
        if is_open:
            st.fragment(_show_open, run_every=_LOOK_SECONDS)(ws, jobs[0].id)
            return
        if configuration is not None:
            _ask(ws, configuration)
        if jobs:
            _show_ended(ws, look(ws, jobs[0].id))


def _ask(ws: Workspace, configuration: RunConfiguration) -> None:
    st.caption("Trains with other settings again and again, and compares on drawings it does not learn from.")
    varied = st.multiselect("Vary", VARIED, default=VARIED, format_func=_NAMES.get)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        trials = st.number_input("Trials", 1, MOST_TRIALS, 20, width=160)
        if st.button("Search", icon=":material/tune:", disabled=not varied):
            start_search(ws, SearchPlan(configuration, tuple(varied), trials), author=author())
            ensure_worker(ws)
            st.rerun()


def _show_open(ws: Workspace, job_id: int) -> None:
    with showing_errors():
        ensure_worker(ws)
        search = look(ws, job_id)
        if not search.job.is_open:
            st.rerun()
        message = "Stopping …" if search.job.cancel_requested else search.job.message or "Waiting for its turn"
        st.progress(search.job.progress, text=literal(message))
        _show_trials(search)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Cancel", key=f"cancel_search_{job_id}", disabled=search.job.cancel_requested):
                queue.request_cancel(ws, job_id)
                st.rerun()
            st.caption("You may close the browser; the search goes on.", width="content")


def _show_ended(ws: Workspace, search: Search) -> None:
    if search.job.status == "failed":
        st.error(literal(search.job.error), icon=":material/error:")
    elif search.job.status == "cancelled":
        st.info("The last search was cancelled; what it found so far stands below.", icon=":material/cancel:")
    _show_trials(search)
    found = search.best_configuration
    if found is not None and st.button("Retrain with the best settings", icon=":material/model_training:"):
        start_training(ws, found, author=author())
        ensure_worker(ws)
        st.rerun()


def _show_trials(search: Search) -> None:
    if search.best is not None:
        own = next((trial for trial in search.trials if trial.number == 1), None)
        before = f"; your own settings {own.score:.3f}" if own and own.score is not None else ""
        st.markdown(f"Best so far: trial {search.best.number}, mean IoU **{search.best.score:.3f}**{before}")
    if search.doubt:
        st.caption(literal(search.doubt))
    if search.importances:
        st.caption("How much of the differences each setting explains")
        shares = {"setting": [_NAMES[name] for name in search.importances], "share": list(search.importances.values())}
        st.bar_chart(shares, x="setting", y="share", horizontal=True, sort=False, height=60 + 34 * len(shares["share"]))
    if search.trials:
        rows = [
            {"trial": trial.number, "mean IoU": trial.score, "": trial.status, **_choices(trial.choices)}
            for trial in sorted(search.trials, key=lambda trial: -(trial.score or 0.0))
        ]
        st.dataframe(rows, hide_index=True, height=min(300, 38 * (1 + len(rows))))


def _choices(choices: dict) -> dict[str, str]:
    return {_NAMES[name]: f"{value:.2g}" if isinstance(value, float) else str(value) for name, value in choices.items()}
