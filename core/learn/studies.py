"""The search itself, by Optuna: which settings to try next, and which trials to stop.

Optuna keeps a journal; where it is kept is not its business. See docs/decisions/tuning.md.
"""

import logging
import math
from collections.abc import Callable, Iterable
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import BaseJournalBackend
from optuna.trial import FrozenTrial, TrialState

from core.learn.tuning import SearchPlan, Trial, choices_of, options_of

log = logging.getLogger(__name__)

NAME = "search"
RANDOM_TRIALS = 5  # before the sampler has something to go by
UNPRUNED_TRIALS = 3
_CONFIGURATION, _ERROR, _INTERRUPTED = "configuration", "error", "interrupted"
_STATUSES = {
    TrialState.COMPLETE: "finished",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
}


class Journal(BaseJournalBackend):
    """Optuna's journal, written and read by two functions."""

    def __init__(
        self, append: Callable[[list[dict[str, Any]]], None], read: Callable[[int], Iterable[dict[str, Any]]]
    ) -> None:
        self._append, self._read = append, read

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        self._append(logs)

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        return self._read(log_number_from)


def begin_study(journal: Journal, plan: SearchPlan) -> optuna.Study:
    """The study in the journal, or a new one whose first trial is the plan's own configuration.

    Trials that a killed search left running are marked as interrupted and will be made again.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = JournalStorage(journal)
    is_new = not storage.get_all_studies()
    study = optuna.create_study(storage=storage, study_name=NAME, direction="maximize", load_if_exists=True)
    if is_new and choices_of(plan):
        study.enqueue_trial(choices_of(plan))
    for trial in study.get_trials(deepcopy=False, states=[TrialState.RUNNING]):
        storage.set_trial_user_attr(trial._trial_id, _INTERRUPTED, True)
        study.tell(trial.number, state=TrialState.FAIL)
        study.enqueue_trial(trial.params)
    study.sampler = optuna.samplers.TPESampler(  # a seed that goes on, or it would try the same again
        seed=plan.configuration.seed + len(study.trials), n_startup_trials=RANDOM_TRIALS
    )
    study.pruner = optuna.pruners.MedianPruner(
        n_startup_trials=UNPRUNED_TRIALS, n_warmup_steps=plan.configuration.epochs // 4
    )
    return study


def known_trials(journal: Journal) -> tuple[Trial, ...]:
    """The trials in the journal, the first first; none before the search has begun."""
    storage = JournalStorage(journal)
    studies = storage.get_all_studies()
    if not studies:
        return ()
    trials = storage.get_all_trials(studies[0]._study_id, deepcopy=False)
    return tuple(_described(trial) for trial in trials if trial.state != TrialState.WAITING)


def trials_of(study: optuna.Study) -> tuple[Trial, ...]:
    """The same of a study that goes on."""
    return tuple(_described(trial) for trial in study.get_trials(deepcopy=False) if trial.state != TrialState.WAITING)


def choose(trial: optuna.Trial, plan: SearchPlan) -> dict[str, Any]:
    """What the trial tries."""
    choices: dict[str, Any] = {}
    for name in plan.varied:
        options = options_of(name)
        if name == "learning_rate":
            choices[name] = trial.suggest_float(name, *options, log=True)
        else:
            choices[name] = trial.suggest_categorical(name, options)
    return choices


def note_configuration(trial: optuna.Trial, configuration: dict[str, Any]) -> None:
    trial.set_user_attr(_CONFIGURATION, configuration)


def finish(study: optuna.Study, trial: optuna.Trial, score: float) -> None:
    study.tell(trial, score)


def prune(study: optuna.Study, trial: optuna.Trial) -> None:
    study.tell(trial, state=TrialState.PRUNED)


def fail(study: optuna.Study, trial: optuna.Trial, error: str) -> None:
    """End the trial without a score, with the sentence that says why."""
    trial.set_user_attr(_ERROR, error)
    study.tell(trial, state=TrialState.FAIL)


def is_hopeless(trial: optuna.Trial, epoch: int, score: float) -> bool:
    """Report the trial's score after an epoch; whether others were so much better by then that it shall stop."""
    if math.isfinite(score):
        trial.report(score, epoch)
    return bool(trial.should_prune())


def _described(trial: FrozenTrial) -> Trial:
    is_interrupted = trial.user_attrs.get(_INTERRUPTED, False)
    return Trial(
        number=trial.number + 1,
        status="interrupted" if is_interrupted else _STATUSES[trial.state],
        choices=dict(trial.params),
        score=trial.value if trial.state == TrialState.COMPLETE else None,
        scores_by_epoch=dict(trial.intermediate_values),
        configuration=trial.user_attrs.get(_CONFIGURATION, {}),
        error=trial.user_attrs.get(_ERROR, ""),
    )
