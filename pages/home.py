"""Home: where the project stands, and the one thing to do next."""

from functools import partial

import streamlit as st

from core.work.overview import next_step, overview
from core.work.uploading import upload_samples
from pages.components.errors import showing_errors
from pages.components.estimates import show_estimates
from pages.components.glance import show_glance
from pages.components.jobs import show_jobs
from pages.components.literal import literal
from pages.components.outlook import show_outlook
from pages.components.tasks import begin, results
from pages.components.workspace import author, workspace

ws = workspace()


def welcome():
    """What an empty workspace says."""
    with st.container(
        border=True, horizontal_alignment="center", vertical_alignment="center", height=360, key="welcome"
    ):
        st.markdown("### Welcome to Ostrakon", width="content", anchors=False)
        st.markdown(
            "Bring your scanned pottery drawings. The model finds the section in each,  \n"
            "you correct what it got wrong, and it learns from that.",
            width="content",
            text_alignment="center",
        )
        with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
            if st.button("Upload drawings", type="primary", icon=":material/upload:"):
                st.switch_page("pages/upload.py")
            if st.button("Try it with sample drawings", type="tertiary", icon=":material/auto_awesome:"):
                begin("samples", partial(upload_samples, ws, author=author()))
                st.rerun()
        st.caption("Everything stays on this computer.", width="content")


def show_next(step):
    with (
        st.container(border=True),
        st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"),
    ):
        st.markdown(literal(step.reason), width="content")
        if st.button(step.label, type="primary", icon=":material/arrow_forward:"):
            st.switch_page(f"pages/{step.page}.py", query_params=step.query)


with showing_errors():
    list(results("samples"))  # what is on its way shall be there before the page says what is there
    now = overview(ws)
    if now.drawings == 0:
        welcome()
    else:
        show_glance(now)
        show_next(next_step(now))
        show_jobs(ws, ["predict", "refresh", "train", "tune", "import"])
        if now.reviewed:
            show_outlook(ws)
        show_estimates(ws, now)
