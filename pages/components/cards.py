"""Drawings as small pictures with their masks over them."""

import streamlit as st

from core.labels import LabelMap
from core.raster.masks import decode_mask
from core.raster.views import card_jpeg
from core.store import current
from core.store.current import Source
from core.store.drawings import Drawing
from core.store.label_map import label_map
from core.store.snapshots import TrainingItem
from core.store.workspace import Workspace
from pages.components.browser import room

OPACITY = 0.85
_CARD_PX = 250
STATUS_NAMES = {
    "new": "waiting for the model",
    "predicted": "predicted",
    "draft": "being corrected",
    "approved": "approved",
    "rejected": "rejected",
}


def columns_of_cards(count: int, card_px: int = _CARD_PX) -> list:
    """As many columns as fit, again and again: one place for each of `count` cards."""
    per_row = max(2, min(6, room()[1] // card_px))
    return [column for _ in range(0, count, per_row) for column in st.columns(per_row)]


def drawing_card(ws: Workspace, drawing: Drawing) -> bytes:
    """A drawing's thumbnail with the mask it has now."""
    found = current.source(ws, drawing)
    mark = (type(found).__name__, found.id, getattr(found, "version", 0)) if found else None
    return _card(ws, found, drawing.thumbnail_sha256, mark, label_map(ws))


@st.cache_data(max_entries=400, show_spinner=False)
def _card(_ws: Workspace, _found: Source | None, thumbnail_sha256: str, mark: tuple | None, labels: LabelMap) -> bytes:
    mask = current.mask(_ws, _found) if _found else None
    return card_jpeg(_ws.blobs.get(thumbnail_sha256), mask, labels, opacity=OPACITY)


def training_card(ws: Workspace, item: TrainingItem) -> bytes:
    """An approved drawing's thumbnail with its mask."""
    return _approved_card(ws, item.thumbnail_sha256, item.mask_sha256, label_map(ws))


@st.cache_data(max_entries=400, show_spinner=False)
def _approved_card(_ws: Workspace, thumbnail_sha256: str, mask_sha256: str, labels: LabelMap) -> bytes:
    mask = decode_mask(_ws.blobs.get(mask_sha256))
    return card_jpeg(_ws.blobs.get(thumbnail_sha256), mask, labels, opacity=OPACITY)
