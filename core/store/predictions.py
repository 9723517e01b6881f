"""Predictions: what a model version sees in a drawing. They never touch what people drew."""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from core.errors import MaskSizeError, NotFoundError
from core.raster.masks import Mask, decode_mask, encode_mask
from core.raster.places import Place
from core.raster.sanity import CHECKS, Finding
from core.store import drawings
from core.store.database import now, reading, writing
from core.store.tables import alias, annotation, drawing, prediction
from core.store.workspace import Workspace

FEATURES = 32
NOTABLE_UNCERTAINTY = 0.15


CHAMPION_ID = select(alias.c.model_version_id).where(alias.c.name == "champion")
"""Selects the model in use, if there is one."""

IS_SHOWN = (prediction.c.drawing_id == drawing.c.id) & (prediction.c.model_version_id == drawing.c.model_version_id)
"""Joins each drawing to the prediction that is shown of it."""


@dataclass(frozen=True)
class PredictedArrays:
    """What a model version gives for a drawing.

    `mask` is uint8 (H, W) at the drawing's size, `probabilities` float32 (h, w, C) at the network's,
    `uncertainty` 0 (sure) to 1, `seconds` the time it took. `features` float32 (32,) say what the drawing looks like
    to the model, None if it cannot tell. `findings` of the checks and doubtful `places`: the heaviest first.
    """

    mask: Mask
    probabilities: NDArray[np.float32]
    uncertainty: float
    seconds: float
    features: NDArray[np.float32] | None = None
    findings: Sequence[Finding] = ()
    places: Sequence[Place] = ()

    @property
    def reason(self) -> str:
        """Why a person should look at it, in the few words of a card; "" if nothing speaks for it."""
        if self.findings:
            return CHECKS[self.findings[0].check]
        if self.places and self.uncertainty >= NOTABLE_UNCERTAINTY:
            return f"uncertain {self.places[0].where}"
        return ""


@dataclass(frozen=True)
class Prediction:
    """One prediction on file.

    `features` are None if it was made before they were kept; `reason` and `suspicion`, the weight of the heaviest
    finding, are those of the drawing while it shows this prediction.
    """

    id: int
    drawing_id: int
    model_version_id: int
    mask_sha256: str
    probabilities_sha256: str
    uncertainty: float
    seconds: float
    features: tuple[float, ...] | None
    findings: tuple[Finding, ...]
    places: tuple[Place, ...]
    reason: str
    suspicion: float
    created_at: datetime


def save(ws: Workspace, drawing_id: int, model_version_id: int, arrays: PredictedArrays) -> Prediction:
    """Store a prediction; a drawing has one for each model version, and the first one saved stays.

    Only one made before features were kept is replaced, unless somebody has opened the drawing to correct it.
    It is shown unless that of the champion is. A new drawing becomes predicted, other statuses stay.
    Raises NotFoundError, MaskSizeError if the mask is not of the drawing's size, StorageFullError.
    """
    _refuse_other_size(ws, drawing_id, arrays.mask)
    known = of_version(ws, drawing_id, model_version_id)
    if known is not None and known.features is not None:
        return known
    values = {
        "drawing_id": drawing_id,
        "model_version_id": model_version_id,
        "mask_sha256": ws.blobs.put(encode_mask(arrays.mask)),
        "probabilities_sha256": ws.blobs.put(pack_probabilities(arrays.probabilities)),
        "seconds": float(arrays.seconds),
        "features": pack_features(arrays.features),
        "findings": [asdict(finding) for finding in arrays.findings],
        "places": [asdict(place) for place in arrays.places],
        "created_at": now(),
        **_worth_a_look(arrays),
    }
    with writing(ws.engine) as connection:
        found = _of_version(connection, drawing_id, model_version_id)
        if found is None:
            connection.execute(insert(prediction).values(values))
        elif connection.execute(
            select(prediction.c.id).where(prediction.c.id == found.id, _is_to_be_made_anew())
        ).scalar():
            connection.execute(update(prediction).where(prediction.c.id == found.id).values(values))
        else:
            return found
        _show_if_better(connection, drawing_id, model_version_id, _worth_a_look(arrays))
        return _of_version(connection, drawing_id, model_version_id)  # type: ignore[return-value]


def newest(ws: Workspace, drawing_id: int) -> Prediction | None:
    """The prediction that is shown: the champion's, or else the last one made."""
    with reading(ws.engine) as connection:
        return read_newest(connection, drawing_id)


def of_version(ws: Workspace, drawing_id: int, model_version_id: int) -> Prediction | None:
    """What that model version gave for the drawing, if it was asked."""
    with reading(ws.engine) as connection:
        return _of_version(connection, drawing_id, model_version_id)


def get(ws: Workspace, prediction_id: int) -> Prediction:
    """The prediction of that id. Raises NotFoundError if there is none."""
    with reading(ws.engine) as connection:
        row = connection.execute(_SELECT.where(prediction.c.id == prediction_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no prediction {prediction_id} in this workspace. Load the page again.")
    return _prediction(row)


def unpredicted(ws: Workspace, model_version_id: int) -> list[int]:
    """Ids of the drawings that this model version has not seen yet, newest first.

    Among them are those that it read before features were kept, unless somebody has opened them to correct them.
    """
    is_of_version = prediction.c.model_version_id == model_version_id
    seen = select(prediction.c.drawing_id).where(is_of_version, ~_is_to_be_made_anew())
    with reading(ws.engine) as connection:
        statement = select(drawing.c.id).where(drawing.c.id.not_in(seen)).order_by(drawing.c.id.desc())
        return list(connection.execute(statement).scalars())


def outdated_count(ws: Workspace, model_version_id: int) -> int:
    """How many drawings this model version read before features were kept, and should read again."""
    is_of_version = prediction.c.model_version_id == model_version_id
    statement = select(func.count()).select_from(prediction).where(is_of_version, _is_to_be_made_anew())
    with reading(ws.engine) as connection:
        return connection.execute(statement).scalar_one()


def mask(ws: Workspace, shown: Prediction) -> Mask:
    """The predicted mask, uint8 (H, W), at the drawing's full size. Raises MaskSizeError if that on file is not."""
    found = decode_mask(ws.blobs.get(shown.mask_sha256))
    _refuse_other_size(ws, shown.drawing_id, found)
    return found


def probabilities(ws: Workspace, shown: Prediction) -> NDArray[np.float32]:
    """float32 (h, w, C) at the network's size, each value within 1/510 of the predicted one."""
    return unpack_probabilities(ws.blobs.get(shown.probabilities_sha256))


def foreground(ws: Workspace, shown: Prediction) -> NDArray[np.float32]:
    """Probability of anything but background, float32 (h, w) at the network's size."""
    return np.float32(1) - probabilities(ws, shown)[..., 0]


def pack_probabilities(values: NDArray[np.float32]) -> bytes:
    """Compressed .npz with each probability rounded to one of 256 steps: the error is at most 1/510."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, probabilities=np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8))
    return buffer.getvalue()


def unpack_probabilities(content: bytes) -> NDArray[np.float32]:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return np.asarray(arrays["probabilities"], dtype=np.float32) / np.float32(255)


def pack_features(features: NDArray[np.float32] | None) -> bytes:
    """float32 (32,) as bytes, the same on every computer; zeros for None."""
    return (np.zeros(FEATURES) if features is None else np.asarray(features)).astype("<f4").tobytes()


def unpack_features(stored: Sequence[bytes | None]) -> NDArray[np.float32]:
    """float32 (N, 32): the features of N predictions, zeros where none are on file."""
    none = pack_features(None)
    return np.frombuffer(b"".join(one or none for one in stored), "<f4").astype(np.float32).reshape(-1, FEATURES)


def show_version(connection: Connection, model_version_id: int) -> None:
    """Show what this model version gave wherever it was asked, as when it becomes champion."""
    is_made = (prediction.c.drawing_id == drawing.c.id) & (prediction.c.model_version_id == model_version_id)
    shown = {
        name: select(prediction.c[name]).where(is_made).scalar_subquery()
        for name in ("uncertainty", "reason", "suspicion")
    }
    connection.execute(
        update(drawing)
        .where(select(prediction.c.id).where(is_made).exists())
        .values(model_version_id=model_version_id, **shown)
    )


def read_newest(connection: Connection, drawing_id: int) -> Prediction | None:
    """`newest`, as the caller's transaction sees it."""
    row = connection.execute(_SELECT.join(drawing, IS_SHOWN).where(prediction.c.drawing_id == drawing_id)).one_or_none()
    return _prediction(row) if row else None


_SELECT = select(prediction)


def _refuse_other_size(ws: Workspace, drawing_id: int, mask: Mask) -> None:
    predicted = drawings.get(ws, drawing_id)
    if mask.shape != (predicted.height_px, predicted.width_px):
        raise MaskSizeError(
            f"The mask of {predicted.name} is {mask.shape[1]} x {mask.shape[0]} pixels, the drawing "
            f"{predicted.width_px} x {predicted.height_px}. Predict it again."
        )


def _of_version(connection: Connection, drawing_id: int, model_version_id: int) -> Prediction | None:
    row = connection.execute(
        _SELECT.where(prediction.c.drawing_id == drawing_id, prediction.c.model_version_id == model_version_id)
    ).one_or_none()
    return _prediction(row) if row else None


def _prediction(row: Row[Any]) -> Prediction:
    values = dict(row._mapping)
    features = values.pop("features")
    return Prediction(
        features=None if features is None else tuple(unpack_features([features])[0].tolist()),
        findings=tuple(_finding(finding) for finding in values.pop("findings") or ()),
        places=tuple(Place(**place) for place in values.pop("places") or ()),
        **values,
    )


def _finding(stored: dict[str, Any]) -> Finding:
    return Finding(**{**stored, "place": None if stored["place"] is None else tuple(stored["place"])})


def _worth_a_look(arrays: PredictedArrays) -> dict[str, Any]:
    """What the queue goes by, as the columns that predictions and drawings share."""
    suspicion = max((finding.weight for finding in arrays.findings), default=0.0)
    return {"uncertainty": float(arrays.uncertainty), "reason": arrays.reason, "suspicion": float(suspicion)}


def _is_to_be_made_anew() -> ColumnElement[bool]:
    """Whether a prediction is from before features were kept, and nobody builds on it."""
    built_on = select(annotation.c.id).where(annotation.c.drawing_id == prediction.c.drawing_id)
    return prediction.c.features.is_(None) & ~built_on.exists()


def _show_if_better(
    connection: Connection, drawing_id: int, model_version_id: int, worth_a_look: dict[str, Any]
) -> None:
    champion_id = connection.execute(CHAMPION_ID).scalar()
    is_this = drawing.c.id == drawing_id
    shown = connection.execute(select(drawing.c.model_version_id).where(is_this)).scalar()
    if shown is None or shown != champion_id or model_version_id == champion_id:
        values = {"model_version_id": model_version_id, **worth_a_look}
        connection.execute(update(drawing).where(is_this).values(values))
    connection.execute(update(drawing).where(is_this, drawing.c.status == "new").values(status="predicted"))
