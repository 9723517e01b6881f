"""What a finished run is worth: the verdict, what the gate says, and the choice that is left to a person."""

import streamlit as st

from core.learn.comparison import Standing
from core.store import models, snapshots
from core.store.models import ModelVersion
from core.store.runs import Run
from core.store.workspace import Workspace
from core.work.comparing import standings
from core.work.promoting import decided_against, decline, promote
from pages.components.errors import showing_errors
from pages.components.literal import literal
from pages.components.workspace import author

_OLD_DOMAIN = "Rendered drawings, like those the first model learnt from: whether the new one has forgotten them."


def show_verdict(ws: Workspace, run: Run) -> None:
    """The sentence, its figures, and the button that makes the new model the champion."""
    found = run.comparison or {}
    st.markdown(_sentence(found.get("verdict", "")))
    if "champion_mean_iou" in found:
        _show_figures(found)
    _show_choice(ws, run, models.get(ws, run.model_version_id))
    _show_left_out(ws, run)


def awaits_decision(ws: Workspace, run: Run) -> bool:
    """Whether somebody has to say whether the run's model is used."""
    if run.status != "finished" or run.model_version_id is None:
        return False
    version, champion = models.get(ws, run.model_version_id), models.champion(ws)
    is_in_use = champion is not None and champion.id == version.id
    return not is_in_use and version.deleted_at is None and version.id not in decided_against(ws)


def show_groups(run: Run) -> None:
    """How both models do by publication and by style of drawing."""
    groups = {"Publication": standings(run, "publications"), "Style of section": standings(run, "styles")}
    if any(groups.values()):
        with st.expander("By publication and style"):
            for column, (title, those) in zip(st.columns(2), groups.items(), strict=True):
                column.dataframe([_row(title, one) for one in those], hide_index=True, width="stretch")


def _show_figures(found: dict) -> None:
    before, after = found["champion_mean_iou"], found["challenger_mean_iou"]
    reference = found.get("reference") if found.get("compared_on") == "test drawings" else None
    columns = st.columns(4)
    columns[0].metric("Champion, mean IoU", f"{before:.3f}")
    columns[1].metric("New model, mean IoU", f"{after:.3f}", f"{after - before:+.3f}")
    columns[2].metric("Better / worse", f"{found['better']} / {found['worse']}")
    if reference:
        change = reference["challenger_mean_iou"] - reference["champion_mean_iou"]
        columns[3].metric("Old domain", f"{reference['challenger_mean_iou']:.3f}", f"{change:+.3f}", help=_OLD_DOMAIN)


def _show_choice(ws: Workspace, run: Run, version: ModelVersion) -> None:
    champion = models.champion(ws)
    if champion is not None and champion.id == version.id:
        how = "The rule promoted it." if models.alias_history(ws)[0].reason == "automatic" else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge("This model is in use", icon=":material/check:", color="green")
            st.caption(how, width="content")
        return
    if version.deleted_at is not None:
        st.caption("This model version was deleted.")
        return
    found = run.comparison or {}
    gate = found.get("gate", {})
    is_better = bool(gate.get("passes"))
    is_worse = found.get("challenger_mean_iou", 0) < found.get("champion_mean_iou", 0)
    is_asked = champion is not None and awaits_decision(ws, run)
    with st.container(horizontal=True, vertical_alignment="center"):
        with showing_errors():
            kind = "primary" if is_better else "secondary"
            if st.button(f"Use {literal(version.name)}", type=kind, key=f"promote_{run.id}"):
                promote(ws, version.id, author(), instead_of=champion.id if champion else None)
                st.rerun()
            kind = "primary" if is_worse and not is_better else "secondary"
            if is_asked and st.button(f"Keep {literal(champion.name)}", type=kind, key=f"decline_{run.id}"):
                decline(ws, version.id)
                st.rerun()
        st.page_link("pages/models.py", label="All models", icon=":material/arrow_forward:")
    if gate:
        st.caption(_sentence(gate["reason"]))


def _show_left_out(ws: Workspace, run: Run) -> None:
    left_out = snapshots.get(ws, run.snapshot_id).left_out
    if left_out:
        count = "1 drawing was" if len(left_out) == 1 else f"{len(left_out)} drawings were"
        with st.expander(f"{count} left out of the test"):
            st.caption(
                "Nearly the same drawing is trained on, so it would flatter every model. To test on it after all, take "
                "the other one out of the training set before any run has seen it."
            )
            for one in left_out:
                st.markdown(literal(f"{one.name} · {one.publication}, like {one.twin_name} · {one.twin_publication}"))


def _sentence(text: str) -> str:
    return literal(text.replace("->", "→"))


def _row(title: str, one: Standing) -> dict:
    return {
        title: one.name,
        "Drawings": one.drawing_count,
        "Better / worse": f"{one.better} / {one.worse}",
        "Mean IoU": f"{one.champion_mean_iou:.2f} → {one.challenger_mean_iou:.2f}",
    }
