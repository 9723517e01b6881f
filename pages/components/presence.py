"""Who edits the drawing: this tab holds it while it is open, tells who else does, and may look on or take over."""

import time
from collections.abc import Callable

import streamlit as st

from core.raster.views import Window, mask_jpeg
from core.store import current, drawings, leases
from core.store.current import Source
from core.store.drawings import Drawing
from core.store.label_map import label_map
from core.store.leases import Lease
from core.store.workspace import Workspace
from pages.components.browser import browser, room
from pages.components.literal import literal, name_of
from pages.components.times import clock
from pages.components.workspace import author

_RENEWALS = 3  # in the time of a lease: one may get lost, and browsers wake a hidden tab but once a minute
_LOOKS_SECONDS = 4.0
_AWAY_SECONDS = 15 * 60.0  # who does nothing for so long has left, even if the page is open
_CHROME_PX = 300  # what stands above and below the drawing
_SMALLEST_PX = 320
_OPACITY = 0.75


def holder() -> str:
    """This tab's name among the holders of leases; "" in the first moment, before the browser has told it."""
    told = browser()
    return told.tab if told else ""


def hold(ws: Workspace, drawing: Drawing) -> Lease | None:
    """The lease of the drawing: this tab's, if nobody else has it. None in the first moment."""
    return leases.take(ws, drawing.id, holder(), author()) if holder() else None


def is_elsewhere(lease: Lease | None) -> bool:
    """Whether somebody edits the drawing in another tab."""
    return lease is not None and lease.holder != holder()


def keep_hold(ws: Workspace, drawing: Drawing, touched: Callable[[], float]) -> None:
    """Renew the lease while the page is open, and run the page again when somebody took it over.

    `touched` tells when (time.monotonic) something was last done here.
    """

    @st.fragment(run_every=ws.settings.lease_seconds / _RENEWALS)
    def renew() -> None:
        is_here = time.monotonic() - touched() < _AWAY_SECONDS
        if is_elsewhere(hold(ws, drawing) if is_here else leases.find(ws, drawing.id)):
            st.rerun(scope="app")

    renew()


def look_on(ws: Workspace, drawing: Drawing, lease: Lease, *, was_here: bool, is_shown: bool = True) -> bool:
    """Say who edits the drawing, show it as it grows, and offer to take over. True when the next one is wanted.

    `was_here` says that this tab edited it before: then it was taken over. Without `is_shown` only the words.
    """
    row = {"horizontal": True, "horizontal_alignment": "distribute", "vertical_alignment": "center"}
    with st.container(key="presence", **row):
        st.markdown(f"**{name_of(drawing)}**  \n:small[{_told(lease, was_here)}]", width="content")
        with st.container(horizontal=True, width="content"):
            is_next = st.button("Next", shortcut="N", type="tertiary", help="Go on to one that nobody edits")
            if st.button("Edit here" if lease.author == author() else "Take over", key="take_over"):
                leases.take_over(ws, drawing.id, holder(), author())
                st.rerun(scope="app")

    @st.fragment(run_every=min(_LOOKS_SECONDS, ws.settings.lease_seconds / _RENEWALS))
    def look() -> None:
        now = leases.find(ws, drawing.id)
        if now is None or (now.holder, now.author) != (lease.holder, lease.author):
            st.rerun(scope="app")
        if is_shown:
            show_mask(ws, drawings.get(ws, drawing.id))

    look()
    return is_next


def show_mask(ws: Workspace, drawing: Drawing) -> None:
    """The drawing with its mask as it is now, to look at."""
    found = current.source(ws, drawing)
    window_px, page_px = room()
    whole = Window(0, 0, drawing.height_px, drawing.width_px)
    height_px, width_px = whole.size_on_screen(max(_SMALLEST_PX, window_px - _CHROME_PX), page_px)
    mark = (type(found).__name__, found.id, getattr(found, "version", 0)) if found else ()
    with st.container(key="looking", horizontal_alignment="center"):
        st.image(_picture(ws, drawing, drawing.image_sha256, found, mark, height_px, width_px), width=width_px)


def _told(lease: Lease, was_here: bool) -> str:
    if lease.author == author():
        return f"You have been editing this drawing in another tab or window since {clock(lease.since)}."
    who = f"**{literal(lease.author)}**"
    if was_here:
        return f"{who} took this drawing over at {clock(lease.since)}. All that you had drawn is saved."
    return f"{who} has been editing this drawing since {clock(lease.since)}. You can look on."


@st.cache_data(max_entries=8, show_spinner=False)
def _picture(
    _ws: Workspace,
    _drawing: Drawing,
    image_sha256: str,
    _found: Source | None,
    mark: tuple,
    height_px: int,
    width_px: int,
) -> bytes:
    if _found is None:
        return drawings.image_png(_ws, _drawing)
    image, mask = drawings.image(_ws, _drawing), current.mask(_ws, _found)
    return mask_jpeg(image, mask, label_map(_ws), height_px, width_px, opacity=_OPACITY, outline_only=False)
