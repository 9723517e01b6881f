"""A training run: its progress and curves while it lasts, its verdict afterwards."""

import streamlit as st

from core.store import runs
from core.store.runs import Run
from core.store.workspace import Workspace
from core.work import queue
from core.work.starting import ensure_worker
from core.work.training import cancel_training
from pages.components.differences import show_differences
from pages.components.errors import showing_errors
from pages.components.literal import literal
from pages.components.verdict import show_groups, show_verdict

_LOOK_SECONDS = 1.0
_CURVES = {
    "Loss": {"loss": "training", "validation_loss": "validation"},
    "IoU": {
        "foreground_iou": "training",
        "validation_foreground_iou": "validation",
        "iou_score": "training, soft, with background",
    },
}


def show_run(ws: Workspace, run_id: int) -> None:
    """The run as it is; looked at every second as long as it is open, then the page runs anew."""
    run = runs.get(ws, run_id)
    if run.is_open:
        st.fragment(_show_open, run_every=_LOOK_SECONDS)(ws, run_id)
    else:
        _show_ended(ws, run)


def _show_open(ws: Workspace, run_id: int) -> None:
    with showing_errors():
        ensure_worker(ws)
        run = runs.get(ws, run_id)
        if not run.is_open:
            st.rerun()
        job = queue.get(ws, run.job_id)
        st.markdown(f"#### Run {run.id}")
        message = "Stopping …" if job.cancel_requested else job.message or "Waiting for its turn"
        st.progress(job.progress, text=literal(message))
        _show_curves(run)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Cancel", key=f"cancel_{run.id}", disabled=job.cancel_requested):
                cancel_training(ws, run.id)
                st.rerun()
            st.caption("You may close the browser; the run goes on.", width="content")


def _show_ended(ws: Workspace, run: Run) -> None:
    st.markdown(f"#### Run {run.id}")
    if run.status == "failed":
        st.error(literal(run.error), icon=":material/error:")
    elif run.status == "cancelled":
        st.info("This run was cancelled. Nothing changed.", icon=":material/cancel:")
    else:
        show_verdict(ws, run)
        show_differences(ws, run)
        show_groups(run)
    if run.history:
        with st.expander("Curves"):
            _show_curves(run)


def _show_curves(run: Run) -> None:
    """Loss and IoU by epoch."""
    if not run.history:
        return
    for place, (title, curves) in zip(st.columns(2), _CURVES.items(), strict=True):
        shown = {
            name: [figures.get(key) for figures in run.history]
            for key, name in curves.items()
            if any(figures.get(key) is not None for figures in run.history)
        }
        place.caption(title)
        place.line_chart({"epoch": list(range(1, 1 + len(run.history))), **shown}, x="epoch", y=list(shown), height=220)
