import psutil
import pytest

from core.errors import LeaseLostError
from core.store.workspace import Workspace
from core.work import lease, queue
from core.work.processes import Owner
from tests.core.store.conftest import settings  # noqa: F401 (on PostgreSQL too)
from tests.core.work.processes import kill, start_python

HERE = Owner.of_this_process()
ELSEWHERE = Owner("another machine", 1, 1.0)


def test_a_workspace_has_no_worker_at_first(workspace: Workspace) -> None:
    assert not lease.is_held(workspace)
    assert lease.worker_process(workspace) is None


def test_only_one_process_becomes_the_worker(workspace: Workspace) -> None:
    assert lease.take(workspace, ELSEWHERE) is not None
    assert lease.take(workspace, HERE) is None
    assert lease.worker_process(workspace) == ELSEWHERE


def test_a_worker_is_started_by_one_page_only_and_the_first_one_up_is_it(workspace: Workspace) -> None:
    assert lease.reserve(workspace)
    assert not lease.reserve(workspace)
    assert lease.is_held(workspace)
    assert lease.worker_process(workspace) is None
    assert lease.take(workspace, HERE) is not None
    assert lease.take(workspace, ELSEWHERE) is None


def test_a_worker_that_lost_its_lease_learns_it_and_leaves_the_new_one_alone(workspace: Workspace) -> None:
    old = lease.take(workspace, ELSEWHERE, lease_seconds=-1)
    new = lease.take(workspace, HERE)
    assert old is not None
    assert new is not None
    with pytest.raises(LeaseLostError):
        lease.renew(workspace, old)
    lease.release(workspace, old)
    lease.renew(workspace, new)
    assert lease.worker_process(workspace) == HERE


def test_the_lease_of_a_worker_that_was_killed_is_free_at_once(workspace: Workspace) -> None:
    process = start_python("-c", "import time; time.sleep(60)", settings=workspace.settings)
    worker = Owner(HERE.host, process.pid, psutil.Process(process.pid).create_time())
    assert lease.take(workspace, worker, lease_seconds=3600) is not None
    assert not lease.reserve(workspace)
    kill(process.pid)
    process.wait()
    assert not lease.is_held(workspace)
    assert lease.reserve(workspace)


def test_a_worker_stays_while_a_job_of_its_kinds_is_open(workspace: Workspace) -> None:
    held = lease.take(workspace, HERE)
    assert held is not None
    job = queue.enqueue(workspace, "predict", {})
    queue.enqueue(workspace, "a kind of a later Ostrakon", {})
    assert not lease.release_unless_busy(workspace, held, ["predict", "train"])
    assert lease.is_held(workspace)
    queue.request_cancel(workspace, job.id)
    assert lease.release_unless_busy(workspace, held, ["predict", "train"])
    assert not lease.is_held(workspace)
