"""Connections to the workspace's database: SQLite by default, PostgreSQL by URL.

On either database there is one writer at a time: SQLite has but one, and on PostgreSQL `writing` takes an
advisory lock. So a transaction may look first and write afterwards without anybody in between. Keep them short:
read blobs and compute masks before or after.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from core.errors import SettingError, StorageFullError, StoreError

BUSY_SECONDS = 30.0
_WRITER_LOCK = 0x0571A50  # any number, but the same in every Ostrakon


def connect(url: str | URL, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine for `url`; one a process is enough, threads may share it.

    `busy_seconds` is how long a writer waits for another one before it gives up with a StoreError.
    Raises SettingError for a URL that is none, or of a database whose driver is missing.
    """
    try:
        if make_url(url).get_backend_name() == "sqlite":
            engine = create_engine(url, connect_args={"timeout": busy_seconds})
            event.listen(engine, "connect", partial(_prepare_sqlite, busy_seconds=busy_seconds))
            event.listen(engine, "begin", _begin_sqlite)
        else:
            engine = create_engine(url, pool_pre_ping=True)
            event.listen(engine, "begin", _begin_postgresql)
    except (ArgumentError, ModuleNotFoundError) as error:
        raise SettingError(
            f"OSTRAKON_DATABASE_URL cannot be used ({error}). Leave it out, or set it to postgresql+psycopg://... and "
            "install psycopg."
        ) from error
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one consistent state of the database, and whose changes are thrown away."""
    with _speaking_plainly(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """The only writing connection: all its changes are on the disk when the block ends, or none after an error.

    Raises StorageFullError when the disk is full, StoreError when another writer did not finish in time.
    """
    with _speaking_plainly(engine), engine.connect() as connection:
        connection.execution_options(ostrakon_writes=True)
        with connection.begin():
            yield connection


def now() -> datetime:
    return datetime.now(timezone.utc)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any, *, busy_seconds: float) -> None:
    connection.isolation_level = None  # the driver shall not open transactions by itself: _begin_sqlite does
    _switch_to_wal(connection, busy_seconds)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _switch_to_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Once a database; SQLite's own busy timeout does not cover it, so processes that start together wait here."""
    give_up = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            return
        except sqlite3.OperationalError as error:
            if "is locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("ostrakon_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("ostrakon_writes", False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS:g}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


@contextmanager
def _speaking_plainly(engine: Engine) -> Iterator[None]:
    """Turns what can go wrong in a database into a sentence; mistakes in our statements pass as they are."""
    try:
        yield
    except DatabaseError as error:
        place = engine.url.database if engine.dialect.name == "sqlite" else engine.url.render_as_string()
        complaint = str(error.orig).lower()
        for words, kind, sentence in _COMPLAINTS:
            if any(word in complaint for word in words):
                raise kind(sentence.format(place=place)) from error
        if engine.dialect.name != "sqlite" and isinstance(error, OperationalError):
            raise StoreError(f"The database {place} does not answer. Check that it runs and who may use it.") from error
        raise


_COMPLAINTS: tuple[tuple[tuple[str, ...], type[StoreError], str], ...] = (
    (
        ("disk is full", "no space left"),
        StorageFullError,
        "The disk of {place} is full. Nothing was changed: free some space on it and try again.",
    ),
    (
        ("is locked", "lock timeout"),
        StoreError,
        "{place} is being written by somebody else for too long. Nothing was changed: try again in a moment.",
    ),
    (
        ("readonly", "unable to open"),
        StoreError,
        "{place} cannot be opened for writing. Check that it is a file in a folder that you may write to.",
    ),
    (
        ("malformed", "not a database"),
        StoreError,
        "{place} is damaged or not a database of Ostrakon. Put back the last backup of the workspace.",
    ),
    (
        ("disk i/o error",),
        StoreError,
        "{place} cannot be read or written: its disk reports an error or is full. Check the disk, then try again.",
    ),
)
