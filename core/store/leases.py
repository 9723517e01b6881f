"""Leases: who edits a drawing just now, so that nobody draws on it unawares beside them.

A lease belongs to a tab of a browser and to the person who sits there. It lasts for `Settings.lease_seconds` and is
renewed while the drawing is open; whoever is gone loses it by itself. A tab edits one drawing at a time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, delete, insert, select

from core.errors import TakenOverError
from core.store import events
from core.store.database import now, reading, writing
from core.store.tables import edit_lease
from core.store.workspace import Workspace

_RENEWED_AFTER = 1 / 4  # of its time: asking more often writes nothing


@dataclass(frozen=True)
class Lease:
    """`author` edits the drawing in the tab `holder` since then; nobody does after `expires_at`."""

    drawing_id: int
    holder: str
    author: str
    since: datetime
    expires_at: datetime


def take(ws: Workspace, drawing_id: int, holder: str, author: str) -> Lease:
    """The lease in force: the holder's own, new or renewed, unless somebody else edits the drawing already.

    Compare its `holder` to see which. Ask again well before it expires, and it stays.
    """
    with reading(ws.engine) as connection:
        found = _in_force(connection, drawing_id)
    if found is not None and (found.holder != holder or _is_fresh(ws, found, author)):
        return found
    with writing(ws.engine) as connection:
        found = _in_force(connection, drawing_id)
        if found is not None and found.holder != holder:
            return found
        return take_within(connection, ws, drawing_id, holder, author)


def take_within(connection: Connection, ws: Workspace, drawing_id: int, holder: str, author: str) -> Lease:
    """The holder's own lease, in the caller's transaction, which saw that nobody else has it."""
    found = _in_force(connection, drawing_id)
    return _put(connection, ws, drawing_id, holder, author, since=found.since if found else now())


def take_over(ws: Workspace, drawing_id: int, holder: str, author: str) -> Lease:
    """The holder's own lease, whoever had it; the history tells from whom it was taken."""
    with writing(ws.engine) as connection:
        found = _in_force(connection, drawing_id)
        if found is not None and found.author != author:
            events.note(connection, drawing_id, events.TAKEN_OVER, author, found.author)
        return _put(connection, ws, drawing_id, holder, author, since=now())


def find(ws: Workspace, drawing_id: int) -> Lease | None:
    """The lease in force, or None when nobody edits the drawing."""
    with reading(ws.engine) as connection:
        return _in_force(connection, drawing_id)


def release(ws: Workspace, holder: str) -> None:
    """Give back what the holder edits; others may have it at once."""
    with writing(ws.engine) as connection:
        connection.execute(delete(edit_lease).where(edit_lease.c.holder == holder))


def insist(connection: Connection, drawing_id: int, holder: str) -> None:
    """Raise TakenOverError if somebody other than the holder edits the drawing now; "" is nobody and never refused."""
    found = _in_force(connection, drawing_id) if holder else None
    if found is not None and found.holder != holder:
        raise TakenOverError(f"{found.author} has taken over this drawing. What you drew is kept beside it.")


def held_by_others(holder: str) -> Select[tuple[int]]:
    """Selects the ids of the drawings that somebody other than the holder edits now."""
    return select(edit_lease.c.drawing_id).where(edit_lease.c.holder != holder, edit_lease.c.expires_at > now())


def _is_fresh(ws: Workspace, lease: Lease, author: str) -> bool:
    spent_seconds = ws.settings.lease_seconds - (lease.expires_at - now()).total_seconds()
    return lease.author == author and spent_seconds < _RENEWED_AFTER * ws.settings.lease_seconds


def _in_force(connection: Connection, drawing_id: int) -> Lease | None:
    statement = select(edit_lease).where(edit_lease.c.drawing_id == drawing_id, edit_lease.c.expires_at > now())
    row = connection.execute(statement).one_or_none()
    return None if row is None else Lease(**row._mapping)


def _put(connection: Connection, ws: Workspace, drawing_id: int, holder: str, author: str, *, since: datetime) -> Lease:
    is_over = (edit_lease.c.drawing_id == drawing_id) | (edit_lease.c.holder == holder)
    connection.execute(delete(edit_lease).where(is_over | (edit_lease.c.expires_at <= now())))
    lease = Lease(drawing_id, holder, author, since, now() + timedelta(seconds=ws.settings.lease_seconds))
    connection.execute(insert(edit_lease).values(vars(lease)))
    return lease
