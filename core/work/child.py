"""`python -m core.work.child OWNER`: does heavy jobs, one after the other, in a process of its own for that worker.

Each line of its standard input names a job, "JOB FENCE". Between jobs it keeps what took long to load. It ends with its
input, and with its worker.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Mapping

from core.settings import Settings
from core.store.workspace import Workspace, open_workspace
from core.work import queue
from core.work.attempts import LOG_FORMAT, Kind, carry_out
from core.work.processes import Owner, is_running

log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.3


def main(workspace: Workspace, kinds: Mapping[str, Kind]) -> None:
    """Do the jobs that the input names, each unless it is no longer held under that fence; then end the process."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    threading.Thread(target=_end_with, args=[Owner.parse(sys.argv[1])], daemon=True).start()
    while line := sys.stdin.readline():
        job_id, fence = (int(number) for number in line.split())
        job = queue.get(workspace, job_id)
        if job.fence == fence and job.status == "running":
            carry_out(workspace, job, kinds[job.kind])
        else:
            log.warning("job %d is no longer held under fence %d", job_id, fence)
    logging.shutdown()
    os._exit(0)  # TensorFlow takes seconds to tidy up


def _end_with(worker: Owner) -> None:
    """End this process as soon as the worker is gone: the next worker does the job with a child of its own.

    Looks for the worker rather than waiting at the input: on Windows a thread that reads the standard input blocks
    other threads that load libraries. The main thread reads it only while there is nothing else to do.
    """
    while is_running(worker.pid, worker.started):
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    from core.work.kinds import all_kinds

    main(open_workspace(Settings.from_environment()), all_kinds())
