"""A real workspace for each test: on SQLite, and on PostgreSQL too where it is installed."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from core.settings import Settings
from core.store.workspace import Workspace, open_workspace
from tests.postgres import why_not

NO_POSTGRES = why_not()


@pytest.fixture(params=["sqlite"] if NO_POSTGRES else ["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    if request.param == "sqlite":
        yield Settings(workspace=tmp_path / "Töpfe aus Köln", author="Ada")
        return
    schema = f"test_{uuid.uuid4().hex}"
    postgres_url = request.getfixturevalue("postgres_url")
    server = create_engine(postgres_url)
    with server.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    url = make_url(postgres_url).update_query_dict({"options": f"-csearch_path={schema}"})
    yield Settings(
        workspace=tmp_path / "Töpfe aus Köln",
        author="Ada",
        database_url=url.render_as_string(hide_password=False),
    )
    with server.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()


@pytest.fixture
def ws(settings: Settings) -> Iterator[Workspace]:
    workspace = open_workspace(settings, base_model=None)
    yield workspace
    workspace.engine.dispose()
