"""A workspace in four figures."""

import streamlit as st

from core.work.overview import Overview
from pages.components.literal import literal

IOU = "IoU is what a mask and the true one share, of all that either covers: 1 is exact."


def show_glance(now: Overview) -> None:
    """How many drawings there are, how many are reviewed and in training, and how good the model is over time."""
    left, score = st.columns([3, 1])
    drawings, reviewed, training = left.columns(3)
    drawings.metric("Drawings", f"{now.drawings:,}")
    reviewed.metric("Reviewed", f"{now.reviewed:,}", help="Approved or rejected by a person.")
    training.metric("In training", f"{now.in_training:,}", help="Approved, and not taken out of the training set.")
    left.progress(now.reviewed / now.drawings)
    ious = [one.iou for one in now.scores]
    if ious:
        score.metric(
            "Model, mean IoU",
            f"{ious[-1]:.3f}",
            f"{ious[-1] - ious[-2]:+.3f}" if len(ious) > 1 else None,
            chart_data=[round(iou, 4) for iou in ious] if len(ious) > 1 else None,
            chart_type="line",
            help=f"{IOU} Of the model in use, on drawings that none was trained on. The line: all that were in use.",
        )
    elif now.champion is None:
        score.metric("Model, mean IoU", "no model", help=IOU)
    else:
        why = f"{literal(now.champion.name)} was not compared on test drawings of this workspace yet."
        score.metric("Model, mean IoU", "untested", help=f"{IOU} {why}")
