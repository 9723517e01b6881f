"""Accepting masks as they are: one by one, or the surest of the model's at once after a look at a sample of them."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, select, update

from core.errors import CorruptBlobError, FrozenError, MaskSizeError, NotFoundError, StaleVersionError
from core.store import annotations, drawings, events, leases, predictions
from core.store.annotations import Annotation
from core.store.current import Source
from core.store.database import reading, writing
from core.store.drawings import UNDECIDED, Drawing
from core.store.predictions import CHAMPION_ID, IS_SHOWN, Prediction
from core.store.tables import annotation, drawing, prediction
from core.store.workspace import Workspace

log = logging.getLogger(__name__)

SAMPLE = 6
IN_BULK = "accepted in bulk"
TAKEN_BACK = "taken back"  # status of an approval that does not count any more


@dataclass(frozen=True)
class Sure:
    """A drawing and the prediction that the model is sure of."""

    drawing_id: int
    prediction_id: int


@dataclass(frozen=True)
class Surest:
    """The undecided drawings that the model in use is surest of, the surest first, and some of them to look at."""

    all: tuple[Sure, ...]
    sample: tuple[Drawing, ...]


def accept(
    ws: Workspace, seen: Source, author: str, *, holder: str = "", seconds: float = 0.0, comment: str = ""
) -> Annotation:
    """Approve the mask that was seen, as it is; `seconds` is how long it was looked at.

    Raises StaleVersionError if the drawing has another mask by now or was decided, or if somebody else edits it.
    """
    shown = drawings.get(ws, seen.drawing_id)
    if shown.status not in UNDECIDED:
        raise StaleVersionError(f"Somebody {shown.status} {shown.name} meanwhile.")
    draft = annotations.open_draft(ws, shown.id, author)
    if not _is_as_seen(draft, seen):
        raise StaleVersionError(f"The mask of {shown.name} is another one by now. Look at it again.")
    try:
        return annotations.approve(ws, draft, author=author, seconds=seconds, holder=holder, comment=comment)
    except FrozenError as error:
        raise StaleVersionError(f"Somebody decided on {shown.name} meanwhile.") from error


def surest(ws: Workspace, *, below: float, holder: str = "") -> Surest:
    """What the model in use read with an uncertainty under `below`, that no check suspects and nobody works on.

    Half of the sample are those it is least sure of, the others come from all over the rest.
    """
    statement = (
        select(drawing.c.id, prediction.c.id)
        .select_from(drawing.join(prediction, IS_SHOWN))
        .where(
            drawing.c.status == "predicted",
            drawing.c.model_version_id == CHAMPION_ID.scalar_subquery(),
            drawing.c.uncertainty < below,
            drawing.c.suspicion == 0,
            drawing.c.reason == "",
            drawing.c.id.not_in(leases.held_by_others(holder)),
        )
        .order_by(drawing.c.uncertainty, drawing.c.id)
    )
    with reading(ws.engine) as connection:
        found = tuple(Sure(*row) for row in connection.execute(statement))
    return Surest(found, tuple(drawings.get_all(ws, [found[place].drawing_id for place in _sample(len(found))])))


def accept_surest(
    ws: Workspace,
    sure: Sequence[Sure],
    author: str,
    *,
    holder: str = "",
    report: Callable[[int], object] = lambda done: None,
) -> list[Annotation]:
    """The approvals of these predictions, in bulk, each with its author in the history.

    A drawing that somebody edits, decided, or that was read anew since is left as it is, as is one whose mask cannot be
    read. `report` hears how many are done. Raises StorageFullError; what is accepted until then stays.
    """
    accepted = []
    for number, one in enumerate(sure, start=1):
        try:
            seen = predictions.get(ws, one.prediction_id)
            accepted.append(accept(ws, seen, author, holder=holder or _nobody(author), comment=IN_BULK))
        except StaleVersionError:
            pass  # it waits in the queue, as all others that nobody accepted
        except (CorruptBlobError, MaskSizeError, NotFoundError) as error:
            log.warning("drawing %d is not accepted: %s", one.drawing_id, error)
        report(number)
    return accepted


def can_take_back(revision: Annotation) -> bool:
    """Whether this approval accepted a prediction as it was: nothing that anybody drew goes with it."""
    return revision.status == "approved" and revision.prediction_id is not None and not revision.edit_count


def take_back(ws: Workspace, accepted: Sequence[Annotation], author: str) -> int:
    """Undo acceptances: the drawings wait in the queue again. How many did; with what was drawn since, none does."""
    count = 0
    for revision in accepted:
        with writing(ws.engine) as connection:
            count += can_take_back(revision) and _take_back(connection, revision, author)
    return count


def _is_as_seen(draft: Annotation, seen: Source) -> bool:
    if isinstance(seen, Prediction):
        return draft.prediction_id == seen.id and draft.cursor == 0
    return (draft.id, draft.version) == (seen.id, seen.version)


def _take_back(connection: Connection, revision: Annotation, author: str) -> bool:
    is_in_force = (drawing.c.id == revision.drawing_id) & (drawing.c.approved_annotation_id == revision.id)
    waits = {"status": "predicted", "approved_annotation_id": None, "version": drawing.c.version + 1}
    changed = connection.execute(update(drawing).where(is_in_force, drawing.c.status == "approved").values(waits))
    if changed.rowcount == 0:
        return False
    connection.execute(update(annotation).where(annotation.c.id == revision.id).values(status=TAKEN_BACK))
    events.note(connection, revision.drawing_id, events.TAKEN_BACK, author, "", revision.id)
    return True


def _sample(count: int) -> list[int]:
    """Places to look at among `count` sorted ones: the last three, and others evenly from the rest."""
    if count <= SAMPLE:
        return list(range(count))
    last = SAMPLE // 2
    return [*np.linspace(0, count - last - 1, SAMPLE - last).astype(int).tolist(), *range(count - last, count)]


def _nobody(author: str) -> str:
    """A holder that no tab is, so that what anybody edits is left alone."""
    return f"{author}, in bulk"
