import pytest

from core.errors import NotFoundError
from core.store import runs, snapshots
from core.store.database import writing
from core.store.models import NewModel, register
from core.store.snapshots import Snapshot
from core.store.workspace import Workspace
from tests.core.store.samples import add_drawing, approve_drawing, register_model

CONFIGURATION = {
    "backbone": "efficientnetlite0",
    "epochs": 3,
    "learning_rate": 1e-3,
    "labels": ["background", "profile"],
}


@pytest.fixture
def snapshot(ws: Workspace) -> Snapshot:
    approve_drawing(ws, add_drawing(ws).id)
    return snapshots.freeze(ws, "Ada")


def test_a_run_is_queued_with_everything_it_needs(ws: Workspace, snapshot: Snapshot) -> None:
    parent = register_model(ws)
    made = runs.create(ws, snapshot.id, CONFIGURATION, seed=2**40, author="Ada", parent_version_id=parent.id)
    assert runs.get(ws, made.id) == made
    assert (made.status, made.is_open, made.seed, made.parent_version_id) == ("queued", True, 2**40, parent.id)
    assert made.configuration == CONFIGURATION
    assert made.history == []


def test_a_run_and_its_job_can_be_noted_in_one_transaction(ws: Workspace, snapshot: Snapshot) -> None:
    with writing(ws.engine) as connection:
        made = runs.add(connection, snapshot.id, CONFIGURATION, seed=1, author="Ada")
        runs.set_job(connection, made.id, 7)
    assert runs.get(ws, made.id).job_id == 7


def test_a_run_goes_its_way_to_a_model_version(ws: Workspace, snapshot: Snapshot) -> None:
    made = runs.create(ws, snapshot.id, CONFIGURATION, seed=1, author="Ada")
    assert runs.start(ws, made.id).status == "running"
    runs.add_epoch(ws, made.id, 1, {"loss": 0.5, "val_iou": 0.75})
    runs.add_epoch(ws, made.id, 2, {"loss": 0.25, "val_iou": 0.875})
    version = register(ws, NewModel("two", "trained", "Ada", run_id=made.id), artefact=b"a", weights=b"w")
    done = runs.finish(ws, made.id, model_version_id=version.id, comparison={"better": 41, "worse": 6})
    assert (done.status, done.is_open, done.model_version_id) == ("finished", False, version.id)
    assert done.comparison == {"better": 41, "worse": 6}
    assert done.history == [{"loss": 0.5, "val_iou": 0.75}, {"loss": 0.25, "val_iou": 0.875}]
    assert done.finished_at is not None
    assert done.finished_at >= done.created_at


def test_an_epoch_done_again_after_a_crash_replaces_the_first(ws: Workspace, snapshot: Snapshot) -> None:
    made = runs.create(ws, snapshot.id, CONFIGURATION, seed=1, author="Ada")
    for number, loss in ((2, 0.5), (1, 0.75), (2, 0.25)):
        runs.add_epoch(ws, made.id, number, {"loss": loss})
    assert runs.get(ws, made.id).history == [{"loss": 0.75}, {"loss": 0.25}]


def test_a_figure_that_is_no_number_is_none(ws: Workspace, snapshot: Snapshot) -> None:
    made = runs.create(ws, snapshot.id, CONFIGURATION, seed=1, author="Ada")
    runs.add_epoch(ws, made.id, 1, {"loss": float("nan"), "val_loss": float("inf")})
    assert runs.get(ws, made.id).history == [{"loss": None, "val_loss": None}]


def test_a_failed_run_says_why_and_one_started_again_does_not(ws: Workspace, snapshot: Snapshot) -> None:
    made = runs.create(ws, snapshot.id, CONFIGURATION, seed=1, author="Ada")
    failed = runs.fail(ws, made.id, "The loss became NaN. Choose a lower learning rate.")
    assert (failed.status, failed.error) == ("failed", "The loss became NaN. Choose a lower learning rate.")
    again = runs.start(ws, made.id)
    assert (again.status, again.error, again.finished_at) == ("running", "", None)


def test_a_cancelled_run_is_over(ws: Workspace, snapshot: Snapshot) -> None:
    made = runs.create(ws, snapshot.id, CONFIGURATION, seed=1, author="Ada")
    assert runs.cancel(ws, made.id).status == "cancelled"
    assert not runs.get(ws, made.id).is_open


def test_runs_are_listed_the_latest_first(ws: Workspace, snapshot: Snapshot) -> None:
    made = [runs.create(ws, snapshot.id, CONFIGURATION, seed=seed, author="Ada") for seed in range(3)]
    assert [run.seed for run in runs.list_runs(ws, limit=2)] == [2, 1]
    assert runs.list_runs(ws)[-1] == made[0]


def test_a_run_that_is_not_there_is_told(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no run 7"):
        runs.start(ws, 7)


def test_a_list_of_runs_can_leave_out_their_long_comparisons(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    approve_drawing(ws, drawing.id)
    run = runs.create(ws, snapshots.freeze(ws, "Ada").id, {}, seed=0, author="Ada")
    version = register_model(ws)
    runs.finish(ws, run.id, model_version_id=version.id, comparison={"verdict": "better"})
    assert [one.comparison for one in runs.list_runs(ws)] == [{"verdict": "better"}]
    assert [(one.id, one.comparison) for one in runs.list_runs(ws, with_comparisons=False)] == [(run.id, None)]
