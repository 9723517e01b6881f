"""Small things to put into a workspace: drawings of 4 x 6 pixels and what belongs to them."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import update

from core.raster.edits import Polygon
from core.raster.images import Page
from core.raster.masks import Mask
from core.raster.sanity import Finding
from core.store import annotations, drawings, models, predictions
from core.store.annotations import Annotation
from core.store.database import writing
from core.store.drawings import Drawing
from core.store.models import ModelVersion, NewModel
from core.store.predictions import PredictedArrays, Prediction
from core.store.tables import prediction
from core.store.workspace import Workspace

PREDICTED = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0, 0],
        [0, 1, 1, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ],
    dtype=np.uint8,
)
RIGHT_COLUMN = Polygon(((0, 5), (0, 6), (4, 6), (4, 5)), 1)  # 4 pixels
TOP_ROW = Polygon(((0, 0), (0, 6), (1, 6), (1, 0)), 1)  # 6 pixels
ERASE_ALL = Polygon(((0, 0), (0, 6), (4, 6), (4, 0)), 0)


def add_drawing(ws: Workspace, name: str = "Abb. 1.png", *, publication: str = "Köln I", page: int = 0) -> Drawing:
    """A drawing whose bytes are its name."""
    image = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    added = drawings.add(ws, name.encode(), Page(name, page, image), publication=publication, author="Ada")
    return added.drawing


def register_model(ws: Workspace, name: str = "first") -> ModelVersion:
    return models.register(ws, NewModel(name, "imported", "Ada"), artefact=name.encode(), weights=name.encode() * 2)


def predict(
    ws: Workspace,
    drawing_id: int,
    version_id: int,
    *,
    mask: Mask = PREDICTED,
    uncertainty: float = 0.25,
    findings: Sequence[Finding] = (),
) -> Prediction:
    profile = mask[::2, ::2].astype(np.float32)
    probabilities = np.stack([1 - profile, profile], axis=-1)
    arrays = PredictedArrays(mask, probabilities, uncertainty, seconds=0.5, findings=findings)
    return predictions.save(ws, drawing_id, version_id, arrays)


def forget_features(ws: Workspace) -> None:
    """Leave the predictions as an Ostrakon of format 0003 made them."""
    with writing(ws.engine) as connection:
        connection.execute(update(prediction).values(features=None, findings=None, places=None))


def approve_drawing(ws: Workspace, drawing_id: int) -> Annotation:
    draft = annotations.open_draft(ws, drawing_id, "Ada")
    draft = annotations.append(ws, draft, [RIGHT_COLUMN])
    return annotations.approve(ws, draft)
