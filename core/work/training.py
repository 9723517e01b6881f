"""Training in the background: asking for a run, and ending it. The run itself is in `core.work.trainer`."""

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import SettingError
from core.learn.configuration import RunConfiguration
from core.store import models, runs, snapshots
from core.store.database import writing
from core.store.runs import Run
from core.store.workspace import Workspace
from core.work import queue
from core.work.attempts import Attempt
from core.work.queue import Job

if TYPE_CHECKING:
    from core.learn.learners import Learners

TRAIN = "train"


def start_training(workspace: Workspace, configuration: RunConfiguration, *, author: str) -> Run:
    """Freeze the training set and have a network trained on it; a second run waits for the first.

    Raises EmptyTrainingSetError if nothing is approved, SettingError if the run shall start with the champion and
    there is none.
    """
    champion = models.champion(workspace)
    if champion is None and configuration.start == "champion":
        raise SettingError("There is no model yet that a run could start with. Start with ImageNet weights instead.")
    snapshot = snapshots.freeze(workspace, author)
    with writing(workspace.engine) as connection:  # both or none, whatever is killed
        run = runs.add(
            connection,
            snapshot.id,
            configuration.to_dict(),
            seed=configuration.seed,
            author=author,
            parent_version_id=champion.id if champion and configuration.start == "champion" else None,
        )
        job = queue.add(connection, TRAIN, {"run_id": run.id}, key=f"run {run.id}")
        return runs.set_job(connection, run.id, job.id)


def cancel_training(workspace: Workspace, run_id: int) -> Run:
    """Ask for a run to stop: one that waits is cancelled at once, one that runs within seconds."""
    run = runs.get(workspace, run_id)
    if run.job_id is not None:
        job = queue.request_cancel(workspace, run.job_id)
        if job.status == "cancelled":
            end_run(workspace, job, "cancelled", "")
    return runs.get(workspace, run_id)


class Trainer:
    """The handler of "train", which loads TensorFlow: for the child process. Keeps what the next run can use again."""

    def __init__(self) -> None:
        self._learners: Learners | None = None

    def train(self, attempt: Attempt) -> dict[str, Any]:
        """Carry out the run of the job."""
        started = time.monotonic()
        attempt.report(attempt.job.progress, "Getting ready")
        from core.learn.learners import Learners
        from core.work import trainer

        is_warm = self._learners is not None
        self._learners = self._learners or Learners()
        clock = trainer.Clock(started, is_warm=is_warm)
        result = trainer.train(attempt, self._learners, clock)
        _forget_checkpoints(attempt.workspace, attempt.job)
        return result


def end_run(workspace: Workspace, job: Job, status: str, error: str) -> None:
    """Bring the run into line with its job, which has failed or was cancelled."""
    run = runs.get(workspace, job.payload["run_id"])
    if run.is_open:
        runs.cancel(workspace, run.id) if status == "cancelled" else runs.fail(workspace, run.id, error)
    _forget_checkpoints(workspace, job)


def feature_directory(workspace: Workspace) -> Path:
    """Where features of drawings are kept for the next run; it may be deleted at any time."""
    return workspace.settings.workspace / "cache" / "features"


def run_directory(workspace: Workspace, run_id: int) -> Path:
    """Where the checkpoints of a run are while it is open."""
    return workspace.settings.workspace / "runs" / str(run_id)


def _forget_checkpoints(workspace: Workspace, job: Job) -> None:
    shutil.rmtree(run_directory(workspace, job.payload["run_id"]), ignore_errors=True)
