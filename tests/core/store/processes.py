"""What tests let other processes do. Kept apart from the tests, so that a new process does not load pytest."""

import os
import time
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, select, update

from core.errors import StaleVersionError
from core.raster.edits import Stroke
from core.settings import Settings
from core.store import annotations, leases, publications
from core.store.database import connect, writing
from core.store.workspace import Workspace, open_workspace
from tests.core.store.samples import add_drawing

COUNTER = Table("counter", MetaData(), Column("id", Integer, primary_key=True), Column("value", Integer))


def increment(url: str, times: int) -> None:
    """Add 1 to the counter, so slowly that another process could read the same value, were it allowed to."""
    engine = connect(url)
    for _ in range(times):
        with writing(engine) as connection:
            seen = connection.execute(select(COUNTER.c.value)).scalar_one()
            time.sleep(0.0005)
            connection.execute(update(COUNTER).values(value=seen + 1))
    engine.dispose()


def work_at_once(settings: Settings, start: Any, results: Any) -> None:
    """Open a workspace at the same time as others, add the same drawing, and draw on the same draft."""
    start.wait()
    ws = open_workspace(settings, base_model=None)
    publication = publications.named(ws, "Köln I")
    added = add_drawing(ws, "a.png", publication="Köln I")
    for number in range(10):
        append_patiently(ws, added.id, number)
    ws.engine.dispose()
    results.put((publication.id, added.id))


def append_patiently(ws: Workspace, drawing_id: int, number: int) -> None:
    while True:
        draft = annotations.open_draft(ws, drawing_id, "Ada")
        try:
            annotations.append(ws, draft, [Stroke(((os.getpid(), number),), 1, 1)])
        except StaleVersionError:
            continue
        return


def take_at_once(settings: Settings, drawing_id: int, name: str, start: Any, results: Any) -> None:
    """Ask for the lease of a drawing at the same time as others, and tell who has it."""
    ws = open_workspace(settings, base_model=None)
    start.wait()
    results.put(leases.take(ws, drawing_id, f"tab of {name}", name).author)
    ws.engine.dispose()
