"""Real searches of a tiny network: killed ones in the worker's child process, the others in this process."""

from dataclasses import replace

import pytest

from core.errors import EmptyTrainingSetError, SettingError
from core.learn.configuration import RunConfiguration
from core.learn.tuning import SearchPlan
from core.store.workspace import Workspace
from core.work import queue
from core.work.attempts import Kind, carry_out
from core.work.processes import Owner
from core.work.queue import Job
from core.work.starting import ensure_worker
from core.work.tuning import TUNE, look, start_search, tune
from tests.core.work.pottery import add_drawings, approve
from tests.core.work.processes import kill, processes_of, wait_for
from tests.core.work.test_trainer import TINY

PLAN = SearchPlan(replace(TINY, epochs=2), ("learning_rate", "loss"), 2)


@pytest.fixture
def approved(workspace: Workspace) -> Workspace:
    """With six approved drawings of one publication."""
    for drawing_id in add_drawings(workspace, 6):
        approve(workspace, drawing_id)
    return workspace


def carry_out_here(workspace: Workspace) -> Job:
    """Do the search in this process."""
    job = queue.claim(workspace, Owner.of_this_process(), kinds=[TUNE])
    assert job is not None
    carry_out(workspace, job, Kind(tune))
    return queue.get(workspace, job.id)


def test_search_makes_its_trials_and_names_the_best_with_what_a_full_run_would_be(approved: Workspace) -> None:
    job = start_search(approved, PLAN, author="Ada")
    ended = carry_out_here(approved)
    assert (ended.status, ended.error) == ("finished", "")
    search = look(approved, job.id)
    assert [trial.status for trial in search.trials] == ["finished", "finished"]
    assert search.best is not None
    assert search.best.score == max(trial.score or 0.0 for trial in search.trials)
    assert ended.result == {"best": search.best.number, "score": search.best.score}
    found = search.best_configuration
    assert found is not None
    assert found == replace(
        PLAN.configuration,
        learning_rate=search.best.choices["learning_rate"],
        loss=search.best.choices["loss"],
    )
    assert "Only 2 drawings decide" in search.doubt


def test_search_whose_every_trial_fails_ends_with_the_reason(approved: Workspace) -> None:
    plan = SearchPlan(replace(TINY, start="imagenet", backbone="vgg16"), ("learning_rate",), 5)
    start_search(approved, plan, author="Ada")
    ended = carry_out_here(approved)
    assert ended.status == "failed"
    assert "None of the first trials could be trained" in ended.error
    assert "vgg16" in ended.error


def test_a_single_drawing_cannot_be_learnt_from_and_compared_on(workspace: Workspace) -> None:
    approve(workspace, add_drawings(workspace, 1)[0])
    start_search(workspace, PLAN, author="Ada")
    assert "too few for both" in carry_out_here(workspace).error


def test_nothing_approved_or_no_champion_to_start_with_is_refused_at_once(workspace: Workspace) -> None:
    with pytest.raises(EmptyTrainingSetError):
        start_search(workspace, PLAN, author="Ada")
    with pytest.raises(SettingError, match="ImageNet"):
        start_search(workspace, SearchPlan(RunConfiguration()), author="Ada")
    assert queue.active_jobs(workspace) == []


def test_killed_search_goes_on_with_the_trial_it_was_at_and_can_then_be_cancelled(approved: Workspace) -> None:
    plan = SearchPlan(replace(TINY, epochs=10_000), ("learning_rate",), 3)
    job = start_search(approved, plan, author="Ada")
    assert ensure_worker(approved)

    def child() -> int | None:
        found = [one.pid for one in processes_of(approved.settings.workspace) if "core.work.child" in one.cmdline()]
        return found[0] if found else None

    def is_training(count: int) -> bool:
        trials = look(approved, job.id).trials
        return len(trials) == count and "step" in queue.get(approved, job.id).message

    wait_for(lambda: is_training(1), "the first trial", seconds=120)
    first = wait_for(child, "the child process")
    kill(first)
    wait_for(lambda: is_training(2), "the trial made again", seconds=120)
    before, again = look(approved, job.id).trials
    assert (before.status, again.status) == ("interrupted", "running")
    assert again.choices == before.choices
    queue.request_cancel(approved, job.id)
    wait_for(lambda: not queue.get(approved, job.id).is_open, "the end", seconds=30)
    assert queue.get(approved, job.id).status == "cancelled"
