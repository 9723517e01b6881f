"""Searches for better settings in the background: asking for one, and what is known of it. See `core.work.tuner`."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from core.errors import SettingError
from core.learn.configuration import RunConfiguration
from core.learn.importance import importances
from core.learn.tuning import SearchPlan, Trial, best_of
from core.store import models, snapshots, tuning
from core.store.workspace import Workspace
from core.work import queue
from core.work.attempts import Attempt
from core.work.queue import Job

if TYPE_CHECKING:
    from core.learn.studies import Journal

TUNE = "tune"


@dataclass(frozen=True)
class Search:
    """A search as it is now: its job, its trials, the best of them, and how much each setting mattered.

    `doubt` says what the search is worth on so few drawings, "" if there is nothing to say.
    """

    job: Job
    plan: SearchPlan
    trials: tuple[Trial, ...]
    best: Trial | None
    importances: dict[str, float]
    doubt: str

    @property
    def best_configuration(self) -> RunConfiguration | None:
        """What a full run with the best settings would be; None as long as no trial is finished."""
        return RunConfiguration.from_dict(self.best.configuration) if self.best else None


def start_search(workspace: Workspace, plan: SearchPlan, *, author: str) -> Job:
    """Freeze the training set and search for better settings on it; it is trained after what waits already.

    Raises EmptyTrainingSetError if nothing is approved, SettingError if the runs shall start with the champion and
    there is none.
    """
    champion = models.champion(workspace)
    if champion is None and plan.configuration.start == "champion":
        raise SettingError("There is no model yet that a run could start with. Start with ImageNet weights instead.")
    payload = {
        "plan": plan.to_dict(),
        "snapshot_id": snapshots.freeze(workspace, author).id,
        "champion_id": champion.id if champion and plan.configuration.start == "champion" else None,
        "author": author,
    }
    return queue.enqueue(workspace, TUNE, payload)


def tune(attempt: Attempt) -> dict[str, Any]:
    """The handler of "tune"; loads TensorFlow, so for the child process only."""
    from core.work import tuner

    return tuner.search(attempt)


def look(workspace: Workspace, job_id: int) -> Search:
    """The search as it is now. Raises NotFoundError."""
    from core.learn.studies import known_trials

    job, journal = queue.get(workspace, job_id), journal_of(workspace, job_id)
    trials = known_trials(journal)
    plan = SearchPlan.from_dict(job.payload["plan"])
    return Search(job, plan, trials, best_of(trials), importances(trials, plan.varied), job.state.get("doubt", ""))


def journal_of(workspace: Workspace, job_id: int) -> "Journal":
    """Where Optuna writes down what happens in the search: rows of the workspace's database."""
    from core.learn.studies import Journal

    def read(start: int) -> list[dict[str, Any]]:
        return tuning.read(workspace, job_id, start=start)

    return Journal(partial(tuning.append, workspace, job_id), read)
