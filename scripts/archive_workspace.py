"""Makes tests/archives/workspace-NNNN.zip, a small workspace of this Ostrakon's format, to be kept for good.

Run it once after adding a migration: python -m scripts.archive_workspace
tests/core/store/test_workspace.py opens every archive and expects what is put in here.
"""

import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from core.raster.edits import Polygon
from core.raster.images import Page
from core.raster.places import Place
from core.raster.sanity import Finding
from core.settings import Settings
from core.store import annotations, asides, drawings, events, models, predictions, runs, snapshots
from core.store.migrations import NEWEST
from core.store.models import NewModel
from core.store.predictions import PredictedArrays
from core.store.workspace import Workspace, open_workspace

ARCHIVES = Path(__file__).resolve().parent.parent / "tests" / "archives"
MASK = np.array([[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]], dtype=np.uint8)
RIGHT_COLUMN = Polygon(((0, 3), (0, 4), (3, 4), (3, 3)), 1)
BROKEN = Finding("broken", "The wall is broken.", 0.5, (1, 2))
RIM = Place(1, 2, 3, 0.75, "at the rim")
EVERYTHING = Polygon(((0, 0), (0, 4), (3, 4), (3, 0)), 0)
DRAWINGS = {"Schüssel 1.png": "Köln I", "Krug 2.png": "Köln II", "Topf 3.png": "Köln II", "Deckel 4.png": "Köln II"}


def main() -> None:
    archive = ARCHIVES / f"workspace-{NEWEST}.zip"
    if archive.exists():
        sys.exit(f"{archive} exists. What was released is not changed: add a migration first.")
    ARCHIVES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        workspace = Path(directory) / "workspace"
        ws = open_workspace(Settings(workspace=workspace), base_model=None)
        fill(ws)
        ws.engine.dispose()  # the last connection folds the write-ahead log into the database
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
            for path in sorted(workspace.rglob("*")):
                content.write(path, path.relative_to(workspace))
    print(f"{archive}: {archive.stat().st_size} bytes")


def fill(ws: Workspace) -> None:
    """One of everything."""
    versions = [
        models.register(
            ws, NewModel(name, "imported", "Ada"), artefact=name.encode(), weights=f"{name} weights".encode()
        )
        for name in ("first", "better")
    ]
    for number, (name, publication) in enumerate(DRAWINGS.items()):
        page = Page(name, 0, np.full((3, 4, 3), 50 * number, dtype=np.uint8))
        added = drawings.add(ws, name.encode(), page, publication=publication, author="Ada").drawing
        if name != "Deckel 4.png":
            profile = MASK.astype(np.float32)
            pair = np.stack([1 - profile, profile], axis=-1)
            arrays = PredictedArrays(MASK, pair, uncertainty=0.25, seconds=0.5, findings=[BROKEN], places=[RIM])
            predictions.save(ws, added.id, versions[0].id, arrays)
    for version in versions:
        models.promote(ws, version.id, "Ada")

    approved = annotations.append(ws, annotations.open_draft(ws, 1, "Ada"), [RIGHT_COLUMN], seconds=12)
    annotations.approve(ws, approved, author="Bea", comment="rim checked")
    draft = annotations.append(ws, annotations.open_draft(ws, 2, "Ada"), [RIGHT_COLUMN, EVERYTHING])
    draft = annotations.undo(ws, draft)
    asides.set_aside(ws, draft, [EVERYTHING], author="Bea")
    events.comment(ws, 2, "Is the rim complete?", author="Bea", annotation_id=draft.id)
    annotations.reject(ws, annotations.open_draft(ws, 3, "Ada"))

    snapshot = snapshots.freeze(ws, "Ada", "the first")
    run = runs.create(ws, snapshot.id, {"epochs": 2}, seed=1, author="Ada", parent_version_id=versions[0].id)
    for number, loss in ((1, 0.5), (2, 0.25)):
        runs.add_epoch(ws, run.id, number, {"loss": loss})
    runs.finish(ws, run.id, model_version_id=versions[1].id, comparison={"better": 1, "worse": 0})


if __name__ == "__main__":
    main()
