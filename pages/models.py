"""Models: every version, what it is worth, and which one is in use."""

import streamlit as st

from core.store import models
from core.work.family import family
from core.work.importing import import_weights
from core.work.promoting import roll_back
from core.work.starting import ensure_worker
from pages.components.disk import show_disk_use
from pages.components.empty import nothing_here
from pages.components.errors import showing_errors
from pages.components.family_tree import show_family
from pages.components.jobs import show_failures, show_jobs
from pages.components.literal import literal
from pages.components.versions import show_moves, show_version
from pages.components.workspace import author, workspace

ws = workspace()


def show_import():
    with st.popover("Import", icon=":material/upload_file:", type="tertiary"):
        file = st.file_uploader("Weights of the original project", type="h5", help='sm.Unet("resnet34", classes=2)')
        if st.button("Import", type="primary", disabled=file is None):
            import_weights(ws, file.name, file.getvalue(), author=author())
            ensure_worker(ws)
            st.rerun()


with showing_errors():
    versions = models.list_versions(ws)
    champion = models.champion(ws)
    names = {version.id: version.name for version in models.list_versions(ws, with_deleted=True)}
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("#### Models")
        with st.container(horizontal=True, width="content"):
            before = models.previous_champion(ws)
            help_ = f"Use {literal(before.name)} again" if before else None
            if before and st.button("Roll back", icon=":material/undo:", type="tertiary", help=help_):
                roll_back(ws, author(), instead_of=champion.id)
                st.rerun()
            show_import()
    show_jobs(ws, ["import", "refresh"])
    show_failures(ws, ["import"])
    if not versions:
        nothing_here("There is no model yet.", "pages/retrain.py", "Train one")
    show_family(family(ws))
    for version in versions:
        show_version(ws, version, champion, names)
    show_moves(ws, names)
    show_disk_use(ws)
