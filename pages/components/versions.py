"""One model version: where it came from, what it is worth, and what can be done with it."""

import streamlit as st

from core.store import models
from core.store.models import ModelVersion
from core.store.workspace import Workspace
from core.work.promoting import promote
from pages.components.errors import showing_errors
from pages.components.literal import literal
from pages.components.times import day
from pages.components.workspace import author

_KINDS = {"base": "came with Ostrakon", "trained": "trained here", "imported": "imported"}
_REASONS = {"first": "first", "promoted": "chosen", "automatic": "chosen by the rule", "rolled back": "gone back to"}


def show_version(ws: Workspace, version: ModelVersion, champion: ModelVersion | None, names: dict[int, str]) -> None:
    """A card; `names` are those of all versions by their id."""
    is_champion = champion is not None and version.id == champion.id
    with st.container(border=True, key=f"version_{version.id}"):
        left, middle, right = st.columns([4, 3, 2], vertical_alignment="center")
        with left:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{literal(version.name)}**", width="content")
                if is_champion:
                    st.badge("in use", icon=":material/check:", color="green")
            st.caption(literal(_describe(version, names)))
        if "mean_iou" in version.scores:
            middle.markdown(
                f"**{version.scores['mean_iou']:.3f}** mean IoU  \n:small[on {literal(_tested_on(version.scores))}]"
            )
        with right, st.container(horizontal=True, horizontal_alignment="right"):
            if not is_champion and st.button("Use this", key=f"promote_{version.id}"):
                promote(ws, version.id, author(), instead_of=champion.id if champion else None)
                st.rerun()
            with st.popover("", icon=":material/more_horiz:", type="tertiary", key=f"more_{version.id}"):
                _show_more(ws, version, is_champion=is_champion)


def show_moves(ws: Workspace, names: dict[int, str]) -> None:
    """Who made which version the champion, and when."""
    moves = models.alias_history(ws)
    if len(moves) > 1:
        with st.expander("Who chose which model"):
            for move in moves:
                name = names.get(move.to_version_id, f"version {move.to_version_id}")
                st.markdown(
                    f"**{literal(name)}** · {_REASONS[move.reason]} · {day(move.moved_at)} by {literal(move.moved_by)}"
                )


def _show_more(ws: Workspace, version: ModelVersion, *, is_champion: bool) -> None:
    st.download_button(
        "Weights", lambda: models.weights(ws, version), f"{version.name}.h5", key=f"weights_{version.id}"
    )
    st.download_button(
        "Artefact", lambda: models.artefact(ws, version), f"{version.name}.zip", key=f"artefact_{version.id}"
    )
    help_ = "Frees the disk. The card stays, and so do the masks that came from it."
    if not is_champion and st.button("Delete its files", key=f"delete_{version.id}", help=help_):
        with showing_errors():
            models.delete(ws, version.id)
            st.rerun()
    st.json(version.card, expanded=False)


def _describe(version: ModelVersion, names: dict[int, str]) -> str:
    parts = [f"version {version.id}", _KINDS[version.kind], f"{day(version.created_at)} by {version.created_by}"]
    if version.parent_id:
        parts.append(f"from {names.get(version.parent_id, f'version {version.parent_id}')}")
    if version.snapshot_id:
        parts.append(f"snapshot {version.snapshot_id}")
    return " · ".join(parts)


def _tested_on(scores: dict) -> str:
    count = scores.get("test_drawings")
    if count == 1:
        return "1 test drawing"
    return scores["compared_on"].partition(",")[0] if count is None else f"{count} {scores['compared_on']}"
