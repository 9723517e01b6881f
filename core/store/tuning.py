"""The journal of a search for better settings: what Optuna notes, entry after entry, kept with its job."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from core.store.database import reading, writing
from core.store.tables import tuning_entry as table
from core.store.workspace import Workspace


def append(workspace: Workspace, job_id: int, entries: Sequence[dict[str, Any]]) -> None:
    """Write the entries behind those that the job has, all or none."""
    if entries:
        with writing(workspace.engine) as connection:
            connection.execute(insert(table), [{"job_id": job_id, "entry": entry} for entry in entries])


def read(workspace: Workspace, job_id: int, *, start: int = 0) -> list[dict[str, Any]]:
    """The entries of the job in the order in which they were written, from number `start` on."""
    query = select(table.c.entry).where(table.c.job_id == job_id).order_by(table.c.id).offset(start)
    with reading(workspace.engine) as connection:
        return list(connection.execute(query).scalars())
