from datetime import timezone

import psutil
import pytest

from core.errors import LeaseLostError, NotFoundError
from core.store.workspace import Workspace
from core.work import queue
from core.work.processes import Owner
from tests.core.store.conftest import settings  # noqa: F401 (on PostgreSQL too)
from tests.core.work.processes import kill, start_python, wait_for

ELSEWHERE = Owner("another machine", 1, 1.0)
ALSO_ELSEWHERE = Owner("a third machine", 1, 1.0)


def test_a_new_job_waits_with_what_it_was_given(workspace: Workspace) -> None:
    job = queue.enqueue(workspace, "predict", {"drawing_ids": [1, 2]})
    assert (job.kind, job.payload, job.status) == ("predict", {"drawing_ids": [1, 2]}, "queued")
    assert (job.progress, job.message, job.attempts, job.error) == (0.0, "", 0, "")
    assert job.created_at.tzinfo == timezone.utc
    assert queue.get(workspace, job.id) == job


def test_the_same_key_gives_the_same_job_while_that_is_open(workspace: Workspace) -> None:
    first = queue.enqueue(workspace, "train", {"run_id": 1}, key="run 1")
    assert queue.enqueue(workspace, "train", {"run_id": 1}, key="run 1") == first
    claimed = queue.claim(workspace, ELSEWHERE)
    assert claimed is not None
    assert queue.enqueue(workspace, "train", {"run_id": 1}, key="run 1").id == first.id
    queue.finish(workspace, claimed, {})
    assert queue.enqueue(workspace, "train", {"run_id": 1}, key="run 1").id != first.id


def test_jobs_are_claimed_oldest_first_but_urgent_ones_before(workspace: Workspace) -> None:
    background = queue.enqueue(workspace, "refresh", {}, priority=-1)
    older = queue.enqueue(workspace, "predict", {})
    newer = queue.enqueue(workspace, "predict", {})
    claimed = [queue.claim(workspace, ELSEWHERE) for _ in range(4)]
    assert [job and job.id for job in claimed] == [older.id, newer.id, background.id, None]


def test_only_kinds_that_the_worker_knows_are_claimed(workspace: Workspace) -> None:
    queue.enqueue(workspace, "train", {})
    assert queue.claim(workspace, ELSEWHERE, kinds=["predict", "refresh"]) is None
    assert queue.claim(workspace, ELSEWHERE, kinds=[]) is None
    assert queue.claim(workspace, ELSEWHERE, kinds=["train"]) is not None


def test_a_held_job_is_nobody_elses_until_its_lease_runs_out(workspace: Workspace) -> None:
    queue.enqueue(workspace, "predict", {})
    held = queue.claim(workspace, ELSEWHERE, lease_seconds=60)
    assert held is not None
    assert queue.claim(workspace, ALSO_ELSEWHERE) is None
    queue.heartbeat(workspace, held, lease_seconds=-1)
    taken_over = queue.claim(workspace, ALSO_ELSEWHERE)
    assert taken_over is not None
    assert (taken_over.id, taken_over.attempts, taken_over.fence) == (held.id, 2, held.fence + 1)


def test_the_job_of_a_killed_process_is_free_at_once(workspace: Workspace) -> None:
    sleeper = start_python("-c", "import time; time.sleep(60)", settings=workspace.settings)
    owner = Owner(Owner.of_this_process().host, sleeper.pid, psutil.Process(sleeper.pid).create_time())
    queue.enqueue(workspace, "predict", {})
    assert queue.claim(workspace, owner, lease_seconds=3600) is not None
    assert queue.claim(workspace, ELSEWHERE) is None
    kill(sleeper.pid)
    assert queue.claim(workspace, ELSEWHERE) is not None
    sleeper.wait()


def test_whoever_lost_a_job_can_write_nothing_to_it(workspace: Workspace) -> None:
    queue.enqueue(workspace, "predict", {})
    old = queue.claim(workspace, ELSEWHERE, lease_seconds=-1)
    new = queue.claim(workspace, ALSO_ELSEWHERE)
    assert old is not None
    assert new is not None
    for write in (
        lambda: queue.heartbeat(workspace, old),
        lambda: queue.report(workspace, old, progress=0.9, message="late", is_saved=True),
        lambda: queue.finish(workspace, old, {"by": "old"}),
        lambda: queue.fail(workspace, old, "late"),
        lambda: queue.cancel(workspace, old),
        lambda: queue.put_back(workspace, old),
    ):
        with pytest.raises(LeaseLostError):
            write()
    assert queue.get(workspace, new.id) == new
    assert queue.finish(workspace, new, {"by": "new"}).result == {"by": "new"}


def test_a_sign_of_life_never_hides_what_was_reported_meanwhile(workspace: Workspace) -> None:
    queue.enqueue(workspace, "predict", {})
    job = queue.claim(workspace, Owner.of_this_process())
    assert job is not None
    queue.show_life(workspace, job, "still loading")
    assert queue.get(workspace, job.id).message == "still loading"
    queue.report(workspace, job, progress=0.5, message="reading")
    queue.show_life(workspace, job, "still loading")
    assert queue.get(workspace, job.id).message == "reading"


def test_a_job_that_has_ended_stays_as_it_is(workspace: Workspace) -> None:
    queue.enqueue(workspace, "predict", {})
    job = queue.claim(workspace, ELSEWHERE)
    assert job is not None
    finished = queue.finish(workspace, job, {"failures": []})
    assert (finished.status, finished.progress, finished.finished_at is None) == ("finished", 1.0, False)
    with pytest.raises(LeaseLostError):
        queue.fail(workspace, job, "too late")
    assert queue.request_cancel(workspace, job.id) == finished


def test_progress_is_kept_within_0_and_1_and_saved_progress_counts_attempts_anew(workspace: Workspace) -> None:
    queue.enqueue(workspace, "predict", {})
    queue.claim(workspace, ELSEWHERE, lease_seconds=-1)
    job = queue.claim(workspace, ELSEWHERE, lease_seconds=-1)
    assert job is not None
    assert queue.report(workspace, job, progress=1.7, message="12 of 40").attempts == 2
    saved = queue.report(workspace, job, progress=0.5, message="20 of 40", state={"reading": 7}, is_saved=True)
    assert (saved.progress, saved.message, saved.state, saved.attempts) == (0.5, "20 of 40", {"reading": 7}, 1)
    again = queue.claim(workspace, ELSEWHERE)
    assert again is not None
    assert (again.state, again.attempts) == ({"reading": 7}, 2)


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_asked(workspace: Workspace) -> None:
    running = queue.enqueue(workspace, "train", {})
    claimed = queue.claim(workspace, ELSEWHERE)
    waiting = queue.enqueue(workspace, "train", {})
    assert queue.request_cancel(workspace, waiting.id).status == "cancelled"
    assert claimed is not None
    asked = queue.request_cancel(workspace, running.id)
    assert (asked.status, asked.cancel_requested) == ("running", True)
    assert queue.report(workspace, claimed, progress=0.1, message="").cancel_requested
    assert queue.cancel(workspace, claimed).status == "cancelled"
    assert queue.claim(workspace, ELSEWHERE) is None


def test_a_job_put_back_goes_before_those_that_came_after_it(workspace: Workspace) -> None:
    first, _later = (queue.enqueue(workspace, "train", {}) for _ in range(2))
    job = queue.claim(workspace, ELSEWHERE)
    assert job is not None
    queue.put_back(workspace, job, is_attempt=False)
    again = queue.claim(workspace, ELSEWHERE)
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 1)
    queue.put_back(workspace, again)
    once_more = queue.claim(workspace, ELSEWHERE)
    assert once_more is not None
    assert (once_more.id, once_more.attempts) == (first.id, 2)


def test_a_waiting_job_overtakes_only_those_of_lower_priority(workspace: Workspace) -> None:
    background = queue.enqueue(workspace, "refresh", {}, priority=-1)
    assert not queue.is_overtaken(workspace, background, ["predict"])
    ordinary = queue.enqueue(workspace, "predict", {})
    assert queue.is_overtaken(workspace, background, ["predict"])
    assert not queue.is_overtaken(workspace, background, ["train"])
    assert not queue.is_overtaken(workspace, ordinary, ["predict"])


def test_jobs_are_listed_newest_first_by_kind_and_status(workspace: Workspace) -> None:
    ids = [queue.enqueue(workspace, kind, {}).id for kind in ("predict", "train", "predict")]
    queue.request_cancel(workspace, ids[2])
    assert [job.id for job in queue.list_jobs(workspace)] == ids[::-1]
    assert [job.id for job in queue.list_jobs(workspace, limit=1)] == [ids[2]]
    assert [job.id for job in queue.list_jobs(workspace, kinds=["predict"])] == [ids[2], ids[0]]
    assert [job.id for job in queue.list_jobs(workspace, statuses=["cancelled"])] == [ids[2]]
    assert [job.id for job in queue.active_jobs(workspace)] == ids[:2]
    assert [job.id for job in queue.active_jobs(workspace, kinds=["train"])] == [ids[1]]
    assert queue.has_open(workspace, ["train"])
    assert not queue.has_open(workspace, ["refresh"])


def test_a_job_that_does_not_exist_is_a_sentence(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="job 7"):
        queue.get(workspace, 7)
    with pytest.raises(NotFoundError, match="job 7"):
        queue.request_cancel(workspace, 7)


CLAIM_ALL = """
from core.settings import Settings
from core.store.workspace import open_workspace
from core.work import queue
from core.work.processes import Owner
workspace = open_workspace(Settings.from_environment())
queue.enqueue(workspace, "ready", {})
while queue.get(workspace, 1).status == "queued":
    pass
while job := queue.claim(workspace, Owner.of_this_process(), kinds=["egg"]):
    queue.finish(workspace, job, {"by": Owner.of_this_process().pid})
"""


def test_two_processes_never_claim_the_same_job(workspace: Workspace) -> None:
    signal = queue.enqueue(workspace, "signal", {})
    eggs = [queue.enqueue(workspace, "egg", {}).id for _ in range(60)]
    claimers = [start_python("-c", CLAIM_ALL, settings=workspace.settings) for _ in range(2)]
    wait_for(lambda: len(queue.active_jobs(workspace, kinds=["ready"])) == 2, "two claimers")
    queue.request_cancel(workspace, signal.id)
    assert [claimer.wait(60) for claimer in claimers] == [0, 0]
    done = [queue.get(workspace, job_id) for job_id in eggs]
    assert {job.status for job in done} == {"finished"}
    assert {job.fence for job in done} == {1}


def test_a_job_outlives_the_process_that_asked_for_it(workspace: Workspace) -> None:
    script = (
        "import time\n"
        "from core.settings import Settings\n"
        "from core.store.workspace import open_workspace\n"
        "from core.work import queue\n"
        "queue.enqueue(open_workspace(Settings.from_environment()), 'predict', {'drawing_ids': [1]})\n"
        "time.sleep(60)\n"
    )
    app = start_python("-c", script, settings=workspace.settings)
    wait_for(lambda: queue.active_jobs(workspace), "the job")
    kill(app.pid)
    app.wait()
    assert [job.payload for job in queue.active_jobs(workspace)] == [{"drawing_ids": [1]}]
