"""How pages show what went wrong: our errors as their sentence, anything else as an apology and a log entry."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import OstrakonError
from pages.components.literal import literal

log = logging.getLogger(__name__)


@contextmanager
def showing_errors() -> Iterator[None]:
    """Show an error of ours where it happens and go on after the block.

    Whatever is not ours is a bug: it passes through, Streamlit logs its traceback and apologises.
    """
    try:
        yield
    except OstrakonError as error:
        log.info("shown to the user: %s", error)
        st.error(literal(str(error)), icon=":material/error:")


def show_refusal(reason: str, number: int) -> None:
    """Say over what comes next, for a while, why the last action changed nothing; it moves and covers no control.

    Another `number` begins the while anew.
    """
    with st.container(key=f"refusal_{number}"):
        st.markdown(f":material/info: {literal(reason)}", width="content")
