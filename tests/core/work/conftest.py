from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from core.settings import Settings
from core.store.workspace import Workspace, open_workspace
from tests.core.work.processes import processes_of


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(workspace=tmp_path / "Töpfe aus Köln", author="Ada")


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    """An open workspace; whatever process still works on it when the test ends is killed."""
    opened = open_workspace(replace(settings, idle_seconds=0.4, warm_seconds=0.4), base_model=None)
    yield opened
    left = processes_of(opened.settings.workspace)
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=10)
    opened.engine.dispose()
