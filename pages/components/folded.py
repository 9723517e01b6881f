"""A sentence with a list of what it is about folded away beneath it."""

from collections.abc import Sequence

import streamlit as st

from pages.components.literal import literal

_SHOWN = 100


def show_folded(sentence: str, lines: Sequence[str], *, icon: str, expanded: bool = False) -> None:
    """Nothing written in it is read as Markdown; of a long list the first lines are shown."""
    with st.expander(literal(sentence), icon=icon, expanded=expanded), st.container(gap="xsmall"):
        for line in lines[:_SHOWN]:
            st.markdown(literal(line))
        if len(lines) > _SHOWN:
            st.caption(f"and {len(lines) - _SHOWN:,} more")
