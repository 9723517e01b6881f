"""What holds for all tests: examples of properties have no time limit, and are the same ones in every run.

A fault that chance finds must not stop somebody else's release: `HYPOTHESIS_PROFILE=search pytest` looks for those.
Two processes share the test files. Those with a browser are all of one: two browsers at once are slow enough to fail.
"""

import os
from collections.abc import Iterator

import hypothesis
import pytest

from tests.postgres import running_server

hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        group = "browser" if item.path.parent.name == "browser" else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server of this run's own."""
    with running_server() as url:
        yield url
