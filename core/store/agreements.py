"""Agreements: how far a prediction was right, said by the mask that people approved of the same drawing later.

One for each approved annotation, with the newest prediction by a model that had not learnt from the drawing before.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import exists, insert, or_, select

from core.store import annotations, predictions
from core.store.annotations import Annotation
from core.store.database import reading, writing
from core.store.predictions import Prediction
from core.store.tables import agreement, annotation, drawing, model_version, prediction, snapshot, snapshot_item
from core.store.workspace import Workspace

GLANCE_SECONDS = 1.0  # whoever approved faster, and drew nothing, did not look


@dataclass(frozen=True)
class Agreements:
    """The predictions that people looked at and decided, each array (N,): uncertainty, IoU with the approved mask, and
    id of the publication. `unseen` more were approved without a look, which says nothing about them.
    """

    uncertainty: NDArray[np.float64]
    iou: NDArray[np.float64]
    publications: NDArray[np.int64]
    unseen: int


@dataclass(frozen=True)
class Unreviewed:
    """The predictions that nobody decided about, (N,) each: uncertainty, and id of the publication."""

    uncertainty: NDArray[np.float64]
    publications: NDArray[np.int64]


def missing(ws: Workspace, limit: int, *, among: int) -> list[Annotation]:
    """Approved annotations of drawings with a prediction that were not compared yet, the latest first.

    Looks at the latest `among` approved ones only.
    """
    approved = drawing.c.approved_annotation_id
    latest = select(approved).where(approved.is_not(None)).order_by(approved.desc()).limit(among)
    is_missing = (
        approved.in_(latest),
        drawing.c.model_version_id.is_not(None),
        ~exists().where(agreement.c.annotation_id == approved),
    )
    wanted = select(approved).where(*is_missing).order_by(approved.desc()).limit(limit)
    with reading(ws.engine) as connection:
        return [annotations.read(connection, one) for one in connection.execute(wanted).scalars()]


def untaught_prediction(ws: Workspace, approved: Annotation) -> Prediction | None:
    """The newest prediction of the annotation's drawing by a model that had not learnt from that drawing.

    A model has learnt from it if any snapshot older than the model has it in training: its own is, or its parents'.
    """
    taught = exists().where(
        snapshot_item.c.drawing_id == approved.drawing_id,
        snapshot_item.c.split != "test",
        snapshot_item.c.snapshot_id == snapshot.c.id,
        snapshot.c.created_at < model_version.c.created_at,
        or_(model_version.c.snapshot_id.is_not(None), model_version.c.parent_id.is_not(None)),
    )
    wanted = (
        select(prediction.c.id)
        .join(model_version)
        .where(prediction.c.drawing_id == approved.drawing_id, ~taught)
        .order_by(prediction.c.id.desc())
        .limit(1)
    )
    with reading(ws.engine) as connection:
        found = connection.execute(wanted).scalar()
    return None if found is None else predictions.get(ws, found)


def save(ws: Workspace, annotation_id: int, prediction_id: int | None, iou: float | None) -> None:
    """Keep what came out; None where no model read the drawing untaught. Known ones stay as they are."""
    with writing(ws.engine) as connection:
        if connection.execute(select(agreement).where(agreement.c.annotation_id == annotation_id)).first() is None:
            values = {"annotation_id": annotation_id, "prediction_id": prediction_id, "iou": iou}
            connection.execute(insert(agreement).values(values))


def agreements(ws: Workspace) -> Agreements:
    """All that is known of drawings that are approved now."""
    columns = select(
        prediction.c.uncertainty,
        agreement.c.iou,
        drawing.c.publication_id,
        or_(
            annotation.c.cursor > 0,
            annotation.c.seconds_spent >= GLANCE_SECONDS,
            annotation.c.base_sha256.is_not(None),  # imported: drawn without the prediction
        ).label("was_seen"),
    )
    joined = (
        agreement.join(annotation, annotation.c.id == agreement.c.annotation_id)
        .join(prediction, prediction.c.id == agreement.c.prediction_id)
        .join(drawing, drawing.c.approved_annotation_id == agreement.c.annotation_id)
    )
    is_known = agreement.c.iou.is_not(None) & prediction.c.findings.is_not(
        None
    )  # before 0004 doubt was of another scale
    with reading(ws.engine) as connection:
        rows = connection.execute(columns.select_from(joined).where(is_known)).all()
    seen = [row for row in rows if row.was_seen]
    return Agreements(
        np.array([row.uncertainty for row in seen], np.float64),
        np.array([row.iou for row in seen], np.float64),
        np.array([row.publication_id for row in seen], np.int64),
        unseen=len(rows) - len(seen),
    )


def unreviewed(ws: Workspace) -> Unreviewed:
    """Every prediction that is shown and that nobody decided about."""
    columns = select(drawing.c.uncertainty, drawing.c.publication_id)
    waiting = columns.where(drawing.c.status.in_(("predicted", "draft")), drawing.c.uncertainty.is_not(None))
    with reading(ws.engine) as connection:
        rows = connection.execute(waiting).all()
    return Unreviewed(
        np.array([row.uncertainty for row in rows], np.float64),
        np.array([row.publication_id for row in rows], np.int64),
    )
