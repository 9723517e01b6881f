import multiprocessing
import os
import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from core.errors import SettingError, StoreError
from core.store.database import connect, reading, writing
from core.store.tables import UtcDateTime
from tests.core.store import processes
from tests.core.store.conftest import NO_POSTGRES
from tests.core.store.processes import COUNTER


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{(tmp_path / 'a.db').as_posix()}", busy_seconds=0.2)
    with writing(engine) as connection:
        COUNTER.create(connection)
        connection.execute(insert(COUNTER).values(id=1, value=0))
    yield engine
    engine.dispose()


def value_of(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(COUNTER.c.value)).scalar_one()


@pytest.mark.skipif(bool(NO_POSTGRES), reason=f"the store is tested on SQLite only: {NO_POSTGRES}")
def test_the_store_is_tested_on_postgresql(postgres_url: str) -> None:
    engine = connect(postgres_url)
    with reading(engine) as connection:
        assert connection.dialect.name == "postgresql"
    engine.dispose()


def test_sqlite_keeps_what_it_acknowledged_and_waits_for_others(engine: Engine) -> None:
    with reading(engine) as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() for pragma in pragmas]
    assert found == ["wal", 2, 1, 200]


def test_a_mistake_of_ours_takes_back_everything_the_block_wrote_and_stays_what_it_is(engine: Engine) -> None:
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(insert(COUNTER), [{"id": 2, "value": 7}, {"id": 1, "value": 7}])
    with reading(engine) as connection:
        assert connection.execute(select(COUNTER)).all() == [(1, 0)]


def test_what_a_reader_writes_is_thrown_away(engine: Engine) -> None:
    with reading(engine) as connection:
        connection.execute(update(COUNTER).values(value=7))
    assert value_of(engine) == 0


def test_a_reader_sees_one_state_while_others_write(engine: Engine) -> None:
    with reading(engine) as connection:
        before = connection.execute(select(COUNTER.c.value)).scalar_one()
        with writing(engine) as writer:
            writer.execute(update(COUNTER).values(value=7))
        assert connection.execute(select(COUNTER.c.value)).scalar_one() == before
    assert value_of(engine) == 7


def test_a_second_writer_that_waits_too_long_is_told_so_in_a_sentence(engine: Engine) -> None:
    with writing(engine), pytest.raises(StoreError, match="written by somebody else"), writing(engine):
        pass


def test_no_increment_of_several_processes_is_lost(engine: Engine) -> None:
    context = multiprocessing.get_context("spawn")
    url = engine.url.render_as_string()
    workers = [context.Process(target=processes.increment, args=(url, 30)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert value_of(engine) == 90


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.write_bytes(b"no database at all " * 100)
    engine = connect(f"sqlite:///{file.as_posix()}")
    with pytest.raises(StoreError, match=r"a\.db is damaged or not a database of Ostrakon"), reading(engine):
        pass
    engine.dispose()
    assert file.read_bytes() == b"no database at all " * 100


def test_a_database_in_a_folder_that_is_not_there_is_refused_with_its_place(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{(tmp_path / 'nowhere' / 'a.db').as_posix()}")
    with pytest.raises(StoreError, match=r"nowhere/a\.db cannot be opened for writing"), reading(engine):
        pass
    engine.dispose()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="only a user without root's rights can be kept out")
def test_a_database_that_may_not_be_written_is_refused(engine: Engine, tmp_path: Path) -> None:
    engine.dispose()
    for file in (tmp_path / "a.db", tmp_path):
        file.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="cannot be opened for writing"), writing(engine) as connection:
            connection.execute(update(COUNTER).values(value=7))
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("url", ["nonsense", "mysql+nothing://host/database"])
def test_a_database_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="OSTRAKON_DATABASE_URL cannot be used"):
        connect(url)


def test_a_damaged_page_is_told_in_a_sentence(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        connection.execute(insert(COUNTER), [{"value": i} for i in range(5000)])
    engine.dispose()
    file = tmp_path / "a.db"
    content = bytearray(file.read_bytes())
    content[4096 * 2 :] = b"\xff" * (len(content) - 4096 * 2)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="Put back the last backup"), reading(engine) as connection:
        connection.execute(select(func.sum(COUNTER.c.value))).scalar_one()


def test_sqlite_is_new_enough_for_what_we_ask_of_it() -> None:
    assert sqlite3.sqlite_version_info >= (3, 35)  # RETURNING


@given(st.datetimes(timezones=st.timezones()))
def test_a_time_comes_back_as_the_same_instant_in_utc(moment: datetime) -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        stored = UtcDateTime().process_bind_param(moment, dialect)
        back = UtcDateTime().process_result_value(stored, dialect)
        assert back is not None
        assert back.utcoffset() == timedelta(0)
        assert back == moment.astimezone(timezone.utc)


def test_a_time_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        UtcDateTime().process_bind_param(datetime(2025, 1, 1), sqlite.dialect())


def test_a_database_that_is_just_being_made_by_another_process_is_waited_for(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.execute, ["COMMIT"]).start()
    engine = connect(f"sqlite:///{(tmp_path / 'new.db').as_posix()}")
    with reading(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
    other.close()
