"""Brings the database of an older workspace up to date, in order, script by script.

A new script is `versions/NNNN_what_it_does.py`; then NEWEST and the tables follow, and a workspace of the
format before goes to `tests/archives`. Released scripts are never edited.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table

from core.errors import WorkspaceFormatError
from core.store.database import reading, writing

NEWEST = "0004"


def migrate(engine: Engine) -> None:
    """Make the database one of this Ostrakon's format; two processes may do so at once.

    Raises WorkspaceFormatError for a database that a newer Ostrakon wrote.
    """
    with reading(engine) as connection:
        found = revision(connection)
    if found == NEWEST:
        return
    with writing(engine) as connection:
        found = revision(connection)  # another process may have been faster
        if found > NEWEST:
            raise WorkspaceFormatError(
                f"The workspace {engine.url.database} was written by a newer Ostrakon (its format is {found}, this one "
                f"knows {NEWEST}). Update Ostrakon, or open another workspace."
            )
        if found < NEWEST:
            _upgrade(connection)


def revision(connection: Connection) -> str:
    """The format of the database, "" for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(select(column("version_num")).select_from(table("alembic_version"))).scalar() or ""


def _upgrade(connection: Connection) -> None:
    from alembic import command  # slow to import, and rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
