"""Predictions: the queue of drawings to review, what to correct next first, and one of them large."""

import streamlit as st

from core.store import drawings, models
from core.work import queue, review
from core.work.predicting import PREDICT, REFRESH, refresh_predictions
from pages.components.acceptance import offer_to_take_back, show_surest
from pages.components.empty import all_reviewed, nothing_here
from pages.components.errors import showing_errors
from pages.components.gallery import show_gallery
from pages.components.jobs import show_failures, show_jobs
from pages.components.next_drawing import asked_for, next_to_hold
from pages.components.reviewing import put_down, show_review
from pages.components.workspace import workspace

ws = workspace()


def show_waiting():
    """Drawings that nobody is reading, as after a crash: one click has them read."""
    count = review.waiting_count(ws)
    if count and models.champion(ws) and not queue.has_open(ws, [PREDICT, REFRESH]):
        waiting = "1 drawing waits" if count == 1 else f"{count:,} drawings wait"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{waiting} for the model.", width="content")
            if st.button("Read now"):
                refresh_predictions(ws)
                st.rerun()


def begin():
    first = next_to_hold(ws)
    if first:
        st.query_params["drawing"] = str(first.id)
    else:
        st.toast("Others edit all drawings that are left.")


def show_progress(done):
    """How far the team is, and the step from here."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{done.reviewed:,} of {done.count:,} reviewed**", width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.button(
                "Accept the surest",
                type="tertiary",
                icon=":material/done_all:",
                help="Many at once, after a look at some of them",
                on_click=st.query_params.from_dict,
                args=[{"accept": "surest"}],
            )
            st.button("Review", type="primary", shortcut="N", help="One by one, in this order", on_click=begin)
    st.progress(done.reviewed / done.count)


def show_queue():
    done = review.progress(ws)
    if done.reviewed < done.count:
        show_progress(done)
    else:
        all_reviewed(done.count)
    offer_to_take_back(ws)
    show_jobs(ws, [PREDICT, REFRESH])
    show_failures(ws, [PREDICT])
    show_waiting()
    show_gallery(ws, is_all_reviewed=done.reviewed == done.count)


with showing_errors():
    if asked := asked_for(ws):
        show_review(ws, asked)
    elif drawings.count(ws) == 0:
        nothing_here("There are no drawings yet.", "pages/upload.py", "Upload drawings")
    elif "accept" in st.query_params:
        put_down(ws)
        show_surest(ws)
    else:
        put_down(ws)
        show_queue()
