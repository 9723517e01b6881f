"""The drawings of a workspace as cards: what is left to review in the chosen order, or others, the newest first."""

import streamlit as st

from core.store import drawings, models
from core.store.drawings import STATUSES, Drawing, Filter
from core.store.publications import list_publications
from core.store.workspace import Workspace
from core.work import review
from pages.components.cards import STATUS_NAMES, columns_of_cards, drawing_card
from pages.components.literal import literal, name_of
from pages.components.next_drawing import choose_order, order_now

_PER_PAGE = 24
_CARD_PX = 310
_TO_REVIEW = "to review"


def show_gallery(ws: Workspace, *, is_all_reviewed: bool) -> None:
    """The filters, and a page of the drawings that pass them."""
    wanted, is_queue = _choose_filter(ws)
    if is_queue and is_all_reviewed:
        return
    waiting = review.to_review(ws, order_now(ws), wanted) if is_queue else []
    count = len(waiting) if is_queue else drawings.count(ws, wanted)
    if count == 0:
        st.caption("No drawing is like that.")
        return
    pages = -(-count // _PER_PAGE)
    start = (min(st.session_state.get("predict_page", 1), pages) - 1) * _PER_PAGE
    if is_queue:
        shown = drawings.get_all(ws, waiting[start : start + _PER_PAGE])
    else:
        shown = drawings.find(ws, wanted, limit=_PER_PAGE, offset=start)
    show_cards(ws, shown)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(f"{count:,} drawings" if count > 1 else "1 drawing", width="content")
        if pages > 1:
            st.pagination(pages, key="predict_page", persist_state="session")


def show_cards(ws: Workspace, shown: list[Drawing], *, card_px: int = _CARD_PX) -> None:
    """Drawings with their masks; a click on a name shows one large."""
    champion = models.champion(ws)
    with st.container(key="queue"):
        for place, drawing in zip(columns_of_cards(len(shown), card_px), shown, strict=False):
            with place, st.container(border=True, gap="xxsmall"):
                st.image(drawing_card(ws, drawing), width="stretch")
                st.button(
                    name_of(drawing), key=f"open_{drawing.id}", type="tertiary", on_click=_open, args=[drawing.id]
                )
                st.markdown(_told(drawing, champion.id if champion else None))


def _choose_filter(ws: Workspace) -> tuple[Filter, bool]:
    """The filter, and whether it is about the queue."""
    publications = {publication.id: publication.name for publication in list_publications(ws)}
    order, publication, status, text = st.columns([2, 2, 2, 2])
    with order:
        choose_order(ws)
    publication_id = publication.selectbox(
        "Publication",
        publications,
        index=None,
        format_func=publications.get,
        placeholder="All publications",
        label_visibility="collapsed",
        key="predict_publication",
        persist_state="session",
    )
    chosen = status.selectbox(
        "Status",
        (_TO_REVIEW, *STATUSES),
        format_func=lambda status: STATUS_NAMES.get(status, status).capitalize(),
        label_visibility="collapsed",
        key="predict_status",
        persist_state="session",
    )
    words = text.text_input(
        "Search",
        placeholder="Search names",
        icon=":material/search:",
        label_visibility="collapsed",
        key="predict_text",
        persist_state="session",
    )
    is_queue = chosen == _TO_REVIEW
    return Filter(publication_id=publication_id, status=None if is_queue else chosen, text=words), is_queue


def _told(drawing: Drawing, champion_id: int | None) -> str:
    """Why to look at a drawing, else how it stands with it."""
    if drawing.status != "predicted":
        return f":small[:gray[{STATUS_NAMES[drawing.status]}]]"
    older = "" if drawing.model_version_id == champion_id else " · read by an older model"
    if drawing.reason:
        return f":small[:orange[{literal(drawing.reason)}]:gray[{older}]]"
    return f":small[:gray[uncertainty {drawing.uncertainty:.0%}{older}]]"


def _open(drawing_id: int) -> None:
    st.query_params.from_dict({"drawing": str(drawing_id)})
