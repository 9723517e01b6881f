"""Training set: what people approved, and the snapshots taken of it."""

import streamlit as st

from core.store import snapshots
from core.store.label_map import label_map
from pages.components.cards import columns_of_cards, training_card
from pages.components.empty import nothing_here
from pages.components.errors import showing_errors
from pages.components.export_form import export_form
from pages.components.literal import literal
from pages.components.times import day
from pages.components.workspace import author, workspace

ws = workspace()
labels = label_map(ws)
PER_PAGE = 24
SPLIT_NAMES = {"train": "training", "validation": "validation", "test": "test", None: "decided at the next training"}


def show_balance():
    """How much each publication gives, and how many of its pixels each class has."""
    groups = snapshots.training_groups(ws)
    rows = [
        {"Publication": group.publication, "Drawings": group.drawing_count, "Used for": SPLIT_NAMES[group.split]}
        | {label.name.capitalize(): share for label, share in zip(labels.foreground, group.shares[1:], strict=False)}
        for group in groups
    ]
    names = [label.name.capitalize() for label in labels.foreground]
    columns = {name: st.column_config.NumberColumn(f"{name}, of all pixels", format="percent") for name in names}
    st.dataframe(rows, hide_index=True, column_config=columns)
    if len(groups) == 1:
        st.info(
            "All drawings are of one publication, so a new model cannot be tested on drawings of another. "
            "Approve drawings of a second publication to know what a new model is worth.",
            icon=":material/info:",
        )


def show_items(taken_out):
    count = snapshots.training_count(ws, taken_out=taken_out)
    pages = -(-count // PER_PAGE)
    number = min(st.session_state.get("training_page", 1), max(1, pages))
    items = snapshots.training_items(ws, taken_out=taken_out, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if not items:
        st.caption("No drawing is taken out." if taken_out else "All approved drawings are taken out.")
    with st.container(key="gallery"):
        for place, item in zip(columns_of_cards(len(items)), items, strict=False):
            with place, st.container(border=True, gap="xxsmall"):
                st.image(training_card(ws, item), width="stretch")
                st.markdown(literal(item.name))
                st.caption(literal(f"{item.publication} · {item.approved_by}"))
                act, word = (snapshots.put_back, "Put back") if taken_out else (snapshots.take_out, "Take out")
                if st.button(word, key=f"move_{item.drawing_id}", type="tertiary"):
                    act(ws, item)
                    st.rerun()
    if pages > 1:
        st.pagination(pages, key="training_page")


def show_snapshots():
    frozen = snapshots.list_snapshots(ws)
    if not frozen:
        return
    st.markdown("##### Snapshots")
    st.dataframe(
        [
            {
                "Snapshot": snapshot.id,
                "Drawings": snapshot.drawing_count,
                "Note": snapshot.note,
                "Frozen": day(snapshot.created_at),
                "By": snapshot.created_by,
            }
            for snapshot in frozen
        ],
        hide_index=True,
    )


with showing_errors():
    inside, outside = snapshots.training_count(ws), snapshots.training_count(ws, taken_out=True)
    if inside + outside == 0:
        nothing_here("No drawing is approved yet.", "pages/correct.py", "Correct and approve drawings")
    else:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            choice = st.segmented_control(
                "Which",
                ["in", "out"],
                format_func={"in": f"In training · {inside}", "out": f"Taken out · {outside}"}.get,
                default="in",
                required=True,
                label_visibility="collapsed",
            )
            with st.container(horizontal=True, width="content", vertical_alignment="center"):
                with st.popover("Freeze a snapshot", icon=":material/ac_unit:", type="tertiary"):
                    note = st.text_input("Note", placeholder="What is it for?")
                    if st.button("Freeze", type="primary"):
                        made = snapshots.freeze(ws, author(), note)
                        st.toast(f"Snapshot {made.id} holds {made.drawing_count} drawings.")
                export_form(ws)
                st.page_link("pages/retrain.py", label="Retrain", icon=":material/arrow_forward:")
        if choice == "in" and inside:
            show_balance()
        show_items(taken_out=choice == "out")
        show_snapshots()
