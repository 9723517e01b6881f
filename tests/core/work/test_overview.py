from dataclasses import replace
from datetime import datetime, timezone

import pytest

from core.store import annotations, models
from core.store.models import ModelVersion
from core.store.news import News
from core.store.workspace import Workspace
from core.work import queue
from core.work.advice import Standing
from core.work.overview import Challenger, Overview, next_step, overview
from core.work.promoting import decline
from tests.core.work.histories import retrain
from tests.core.work.pottery import add_drawings, add_model, approve

CHAMPION = ModelVersion(
    id=1,
    name="Base model",
    kind="base",
    run_id=None,
    parent_id=None,
    snapshot_id=None,
    weights_sha256="",
    artefact_sha256="",
    scores={},
    card={},
    created_at=datetime(2026, 11, 23, tzinfo=timezone.utc),
    created_by="Ada",
    code_version="1",
    deleted_at=None,
)
NOTHING_NEW = News(teaching=0, checking=0, testing=0, known=20)
FEW = News(teaching=3, checking=1, testing=1, known=20)
MANY = News(teaching=10, checking=0, testing=2, known=20)
BUSY = Overview(
    statuses={"predicted": 40, "draft": 2, "approved": 20, "rejected": 1, "new": 3},
    in_training=20,
    open_jobs={},
    champion=CHAMPION,
    scores=(),
    challenger=None,
    news=NOTHING_NEW,
    is_bulk_due=False,
)
DONE = replace(BUSY, statuses={"approved": 20, "rejected": 1})
BETTER = Challenger("Run 4", 0.021, is_tested=True)


def test_an_overview_counts() -> None:
    assert (BUSY.drawings, BUSY.reviewed, BUSY.unread, BUSY.to_review) == (66, 21, 3, 42)
    without_model = replace(BUSY, champion=None)
    assert (without_model.unread, without_model.to_review) == (0, 45)


@pytest.mark.parametrize(
    ("now", "label", "page"),
    [
        (replace(BUSY, statuses={}), "Upload drawings", "upload"),
        (BUSY, "Review predictions", "predict"),
        (replace(BUSY, is_bulk_due=True), "Accept the surest", "predict"),
        (replace(BUSY, champion=None), "Draw masks", "correct"),
        (replace(BUSY, news=FEW), "Review predictions", "predict"),
        (replace(BUSY, news=MANY), "Retrain", "retrain"),
        (replace(BUSY, news=replace(MANY, known=300)), "Review predictions", "predict"),
        (replace(BUSY, news=MANY, open_jobs={"train": 1}), "Review predictions", "predict"),
        (replace(BUSY, news=FEW, challenger=BETTER), "Compare the models", "retrain"),
        (replace(BUSY, news=MANY, challenger=BETTER), "Retrain", "retrain"),
        (replace(BUSY, challenger=BETTER, open_jobs={"train": 1}), "Review predictions", "predict"),
        (replace(BUSY, statuses={"new": 5}), "See predictions", "predict"),
        (replace(DONE, news=FEW), "Retrain", "retrain"),
        (replace(DONE, news=FEW, open_jobs={"train": 1}), "Watch the run", "retrain"),
        (DONE, "Export the masks", "training_set"),
        (replace(DONE, open_jobs={"predict": 1}), "Export the masks", "training_set"),
        (replace(DONE, statuses={"rejected": 2}, in_training=0), "Upload drawings", "upload"),
    ],
)
def test_there_is_always_one_next_step(now: Overview, label: str, page: str) -> None:
    step = next_step(now)
    assert (step.label, step.page) == (label, page)
    assert step.reason.endswith(".")


def test_reasons_say_how_many() -> None:
    assert next_step(BUSY).reason == "42 drawings left to accept or correct."
    assert next_step(replace(BUSY, statuses={"draft": 1})).reason == "1 drawing left to accept or correct."
    assert next_step(replace(BUSY, news=MANY)).reason == "There are 12 corrections that the model has not learnt from."
    assert next_step(replace(BUSY, challenger=BETTER)).reason == (
        "Run 4 is better by 0.021 mean IoU than the model in use."
    )
    unread = replace(BUSY, statuses={"new": 1})
    assert next_step(unread).reason == "Waiting for the model: 1 drawing to go."
    assert next_step(replace(unread, open_jobs={"refresh": 1})).reason == "The model is reading: 1 drawing to go."
    untested = Challenger("Run 4", 0.0, is_tested=False)
    assert "No drawing is set aside for testing" in next_step(replace(BUSY, challenger=untested)).reason


def test_an_empty_workspace_asks_for_drawings(workspace: Workspace) -> None:
    now = overview(workspace)
    assert (now.drawings, now.champion, now.scores, now.challenger) == (0, None, (), None)
    assert next_step(now).page == "upload"


def test_the_overview_is_of_this_workspace(workspace: Workspace) -> None:
    champion = add_model(workspace)
    ids = add_drawings(workspace, 3)
    approve(workspace, ids[0])
    annotations.reject(workspace, annotations.open_draft(workspace, ids[1], "Ada"))
    queue.enqueue(workspace, "predict", {"drawing_ids": ids})
    now = overview(workspace)
    assert (now.drawings, now.reviewed, now.unread, now.in_training) == (3, 2, 1, 1)
    assert (now.open_jobs, now.champion, now.news.count) == ({"predict": 1}, champion, 1)


def test_a_challenger_is_worth_a_look_only_while_it_promises_more_than_the_champion(workspace: Workspace) -> None:
    base = add_model(workspace)
    better = retrain(workspace, corrections=2, gain=0.03, promote=False)
    now = overview(workspace)
    assert now.challenger == Challenger(better.name, pytest.approx(0.03), is_tested=True)
    assert now.news.count == 0, "the challenger has learnt from all"
    models.promote(workspace, better.id, "Ada", instead_of=base.id)
    assert overview(workspace).challenger is None
    retrain(workspace, corrections=2, gain=0.001, promote=False)
    assert overview(workspace).challenger is None
    retrain(workspace, corrections=2, gain=0.001, test_drawings=0, promote=False)
    found = overview(workspace).challenger
    assert found is not None
    assert not found.is_tested


def test_a_model_that_a_person_decided_against_is_not_proposed_again(workspace: Workspace) -> None:
    base = add_model(workspace)
    declined = retrain(workspace, corrections=2, gain=0.03, promote=False)
    decline(workspace, declined.id)
    assert overview(workspace).challenger is None
    tried = retrain(workspace, corrections=2, gain=0.03, promote=False)
    assert overview(workspace).challenger is not None, "every new model is a new question"
    models.promote(workspace, tried.id, "Ada", instead_of=base.id)
    models.roll_back(workspace, "Ada")
    assert models.champion(workspace) == base
    assert overview(workspace).challenger is None


def test_scores_are_those_of_the_models_in_use_in_their_order(workspace: Workspace) -> None:
    base = add_model(workspace)
    retrain(workspace, corrections=2, gain=-0.03, promote=False)
    second = retrain(workspace, corrections=2, gain=0.02)
    scores: tuple[Standing, ...] = overview(workspace).scores
    assert [one.version_id for one in scores] == [base.id, second.id]
    assert [one.iou for one in scores] == pytest.approx([0.8, 0.82])
    models.roll_back(workspace, "Ada")
    assert [one.version_id for one in overview(workspace).scores] == [base.id, second.id, base.id]
