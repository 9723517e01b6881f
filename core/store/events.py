"""Events: what people did about a drawing beside deciding on it, for its history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from core.errors import InputError
from core.store.database import now, reading, writing
from core.store.tables import annotation, edit, event
from core.store.workspace import Workspace

COMMENT, TAKEN_OVER, CHOSEN, TAKEN_BACK = "comment", "taken over", "chosen", "taken back"
"""Said something; took over from the person in `text`; chose between two versions as `text` says; took an approval
back."""
LONGEST_COMMENT = 2_000


@dataclass(frozen=True)
class Event:
    """`annotation_id` is the revision it is about, where it is about one."""

    id: int
    drawing_id: int
    annotation_id: int | None
    kind: str
    author: str
    text: str
    created_at: datetime


@dataclass(frozen=True)
class Share:
    """The edits in force of one revision that one person made, and when they made the first and the last."""

    annotation_id: int
    author: str
    edit_count: int
    first_at: datetime
    last_at: datetime


def comment(ws: Workspace, drawing_id: int, text: str, *, author: str, annotation_id: int | None = None) -> Event:
    """Write a comment down. Raises InputError for an empty or overlong one."""
    said = text.strip()
    if not 0 < len(said) <= LONGEST_COMMENT:
        raise InputError(f"A comment has between 1 and {LONGEST_COMMENT:,} characters; this one has {len(said):,}.")
    with writing(ws.engine) as connection:
        return note(connection, drawing_id, COMMENT, author, said, annotation_id)


def note(
    connection: Connection, drawing_id: int, kind: str, author: str, text: str, annotation_id: int | None = None
) -> Event:
    """Write an event down in the caller's transaction."""
    values = {
        "drawing_id": drawing_id,
        "annotation_id": annotation_id,
        "kind": kind,
        "author": author,
        "text": text,
        "created_at": now(),
    }
    made = connection.execute(insert(event).values(values).returning(event)).one()
    return Event(**made._mapping)


def events(ws: Workspace, drawing_id: int) -> list[Event]:
    """What happened to a drawing, the latest first."""
    statement = select(event).where(event.c.drawing_id == drawing_id).order_by(event.c.id.desc())
    with reading(ws.engine) as connection:
        return [Event(**row._mapping) for row in connection.execute(statement)]


def shares(ws: Workspace, drawing_id: int) -> list[Share]:
    """Who drew how much in each revision of a drawing, the latest first."""
    statement = (
        select(
            edit.c.annotation_id,
            edit.c.author,
            func.count().label("edit_count"),
            func.min(edit.c.created_at).label("first_at"),
            func.max(edit.c.created_at).label("last_at"),
        )
        .join_from(edit, annotation, edit.c.annotation_id == annotation.c.id)
        .where(annotation.c.drawing_id == drawing_id, edit.c.position < annotation.c.cursor)
        .group_by(edit.c.annotation_id, edit.c.author)
        .order_by(func.max(edit.c.created_at).desc())
    )
    with reading(ws.engine) as connection:
        return [Share(**row._mapping) for row in connection.execute(statement)]
