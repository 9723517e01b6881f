import pytest

from core.errors import EmptyTrainingSetError, SettingError
from core.learn.configuration import RunConfiguration
from core.store import runs, snapshots
from core.store.workspace import Workspace
from core.work import queue
from core.work.attempts import Kind, cancel, fail
from core.work.processes import Owner
from core.work.training import TRAIN, cancel_training, end_run, run_directory, start_training
from tests.core.work.pottery import add_drawings, add_model, approve

FROM_SCRATCH = RunConfiguration(start="random", epochs=2)


@pytest.fixture
def approved(workspace: Workspace) -> list[int]:
    ids = add_drawings(workspace, 2)
    for drawing_id in ids:
        approve(workspace, drawing_id)
    return ids


def test_a_run_is_frozen_and_queued_in_one_step(workspace: Workspace, approved: list[int]) -> None:
    champion = add_model(workspace)
    run = start_training(workspace, RunConfiguration(epochs=3), author="Grace")
    assert (run.status, run.created_by, run.parent_version_id) == ("queued", "Grace", champion.id)
    assert RunConfiguration.from_dict(run.configuration) == RunConfiguration(epochs=3)
    assert [item.drawing_id for item in snapshots.items(workspace, run.snapshot_id)] == approved
    (job,) = queue.active_jobs(workspace)
    assert (job.id, job.kind, job.payload) == (run.job_id, TRAIN, {"run_id": run.id})


def test_nothing_approved_is_nothing_to_train_on(workspace: Workspace) -> None:
    add_drawings(workspace, 1)
    with pytest.raises(EmptyTrainingSetError, match="approve"):
        start_training(workspace, FROM_SCRATCH, author="Ada")
    assert runs.list_runs(workspace) == []
    assert queue.active_jobs(workspace) == []


def test_without_a_model_a_run_cannot_start_with_the_champion(workspace: Workspace, approved: list[int]) -> None:
    with pytest.raises(SettingError, match="ImageNet"):
        start_training(workspace, RunConfiguration(start="champion"), author="Ada")
    assert start_training(workspace, FROM_SCRATCH, author="Ada").parent_version_id is None


def test_a_second_run_waits_for_the_first(workspace: Workspace, approved: list[int]) -> None:
    first, second = (start_training(workspace, FROM_SCRATCH, author="Ada") for _ in range(2))
    claimed = queue.claim(workspace, Owner.of_this_process(), kinds=[TRAIN])
    assert claimed is not None
    assert claimed.id == first.job_id
    assert [job.id for job in queue.active_jobs(workspace)] == [first.job_id, second.job_id]


def test_a_waiting_run_is_cancelled_at_once_and_a_running_one_is_asked(
    workspace: Workspace, approved: list[int]
) -> None:
    running, waiting = (start_training(workspace, FROM_SCRATCH, author="Ada") for _ in range(2))
    claimed = queue.claim(workspace, Owner.of_this_process())
    assert claimed is not None
    assert cancel_training(workspace, waiting.id).status == "cancelled"
    assert cancel_training(workspace, running.id).status == "queued"
    assert queue.get(workspace, claimed.id).cancel_requested
    cancel(workspace, claimed, Kind(handler=lambda attempt: {}, ended=end_run))
    assert runs.get(workspace, running.id).status == "cancelled"
    assert queue.get(workspace, claimed.id).status == "cancelled"


def test_a_run_whose_job_fails_has_failed_for_the_same_reason(workspace: Workspace, approved: list[int]) -> None:
    run = start_training(workspace, FROM_SCRATCH, author="Ada")
    directory = run_directory(workspace, run.id)
    directory.mkdir(parents=True)
    (directory / "checkpoint.npz").write_bytes(b"half way")
    claimed = queue.claim(workspace, Owner.of_this_process())
    assert claimed is not None
    fail(workspace, claimed, Kind(handler=lambda attempt: {}, ended=end_run), "The disk is full.")
    after = runs.get(workspace, run.id)
    assert (after.status, after.error) == ("failed", "The disk is full.")
    assert not directory.exists()
