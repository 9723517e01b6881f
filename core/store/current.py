"""The mask a drawing has now: what people made of it, or else what the model sees."""

from typing import TypeAlias

from core.raster.masks import Mask
from core.store import annotations, predictions
from core.store.annotations import Annotation
from core.store.drawings import Drawing
from core.store.predictions import Prediction
from core.store.workspace import Workspace

Source: TypeAlias = Annotation | Prediction


def source(ws: Workspace, drawing: Drawing) -> Source | None:
    """Where the drawing's mask comes from: the last revision drawn in, imported or decided, else its prediction.

    None before there is either.
    """
    if drawing.status in ("draft", "approved", "rejected"):
        for revision in annotations.history(ws, drawing.id):
            if revision.status == annotations.ASIDE:
                continue
            if revision.edit_count or revision.base_sha256 or not revision.is_draft:
                return revision
    return predictions.newest(ws, drawing.id)


def mask(ws: Workspace, found: Source) -> Mask:
    """The mask of a source, uint8 (H, W)."""
    if isinstance(found, Annotation):
        return annotations.mask(ws, found)
    return predictions.mask(ws, found)
