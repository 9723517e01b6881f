"""Kinds of jobs for tests of the worker: short, stubborn and deadly ones.

`python -m tests.core.work.chores` is a worker that does them, with JOB FENCE it is the child process of that worker.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from core.settings import Settings
from core.store.workspace import Workspace, open_workspace
from core.work import child
from core.work.attempts import Attempt, Kind
from core.work.queue import Job
from core.work.worker import work

MODULE = "tests.core.work.chores"


def tally(attempt: Attempt) -> dict[str, Any]:
    """Count to payload["count"], one line a number in the file payload["path"], going on where it was."""
    for number in range(attempt.job.state.get("done", 0), attempt.job.payload["count"]):
        with Path(attempt.job.payload["path"]).open("a") as file:
            file.write(f"{number}\n")
        time.sleep(attempt.job.payload.get("seconds", 0.0))
        attempt.report(number / 100, f"at {number}", state={"done": number + 1}, is_saved=True)
    return {"process": os.getpid()}


def watchful_nap(attempt: Attempt) -> dict[str, Any]:
    """Sleep until told to stop."""
    while True:
        attempt.report(0.5, f"{os.getpid()}")
        time.sleep(0.02)


def stubborn_nap(attempt: Attempt) -> dict[str, Any]:
    """Sleep for ever, deaf to everything but being killed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    attempt.report(0.5, f"{os.getpid()}")
    while True:
        time.sleep(1)


def quiet(attempt: Attempt) -> dict[str, Any]:
    """Take long to load, and say nothing."""
    time.sleep(1.0)
    return {}


def deadly(attempt: Attempt) -> dict[str, Any]:
    """End the process without a word."""
    attempt.report(0.3, "the deadly moment")
    os._exit(9)


def broken(attempt: Attempt) -> dict[str, Any]:
    return {"never": 1 // int(attempt.job.payload["divisor"])}


def ended(workspace: Workspace, job: Job, status: str, error: str) -> None:
    (workspace.settings.workspace / f"ended_{job.id}").write_text(f"{status}: {error}", encoding="utf-8")


CHORES = {
    "tally": Kind(tally),
    "deadly": Kind(deadly, ended),
    "broken": Kind(broken, ended),
    "tally in child": Kind(tally, child_module=MODULE),
    "quiet in child": Kind(quiet, child_module=MODULE),
    "watchful nap": Kind(watchful_nap, ended, child_module=MODULE),
    "stubborn nap": Kind(stubborn_nap, ended, child_module=MODULE),
    "deadly in child": Kind(deadly, ended, child_module=MODULE),
}

if __name__ == "__main__":
    chores_workspace = open_workspace(Settings.from_environment(), base_model=None)
    if len(sys.argv) > 1:
        child.main(chores_workspace, CHORES)
    else:
        work(chores_workspace, CHORES)
