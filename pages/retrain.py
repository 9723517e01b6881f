"""Retrain: one button, live curves, and a plain verdict."""

import streamlit as st

from core.learn.estimate import estimate_run
from core.learn.usual import usual_configuration
from core.store import models, runs, snapshots
from core.work.starting import ensure_worker
from core.work.training import start_training
from pages.components.choices import choose_configuration
from pages.components.empty import nothing_here
from pages.components.errors import showing_errors
from pages.components.news import show_news
from pages.components.promotion import choose_rule
from pages.components.runs import show_run
from pages.components.tuning import show_search
from pages.components.verdict import awaits_decision
from pages.components.workspace import author, workspace

ws = workspace()


def show_start(is_next):
    """What is new and the button, the primary one if starting `is_next`, then what only some want to choose."""
    begin = st.container()
    with st.expander("Settings"):
        configuration = choose_configuration(usual_configuration(ws))
    with begin:
        news = show_news(ws, models.champion(ws), estimate_run(ws, configuration).seconds)
        with st.container(horizontal=True, vertical_alignment="center"):
            kind = "primary" if is_next and news.count else "secondary"
            if st.button("Retrain", type=kind, icon=":material/model_training:"):
                start_training(ws, configuration, author=author())
                ensure_worker(ws)
                st.rerun()
            choose_rule(ws)
    show_search(ws, configuration)


with showing_errors():
    known = runs.list_runs(ws, with_comparisons=False)
    going, ended = [run for run in known if run.is_open], [run for run in known if not run.is_open]
    is_asked = not going and bool(ended) and awaits_decision(ws, ended[0])
    if is_asked:
        show_run(ws, ended[0].id)
    if going:
        for run in reversed(going):
            show_run(ws, run.id)
        show_search(ws, None)
    elif snapshots.training_count(ws) == 0:
        nothing_here("A model learns from approved drawings.", "pages/correct.py", "Correct and approve drawings")
    else:
        show_start(is_next=not is_asked)
    if ended and not is_asked:
        show_run(ws, ended[0].id)
    if earlier := ended[1:]:
        chosen = st.selectbox(
            "Earlier runs", earlier, index=None, format_func=lambda run: f"Run {run.id} · {run.status}"
        )
        if chosen:
            show_run(ws, chosen.id)
