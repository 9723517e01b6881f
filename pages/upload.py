"""Upload: scans in, by the folder; the model reads them at once."""

from functools import partial

import streamlit as st

from core.store.publications import UNNAMED, list_publications
from core.work.uploading import upload_files, upload_samples
from pages.components.errors import showing_errors
from pages.components.import_report import offer_import, show_imports, sort_out
from pages.components.jobs import show_jobs
from pages.components.tasks import begin, results
from pages.components.workspace import author, workspace

ws = workspace()
FORMATS = ["png", "jpg", "jpeg", "tif", "tiff", "webp", "bmp", "pdf", "zip"]


def show_report(report):
    if report.added:
        st.success(f"{_drawings(len(report.added))} went in.", icon=":material/check_circle:")
    if report.already_there:
        names = ", ".join(drawing.name for drawing in report.already_there[:5])
        more = f" and {len(report.already_there) - 5} more" if len(report.already_there) > 5 else ""
        st.info(f"Already there, nothing changed: {names}{more}.", icon=":material/content_copy:")
    for refusal in report.refused:
        st.warning(refusal.reason, icon=":material/warning:")
    is_any_there = report.added or report.already_there
    if is_any_there and st.button("See predictions", icon=":material/arrow_forward:"):
        st.switch_page("pages/predict.py")


def _drawings(count):
    return "1 drawing" if count == 1 else f"{count} drawings"


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
        submitted = st.form_submit_button("Add drawings", type="primary")
    with middle:
        sampled = st.button("Try it with sample drawings", type="tertiary", icon=":material/auto_awesome:")
        if submitted and not files:
            st.info("Choose some files first.", icon=":material/upload_file:")
        if submitted and files:
            exports, scans = sort_out(files)
            offer_import(exports, publication=publication or "")
            batch = [(file.name, file) for file in scans]
            begin("adding", partial(upload_files, ws, batch, publication=publication or UNNAMED, author=author()))
        if sampled:
            begin("adding", partial(upload_samples, ws, author=author()))
        for report in results("adding"):
            st.session_state["report"] = report
        if "report" in st.session_state:
            show_report(st.session_state["report"])
        with conversation:
            show_imports(ws, author())
        show_jobs(ws, ["predict"])
