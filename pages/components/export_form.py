"""Exporting: which drawings, in which format, and the file."""

from functools import partial

import streamlit as st

from core.formats.exporting import Export, export_beside
from core.store import drawings, snapshots
from core.store.drawings import Filter
from core.store.exports import Selection
from core.store.publications import list_publications
from core.store.workspace import Workspace
from pages.components.errors import showing_errors
from pages.components.literal import literal
from pages.components.tasks import begin, results

FORMATS = {
    "cvat": "CVAT segmentation masks",
    "cvat-images": "CVAT for images",
    "coco": "COCO",
    "folder": "Folders of images and masks",
    "training": "Training folder of the original project",
}
_LARGEST_DOWNLOAD_BYTES = 500_000_000  # Streamlit keeps what is downloaded in memory


def export_form(ws: Workspace) -> None:
    """A popover that makes an export, and then hands it over."""
    with st.popover("Export", icon=":material/upload:", type="tertiary"):
        selections = _selections(ws)
        what = st.selectbox("What", list(selections))
        kind = st.selectbox("Format", list(FORMATS), format_func=FORMATS.get)
        with_images = st.toggle("With the images", value=True)
        if st.button("Make the ZIP", type="primary"):
            st.session_state["exported"] = None
            how = Export(kind, with_images=with_images)
            begin("exporting", partial(export_beside, ws, selections[what], how))
        with showing_errors():
            for exported in results("exporting"):
                st.session_state["exported"] = exported
        if exported := st.session_state.get("exported"):
            unlabelled = exported.drawing_count - exported.mask_count
            note = f", {unlabelled} of them without an approved mask" if unlabelled else ""
            st.markdown(f":material/check_circle: {exported.drawing_count} drawings{note}.")
            if exported.renamed_count:
                st.caption(f"{exported.renamed_count} were renamed, because their names were taken.")
            st.caption(literal(f"Saved as {exported.path}"))
            if exported.path.exists() and exported.path.stat().st_size <= _LARGEST_DOWNLOAD_BYTES:
                with exported.path.open("rb") as file:
                    st.download_button("Download", file, exported.path.name, icon=":material/download:")


def _selections(ws: Workspace) -> dict[str, Selection]:
    approved = Filter(status="approved")
    selections = {
        f"Approved drawings ({drawings.count(ws, approved)})": Selection(approved),
        f"All drawings ({drawings.count(ws)})": Selection(),
    }
    for publication in list_publications(ws):
        selections[f"“{publication.name}” ({publication.drawing_count})"] = Selection(Filter(publication.id))
    for frozen in snapshots.list_snapshots(ws):
        note = f", {frozen.note}" if frozen.note else ""
        selections[f"Snapshot {frozen.id} ({frozen.drawing_count}{note})"] = Selection(snapshot_id=frozen.id)
    return selections
