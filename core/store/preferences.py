"""What the people of a workspace chose once for all of them, by name."""

from typing import Any

from sqlalchemy import insert, select, update

from core.store.database import reading, writing
from core.store.tables import preference
from core.store.workspace import Workspace


def get(ws: Workspace, name: str) -> Any:
    """The value that was set last; None before."""
    with reading(ws.engine) as connection:
        return connection.execute(select(preference.c.value).where(preference.c.name == name)).scalar()


def set_to(ws: Workspace, name: str, value: Any) -> None:
    """Keep a value that JSON can hold, for everybody who works in this workspace."""
    is_this = preference.c.name == name
    with writing(ws.engine) as connection:
        changed = connection.execute(update(preference).where(is_this).values(value=value))
        if changed.rowcount == 0:
            connection.execute(insert(preference).values(name=name, value=value))
