"""How good the predictions probably are that nobody reviewed, as a small table with its error."""

import streamlit as st

from core.store.workspace import Workspace
from core.work.overview import Overview
from core.work.remaining import Quality, compare_decided, is_comparison_due, quality
from pages.components.errors import showing_errors
from pages.components.glance import IOU
from pages.components.literal import literal

_PORTION_SECONDS, _PAUSE_SECONDS = 0.3, 1.0
_ROWS = 8
_ROW_PX = 36
_FRESH_SECONDS = 10


def show_estimates(ws: Workspace, now: Overview) -> None:
    """Nothing where there are no such predictions. What people approved lately is compared with what the model had seen
    while the page is open.
    """
    is_due = is_comparison_due(ws)
    found = _quality(ws, str(ws.settings.workspace), tuple(sorted(now.statuses.items())), is_due)
    if not found.publications:
        return
    st.markdown("##### How good is what nobody has reviewed?", anchors=False)
    st.dataframe(
        [
            {
                "Publication": one.name,
                "Not reviewed": one.estimate.count,
                "Mean IoU, estimated": f"{one.estimate.iou:.2f}",
                "Probably between": f"{one.estimate.low:.2f} and {one.estimate.high:.2f}",
                "Decided so far": one.estimate.decided,
            }
            for one in found.publications
        ],
        hide_index=True,
        width="stretch",
        height=_ROW_PX * (1 + min(_ROWS, len(found.publications))),
    )
    st.caption(literal(_origin(found)))
    if is_due:
        st.fragment(_go_on, run_every=_PAUSE_SECONDS)(ws)


def _origin(found: Quality) -> str:
    """What the estimates rest on, and how far they are off."""
    if found.decided == 0:
        why = "what was accepted without a look counts for nothing" if found.unseen else "nobody has reviewed one yet"
        return f"Estimated from the model’s own uncertainty alone: {why}. {IOU}"
    drawings = "1 drawing" if found.decided == 1 else f"{found.decided:,} drawings"
    rests = f"Estimated from the model’s uncertainty and from {drawings} that people decided."
    if found.unseen:
        rests += f" {found.unseen:,} more were accepted without a look and count for nothing."
    if found.mean_error is None:
        return f"{rests} No publication has enough of them to test the estimate on."
    tested = len(found.held_out)
    on = "the 1 publication" if tested == 1 else f"{tested} publications"
    return (
        f"{rests} Tested on {on} with known masks, estimated as if nobody had reviewed them: off by "
        f"{found.mean_error:.2f} on average."
    )


def _go_on(ws: Workspace) -> None:
    """Compare some more predictions with the masks that people approved, then show what that tells."""
    with showing_errors():
        if not compare_decided(ws, seconds=_PORTION_SECONDS):
            st.rerun()


@st.cache_data(max_entries=8, ttl=_FRESH_SECONDS, show_spinner=False)
def _quality(_ws: Workspace, workspace: str, statuses: tuple, is_comparison_due: bool) -> Quality:
    return quality(_ws)
