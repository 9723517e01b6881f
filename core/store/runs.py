"""Runs: training attempts, their configuration and how they went."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, null, select, update

from core.errors import NotFoundError
from core.store.database import now, reading, writing
from core.store.tables import epoch, run
from core.store.workspace import Workspace

OPEN = ("queued", "running")


@dataclass(frozen=True)
class Run:
    """One run on file.

    `status` is queued, running, finished, failed or cancelled. `history` has a dict of figures for each epoch,
    in order; a figure that is no finite number is None. `comparison` sets challenger against champion, once
    finished; `model_version_id` is what came out. `error` is a sentence, or "".
    """

    id: int
    snapshot_id: int
    configuration: dict[str, Any]
    seed: int
    status: str
    parent_version_id: int | None
    model_version_id: int | None
    job_id: int | None
    comparison: dict[str, Any] | None
    error: str
    created_at: datetime
    created_by: str
    finished_at: datetime | None
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


def create(
    ws: Workspace,
    snapshot_id: int,
    configuration: Mapping[str, Any],
    *,
    seed: int,
    author: str,
    parent_version_id: int | None = None,
) -> Run:
    """A queued run."""
    with writing(ws.engine) as connection:
        return add(
            connection, snapshot_id, configuration, seed=seed, author=author, parent_version_id=parent_version_id
        )


def add(
    connection: Connection,
    snapshot_id: int,
    configuration: Mapping[str, Any],
    *,
    seed: int,
    author: str,
    parent_version_id: int | None = None,
) -> Run:
    """The same inside a transaction, which also enqueues the run's job."""
    values = {
        "snapshot_id": snapshot_id,
        "configuration": dict(configuration),
        "seed": seed,
        "status": "queued",
        "parent_version_id": parent_version_id,
        "error": "",
        "created_at": now(),
        "created_by": author,
    }
    return _read(connection, connection.execute(insert(run).values(values).returning(run.c.id)).scalar_one())


def get(ws: Workspace, run_id: int) -> Run:
    """The run of that id with its history. Raises NotFoundError if there is none."""
    with reading(ws.engine) as connection:
        return _read(connection, run_id)


def list_runs(ws: Workspace, *, limit: int = 50, with_comparisons: bool = True) -> list[Run]:
    """Runs without their history, the latest first; without their comparisons too, which can be long, if wanted."""
    columns = [
        column if with_comparisons or column.name != "comparison" else null().label("comparison") for column in run.c
    ]
    with reading(ws.engine) as connection:
        rows = connection.execute(select(*columns).order_by(run.c.id.desc()).limit(limit))
        return [Run(**row._mapping) for row in rows]


def set_job(connection: Connection, run_id: int, job_id: int) -> Run:
    """Note which job carries the run out, in the transaction that enqueues it."""
    connection.execute(update(run).where(run.c.id == run_id).values(job_id=job_id))
    return _read(connection, run_id)


def start(ws: Workspace, run_id: int) -> Run:
    """The run is being carried out, for the first time or again after a crash."""
    return _change(ws, run_id, status="running", error="", finished_at=None)


def add_epoch(ws: Workspace, run_id: int, number: int, figures: Mapping[str, float]) -> None:
    """Note the figures of epoch `number` (1-based); done again after a crash, they replace the earlier ones."""
    plain = {name: float(value) if math.isfinite(value) else None for name, value in figures.items()}
    is_this = (epoch.c.run_id == run_id) & (epoch.c.number == number)
    with writing(ws.engine) as connection:
        connection.execute(delete(epoch).where(is_this))
        connection.execute(insert(epoch).values(run_id=run_id, number=number, figures=plain))


def finish(ws: Workspace, run_id: int, *, model_version_id: int, comparison: Mapping[str, Any]) -> Run:
    """The run gave a model version, compared with the champion."""
    done = {"status": "finished", "model_version_id": model_version_id, "comparison": dict(comparison)}
    return _change(ws, run_id, **done, error="", finished_at=now())


def fail(ws: Workspace, run_id: int, error: str) -> Run:
    """The run ended without a model version; `error` says in a sentence why."""
    return _change(ws, run_id, status="failed", error=error, finished_at=now())


def cancel(ws: Workspace, run_id: int) -> Run:
    """A person ended the run."""
    return _change(ws, run_id, status="cancelled", finished_at=now())


def _change(ws: Workspace, run_id: int, **values: Any) -> Run:
    with writing(ws.engine) as connection:
        connection.execute(update(run).where(run.c.id == run_id).values(values))
        return _read(connection, run_id)


def _read(connection: Connection, run_id: int) -> Run:
    row = connection.execute(select(run).where(run.c.id == run_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no run {run_id} in this workspace. See the retrain page.")
    figures = connection.execute(select(epoch.c.figures).where(epoch.c.run_id == run_id).order_by(epoch.c.number))
    return Run(**row._mapping, history=list(figures.scalars()))
