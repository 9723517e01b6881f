"""Real processes for tests: started, waited for with a deadline, killed, and gone at the end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[3]

Found = TypeVar("Found")


def wait_for(look: Callable[[], Found | None], what: str, *, seconds: float = 90.0) -> Found:
    """The first thing that `look` finds; AssertionError after that long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds:g} s")


def start_python(*arguments: str, settings: Settings) -> "subprocess.Popen[bytes]":
    """A Python process in the project's root that gets these settings and writes to tests.log in the workspace."""
    with (settings.workspace / "tests.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **settings.to_environment()},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def kill(pid: int) -> None:
    """kill -9, and wait until the process is gone."""
    process = psutil.Process(pid)
    process.kill()
    wait_for(lambda: not is_alive(pid), f"the end of process {pid}")


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def processes_of(workspace: Path) -> list[psutil.Process]:
    """All Python processes that were given this workspace in their environment, but for this one."""
    return [
        process for process in psutil.process_iter() if process.pid != os.getpid() and _is_given(process, workspace)
    ]


def _is_given(process: psutil.Process, workspace: Path) -> bool:
    try:
        return process.environ().get("OSTRAKON_WORKSPACE") == str(workspace.resolve())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
