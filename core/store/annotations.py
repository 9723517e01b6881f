"""Annotations: revisions of a drawing's mask, each a base and the edits on it.

A draft grows edit by edit, each on the disk when `append` returns; undo and redo move a cursor over them.
Approving or rejecting renders the mask and freezes the revision; whoever goes on opens a new draft on top of it.
Revisions "aside" are no stage of the drawing's mask: `core.store.asides` keeps them for a choice.

Where a function takes a `holder`, it acts only if nobody else has the lease of the drawing; "" does not ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, select, update

from core.errors import FrozenError, NotFoundError, StaleVersionError
from core.raster.edits import Edit, from_json, replay
from core.raster.masks import Mask, decode_mask, empty_mask, encode_mask
from core.store import drawings, edit_rows, leases, predictions
from core.store.database import now, reading, writing
from core.store.edit_rows import Row
from core.store.tables import annotation, drawing, edit
from core.store.workspace import Workspace

ASIDE = "aside"


@dataclass(frozen=True)
class Annotation:
    """One revision.

    `parent_id`, `prediction_id` or the imported mask `base_sha256` is its base; with none it started empty. The
    first `cursor` of its `edit_count` edits are in force. What follows `decided_at` is None while it is a draft: the
    pixels people changed on the base, as a count and as a fraction of the drawing, and the pixels of each class.
    Of the edits of a version set aside, the first `shared_count` were there before it parted from the draft.
    """

    id: int
    drawing_id: int
    parent_id: int | None
    prediction_id: int | None
    base_sha256: str | None
    status: str
    author: str
    seconds_spent: float
    edit_count: int
    cursor: int
    comment: str
    created_at: datetime
    version: int
    decided_at: datetime | None
    decided_by: str | None
    mask_sha256: str | None
    changed_pixels: int | None
    changed_fraction: float | None
    class_pixels: list[int] | None
    shared_count: int | None

    @property
    def is_draft(self) -> bool:
        return self.status == "draft"


def get(ws: Workspace, annotation_id: int) -> Annotation:
    """The annotation of that id. Raises NotFoundError if there is none."""
    with reading(ws.engine) as connection:
        return read(connection, annotation_id)


def newest(ws: Workspace, drawing_id: int) -> Annotation | None:
    """The drawing's latest revision, be it a draft or decided; none that was set aside."""
    return next((revision for revision in history(ws, drawing_id) if revision.status != ASIDE), None)


def history(ws: Workspace, drawing_id: int) -> list[Annotation]:
    """All revisions of a drawing, the latest first, those set aside among them."""
    with reading(ws.engine) as connection:
        return _read_history(connection, drawing_id)


def open_draft(ws: Workspace, drawing_id: int, author: str) -> Annotation:
    """The drawing's draft, or a new one; there is one at most, whoever asks.

    It builds on the latest decided revision that people had a hand in or approved, else on the prediction that
    is shown, else on an empty mask. As long as it has no edits it follows a newer prediction. Opening a draft
    leaves the drawing's status alone; the first edit makes it "draft".
    """
    with reading(ws.engine) as connection:
        draft, base = _draft_and_base(connection, drawing_id)
    if draft is not None and _rests_on(draft, base):
        return draft
    with writing(ws.engine) as connection:
        draft, base = _draft_and_base(connection, drawing_id)
        if draft is None:
            fresh = {"status": "draft", "seconds_spent": 0.0, "edit_count": 0, "cursor": 0, "comment": ""}
            values = {"drawing_id": drawing_id, "author": author, "created_at": now(), **fresh, **base}
            made = connection.execute(insert(annotation).values(values).returning(annotation.c.id))
            return read(connection, made.scalar_one())
        if not _rests_on(draft, base):
            _change_draft(connection, draft, **base)
        return read(connection, draft.id)


def append(
    ws: Workspace,
    draft: Annotation,
    new_edits: Sequence[Edit],
    *,
    author: str = "",
    seconds: float = 0.0,
    holder: str = "",
    marks: Sequence[str] = (),
) -> Annotation:
    """The draft with `new_edits` at its cursor; edits that were undone before can no longer be redone.

    `author` is who drew them, by default the draft's author. They are on the disk when this returns. `marks`, one for
    each edit, are the browser's names for them: see `known_marks`.
    Raises StaleVersionError if the draft went on elsewhere or somebody took the drawing over, FrozenError if it is
    decided, EditError for a class that the label map does not have.
    """
    with writing(ws.engine) as connection:
        leases.insist(connection, draft.drawing_id, holder)
        new = edit_rows.new_rows(new_edits, author or draft.author, marks)
        return append_within(connection, draft, new, seconds=seconds)


def append_within(connection: Connection, draft: Annotation, new: Sequence[Row], *, seconds: float) -> Annotation:
    """`append` of rows in the caller's transaction."""
    end = draft.cursor + len(new)
    _change_draft(connection, draft, cursor=end, edit_count=end, seconds_spent=annotation.c.seconds_spent + seconds)
    edit_rows.replace_undone(connection, draft.id, version=draft.version, cursor=draft.cursor)
    if new:
        edit_rows.insert_rows(connection, draft.id, new, start=draft.cursor)
        mark_as_draft(connection, draft.drawing_id)
    return read(connection, draft.id)


def undo(ws: Workspace, draft: Annotation, *, seconds: float = 0.0, holder: str = "") -> Annotation:
    """The draft without the last edit in force; at the beginning nothing happens. Raises like `append`."""
    return _move_cursor(ws, draft, max(0, draft.cursor - 1), seconds, holder)


def redo(ws: Workspace, draft: Annotation, *, seconds: float = 0.0, holder: str = "") -> Annotation:
    """The draft with the last undone edit in force again; at the end nothing happens. Raises like `append`."""
    return _move_cursor(ws, draft, min(draft.edit_count, draft.cursor + 1), seconds, holder)


def spend(ws: Workspace, draft: Annotation, seconds: float) -> None:
    """Count time that somebody worked on the draft without changing it; a decided one is left as it is."""
    is_this = (annotation.c.id == draft.id) & (annotation.c.status == "draft")
    with writing(ws.engine) as connection:
        more = annotation.c.seconds_spent + seconds
        connection.execute(update(annotation).where(is_this).values(seconds_spent=more))


def edits(ws: Workspace, revision: Annotation) -> list[Edit]:
    """The edits in force, in order: those that `revision` had, even if others were drawn in their place since."""
    with reading(ws.engine) as connection:
        return [from_json(row["payload"]) for row in rows(connection, revision)]


def rows(connection: Connection, revision: Annotation) -> list[Row]:
    """`edits` as they are on file."""
    return edit_rows.read_rows(connection, revision.id, version=revision.version, cursor=revision.cursor)


def known_marks(ws: Workspace, drawing_id: int, marks: Sequence[str]) -> set[str]:
    """Those of the marks whose edits this drawing has: what a browser sends again must not be made twice."""
    with reading(ws.engine) as connection:
        return edit_rows.read_known_marks(connection, drawing_id, marks)


def last_touched_by(ws: Workspace, revision: Annotation) -> str:
    """Who decided it, else who made its last edit, else who opened it."""
    last = select(edit.c.author).where(edit.c.annotation_id == revision.id).order_by(edit.c.position.desc()).limit(1)
    with reading(ws.engine) as connection:
        return revision.decided_by or connection.execute(last).scalar() or revision.author


def base_mask(ws: Workspace, revision: Annotation) -> Mask:
    """What the revision started from, uint8 (H, W)."""
    if revision.parent_id is not None:
        return mask(ws, get(ws, revision.parent_id))
    if revision.prediction_id is not None:
        return predictions.mask(ws, predictions.get(ws, revision.prediction_id))
    if revision.base_sha256 is not None:
        return decode_mask(ws.blobs.get(revision.base_sha256))
    annotated = drawings.get(ws, revision.drawing_id)
    return empty_mask(annotated.height_px, annotated.width_px)


def mask(ws: Workspace, revision: Annotation) -> Mask:
    """The revision's mask, uint8 (H, W): from file once decided, else the base with the edits in force."""
    if revision.mask_sha256 is not None:
        return decode_mask(ws.blobs.get(revision.mask_sha256))
    return replay(base_mask(ws, revision), edits(ws, revision))


def approve(
    ws: Workspace, draft: Annotation, *, author: str = "", comment: str = "", seconds: float = 0.0, holder: str = ""
) -> Annotation:
    """Freeze the draft as approved: from now on the drawing is trained on with this mask.

    `author` is who decides, by default the draft's author. Raises StaleVersionError, FrozenError, StorageFullError.
    """
    decision = {"status": "approved", "decided_by": author or draft.author, "comment": comment or draft.comment}
    return _decide(ws, draft, decision, seconds, holder)


def reject(
    ws: Workspace, draft: Annotation, *, author: str = "", comment: str = "", seconds: float = 0.0, holder: str = ""
) -> Annotation:
    """Freeze the draft as rejected; the drawing is not trained on. Raises like `approve`."""
    decision = {"status": "rejected", "decided_by": author or draft.author, "comment": comment or draft.comment}
    return _decide(ws, draft, decision, seconds, holder)


def _decide(ws: Workspace, draft: Annotation, decision: dict[str, str], seconds: float, holder: str) -> Annotation:
    _refuse_decided(draft)
    base = base_mask(ws, draft)
    decided = replay(base, edits(ws, draft))
    changed_pixels = int(np.count_nonzero(base != decided))
    mask_sha256 = ws.blobs.put(encode_mask(decided))
    with writing(ws.engine) as connection:
        leases.insist(connection, draft.drawing_id, holder)
        _change_draft(
            connection,
            draft,
            **decision,
            mask_sha256=mask_sha256,
            changed_pixels=changed_pixels,
            changed_fraction=changed_pixels / decided.size,
            class_pixels=[int(np.count_nonzero(decided == index)) for index in range(int(decided.max()) + 1)],
            decided_at=now(),
            seconds_spent=annotation.c.seconds_spent + seconds,
        )
        connection.execute(
            update(drawing)
            .where(drawing.c.id == draft.drawing_id)
            .values(
                status=decision["status"],
                approved_annotation_id=draft.id if decision["status"] == "approved" else None,
                version=drawing.c.version + 1,
            )
        )
        return read(connection, draft.id)


def _draft_and_base(connection: Connection, drawing_id: int) -> tuple[Annotation | None, dict[str, int | None]]:
    """The drawing's draft, if there is one, and the columns parent_id and prediction_id that a new one would have."""
    drawings.read(connection, drawing_id)
    past = _read_history(connection, drawing_id)
    draft = next((revision for revision in past if revision.is_draft), None)
    decided = next((revision for revision in past if revision.status in ("approved", "rejected")), None)
    if decided is not None and (decided.status == "approved" or decided.changed_pixels):
        return draft, {"parent_id": decided.id, "prediction_id": None}
    shown = predictions.read_newest(connection, drawing_id)
    return draft, {"parent_id": None, "prediction_id": shown.id if shown else None}


def _rests_on(draft: Annotation, base: dict[str, int | None]) -> bool:
    """Whether the draft needs no other base; with edits, or on an imported mask, it keeps the one it has."""
    return (
        draft.edit_count > 0
        or draft.base_sha256 is not None
        or base == {"parent_id": draft.parent_id, "prediction_id": draft.prediction_id}
    )


def _move_cursor(ws: Workspace, draft: Annotation, cursor: int, seconds: float, holder: str) -> Annotation:
    _refuse_decided(draft)
    if cursor == draft.cursor:
        return draft
    with writing(ws.engine) as connection:
        leases.insist(connection, draft.drawing_id, holder)
        _change_draft(connection, draft, cursor=cursor, seconds_spent=annotation.c.seconds_spent + seconds)
        return read(connection, draft.id)


def _change_draft(connection: Connection, draft: Annotation, **values: Any) -> None:
    """Update the draft that somebody saw, or say why that cannot be."""
    changed = connection.execute(
        update(annotation)
        .where(annotation.c.id == draft.id, annotation.c.version == draft.version, annotation.c.status == "draft")
        .values(version=annotation.c.version + 1, **values)
    )
    if changed.rowcount == 0:
        _refuse_decided(read(connection, draft.id))
        raise StaleVersionError(
            "This draft went on in another window or with a colleague. Load the page again to see it; nothing is lost."
        )


def _refuse_decided(revision: Annotation) -> None:
    if not revision.is_draft:
        what = "set aside" if revision.status == ASIDE else revision.status
        raise FrozenError(
            f"This annotation was {what} by {revision.decided_by} and does not change any more. "
            "Open the drawing again to correct it in a new draft."
        )


def mark_as_draft(connection: Connection, drawing_id: int) -> None:
    """Let the drawing's status say that somebody is drawing on it."""
    is_other = (drawing.c.id == drawing_id) & (drawing.c.status != "draft")
    connection.execute(update(drawing).where(is_other).values(status="draft", version=drawing.c.version + 1))


def read(connection: Connection, annotation_id: int) -> Annotation:
    """The annotation as the caller's transaction sees it. Raises NotFoundError."""
    row = connection.execute(select(annotation).where(annotation.c.id == annotation_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no annotation {annotation_id} in this workspace. Load the page again.")
    return Annotation(**row._mapping)


def _read_history(connection: Connection, drawing_id: int) -> list[Annotation]:
    statement = select(annotation).where(annotation.c.drawing_id == drawing_id).order_by(annotation.c.id.desc())
    return [Annotation(**row._mapping) for row in connection.execute(statement)]
