import json

import optuna
import pytest

from core.learn import studies
from core.learn.configuration import RunConfiguration
from core.learn.studies import Journal, begin_study, known_trials
from core.learn.tuning import SearchPlan, best_of, choices_of

PLAN = SearchPlan(RunConfiguration(epochs=8), ("learning_rate", "loss", "augmentation"), 12)


@pytest.fixture
def journal() -> Journal:
    """A journal in memory, whose entries pass through JSON as in a database."""
    entries: list[str] = []
    return Journal(
        lambda logs: entries.extend(json.dumps(log) for log in logs),
        lambda start: [json.loads(entry) for entry in entries[start:]],
    )


def make_trial(study: optuna.Study, plan: SearchPlan = PLAN) -> dict:
    """A trial whose score follows from its loss alone."""
    trial = study.ask()
    choices = studies.choose(trial, plan)
    studies.note_configuration(trial, {"loss": choices["loss"]})
    studies.finish(study, trial, {"dice": 0.9, "jaccard": 0.8}.get(choices["loss"], 0.3))
    return choices


def test_first_trial_is_the_configuration_one_has_anyway(journal):
    assert make_trial(begin_study(journal, PLAN)) == choices_of(PLAN)


def test_search_that_goes_on_knows_what_was_tried_and_tries_something_else(journal):
    first = [make_trial(begin_study(journal, PLAN)) for _ in range(2)]
    again = begin_study(journal, PLAN)
    third = make_trial(again)
    assert [trial.choices for trial in known_trials(journal)] == [*first, third]
    assert len({trial.choices["learning_rate"] for trial in known_trials(journal)}) == 3


def test_trial_that_was_running_when_the_search_was_killed_is_made_again(journal):
    study = begin_study(journal, PLAN)
    make_trial(study)
    lost = studies.choose(study.ask(), PLAN)
    assert make_trial(begin_study(journal, PLAN)) == lost
    assert [trial.status for trial in known_trials(journal)] == ["finished", "interrupted", "finished"]


def test_failed_trial_keeps_its_sentence_and_has_no_score(journal):
    study = begin_study(journal, PLAN)
    trial = study.ask()
    studies.choose(trial, PLAN)
    studies.fail(study, trial, "The loss stopped being a number.")
    (failed,) = known_trials(journal)
    assert (failed.status, failed.score, failed.error) == ("failed", None, "The loss stopped being a number.")


def test_trial_that_is_worse_than_the_others_by_then_is_stopped(journal):
    study = begin_study(journal, PLAN)
    for _ in range(4):
        trial = study.ask()
        assert not any(studies.is_hopeless(trial, epoch, 0.8) for epoch in (1, 2, 3))
        studies.finish(study, trial, 0.8)
    trial = study.ask()
    assert [studies.is_hopeless(trial, epoch, 0.1) for epoch in (1, 2)] == [False, True]
    studies.prune(study, trial)
    assert known_trials(journal)[-1].status == "pruned"
    assert known_trials(journal)[-1].scores_by_epoch == {1: 0.1, 2: 0.1}


def test_search_finds_what_scores_best(journal):
    study = begin_study(journal, PLAN)
    for _ in range(12):
        make_trial(study)
    best = best_of(known_trials(journal))
    assert best is not None
    assert best.configuration == {"loss": "dice"}
