"""The pixels of the drawing that somebody works on, decoded once: of a large scan that takes longer than most tools."""

import streamlit as st

from core.raster.images import Image
from core.store import drawings
from core.store.drawings import Drawing
from core.store.workspace import Workspace


def pixels(ws: Workspace, drawing: Drawing) -> Image:
    """The drawing's pixels, to look at only: everybody who works on it has the same ones."""
    return _pixels(ws, drawing, drawing.image_sha256)


@st.cache_resource(max_entries=1, show_spinner=False)
def _pixels(_ws: Workspace, _drawing: Drawing, image_sha256: str) -> Image:
    image = drawings.image(_ws, _drawing)
    image.setflags(write=False)
    return image
