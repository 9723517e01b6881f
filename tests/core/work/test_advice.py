from datetime import datetime, timedelta, timezone

import pytest

from core.store.efforts import Effort
from core.store.workspace import Workspace
from core.work.advice import advice, bulk_advice, effort_curve, standings
from tests.core.work.histories import retrain
from tests.core.work.pottery import add_model

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


def efforts(*shares: float) -> list[Effort]:
    return [Effort(NOON + timedelta(minutes=number), share, 1.0 + number) for number, share in enumerate(shares)]


def test_a_young_workspace_is_told_that_nobody_can_tell(workspace: Workspace) -> None:
    found = advice(workspace)
    assert found.sentences[0].startswith("Too few retrainings to tell")
    assert (found.standings, found.efforts, found.is_bulk_due) == ((), (), False)


def test_the_advice_follows_the_runs_of_this_workspace(workspace: Workspace) -> None:
    first = add_model(workspace)
    versions = [first, retrain(workspace, corrections=3, gain=0.04)]
    assert advice(workspace).sentences[0].startswith("The last 3 corrections gained 0.040.")
    versions += [retrain(workspace, corrections=12, gain=0.02, champion_iou=0.83)]
    versions += [retrain(workspace, corrections=10, gain=0.004, champion_iou=0.86, margin=0.002)]
    found = advice(workspace)
    assert found.sentences[0].startswith("The last 10 corrections gained 0.004; the next 10 will")
    assert found.outlook.coming is not None
    assert found.outlook.coming.iou < 0.004
    assert [one.version_id for one in found.standings] == [version.id for version in versions]
    assert [one.corrections for one in found.standings] == [0, 3, 15, 25]
    assert [one.iou for one in found.standings] == pytest.approx([0.8, 0.84, 0.86, 0.864]), "all on the latest level"


def test_a_run_without_test_drawings_or_champion_says_nothing_about_the_gain(workspace: Workspace) -> None:
    retrain(workspace, corrections=2, gain=0.1)
    add_model(workspace)
    retrain(workspace, corrections=2, gain=0.1, test_drawings=0)
    assert standings(workspace) == []
    assert advice(workspace).outlook.last is None


def test_versions_that_were_not_promoted_stand_beside_those_that_were(workspace: Workspace) -> None:
    add_model(workspace)
    retrain(workspace, corrections=2, gain=-0.05, promote=False)
    retrain(workspace, corrections=2, gain=0.02)
    assert [one.iou for one in standings(workspace)] == pytest.approx([0.8, 0.75, 0.82])


def test_bulk_is_due_when_people_change_hardly_anything() -> None:
    assert bulk_advice(efforts(*[0.0] * 9)) == "", "too few to tell"
    assert bulk_advice(efforts(*[0.3] * 5, *[0.0] * 15)) == ""
    assert bulk_advice(efforts(*[0.3] * 5, *[0.5] * 3, *[0.002] * 17)).startswith(
        "In 17 of the last 20 drawings people changed less than 1% of the section"
    )


def test_the_effort_curve_has_the_median_of_each_portion() -> None:
    found = effort_curve(efforts(*[0.1] * 4, 9.0, *[0.3] * 5))
    assert [one.changed_share for one in found] == [0.1, 0.3]
    assert [one.minutes for one in found] == [3.0, 8.0]
    assert found[-1].decided_at == NOON + timedelta(minutes=9)
    assert len(effort_curve(efforts(*[0.1] * 200))) == 12
    assert effort_curve([]) == []
