"""Starting the worker on demand, as a process that outlives the page, and the app, that asked for it."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from core.errors import StoreError
from core.settings import Settings
from core.store.workspace import Workspace
from core.work import lease, queue
from core.work.attempts import log_path
from core.work.kinds import all_kinds

_ROOT = Path(__file__).resolve().parents[2]
_LOG_BYTES = 5_000_000


def ensure_worker(workspace: Workspace) -> bool:
    """Start a worker if there is work and nobody to do it; True if one was started.

    Quick enough to be called at every look at a job's progress: so a worker that was killed is replaced.
    Raises StoreError if the log in the workspace cannot be written.
    """
    if not queue.has_open(workspace, all_kinds()) or not lease.reserve(workspace):
        return False
    log = Path(log_path(workspace))
    try:
        start_detached([sys.executable, "-m", "core", "worker"], log, settings=workspace.settings)
    except OSError as error:
        raise StoreError(
            f"The worker could not be started: {error.strerror or error}. See that {log} can be written."
        ) from error
    return True


def start_detached(command: list[str], log: Path, *, settings: Settings) -> "subprocess.Popen[bytes]":
    """Start a process in the project's root that goes on when this one, or its terminal, ends; output goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    _begin_anew_when_long(log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env={**os.environ, **settings.to_environment()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **_on_its_own(),
        )
    threading.Thread(target=process.wait, daemon=True).start()  # or it would stay behind as a zombie
    return process


def _on_its_own() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _begin_anew_when_long(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        with contextlib.suppress(PermissionError):  # Windows, while somebody looks into it
            log.replace(log.with_suffix(".old.log"))
