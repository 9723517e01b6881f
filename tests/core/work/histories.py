"""Workspaces with a history: runs that were compared with the champion of then, and promoted or not."""

from typing import Any

from core.store import models, runs, snapshots
from core.store.models import ModelVersion, NewModel
from core.store.workspace import Workspace
from tests.core.work.pottery import add_drawings, approve


def retrain(
    workspace: Workspace,
    *,
    corrections: int,
    gain: float,
    champion_iou: float = 0.8,
    margin: float = 0.01,
    test_drawings: int = 20,
    promote: bool = True,
) -> ModelVersion:
    """Approve so many more drawings, and leave behind what a run would that gained so much on test drawings."""
    for drawing_id in add_drawings(workspace, corrections):
        approve(workspace, drawing_id)
    snapshot = snapshots.freeze(workspace, "Ada")
    champion = models.champion(workspace)
    run = runs.create(workspace, snapshot.id, {}, seed=0, author="Ada", parent_version_id=champion and champion.id)
    new = NewModel(f"Run {run.id}", "trained", "Ada", run_id=run.id, snapshot_id=snapshot.id)
    version = models.register(workspace, new, artefact=b"artefact %d" % run.id, weights=b"weights %d" % run.id)
    comparison: dict[str, Any] = {
        "compared_on": "test drawings" if test_drawings else "reference drawings",
        "champion_id": champion.id if champion else None,
        "test_drawings": test_drawings,
        "challenger_mean_iou": champion_iou + gain,
    }
    if champion is not None:
        comparison |= {"champion_mean_iou": champion_iou, "interval": [gain - margin, gain + margin]}
    runs.finish(workspace, run.id, model_version_id=version.id, comparison=comparison)
    return models.promote(workspace, version.id, "Ada") if promote else version
