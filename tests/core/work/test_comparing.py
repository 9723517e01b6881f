"""Comparisons of real artefacts that find what is dark, on drawings of blocks; nothing is trained."""

import io
import json
from dataclasses import replace

import pytest
from PIL import Image as Pillow

from core.errors import NotFoundError
from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.learn.gate import PromotionRule
from core.store import models, runs, scores, snapshots
from core.store.label_map import set_label_map
from core.store.models import NewModel
from core.store.runs import Run
from core.store.workspace import Workspace
from core.work import lease, queue
from core.work.comparing import compare_with_champion, differing, differing_views, standings
from core.work.predicting import REFRESH
from core.work.promoting import follow_rule, promotion_rule, set_promotion_rule
from tests.core.work.pottery import add_drawings, add_model, approve
from tests.networks import dark_ink_artefact, linear_artefact

REFERENCE_COUNT = 2
BLIND = dark_ink_artefact(threshold=5, sizes=(64,))
PALE = dark_ink_artefact(threshold=190, sizes=(64,))  # takes the stains for profile too
DARK = dark_ink_artefact(threshold=120, sizes=(64,))


@pytest.fixture
def stocked(workspace: Workspace) -> Workspace:
    """Approved drawings of three publications, two of the third: one trains, one validates, one tests."""
    for publication, count in zip(("Vogel", "Blinkenberg", "Furtwängler"), (4, 1, 2), strict=True):
        for drawing_id in add_drawings(workspace, count, publication=publication):
            approve(workspace, drawing_id)
    return workspace


def compared_run(workspace: Workspace, artefact: bytes) -> Run:
    """What a run would leave behind that came to this artefact."""
    snapshot = snapshots.freeze(workspace, "Ada")
    run = runs.create(workspace, snapshot.id, {}, seed=0, author="Ada")
    told: list[str] = []
    comparison = compare_with_champion(
        workspace,
        artefact,
        snapshots.items(workspace, snapshot.id),
        lambda done, message: told.append(message),
        reference_count=REFERENCE_COUNT,
    )
    assert len(told) == (comparison["test_drawings"] + REFERENCE_COUNT)
    new = NewModel(f"Run {run.id}", "trained", "Ada", run_id=run.id)
    version = models.register(workspace, new, artefact=artefact, weights=b"none")
    return runs.finish(workspace, run.id, model_version_id=version.id, comparison=json.loads(json.dumps(comparison)))


def test_both_models_are_scored_on_the_test_drawings_and_the_old_domain(stocked: Workspace) -> None:
    champion = add_model(stocked, threshold=190)
    run = compared_run(stocked, DARK)
    found = run.comparison
    assert found is not None
    assert (found["compared_on"], found["test_drawings"], found["champion_id"]) == ("test drawings", 2, champion.id)
    assert [one["name"] for one in found["drawings"]] == ["Taf. 5.png", "Taf. 6.png"]
    assert found["better"] == 2
    assert found["challenger_mean_iou"] > 0.9 > found["champion_mean_iou"]
    assert found["reference"]["drawing_count"] == REFERENCE_COUNT
    assert "; old domain 0." in found["verdict"]
    assert found["gate"]["passes"] is False
    assert found["gate"]["reason"] == "A person decides, because 2 test drawings cannot decide: it takes 20."
    assert [(one.name, one.drawing_count) for one in standings(run, "publications")] == [("Furtwängler", 2)]
    assert [one.name for one in standings(run, "styles")] == ["black"]


def test_the_drawings_that_differ_most_come_first_with_all_four_pictures(stocked: Workspace) -> None:
    add_model(stocked, threshold=190)
    run = compared_run(stocked, DARK)
    first, second = differing(run)
    assert abs(first.difference) >= abs(second.difference)
    views = differing_views(stocked, run, first, height_px=200, width_px=200)
    pictures = [views.drawing, views.truth, views.champion, views.challenger]
    assert len(set(pictures)) == 3
    assert views.challenger == views.truth, "it found the block and nothing else"
    sizes = {Pillow.open(io.BytesIO(picture)).size for picture in pictures}
    assert len(sizes) == 1
    with pytest.raises(NotFoundError, match="Train again"):
        differing_views(stocked, run, replace(first, image_sha256="0" * 64), height_px=200, width_px=200)


def test_what_a_model_has_read_once_is_never_read_again(stocked: Workspace) -> None:
    champion = add_model(stocked, threshold=190)
    before = compared_run(stocked, DARK).comparison
    assert len(scores.known_scores(stocked, champion.artefact_sha256)) == 2 + REFERENCE_COUNT
    stocked.blobs.remove(champion.artefact_sha256)  # the champion cannot be loaded any more
    assert compared_run(stocked, DARK).comparison == before
    approve(stocked, *add_drawings(stocked, 1, publication="Furtwängler"))
    with pytest.raises(NotFoundError):
        compared_run(stocked, DARK)


def test_without_test_drawings_rendered_ones_are_compared_and_shown(workspace: Workspace) -> None:
    approve(workspace, *add_drawings(workspace, 1))
    add_model(workspace, threshold=190)
    snapshot = snapshots.freeze(workspace, "Ada")
    items = snapshots.items(workspace, snapshot.id)
    found = compare_with_champion(workspace, BLIND, items, lambda done, message: None, reference_count=2)
    assert found["compared_on"] == "reference drawings"
    assert found["verdict"].startswith("No approved drawing is set aside for testing yet")
    assert found["gate"]["passes"] is False
    run = runs.create(workspace, snapshot.id, {}, seed=0, author="Ada")
    version = models.register(workspace, NewModel("x", "trained", "Ada", run_id=run.id), artefact=BLIND, weights=b"")
    run = runs.finish(workspace, run.id, model_version_id=version.id, comparison=found)
    assert differing_views(workspace, run, differing(run)[0], height_px=100, width_px=100).champion


def test_a_third_class_counts_in_scores_and_pictures(stocked: Workspace) -> None:
    handle = Label(2, "handle", (20, 120, 220))
    set_label_map(stocked, LabelMap((*DEFAULT_LABELS.labels, handle)))
    add_model(stocked, threshold=120)
    swapped = linear_artefact(
        ((0.0, 0.0, 0.0), (-0.3, -0.3, -0.3), (-0.1, -0.1, -0.1)),
        (0.0, 0.0, 36.0),  # calls handle what is profile
        classes=("background", "profile", "handle"),
        sizes=(64,),
    )
    run = compared_run(stocked, swapped)
    assert run.comparison is not None
    assert run.comparison["challenger_mean_iou"] == 0.0, "a profile that is called handle is not found"
    assert differing_views(stocked, run, differing(run)[0], height_px=100, width_px=100).challenger


def passing(run: Run, workspace: Workspace) -> Run:
    """The run as if its comparison had passed the gate, under the rule of the workspace."""
    comparison = {**(run.comparison or {})}
    comparison["gate"] |= {"passes": True, "is_automatic": promotion_rule(workspace).is_automatic}
    return runs.finish(workspace, run.id, model_version_id=run.model_version_id or 0, comparison=comparison)


def test_the_rule_promotes_once_and_says_that_no_person_did(stocked: Workspace) -> None:
    champion = add_model(stocked, threshold=190)
    assert lease.reserve(stocked)  # so that no worker starts
    run = compared_run(stocked, DARK)
    assert follow_rule(stocked, passing(run, stocked)) is None, "off unless somebody turned it on"
    set_promotion_rule(stocked, PromotionRule(is_automatic=True, tolerance=0.02))
    assert promotion_rule(stocked) == PromotionRule(is_automatic=True, tolerance=0.02)
    assert follow_rule(stocked, run) is None, "it did not pass the gate"
    run = passing(run, stocked)
    promoted = follow_rule(stocked, run)
    assert promoted is not None
    assert promoted.id == run.model_version_id
    move = models.alias_history(stocked)[0]
    assert (move.reason, move.moved_by, move.from_version_id) == ("automatic", "Ostrakon", champion.id)
    assert [job.kind for job in queue.active_jobs(stocked)] == [REFRESH]
    models.roll_back(stocked, "Ada")
    models.promote(stocked, run.model_version_id or 0, "Ada")
    assert follow_rule(stocked, run) is None, "the run was compared with another champion"


def test_the_rule_gives_way_to_a_champion_that_a_person_chose_meanwhile(stocked: Workspace) -> None:
    add_model(stocked, threshold=190)
    set_promotion_rule(stocked, PromotionRule(is_automatic=True))
    run = passing(compared_run(stocked, DARK), stocked)
    chosen = add_model(stocked, threshold=60)
    assert follow_rule(stocked, run) is None
    assert models.champion(stocked) == chosen
