import errno
import logging

import pytest

from core.errors import JobCancelledError, LeaseLostError
from core.store.workspace import Workspace
from core.work import queue
from core.work.attempts import Attempt, Kind, carry_out, ends_before_it_starts
from core.work.processes import Owner
from core.work.queue import Job

ELSEWHERE = Owner("another machine", 1, 1.0)


@pytest.fixture
def job(workspace: Workspace) -> Job:
    queue.enqueue(workspace, "chore", {})
    claimed = queue.claim(workspace, Owner.of_this_process(), lease_seconds=-1)
    assert claimed is not None
    return claimed


def raising(error: Exception) -> Kind:
    def handler(attempt: Attempt) -> dict[str, object]:
        raise error

    return Kind(handler)


def test_reports_that_come_too_soon_are_dropped_unless_they_save_something(workspace: Workspace, job: Job) -> None:
    attempt = Attempt(workspace, job)
    attempt.report(0.1, "first")
    attempt.report(0.2, "second")
    assert queue.get(workspace, job.id).message == "first"
    attempt.report(0.3, "third", is_saved=True)
    attempt.report(0.4, "fourth", state={"at": 4})
    assert queue.get(workspace, job.id).message == "fourth"


def test_a_report_says_that_the_job_was_cancelled(workspace: Workspace, job: Job) -> None:
    queue.request_cancel(workspace, job.id)
    with pytest.raises(JobCancelledError):
        Attempt(workspace, job).report(0.1, "")


def test_a_report_says_that_the_job_was_taken_over(workspace: Workspace, job: Job) -> None:
    queue.claim(workspace, ELSEWHERE)
    with pytest.raises(LeaseLostError):
        Attempt(workspace, job).report(0.1, "")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk of"),
        (MemoryError(), "The memory of this computer did not suffice."),
        (RuntimeError("tensor 7"), "An unexpected error stopped this"),
    ],
)
def test_what_a_handler_did_not_expect_becomes_a_sentence(
    workspace: Workspace, job: Job, error: Exception, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        carry_out(workspace, job, raising(error))
    failed = queue.get(workspace, job.id)
    assert failed.status == "failed"
    assert failed.error.startswith(sentence)
    assert "tensor 7" not in failed.error
    assert caplog.records[0].exc_info


def test_an_attempt_that_lost_its_job_changes_nothing_that_belongs_to_it(workspace: Workspace, job: Job) -> None:
    ends: list[str] = []
    new = queue.claim(workspace, ELSEWHERE)
    kind = Kind(raising(RuntimeError()).handler, lambda workspace, job, status, error: ends.append(status))
    carry_out(workspace, job, kind)
    assert ends == []
    assert queue.get(workspace, job.id) == new


def test_a_job_that_was_to_be_cancelled_when_its_worker_died_is_not_done(workspace: Workspace, job: Job) -> None:
    queue.request_cancel(workspace, job.id)
    again = queue.claim(workspace, ELSEWHERE)
    assert again is not None
    assert ends_before_it_starts(workspace, again, raising(RuntimeError()))
    assert queue.get(workspace, job.id).status == "cancelled"
