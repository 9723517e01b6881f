from collections.abc import Callable
from pathlib import Path

import pytest

from core.settings import Settings
from core.store.workspace import open_workspace
from core.work import lease
from tests.core.test_command_line import command

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on one workspace: run("add", path) -> exit code, stdout, stderr. No worker is started."""
    monkeypatch.setenv("OSTRAKON_AUTHOR", "Ada")
    ws = open_workspace(Settings(workspace=tmp_path / "ws"))
    ws.engine.dispose()

    def run_command(*arguments: object) -> tuple[int, str, str]:
        opened = open_workspace(Settings(workspace=tmp_path / "ws"))
        lease.reserve(opened)  # somebody else seems to be starting a worker
        opened.engine.dispose()
        return command(capsys, "--workspace", tmp_path / "ws", *arguments)

    return run_command
