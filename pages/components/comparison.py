"""Two versions of one drawing side by side, and the choice between them: nobody's strokes are dropped unseen."""

from collections.abc import Sequence

import streamlit as st

from core.raster.side_by_side import Pair, side_by_side
from core.store import annotations, asides, drawings, leases
from core.store.annotations import Annotation
from core.store.drawings import Drawing
from core.store.label_map import label_map
from core.store.workspace import Workspace
from pages.components.browser import room
from pages.components.errors import showing_errors
from pages.components.literal import literal, name_of
from pages.components.presence import holder
from pages.components.times import clock
from pages.components.workspace import author

_CHROME_PX = 400  # what stands above and below the pictures
_SMALLEST_PX = 240
_GAP_PX = 24


def show_comparison(ws: Workspace, drawing: Drawing, aside: Annotation, *, has_next: bool = False) -> bool:
    """The version set aside beside how the drawing is now, and what can become of them.

    True when the next drawing is wanted first; it is offered if `has_next`.
    """
    now = annotations.open_draft(ws, drawing.id, author())
    whose = "your" if aside.author == author() else f"{aside.author}’s"
    mine, theirs = f"{whose} version", _now(ws, now)
    own = aside.edit_count - (aside.shared_count or 0)
    with st.container(key=f"comparison_{aside.id}", border=True):
        who = "you" if aside.author == author() else aside.author
        st.markdown(
            f"**{name_of(drawing)}**  \n:small[:material/call_split: There are two versions of this drawing: "
            f"{literal(who)} drew on it while it went on elsewhere. Both are on file. Choose how to go on.]"
        )
        pair = _pair(ws, drawing, aside, (aside.id, aside.version), now, (now.id, now.version), *_room())
        for column, name, revision, picture in zip(
            st.columns(2), (mine, theirs), (aside, now), (pair.first, pair.second), strict=True
        ):
            column.markdown(f"**{literal(_capital(name))}**  \n:small[{_told(revision)}]")
            column.image(picture)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.caption(f"They differ in {pair.differing_pixels:,} pixels.", width="content")
            with st.container(horizontal=True, width="content"):
                is_next = has_next and st.button("Next", shortcut="N", type="tertiary", help="Choose later")
                _choice(literal(f"Use {mine}"), f"use_mine_{aside.id}", _use, ws, drawing, aside)
                _choice(literal(f"Use {theirs}"), f"use_theirs_{aside.id}", _leave, ws, drawing, aside)
                edits = "1 edit" if own == 1 else f"{own} edits"
                _choice(
                    literal(f"Put {whose} {edits} on top"),
                    f"on_top_{aside.id}",
                    _add,
                    ws,
                    drawing,
                    aside,
                    type="primary",
                )
    return is_next


def offer_comparison(ws: Workspace, drawing: Drawing, versions: Sequence[Annotation]) -> None:
    """Versions of colleagues that wait for a choice, folded away."""
    for version in versions:
        with st.expander(f":material/call_split: {literal(version.author)} has another version of this drawing"):
            show_comparison(ws, drawing, version)


def _choice(label: str, key: str, act, ws: Workspace, drawing: Drawing, aside: Annotation, **look: str) -> None:
    if st.button(label, key=key, **look):
        with showing_errors():
            act(ws, drawing, aside)
            st.rerun(scope="app")


def _use(ws: Workspace, drawing: Drawing, aside: Annotation) -> None:
    _take_over(ws, drawing)
    asides.use_instead(ws, aside, author=author(), holder=holder())


def _add(ws: Workspace, drawing: Drawing, aside: Annotation) -> None:
    _take_over(ws, drawing)
    draft = annotations.open_draft(ws, drawing.id, author())
    asides.put_on_top(ws, aside, draft, author=author(), holder=holder())


def _leave(ws: Workspace, drawing: Drawing, aside: Annotation) -> None:
    asides.leave(ws, aside, author=author())


def _take_over(ws: Workspace, drawing: Drawing) -> None:
    """Whoever changes the drawing's mask by their choice edits the drawing."""
    if holder():
        leases.take_over(ws, drawing.id, holder(), author())


def _now(ws: Workspace, now: Annotation) -> str:
    """Whose work the drawing shows now."""
    if now.edit_count == 0 and now.parent_id is None:
        return "the model’s version" if now.prediction_id else "the empty mask"
    shown = now if now.edit_count else annotations.get(ws, now.parent_id or now.id)
    who = annotations.last_touched_by(ws, shown)
    return "the version on file" if who == author() else f"{who}’s version"


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _told(revision: Annotation) -> str:
    edits = "1 edit" if revision.cursor == 1 else f"{revision.cursor} edits"
    return f"{edits} · begun at {clock(revision.created_at)}"


def _room() -> tuple[int, int]:
    """Height and width that there are for each of the two pictures."""
    height_px, width_px = room()
    return max(_SMALLEST_PX, height_px - _CHROME_PX), max(_SMALLEST_PX, width_px // 2 - _GAP_PX)


@st.cache_data(max_entries=4, show_spinner=False)
def _pair(
    _ws: Workspace,
    _drawing: Drawing,
    _aside: Annotation,
    aside_mark: tuple[int, int],
    _now: Annotation,
    now_mark: tuple[int, int],
    height_px: int,
    width_px: int,
) -> Pair:
    return side_by_side(
        drawings.image(_ws, _drawing),
        annotations.mask(_ws, _aside),
        annotations.mask(_ws, _now),
        label_map(_ws),
        height_px=height_px,
        width_px=width_px,
    )
