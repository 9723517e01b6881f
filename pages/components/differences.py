"""The drawings on which two models differ: bare, with the true mask, the champion's and the new model's."""

import streamlit as st

from core.learn.comparison import SAME_IOU, ComparedDrawing
from core.store.runs import Run
from core.store.workspace import Workspace
from core.work.comparing import DifferingViews, differing, differing_views
from pages.components.errors import showing_errors
from pages.components.literal import literal

_AT_ONCE = 3
_PICTURE_PX = 420
_KINDS = {
    "Those that differ most": lambda one: True,
    "Worse": lambda one: one.difference < -SAME_IOU,
    "Better": lambda one: one.difference > SAME_IOU,
}


def show_differences(ws: Workspace, run: Run) -> None:
    """A few of the compared drawings, those first that differ most; more at a press."""
    compared = differing(run)
    if not compared or run.comparison.get("champion_id") is None:
        return
    counts = {kind: sum(map(is_of, compared)) for kind, is_of in _KINDS.items()}
    chosen = st.segmented_control(
        "Drawings",
        [kind for kind in _KINDS if counts[kind]],
        default=next(iter(_KINDS)),
        format_func=lambda kind: kind if kind == next(iter(_KINDS)) else f"{kind} ({counts[kind]})",
        label_visibility="collapsed",
        key=f"differences_{run.id}",
    )
    shown = [one for one in compared if _KINDS[chosen or next(iter(_KINDS))](one)]
    limit = st.session_state.setdefault(f"differences_shown_{run.id}", _AT_ONCE)
    for one in shown[:limit]:
        _show(ws, run, one)
    if len(shown) > limit and st.button(
        f"{len(shown) - limit} more", type="tertiary", key=f"differences_more_{run.id}"
    ):
        st.session_state[f"differences_shown_{run.id}"] = limit + _AT_ONCE
        st.rerun()


def _show(ws: Workspace, run: Run, one: ComparedDrawing) -> None:
    with st.container(border=True, key=f"difference_{run.id}_{one.image_sha256[:12]}"):
        where = f" · {literal(one.publication)}" if one.drawing_id is not None else ""
        st.markdown(
            f"**{literal(one.name)}**{where} · {literal(one.style)} · "
            f"IoU {one.champion_iou:.2f} → {one.challenger_iou:.2f} :{_colour(one)}-badge[{one.difference:+.2f}]"
        )
        with showing_errors():
            views = _views(ws, run, one, run.id, one.image_sha256, one.truth_sha256)
            pictures = {
                "Drawing": views.drawing,
                "True mask": views.truth,
                "Champion at the time": views.champion,
                "New model": views.challenger,
            }
            for column, (title, picture) in zip(st.columns(4), pictures.items(), strict=True):
                column.image(picture, caption=title, width="stretch")


def _colour(one: ComparedDrawing) -> str:
    if abs(one.difference) <= SAME_IOU:
        return "gray"
    return "green" if one.difference > 0 else "red"


@st.cache_data(max_entries=100, show_spinner=False)
def _views(
    _ws: Workspace, _run: Run, _one: ComparedDrawing, run_id: int, image_sha256: str, truth_sha256: str
) -> DifferingViews:
    return differing_views(_ws, _run, _one, height_px=_PICTURE_PX, width_px=_PICTURE_PX)
