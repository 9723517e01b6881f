"""The worker's child processes, from the worker's side: given one job after the other, kept warm, and stopped."""

import contextlib
import logging
import os
import subprocess
import sys
import time

import psutil

from core.errors import StoreError
from core.settings import Settings
from core.store.workspace import Workspace
from core.work import attempts, queue
from core.work.attempts import Kind
from core.work.processes import Owner, stop
from core.work.queue import Job

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25
FLAG_SECONDS = 1.0  # what a child gets to notice by itself that it is cancelled
TERMINATE_SECONDS = 0.5
RETRY_SECONDS = 1.0
SILENT_SECONDS = 0.5
MAX_JOBS = 20  # a child that did so many is replaced
MAX_BYTES = 3_000_000_000  # of memory that a child may hold between two jobs


class Child:
    """One child process of a module; between two jobs it waits and keeps what it has loaded."""

    def __init__(self, module: str, settings: Settings) -> None:
        self.module = module
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, str(Owner.of_this_process())],
            env={**os.environ, **settings.to_environment()},
            stdin=subprocess.PIPE,
        )
        self.job_count = 0
        self.idle_since = time.monotonic()

    def begin(self, job: Job) -> bool:
        """Hand the job over; False if the process has ended meanwhile."""
        if self.process.poll() is not None or self.process.stdin is None:
            return False
        try:
            self.process.stdin.write(f"{job.id} {job.fence}\n".encode())
            self.process.stdin.flush()
        except OSError:
            return False
        self.job_count += 1
        return True

    def is_worn_out(self) -> bool:
        """Whether it has ended, did many jobs, or holds too much memory for keeping it."""
        if self.process.poll() is not None or self.job_count >= MAX_JOBS:
            return True
        try:
            return bool(psutil.Process(self.process.pid).memory_info().rss > MAX_BYTES)
        except psutil.Error:
            return True

    def end(self) -> None:
        """Stop the process, whatever it does."""
        stop(self.process, patience_seconds=TERMINATE_SECONDS)
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()


class Children:
    """Has the jobs of one lane done in a child process, which stays for the next job of its module.

    One at a time: a job of another module ends the child of the first.
    """

    def __init__(self) -> None:
        self._child: Child | None = None

    def do(self, workspace: Workspace, job: Job, kind: Kind) -> None:
        """Have the job done, or stopped if it is cancelled; then settle what the child has left open."""
        queue.report(workspace, job, progress=job.progress, message="Starting")
        child = self._child_for(kind, workspace.settings, job)
        log.info("job %d (%s): child process %d", job.id, job.kind, child.process.pid)
        self._wait_for(workspace, job, child)
        exit_code = child.process.poll()
        child.idle_since = time.monotonic()
        if child.is_worn_out():
            self.end()
        _settle(workspace, job, kind, exit_code)

    def is_warm(self) -> bool:
        """Whether a child waits for the next job."""
        return self._child is not None

    def rest(self, warm_seconds: float) -> None:
        """To be called while there is no job: ends a child that has waited for so long."""
        if self._child is not None and time.monotonic() - self._child.idle_since > warm_seconds:
            self.end()

    def end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _child_for(self, kind: Kind, settings: Settings, job: Job) -> Child:
        """The child that has been given the job: the one that waits, or a new one."""
        if self._child is not None and self._child.module == kind.child_module and self._child.begin(job):
            return self._child
        self.end()
        self._child = Child(kind.child_module, settings)
        self._child.begin(job)
        return self._child

    def _wait_for(self, workspace: Workspace, job: Job, child: Child) -> None:
        """Return when the child is done with the job; stop it when it does not heed that the job is cancelled, or when
        another worker has taken the job over."""
        watch = _Watch()
        flagged_at: float | None = None
        while child.process.poll() is None:
            time.sleep(POLL_SECONDS)
            try:
                job_now = queue.get(workspace, job.id)
            except StoreError as error:
                log.warning("%s", error)
                continue
            if job_now.fence != job.fence:
                return self.end()
            if job_now.status != "running":
                return None
            watch.show_life(workspace, job_now)
            if job_now.cancel_requested and flagged_at is None:
                flagged_at = time.monotonic()
            if flagged_at is not None and time.monotonic() - flagged_at > FLAG_SECONDS:
                return self.end()
        return None


class _Watch:
    """Says for a child how long it has been silent: it cannot while a library loads or a network is traced."""

    def __init__(self) -> None:
        self._heard, self._shown, self._since = "", "", time.monotonic()

    def show_life(self, workspace: Workspace, job: Job) -> None:
        """To be called often with the job as it is on file."""
        if job.message not in (self._heard, self._shown):
            self._heard, self._since = job.message, time.monotonic()
        seconds = time.monotonic() - self._since
        if seconds > SILENT_SECONDS:
            self._shown = f"{self._heard} · {seconds:.1f} s"
            with contextlib.suppress(StoreError):
                queue.show_life(workspace, job, self._shown)


def _settle(workspace: Workspace, job: Job, kind: Kind, exit_code: int | None) -> None:
    """See to a job whose child has ended, cancelled or against its will."""
    job_now = queue.get(workspace, job.id)
    if job_now.status != "running" or job_now.fence != job.fence:
        return
    if job_now.cancel_requested:
        attempts.cancel(workspace, job, kind)
    else:
        log.warning("job %d: the child process ended with %s; it will be tried again", job.id, exit_code)
        time.sleep(RETRY_SECONDS)
        queue.put_back(workspace, job)
