"""Versions set aside: what somebody drew on a drawing that had gone on with somebody else.

Nothing is dropped: the late edits become a revision of their own, beside the drawing's draft, until a person has
compared the two and chosen. The version that was not chosen stays in the history.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from core.errors import FrozenError
from core.raster.edits import Edit
from core.store import annotations, edit_rows, events, leases
from core.store.annotations import ASIDE, Annotation
from core.store.database import now, reading, writing
from core.store.edit_rows import Row
from core.store.tables import annotation
from core.store.workspace import Workspace


def set_aside(
    ws: Workspace,
    seen: Annotation,
    new_edits: Sequence[Edit],
    *,
    author: str,
    seconds: float = 0.0,
    marks: Sequence[str] = (),
) -> Annotation:
    """A version of its own: the revision as its author saw it, and `new_edits` on top. On the disk on return.

    Raises EditError for a class that the label map does not have.
    """
    with writing(ws.engine) as connection:
        shared = annotations.rows(connection, seen)
        rows = [*shared, *edit_rows.new_rows(new_edits, author, marks)]
        values = {"status": ASIDE, "author": author, "shared_count": len(shared), "seconds_spent": seconds}
        return _insert(connection, seen, rows, values)


def extend(ws: Workspace, aside: Annotation, new_edits: Sequence[Edit], *, marks: Sequence[str] = ()) -> Annotation:
    """The version with more edits of its author, which were on their way when it was set aside."""
    with writing(ws.engine) as connection:
        end = aside.edit_count + len(new_edits)
        _change(connection, aside, edit_count=end, cursor=end)
        rows = edit_rows.new_rows(new_edits, aside.author, marks)
        edit_rows.insert_rows(connection, aside.id, rows, start=aside.edit_count)
        return annotations.read(connection, aside.id)


def waiting(ws: Workspace, drawing_id: int) -> list[Annotation]:
    """The drawing's versions that nobody has chosen about yet, the oldest first."""
    is_waiting = (annotation.c.status == ASIDE) & annotation.c.decided_at.is_(None)
    statement = select(annotation).where(annotation.c.drawing_id == drawing_id, is_waiting).order_by(annotation.c.id)
    with reading(ws.engine) as connection:
        return [Annotation(**row._mapping) for row in connection.execute(statement)]


def use_instead(ws: Workspace, aside: Annotation, *, author: str, holder: str = "") -> Annotation:
    """The version as the drawing's draft; the draft there was is set aside for good.

    Raises FrozenError if somebody chose already, TakenOverError if somebody else edits the drawing.
    """
    with writing(ws.engine) as connection:
        leases.insist(connection, aside.drawing_id, holder)
        _close(connection, aside, author, f"{_whose(aside, author)} version instead")
        is_draft = (annotation.c.drawing_id == aside.drawing_id) & (annotation.c.status == "draft")
        put_away = {"status": ASIDE, "decided_at": now(), "decided_by": author, "version": annotation.c.version + 1}
        connection.execute(update(annotation).where(is_draft).values(put_away))
        rows = annotations.rows(connection, aside)
        values = {"status": "draft", "author": aside.author, "seconds_spent": aside.seconds_spent}
        draft = _insert(connection, aside, rows, values)
        annotations.mark_as_draft(connection, aside.drawing_id)
        return draft


def put_on_top(ws: Workspace, aside: Annotation, draft: Annotation, *, author: str, holder: str = "") -> Annotation:
    """The draft with the edits on it that the version does not share with it.

    Raises like `use_instead`, and StaleVersionError if the draft went on meanwhile.
    """
    with writing(ws.engine) as connection:
        leases.insist(connection, aside.drawing_id, holder)
        _close(connection, aside, author, f"{_whose(aside, author)} edits on top")
        own = annotations.rows(connection, aside)[aside.shared_count or 0 :]
        return annotations.append_within(connection, draft, own, seconds=aside.seconds_spent)


def leave(ws: Workspace, aside: Annotation, *, author: str) -> None:
    """Go on without the version; it stays in the history. Raises FrozenError if somebody chose already."""
    with writing(ws.engine) as connection:
        _close(connection, aside, author, f"to go on without {_whose(aside, author)} version")


def _close(connection: Connection, aside: Annotation, author: str, choice: str) -> None:
    _change(connection, aside, decided_at=now(), decided_by=author)
    events.note(connection, aside.drawing_id, events.CHOSEN, author, choice, aside.id)


def _change(connection: Connection, aside: Annotation, **values: object) -> None:
    is_waiting = (annotation.c.id == aside.id) & annotation.c.decided_at.is_(None)
    is_seen = is_waiting & (annotation.c.version == aside.version) & (annotation.c.status == ASIDE)
    changed = connection.execute(update(annotation).where(is_seen).values(version=annotation.c.version + 1, **values))
    if changed.rowcount == 0:
        raise FrozenError("Somebody has chosen between these versions already. Load the page again to see which.")


def _insert(connection: Connection, base: Annotation, rows: Sequence[Row], values: dict[str, object]) -> Annotation:
    """A new revision on the base of another one, with these edits."""
    kept = {name: getattr(base, name) for name in ("drawing_id", "parent_id", "prediction_id", "base_sha256")}
    counts = {"edit_count": len(rows), "cursor": len(rows)}
    stamp = {"comment": base.comment, "created_at": now()}
    made = insert(annotation).values({**kept, **counts, **stamp, **values}).returning(annotation.c.id)
    annotation_id = connection.execute(made).scalar_one()
    edit_rows.insert_rows(connection, annotation_id, rows, start=0)
    return annotations.read(connection, annotation_id)


def _whose(aside: Annotation, author: str) -> str:
    return "their own" if aside.author == author else f"{aside.author}’s"
