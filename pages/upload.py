"""Upload: scans in, by the folder; the model reads them at once."""

from functools import partial

import streamlit as st

from core.store.publications import UNNAMED, list_publications
from core.work.uploading import upload_files, upload_samples
from pages.components.errors import showing_errors
from pages.components.folded import show_folded
from pages.components.import_report import offer_import, show_imports, sort_out
from pages.components.jobs import show_jobs
from pages.components.literal import literal
from pages.components.tasks import begin, results
from pages.components.workspace import author, workspace

ws = workspace()
FORMATS = ["png", "jpg", "jpeg", "tif", "tiff", "webp", "bmp", "pdf", "zip"]
_NAMED = 5


def show_report(report):
    """What went in and what did not, why, and the way on."""
    with st.container(border=True):
        here = report.added or report.already_there
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(_headline(report), width="content")
            if here and st.button("See predictions", type="primary", icon=":material/arrow_forward:"):
                del st.session_state["report"]
                st.switch_page("pages/predict.py")
        if report.already_there:
            st.caption(f"Already there, so nothing changed: {_some([one.name for one in report.already_there])}.")
        if reasons := [refusal.reason for refusal in report.refused]:
            is_short = len(reasons) <= _NAMED
            show_folded(f"{_files(len(reasons))} did not go in.", reasons, icon=":material/warning:", expanded=is_short)


def _headline(report):
    went_in = f":green[:material/check_circle:] **{_drawings(len(report.added))} went in.**"
    return went_in if report.added else ":material/info: **Nothing new went in.**"


def _some(names):
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return literal(", ".join(names[:_NAMED]) + more)


def _files(count):
    return "1 file" if count == 1 else f"{count:,} files"


def _drawings(count):
    return "1 drawing" if count == 1 else f"{count:,} drawings"


with showing_errors():
    _, middle, _ = st.columns([1, 4, 1])
    middle.markdown("#### Upload drawings")
    middle.caption("The model finds the profile in each. You correct what it got wrong, and it learns from that.")
    conversation = middle.container()
    with middle, st.form("upload", clear_on_submit=True, border=False):
        files = st.file_uploader(
            "Scans",
            type=FORMATS,
            accept_multiple_files=True,
            help="PNG, JPEG, TIFF, WebP, BMP and PDF; each page is a drawing. ZIP files of these are unpacked. "
            "Exports with masks are looked into first: CVAT, COCO, training folders, folders of images and masks.",
        )
        known = [publication.name for publication in list_publications(ws)]
        publication = st.selectbox(
            "Publication",
            known,
            index=None,
            accept_new_options=True,
            placeholder="Book, plate series or archive they come from",
            help="Drawings of one publication train or test the model together.",
        )
        kind = "secondary" if "report" in st.session_state else "primary"
        submitted = st.form_submit_button("Add drawings", type=kind)
    with middle:
        sampled = st.button("Try it with sample drawings", type="tertiary", icon=":material/auto_awesome:")
        if submitted and not files:
            st.info("Choose some files first.", icon=":material/upload_file:")
        if submitted and files:
            st.session_state.pop("report", None)
            exports, scans = sort_out(files)
            offer_import(exports, publication=publication or "")
            batch = [(file.name, file) for file in scans]
            if batch:
                work = partial(upload_files, ws, batch, publication=publication or UNNAMED, author=author())
                begin("adding", work)
        if sampled:
            begin("adding", partial(upload_samples, ws, author=author()))
    with conversation:
        if reports := list(results("adding")):
            st.session_state["report"] = reports[-1]
            st.rerun()
        if "report" in st.session_state:
            show_report(st.session_state["report"])
        show_jobs(ws, ["predict"])
        show_imports(ws, author())
