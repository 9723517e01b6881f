"""What a page says when it has nothing to show: why, and where to go from here."""

import streamlit as st


def nothing_here(sentence: str, page: str, step: str) -> None:
    """One sentence, and the way to the page with the next step."""
    with st.container(border=True, horizontal_alignment="center", vertical_alignment="center", height=280):
        st.markdown(sentence, width="content")
        st.page_link(page, label=step, icon=":material/arrow_forward:", width="content")


def all_reviewed(count: int) -> None:
    """What is next once all of the `count` drawings are approved or rejected."""
    with st.container(border=True, horizontal_alignment="center", vertical_alignment="center", height=200):
        said = f"All {count:,} drawings are reviewed." if count > 1 else "The drawing is reviewed."
        st.markdown(said, width="content")
        with st.container(horizontal=True, horizontal_alignment="center", width="content"):
            st.page_link("pages/retrain.py", label="Retrain the model", icon=":material/model_training:")
            st.page_link("pages/upload.py", label="Upload more", icon=":material/upload:")
