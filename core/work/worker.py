"""The worker: one process a workspace that does the jobs, started on demand, gone when there is nothing to do.

Two lanes, so that a drawing uploaded during a training is read at once: light jobs are done in this process, which
keeps the model loaded, and heavy ones in a child process, one after the other, which keeps TensorFlow loaded. Nothing
here needs an orderly end: whatever is killed, the next worker finds its jobs in the queue.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping

from core.errors import LeaseLostError, StoreError
from core.settings import Settings
from core.store.workspace import Workspace, open_workspace
from core.work import attempts, lease, queue
from core.work.attempts import Kind
from core.work.children import Children
from core.work.lease import Lease
from core.work.processes import Owner, give_way
from core.work.queue import Job

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 2.0
POLL_SECONDS = 0.25


def run_worker(settings: Settings) -> bool:
    """Be the worker of the workspace until there is nothing to do; False at once if another process is.

    Raises what opening the workspace raises.
    """
    from core.work.kinds import all_kinds  # with all that they need

    logging.basicConfig(level=logging.INFO, format=attempts.LOG_FORMAT)
    return work(open_workspace(settings), all_kinds())


def work(workspace: Workspace, kinds: Mapping[str, Kind]) -> bool:
    """Do the jobs of these kinds until there were none for `settings.idle_seconds`; False if another worker does."""
    held = lease.take(workspace, Owner.of_this_process())
    if held is None:
        log.info("%s has a worker already", workspace.settings.workspace)
        return False
    log.info("worker of %s", workspace.settings.workspace)
    give_way()
    try:
        _work_while_there_is_work(workspace, held, kinds)
    except KeyboardInterrupt:
        lease.release(workspace, held)
    return True


def _work_while_there_is_work(workspace: Workspace, held: Lease, kinds: Mapping[str, Kind]) -> None:
    light = {name: kind for name, kind in kinds.items() if not kind.child_module}
    heavy = {name: kind for name, kind in kinds.items() if kind.child_module}
    while True:
        lanes = [Lane(workspace, light), Lane(workspace, heavy, Children())]
        _keep_alive_until_idle(workspace, held, lanes)
        for lane in lanes:
            lane.end()
        if lease.release_unless_busy(workspace, held, kinds.keys()):
            log.info("nothing to do: the worker ends")
            return


def _keep_alive_until_idle(workspace: Workspace, held: Lease, lanes: list["Lane"]) -> None:
    for lane in lanes:
        lane.start()
    while min(lane.idle_seconds() for lane in lanes) < workspace.settings.idle_seconds:
        try:
            lease.renew(workspace, held)
            for lane in lanes:
                lane.heartbeat()
        except LeaseLostError as error:
            log.error("%s", error)
            os._exit(1)  # the other worker then sees that this one is gone, and goes on at once
        except StoreError as error:
            log.warning("heartbeat: %s", error)
        time.sleep(min(HEARTBEAT_SECONDS, workspace.settings.idle_seconds / 4))


class Lane(threading.Thread):
    """Does the jobs of some kinds one after the other: here, or in child processes."""

    def __init__(self, workspace: Workspace, kinds: Mapping[str, Kind], children: Children | None = None) -> None:
        super().__init__(daemon=True)
        self._workspace, self._kinds, self._children = workspace, kinds, children
        self._ends = threading.Event()
        self._job: Job | None = None
        self._idle_since = time.monotonic()

    def run(self) -> None:
        while not self._ends.is_set():
            try:
                if not self._do_next():
                    self._rest()
            except Exception:  # such as a full disk: the job is tried again when its lease runs out
                log.exception("a job could not be claimed or ended")
                self._ends.wait(HEARTBEAT_SECONDS)

    def idle_seconds(self) -> float:
        """How long there has been nothing to do; a child that is kept warm is something to do."""
        is_busy = self._job is not None or (self._children is not None and self._children.is_warm())
        return 0.0 if is_busy else time.monotonic() - self._idle_since

    def heartbeat(self) -> None:
        """Keep the job that is being done."""
        job = self._job
        if job is not None:
            try:
                queue.heartbeat(self._workspace, job)
            except LeaseLostError:  # it has just ended; if another worker has it, its handler will be told
                log.debug("job %d is held no more", job.id)

    def end(self) -> None:
        """Take no more jobs, and return when the one at hand is done."""
        self._ends.set()
        self.join()
        if self._children is not None:
            self._children.end()

    def _rest(self) -> None:
        if self._children is not None:
            self._children.rest(self._workspace.settings.warm_seconds)
        self._ends.wait(POLL_SECONDS)

    def _do_next(self) -> bool:
        job = queue.claim(self._workspace, Owner.of_this_process(), kinds=self._kinds.keys())
        if job is None:
            return False
        self._job = job
        try:
            kind = self._kinds[job.kind]
            if not attempts.ends_before_it_starts(self._workspace, job, kind):
                do = attempts.carry_out if self._children is None else self._children.do
                do(self._workspace, job, kind)
        finally:
            self._idle_since = time.monotonic()
            self._job = None
        return True
