"""One attempt at a job: what a handler is given, and how the job ends whatever the handler does."""

import errno
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import JobCancelledError, LeaseLostError, OstrakonError
from core.store.workspace import Workspace
from core.work import queue
from core.work.queue import Job

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
LOG_FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
_REPORT_SECONDS = 0.3


class PutBack(Exception):  # noqa: N818 - a handler raises it, but nothing went wrong
    """A handler makes way for a job of higher priority; it will be called again."""


class Attempt:
    """A job in the hands of its handler, which reports through it and so learns that it is to stop."""

    def __init__(self, workspace: Workspace, job: Job) -> None:
        self.workspace = workspace
        self.job = job
        self._reported_at = float("-inf")

    def report(
        self, progress: float, message: str, *, state: dict[str, Any] | None = None, is_saved: bool = False
    ) -> None:
        """Say how far the job is; call it often: what comes too soon after the last report is dropped.

        With `state` or `is_saved` it is written in any case (see `queue.report`).
        Raises JobCancelledError if a person asked the job to stop, LeaseLostError if another worker does it now.
        """
        elapsed_seconds = time.monotonic() - self._reported_at
        if elapsed_seconds < _REPORT_SECONDS and state is None and not is_saved:
            return
        self.job = queue.report(
            self.workspace, self.job, progress=progress, message=message, state=state, is_saved=is_saved
        )
        self._reported_at = time.monotonic()
        if self.job.cancel_requested:
            raise JobCancelledError(f"Job {self.job.id} was cancelled.")


Handler = Callable[[Attempt], dict[str, Any]]
Ended = Callable[[Workspace, Job, str, str], None]


def _nothing(workspace: Workspace, job: Job, status: str, error: str) -> None:
    pass


@dataclass(frozen=True)
class Kind:
    """How the jobs of one kind are done.

    `handler` does one and returns its result. `ended` is told (workspace, job, status, error) before a job is marked
    failed or cancelled, perhaps more than once. With `child_module` the job is done in a process of its own,
    `python -m child_module JOB FENCE`, that can be stopped at any moment.
    """

    handler: Handler
    ended: Ended = _nothing
    child_module: str = ""


def carry_out(workspace: Workspace, job: Job, kind: Kind) -> None:
    """Do the job, and end it: finished, failed with a sentence, or cancelled.

    A job that another worker has taken over is left to it.
    """
    try:
        _carry_out(workspace, job, kind)
    except LeaseLostError as error:
        log.warning("job %d: %s", job.id, error)


def fail(workspace: Workspace, job: Job, kind: Kind, error: str) -> None:
    """End the job, and whatever belongs to it, with the sentence `error`. Raises LeaseLostError."""
    queue.heartbeat(workspace, job)  # or what belongs to the job belongs to another worker
    log.warning("job %d (%s) failed: %s", job.id, job.kind, error)
    kind.ended(workspace, job, "failed", error)
    queue.fail(workspace, job, error)


def cancel(workspace: Workspace, job: Job, kind: Kind) -> None:
    """End the job, and whatever belongs to it, as cancelled. Raises LeaseLostError."""
    queue.heartbeat(workspace, job)
    log.info("job %d (%s) was cancelled", job.id, job.kind)
    kind.ended(workspace, job, "cancelled", "")
    queue.cancel(workspace, job)


def ends_before_it_starts(workspace: Workspace, job: Job, kind: Kind) -> bool:
    """Whether a claimed job must not be done (again): it was to be cancelled, or keeps killing its worker."""
    if job.cancel_requested:
        cancel(workspace, job, kind)
    elif job.attempts > MAX_ATTEMPTS:
        at = f" (last at “{job.message}”)" if job.message else ""
        fail(
            workspace,
            job,
            kind,
            f"Given up: the process that did this ended unexpectedly {MAX_ATTEMPTS} times{at}, "
            f"often for lack of memory. Close other programs, or give it less to do, and start it again.",
        )
    else:
        return False
    return True


def _carry_out(workspace: Workspace, job: Job, kind: Kind) -> None:
    attempt = Attempt(workspace, job)
    try:
        log.info("job %d (%s): attempt %d", job.id, job.kind, job.attempts)
        result = kind.handler(attempt)
    except LeaseLostError:
        raise
    except JobCancelledError:
        cancel(workspace, attempt.job, kind)
    except PutBack:
        queue.put_back(workspace, attempt.job, is_attempt=False)
    except OstrakonError as error:
        fail(workspace, attempt.job, kind, str(error))
    except Exception as error:  # the worker outlives every bug of a handler
        log.exception("job %d (%s)", job.id, job.kind)
        fail(workspace, attempt.job, kind, _sentence(error, workspace))
    else:
        queue.finish(workspace, attempt.job, result)


def _sentence(error: Exception, workspace: Workspace) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"The disk of {workspace.settings.workspace} is full. Free some space on it and start this again."
    if isinstance(error, MemoryError):
        return "The memory of this computer did not suffice. Close other programs, or choose less, and start again."
    return f"An unexpected error stopped this; {log_path(workspace)} tells more. Nothing that was saved is lost."


def log_path(workspace: Workspace) -> str:
    """Where the worker of this workspace writes its log."""
    return str(workspace.settings.workspace.resolve() / "logs" / "worker.log")
