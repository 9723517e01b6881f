"""What the workspace takes up on the disk, and a way to free what nobody needs."""

import streamlit as st

from core.store.workspace import Workspace
from core.work.disk import clean, disk_use

_LOOK_SECONDS = 60


def show_disk_use(ws: Workspace) -> None:
    """Looked at only when somebody opens it: it reads the size of every file."""
    if not st.toggle("Disk use", key="disk_use"):
        return
    uses = _uses(ws)
    st.dataframe(
        [{"What": use.kind, "Size": size(use.bytes), "Can go": size(use.removable_bytes)} for use in uses],
        hide_index=True,
        width="content",
    )
    removable = sum(use.removable_bytes for use in uses)
    help_ = "Checkpoints of runs that have ended, and caches. The next training is slower once; nothing else changes."
    if not removable:
        st.caption("All of it is needed.")
    elif st.button(f"Free {size(removable)}", help=help_):
        freed = clean(ws)
        _uses.clear()
        st.toast(f"{size(freed)} freed")
        st.rerun()


def size(count: int) -> str:
    """Bytes as people say it: "3.4 GB", "120 kB"; "" for none."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count / 1e3:.0f} kB" if count else ""


@st.cache_data(ttl=_LOOK_SECONDS, show_spinner="Looking at the disk …")
def _uses(_ws: Workspace) -> list:
    return disk_use(_ws)
