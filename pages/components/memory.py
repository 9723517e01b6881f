"""Keeping the app small and quick: what is freed goes back to the system, and what lasts is not looked at again."""

import contextlib
import ctypes
import gc
import sys

import streamlit as st

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_LARGE_BYTES = 1 << 20


def return_large_blocks() -> None:
    """Have what a large drawing took returned to the system as soon as it is freed.

    Each session runs in threads of its own. glibc would keep blocks of up to 32 MB for the thread that freed them: with
    five drawings open that is 200 MB which nobody uses. Elsewhere nothing needs to be done.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


@st.cache_resource(show_spinner=False)
def spare_what_lasts(page: str) -> None:
    """Leave what is loaded once a page has run to its end, modules above all, out of later garbage collections.

    Streamlit collects after every run of a script, before the browser has its answer: with 150,000 objects that last
    as long as the app that took 90 ms, more than most runs; without them it takes 1 ms.
    """
    gc.collect()
    gc.freeze()
