"""The worker's lease: one row, so that a workspace has one worker at a time.

nobody -> reserve (a page is starting a worker) -> take (the worker is up) -> renew ... -> release
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from core.errors import LeaseLostError
from core.store.database import now, reading, writing
from core.store.tables import worker as table
from core.store.workspace import Workspace
from core.work.processes import Owner
from core.work.queue import LEASE_SECONDS, is_any_open, is_free

START_SECONDS = 15.0  # a worker that was started and has not come up by then is started again

_NAME = "main"
_STARTING = "starting"


@dataclass(frozen=True)
class Lease:
    """The right to be the worker of a workspace, until somebody else takes it with a higher fence."""

    owner: Owner
    fence: int


def is_held(workspace: Workspace) -> bool:
    """Whether a worker is up, or on its way."""
    with reading(workspace.engine) as connection:
        return _is_held(connection)


def worker_process(workspace: Workspace) -> Owner | None:
    """The process that is the worker now, or None."""
    with reading(workspace.engine) as connection:
        row = _row(connection)
        is_up = row is not None and row.owner != _STARTING and not is_free(row.owner, row.lease_expires_at)
        return Owner.parse(row.owner) if is_up else None


def reserve(workspace: Workspace) -> bool:
    """Announce that a worker is being started; False if there is one, or somebody else is at it."""
    if is_held(workspace):
        return False
    with writing(workspace.engine) as connection:
        if _is_held(connection):
            return False
        _put(connection, owner=_STARTING, starter=Owner.of_this_process(), seconds=START_SECONDS)
        return True


def take(workspace: Workspace, owner: Owner, *, lease_seconds: float = LEASE_SECONDS) -> Lease | None:
    """Become the worker; None if there is one already. Of several that are starting, the first one gets it."""
    with writing(workspace.engine) as connection:
        row = _row(connection)
        if row is not None and row.owner != _STARTING and not is_free(row.owner, row.lease_expires_at):
            return None
        return Lease(owner, _put(connection, owner=str(owner), starter=owner, seconds=lease_seconds))


def renew(workspace: Workspace, lease: Lease, *, lease_seconds: float = LEASE_SECONDS) -> None:
    """Stay the worker. Raises LeaseLostError if another one has taken over."""
    values = {"heartbeat_at": now(), "lease_expires_at": now() + timedelta(seconds=lease_seconds)}
    with writing(workspace.engine) as connection:
        if connection.execute(update(table).where(*_is(lease)).values(**values)).rowcount == 0:
            raise LeaseLostError("Another worker has taken over this workspace.")


def release(workspace: Workspace, lease: Lease) -> None:
    """Give the lease back; one that is lost already stays with its new holder."""
    with writing(workspace.engine) as connection:
        connection.execute(delete(table).where(*_is(lease)))


def release_unless_busy(workspace: Workspace, lease: Lease, kinds: Collection[str]) -> bool:
    """Give the lease back if no job of these kinds is open; else False.

    Both in one step: a job that is enqueued a moment later finds no worker, and so starts one.
    """
    with writing(workspace.engine) as connection:
        if is_any_open(connection, kinds):
            return False
        connection.execute(delete(table).where(*_is(lease)))
        return True


def _is_held(connection: Connection) -> bool:
    row = _row(connection)
    if row is None:
        return False
    if row.owner == _STARTING:  # its starter may be gone, and the worker still come up
        return bool(row.lease_expires_at > now())
    return not is_free(row.owner, row.lease_expires_at)


def _put(connection: Connection, *, owner: str, starter: Owner, seconds: float) -> int:
    row = _row(connection)
    fence = 1 if row is None else row.fence + 1
    connection.execute(delete(table).where(table.c.name == _NAME))
    connection.execute(
        insert(table).values(
            name=_NAME,
            owner=owner,
            host=starter.host,
            pid=starter.pid,
            fence=fence,
            started_at=now(),
            heartbeat_at=now(),
            lease_expires_at=now() + timedelta(seconds=seconds),
        )
    )
    return fence


def _is(lease: Lease) -> tuple[Any, ...]:
    return (table.c.name == _NAME, table.c.owner == str(lease.owner), table.c.fence == lease.fence)


def _row(connection: Connection) -> Any:
    return connection.execute(select(table).where(table.c.name == _NAME)).first()
