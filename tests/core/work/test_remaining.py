"""Estimates from a workspace in which a real model read drawings and a person decided about some."""

import pytest

from core.raster.edits import Polygon
from core.store import agreements, annotations, drawings
from core.store.workspace import Workspace
from core.work.predicting import DrawingReader, refresh_predictions
from core.work.remaining import compare_decided, is_comparison_due, quality
from tests.core.work.pottery import add_drawings, add_model, approve
from tests.core.work.test_predicting import do

LONG_ENOUGH = 60.0


def read_by_champion(workspace: Workspace) -> None:
    refresh_predictions(workspace)
    do(workspace, DrawingReader(), "refresh")


def accept(workspace: Workspace, drawing_id: int, *, seconds: float) -> None:
    annotations.approve(workspace, annotations.open_draft(workspace, drawing_id, "Ada"), seconds=seconds)


def approve_block_only(workspace: Workspace, drawing_id: int) -> None:
    """Erase all that the model found, then draw the block."""
    shown = drawings.get(workspace, drawing_id)
    corners = ((0, 0), (0, shown.width_px), (shown.height_px, shown.width_px), (shown.height_px, 0))
    draft = annotations.open_draft(workspace, drawing_id, "Ada")
    annotations.append(workspace, draft, [Polygon(corners, label=0)])
    approve(workspace, drawing_id)


def test_a_workspace_without_drawings_has_nothing_to_estimate(workspace: Workspace) -> None:
    assert compare_decided(workspace, seconds=LONG_ENOUGH) is False
    found = quality(workspace)
    assert (found.publications, found.held_out, found.decided, found.mean_error) == ((), (), 0, None)


def test_estimates_follow_what_people_approved_of_each_publication(workspace: Workspace) -> None:
    add_model(workspace, threshold=190)  # takes pale stains for profile
    stained, clean = (add_drawings(workspace, 8, publication=name) for name in ("Blinkenberg", "Vogel"))
    read_by_champion(workspace)
    for drawing_id in stained[:6]:
        approve_block_only(workspace, drawing_id)
    for drawing_id in clean[:6]:
        accept(workspace, drawing_id, seconds=5)
    assert compare_decided(workspace, seconds=LONG_ENOUGH) is False
    found = quality(workspace)
    assert [one.name for one in found.publications] == ["Blinkenberg", "Vogel"], "the worst first"
    bad, good = (one.estimate for one in found.publications)
    assert (bad.count, bad.decided, good.count, good.decided) == (2, 6, 2, 6)
    known = agreements.agreements(workspace)
    truth = known.iou[known.publications == drawings.get(workspace, stained[0]).publication_id]
    assert truth.mean() < 0.9
    assert bad.low < truth.mean() < bad.high
    assert good.iou > bad.iou
    assert (found.decided, found.unseen, len(found.held_out)) == (12, 0, 2)
    assert found.mean_error is not None


def test_what_was_accepted_unseen_is_told_and_counts_for_nothing(workspace: Workspace) -> None:
    add_model(workspace)
    ids = add_drawings(workspace, 3)
    read_by_champion(workspace)
    accept(workspace, ids[0], seconds=0)
    before = quality(workspace).publications[0].estimate.iou
    compare_decided(workspace, seconds=LONG_ENOUGH)
    found = quality(workspace)
    assert (found.decided, found.unseen) == (0, 1)
    assert found.publications[0].estimate.iou == before


def test_comparing_stops_when_its_time_is_over_and_goes_on_later(workspace: Workspace) -> None:
    add_model(workspace)
    ids = add_drawings(workspace, 2)
    read_by_champion(workspace)
    for drawing_id in ids:
        approve(workspace, drawing_id)
    assert is_comparison_due(workspace)
    assert compare_decided(workspace, seconds=-1) is True
    assert len(agreements.missing(workspace, 9, among=9)) == 2
    assert compare_decided(workspace, seconds=LONG_ENOUGH) is False
    assert not is_comparison_due(workspace)
    assert agreements.agreements(workspace).iou.tolist() == pytest.approx([1.0, 1.0], abs=0.1)


def test_comparing_goes_on_after_a_mask_that_cannot_be_read(workspace: Workspace) -> None:
    add_model(workspace)
    lost, other = add_drawings(workspace, 2)
    read_by_champion(workspace)
    accept(workspace, other, seconds=5)
    draft = annotations.open_draft(workspace, lost, "Ada")
    annotations.approve(workspace, annotations.append(workspace, draft, [Polygon(((0, 0), (0, 5), (5, 5)), label=1)]))
    workspace.blobs.remove(annotations.newest(workspace, lost).mask_sha256)
    assert compare_decided(workspace, seconds=LONG_ENOUGH) is False
    assert len(agreements.agreements(workspace).iou) == 1
