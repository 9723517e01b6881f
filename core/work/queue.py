"""The queue: jobs in the database, so that no crash loses one.

    enqueue -> queued -> claim -> running -> finished, failed or cancelled
                  ^                  |
                  +----- put_back ---+        and claimed again when its holder is gone or its lease ran out

Every claim raises the job's fence. Whoever claimed it before can write nothing to it any more (LeaseLostError), so
a worker that was only asleep does no harm. What a job does must be repeatable: it may be done more than once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, insert, select, true, update
from sqlalchemy.engine import Row

from core.errors import LeaseLostError, NotFoundError
from core.store.database import now, reading, writing
from core.store.tables import job as table
from core.store.workspace import Workspace
from core.work.processes import Owner

OPEN = ("queued", "running")
LEASE_SECONDS = 10.0


@dataclass(frozen=True)
class Job:
    """One durable piece of background work as it was when it was read.

    `status` is queued, running, finished, failed or cancelled; `progress` runs from 0 to 1; `attempts` counts the
    claims since the last saved progress; `state` is where to go on after a crash; `error` is a sentence or "".
    """

    id: int
    kind: str
    payload: dict[str, Any]
    key: str | None
    status: str
    priority: int
    progress: float
    message: str
    state: dict[str, Any]
    result: dict[str, Any]
    error: str
    attempts: int
    cancel_requested: bool
    owner: str | None
    fence: int
    lease_expires_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


def enqueue(
    workspace: Workspace, kind: str, payload: dict[str, Any], *, key: str | None = None, priority: int = 0
) -> Job:
    """A new job at the end of the queue; while an open job has `key`, that one instead.

    Jobs of higher `priority` go first.
    """
    with writing(workspace.engine) as connection:
        return add(connection, kind, payload, key=key, priority=priority)


def add(
    connection: Connection, kind: str, payload: dict[str, Any], *, key: str | None = None, priority: int = 0
) -> Job:
    """The same inside a transaction: the job is there if and only if what belongs to it is."""
    if key is not None:
        twin = connection.execute(_jobs().where(table.c.key == key, table.c.status.in_(OPEN))).first()
        if twin is not None:
            return _job(twin)
    row = {"kind": kind, "payload": payload, "key": key, "priority": priority, "status": "queued", "created_at": now()}
    return _get(connection, connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one())


def get(workspace: Workspace, job_id: int) -> Job:
    """The job as it is now. Raises NotFoundError."""
    with reading(workspace.engine) as connection:
        return _get(connection, job_id)


def list_jobs(
    workspace: Workspace,
    *,
    kinds: Collection[str] | None = None,
    statuses: Collection[str] | None = None,
    limit: int = 50,
) -> list[Job]:
    """The newest jobs first."""
    query = _jobs().where(_is_of(kinds)).order_by(table.c.id.desc()).limit(limit)
    if statuses is not None:
        query = query.where(table.c.status.in_(statuses))
    with reading(workspace.engine) as connection:
        return [_job(row) for row in connection.execute(query)]


def active_jobs(workspace: Workspace, *, kinds: Collection[str] | None = None) -> list[Job]:
    """The queued and running jobs in the order in which they came."""
    query = _jobs().where(_is_of(kinds), table.c.status.in_(OPEN)).order_by(table.c.id)
    with reading(workspace.engine) as connection:
        return [_job(row) for row in connection.execute(query)]


def has_open(workspace: Workspace, kinds: Collection[str]) -> bool:
    """Whether a job of these kinds is queued or running."""
    with reading(workspace.engine) as connection:
        return is_any_open(connection, kinds)


def is_any_open(connection: Connection, kinds: Collection[str]) -> bool:
    """The same inside a transaction."""
    return connection.execute(_jobs().where(_is_of(kinds), table.c.status.in_(OPEN)).limit(1)).first() is not None


def is_overtaken(workspace: Workspace, job: Job, kinds: Collection[str]) -> bool:
    """Whether a job of higher priority waits."""
    waits = and_(_is_of(kinds), table.c.status == "queued", table.c.priority > job.priority)
    with reading(workspace.engine) as connection:
        return connection.execute(_jobs().where(waits).limit(1)).first() is not None


def claim(
    workspace: Workspace,
    owner: Owner,
    *,
    kinds: Collection[str] | None = None,
    lease_seconds: float = LEASE_SECONDS,
) -> Job | None:
    """The next job for `owner`, or None when there is nothing to do.

    That is the oldest of those with the highest priority that are queued, or running under a lease which ran out
    or whose holder is gone.
    """
    with reading(workspace.engine) as connection:
        if _next(connection, kinds) is None:
            return None
    with writing(workspace.engine) as connection:
        job_id = _next(connection, kinds)
        if job_id is None:
            return None
        connection.execute(
            update(table)
            .where(table.c.id == job_id)
            .values(
                status="running",
                owner=str(owner),
                fence=table.c.fence + 1,
                attempts=table.c.attempts + 1,
                started_at=func.coalesce(table.c.started_at, now()),
                **_lease(lease_seconds),
            )
        )
        return _get(connection, job_id)


def heartbeat(workspace: Workspace, job: Job, *, lease_seconds: float = LEASE_SECONDS) -> None:
    """Keep the job. Raises LeaseLostError if another worker has taken it over, or it has ended."""
    _write(workspace, job, _lease(lease_seconds))


def report(
    workspace: Workspace,
    job: Job,
    *,
    progress: float,
    message: str,
    state: dict[str, Any] | None = None,
    is_saved: bool = False,
) -> Job:
    """Write down how far the job is, and read it again: `cancel_requested` may have become true.

    `is_saved` says that another attempt will go on from here at the earliest; attempts are then counted anew.
    Raises LeaseLostError if another worker has taken the job over.
    """
    values: dict[str, Any] = {"progress": min(max(progress, 0.0), 1.0), "message": message}
    if state is not None:
        values["state"] = state
    if is_saved:
        values["attempts"] = 1
    return _write(workspace, job, values)


def show_life(workspace: Workspace, job: Job, message: str) -> None:
    """Replace what was reported last, unless the job has ended or has something else to report meanwhile."""
    is_as_seen = (table.c.id == job.id, table.c.fence == job.fence, table.c.message == job.message)
    with writing(workspace.engine) as connection:
        connection.execute(update(table).where(*is_as_seen, table.c.status == "running").values(message=message))


def finish(workspace: Workspace, job: Job, result: dict[str, Any]) -> Job:
    """End the job well. Raises LeaseLostError if another worker has taken it over."""
    return _end(workspace, job, "finished", progress=1.0, result=result)


def fail(workspace: Workspace, job: Job, error: str) -> Job:
    """End the job with the sentence `error`. Raises LeaseLostError if another worker has taken it over."""
    return _end(workspace, job, "failed", error=error)


def cancel(workspace: Workspace, job: Job) -> Job:
    """End the job as its holder, because a person asked for it. Raises LeaseLostError if it is held by another."""
    return _end(workspace, job, "cancelled")


def put_back(workspace: Workspace, job: Job, *, is_attempt: bool = True) -> Job:
    """Let the job be claimed again, before those that came after it; it counts as an attempt or not.

    Raises LeaseLostError if another worker has taken it over.
    """
    attempts = table.c.attempts if is_attempt else table.c.attempts - 1
    return _write(workspace, job, {"status": "queued", "attempts": attempts, "owner": None, "lease_expires_at": None})


def request_cancel(workspace: Workspace, job_id: int) -> Job:
    """Ask for the job to stop: one that waits is cancelled at once, one that runs within seconds.

    A job that has ended stays as it is. Raises NotFoundError.
    """
    with writing(workspace.engine) as connection:
        connection.execute(
            update(table)
            .where(table.c.id == job_id, table.c.status == "queued")
            .values(status="cancelled", cancel_requested=True, finished_at=now())
        )
        connection.execute(
            update(table).where(table.c.id == job_id, table.c.status == "running").values(cancel_requested=True)
        )
        return _get(connection, job_id)


def _next(connection: Connection, kinds: Collection[str] | None) -> int | None:
    query = select(table.c.id, table.c.status, table.c.owner, table.c.lease_expires_at).where(_is_of(kinds))
    in_order = (table.c.priority.desc(), table.c.id)
    first_queued = connection.execute(query.where(table.c.status == "queued").order_by(*in_order).limit(1)).first()
    running = connection.execute(query.where(table.c.status == "running")).all()
    lost = [row.id for row in running if is_free(row.owner, row.lease_expires_at)]
    candidates = lost if first_queued is None else [*lost, first_queued.id]
    return connection.execute(select(table.c.id).where(table.c.id.in_(candidates)).order_by(*in_order)).scalar()


def is_free(owner: str | None, expires_at: datetime | None) -> bool:
    """Whether a lease may be taken over: it ran out, or the process that held it is gone."""
    return owner is None or expires_at is None or expires_at <= now() or Owner.parse(owner).is_gone()


def _lease(seconds: float) -> dict[str, datetime]:
    return {"heartbeat_at": now(), "lease_expires_at": now() + timedelta(seconds=seconds)}


def _end(workspace: Workspace, job: Job, status: str, **values: Any) -> Job:
    return _write(workspace, job, {"status": status, "finished_at": now(), "lease_expires_at": None, **values})


def _write(workspace: Workspace, job: Job, values: dict[str, Any]) -> Job:
    """Change a job that is still held under the fence that `job` was claimed with."""
    is_held = (table.c.id == job.id, table.c.fence == job.fence, table.c.status == "running")
    with writing(workspace.engine) as connection:
        if connection.execute(update(table).where(*is_held).values(**values)).rowcount == 0:
            raise LeaseLostError(f"Job {job.id} is no longer held by this worker; it has ended or another one does it.")
        return _get(connection, job.id)


def _is_of(kinds: Collection[str] | None) -> ColumnElement[bool]:
    if kinds is None:
        return true()
    return table.c.kind.in_(kinds) if kinds else false()


def _get(connection: Connection, job_id: int) -> Job:
    row = connection.execute(_jobs().where(table.c.id == job_id)).first()
    if row is None:
        raise NotFoundError(f"There is no job {job_id}. It may have been removed: reload the page.")
    return _job(row)


def _jobs() -> Select[Any]:
    return select(*(table.c[name] for name in Job.__dataclass_fields__))


def _job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    return Job(**{**values, "state": values["state"] or {}, "result": values["result"] or {}})
