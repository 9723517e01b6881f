from collections.abc import Iterator
from pathlib import Path

import pytest

from core.store.workspace import Workspace
from tests.core.formats.samples import workspace_in


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    workspace = workspace_in(tmp_path / "Töpfe")
    yield workspace
    workspace.engine.dispose()
