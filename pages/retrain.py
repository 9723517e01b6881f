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
from pages.components.workspace import author, workspace

ws = workspace()


def show_start():
    headline = st.container()
    with st.expander("Settings"):
        configuration = choose_configuration(usual_configuration(ws))
    with headline:
        news = show_news(ws, models.champion(ws), estimate_run(ws, configuration).seconds)
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = "primary" if news.count else "secondary"
        if st.button("Retrain", type=kind, icon=":material/model_training:"):
            start_training(ws, configuration, author=author())
            ensure_worker(ws)
            st.rerun()
        choose_rule(ws)
    show_search(ws, configuration)


with showing_errors():
    known = runs.list_runs(ws, with_comparisons=False)
    open_runs = [run for run in known if run.is_open]
    if not known and snapshots.training_count(ws) == 0:
        nothing_here("A model learns from approved drawings.", "pages/correct.py", "Correct and approve drawings")
    elif open_runs:
        for run in reversed(open_runs):
            show_run(ws, run.id)
        show_search(ws, None)
    else:
        show_start()
    for run in [run for run in known if not run.is_open][:1]:
        show_run(ws, run.id)
    earlier = [run for run in known if not run.is_open][1:]
    if earlier:
        chosen = st.selectbox(
            "Earlier runs", earlier, index=None, format_func=lambda run: f"Run {run.id} · {run.status}"
        )
        if chosen:
            show_run(ws, chosen.id)
