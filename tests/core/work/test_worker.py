import subprocess
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from sqlalchemy import update

from core.store.database import writing
from core.store.tables import worker as worker_table
from core.store.workspace import Workspace
from core.work import lease, queue
from core.work.processes import Owner
from core.work.queue import Job
from tests.core.work.chores import MODULE
from tests.core.work.processes import is_alive, kill, start_python, wait_for

Process = subprocess.Popen[bytes]


def start_worker(workspace: Workspace) -> Process:
    return start_python("-m", MODULE, settings=workspace.settings)


def end(workspace: Workspace, job: Job) -> Job:
    """The job when it has ended."""

    def ended() -> Job | None:
        now = queue.get(workspace, job.id)
        return None if now.is_open else now

    return wait_for(ended, f"the end of the job {job.kind}")


def started(workspace: Workspace, job: Job) -> int:
    """The process that does the job, when it has said so."""

    def process() -> int | None:
        message, _, _ = queue.get(workspace, job.id).message.partition(" ")
        return int(message) if message.isdigit() else None

    return wait_for(process, f"a report of the job {job.kind}")


def ended_note(workspace: Workspace, job: Job) -> str:
    return (workspace.settings.workspace / f"ended_{job.id}").read_text(encoding="utf-8")


def worker_children(worker: Process) -> list[int]:
    return [child.pid for child in psutil.Process(worker.pid).children()]


def test_of_two_workers_started_at_once_one_survives(workspace: Workspace) -> None:
    queue.enqueue(workspace, "watchful nap", {})
    workers = [start_worker(workspace) for _ in range(2)]
    loser = wait_for(lambda: next((x for x in workers if x.poll() is not None), None), "the end of one worker")
    winner = next(x for x in workers if x is not loser)
    assert loser.returncode == 0
    assert winner.poll() is None
    wait_for(lambda: queue.list_jobs(workspace, statuses=["running"]), "the job at work")
    holder = lease.worker_process(workspace)
    assert holder is not None
    assert holder.pid == winner.pid
    kill(winner.pid)
    winner.wait()


def test_a_worker_does_its_jobs_and_ends_when_there_are_none(workspace: Workspace, tmp_path: Path) -> None:
    light = queue.enqueue(workspace, "tally", {"count": 3, "path": str(tmp_path / "light")})
    heavy = queue.enqueue(workspace, "tally in child", {"count": 3, "path": str(tmp_path / "heavy")})
    unknown = queue.enqueue(workspace, "a kind of a later Ostrakon", {})
    worker = start_worker(workspace)
    assert worker.wait(120) == 0
    done = [queue.get(workspace, job.id) for job in (light, heavy)]
    assert [job.status for job in done] == ["finished", "finished"]
    assert done[0].result == {"process": worker.pid}
    assert done[1].result["process"] != worker.pid
    assert (tmp_path / "light").read_text() == (tmp_path / "heavy").read_text() == "0\n1\n2\n"
    assert not lease.is_held(workspace)
    assert queue.get(workspace, unknown.id).status == "queued"


@pytest.mark.parametrize("kind", ["tally", "tally in child"])
def test_a_killed_worker_loses_no_job_and_repeats_nothing_that_was_saved(
    workspace: Workspace, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "numbers"
    job = queue.enqueue(workspace, kind, {"count": 25, "seconds": 0.05, "path": str(path)})
    first = start_worker(workspace)
    wait_for(lambda: queue.get(workspace, job.id).state.get("done", 0) >= 5, "some progress")
    kill(first.pid)
    first.wait()
    second = start_worker(workspace)
    finished = end(workspace, job)
    assert (finished.status, finished.fence) == ("finished", 2)
    numbers = [int(line) for line in path.read_text().split()]
    assert sorted(set(numbers)) == list(range(25))
    assert len(numbers) <= 26
    kill(second.pid)
    second.wait()


def test_one_child_does_the_heavy_jobs_one_after_the_other_stays_after_a_cancel_and_ends_when_it_gets_cold(
    workspace: Workspace, tmp_path: Path
) -> None:
    cancelled = queue.enqueue(workspace, "watchful nap", {})
    counts = [
        queue.enqueue(workspace, "tally in child", {"count": 2, "path": str(tmp_path / name)})
        for name in ("one", "two")
    ]
    warm = replace(workspace.settings, warm_seconds=3.0)
    worker = start_python("-m", MODULE, settings=warm)
    child = started(workspace, cancelled)
    queue.request_cancel(workspace, cancelled.id)
    assert [end(workspace, job).result["process"] for job in counts] == [child, child]
    assert queue.get(workspace, cancelled.id).status == "cancelled"
    assert is_alive(child)
    assert worker.wait(180) == 0
    assert not is_alive(child)


def test_a_child_ends_with_its_worker(workspace: Workspace) -> None:
    job = queue.enqueue(workspace, "stubborn nap", {})
    worker = start_worker(workspace)
    child = started(workspace, job)
    kill(worker.pid)
    worker.wait()
    wait_for(lambda: not is_alive(child), "the end of the child", seconds=5)


def test_a_job_whose_child_was_killed_is_done_by_another(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    job = queue.enqueue(workspace, "tally in child", {"count": 30, "seconds": 0.05, "path": str(path)})
    worker = start_worker(workspace)
    wait_for(lambda: queue.get(workspace, job.id).state.get("done", 0) >= 5, "some progress")
    (child,) = worker_children(worker)
    kill(child)
    finished = end(workspace, job)
    assert finished.status == "finished"
    assert finished.result["process"] != child
    assert sorted({int(line) for line in path.read_text().split()}) == list(range(30))
    kill(worker.pid)
    worker.wait()


def test_while_a_child_loads_and_says_nothing_the_worker_shows_that_it_lives(workspace: Workspace) -> None:
    job = queue.enqueue(workspace, "quiet in child", {})
    worker = start_worker(workspace)
    told: set[str] = set()

    def is_over() -> bool:
        now = queue.get(workspace, job.id)
        told.add(now.message)
        return not now.is_open

    wait_for(is_over, "the end of the job")
    assert len([message for message in told if message.startswith("Starting · ")]) >= 2
    kill(worker.pid)
    worker.wait()


@pytest.mark.parametrize("kind", ["watchful nap", "stubborn nap"])
def test_cancel_really_stops_the_child_process(workspace: Workspace, kind: str) -> None:
    job = queue.enqueue(workspace, kind, {})
    worker = start_worker(workspace)
    child = started(workspace, job)
    queue.request_cancel(workspace, job.id)
    assert end(workspace, job).status == "cancelled"
    wait_for(lambda: not is_alive(child), "the end of the child", seconds=5)
    assert ended_note(workspace, job) == "cancelled: "
    assert worker.wait(120) == 0


def test_a_job_that_keeps_killing_its_worker_is_given_up_with_a_reason(workspace: Workspace) -> None:
    job = queue.enqueue(workspace, "deadly", {})
    for _ in range(3):
        assert start_worker(workspace).wait(120) == 9
    assert start_worker(workspace).wait(120) == 0
    failed = queue.get(workspace, job.id)
    assert failed.status == "failed"
    assert "3 times (last at “the deadly moment”)" in failed.error
    assert ended_note(workspace, job) == f"failed: {failed.error}"


def test_a_job_that_keeps_killing_its_child_is_given_up_with_a_reason(workspace: Workspace) -> None:
    job = queue.enqueue(workspace, "deadly in child", {})
    worker = start_worker(workspace)
    assert worker.wait(180) == 0
    failed = queue.get(workspace, job.id)
    assert (failed.status, failed.attempts) == ("failed", 4)
    assert "3 times" in failed.error


def test_an_unexpected_error_fails_its_job_only_and_is_in_the_log(workspace: Workspace, tmp_path: Path) -> None:
    broken = queue.enqueue(workspace, "broken", {"divisor": 0})
    after = queue.enqueue(workspace, "tally", {"count": 1, "path": str(tmp_path / "numbers")})
    assert start_worker(workspace).wait(120) == 0
    failed = queue.get(workspace, broken.id)
    assert failed.status == "failed"
    assert failed.error.startswith("An unexpected error stopped this")
    assert "worker.log" in failed.error
    assert "Zero" not in failed.error
    assert "ZeroDivisionError" in (workspace.settings.workspace / "tests.log").read_text()
    assert queue.get(workspace, after.id).status == "finished"


def test_light_jobs_are_done_while_a_heavy_one_runs(workspace: Workspace, tmp_path: Path) -> None:
    heavy = queue.enqueue(workspace, "watchful nap", {})
    waiting = queue.enqueue(workspace, "watchful nap", {})
    worker = start_worker(workspace)
    started(workspace, heavy)
    light = queue.enqueue(workspace, "tally", {"count": 2, "path": str(tmp_path / "numbers")})
    assert end(workspace, light).status == "finished"
    assert queue.get(workspace, heavy.id).status == "running"
    assert queue.get(workspace, waiting.id).status == "queued"
    kill(worker.pid)
    worker.wait()


def test_a_worker_that_was_replaced_ends_at_once(workspace: Workspace) -> None:
    job = queue.enqueue(workspace, "watchful nap", {})
    worker = start_worker(workspace)
    child = started(workspace, job)
    with writing(workspace.engine) as connection:
        connection.execute(update(worker_table).values(owner=str(Owner("another machine", 1, 1.0))))
    assert worker.wait(120) == 1
    wait_for(lambda: not is_alive(child), "the end of the child", seconds=5)
    taken_over = queue.claim(workspace, Owner.of_this_process())
    assert taken_over is not None
    assert taken_over.id == job.id
