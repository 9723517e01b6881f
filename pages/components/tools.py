"""What stands beside every canvas: the class to work on, one step back, and one forth again."""

from collections.abc import Callable

import streamlit as st

from core.labels import LabelMap


def choose_label(labels: LabelMap) -> int:
    """The class to work on; asked only where there is a choice."""
    if len(labels.foreground) == 1:
        return labels.foreground[0].index
    chosen = st.selectbox(
        "Class",
        labels.foreground,
        format_func=lambda label: label.name,
        label_visibility="collapsed",
        width=140,
        key="class",
    )
    return chosen.index


def choose_step(*, can_undo: bool, can_redo: bool, undo: Callable[[], None], redo: Callable[[], None]) -> None:
    """One step back, or forth again."""
    for name, shortcut, can, step in (("Undo", "Ctrl+Z", can_undo, undo), ("Redo", "Ctrl+Y", can_redo, redo)):
        st.button(
            "",
            key=name,
            icon=f":material/{name.lower()}:",
            shortcut=shortcut,
            help=name,
            type="tertiary",
            disabled=not can,
            on_click=step,
        )
