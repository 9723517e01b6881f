"""How long the page Home takes on a large workspace: `python -m benchmarks.home [--drawings 10000] [--rounds 15]`.

Half of the drawings are approved and compared with their predictions, and twelve runs have learnt from them. The whole
page is run as a visitor's browser asks for it, with the page Upload beside it for the ratio, then its parts.
"""

import argparse
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, update
from streamlit.testing.v1 import AppTest

from benchmarks.queue import fill, measure
from core.settings import Settings
from core.store import models, runs
from core.store.database import now, writing
from core.store.models import NewModel
from core.store.tables import agreement, annotation, drawing, prediction, snapshot, snapshot_item
from core.store.workspace import Workspace, open_workspace
from core.work.advice import advice
from core.work.overview import overview
from core.work.remaining import quality

RUNS = 12
MOST_MS = 300
APP = Path(__file__).resolve().parent.parent / "app.py"


def approve(ws: Workspace, count: int) -> None:
    """Half of the drawings as if people had corrected them."""
    random = np.random.default_rng(10_700_001)
    decided = {"status": "approved", "author": "Ada", "decided_by": "Ada", "comment": "", "edit_count": 2, "cursor": 2}
    times = {"created_at": now(), "decided_at": now()}
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "drawing_id": number,
            "prediction_id": number,
            **decided,
            **times,
            "seconds_spent": float(random.gamma(2, 40)),
            "mask_sha256": f"{number:064x}",
            "changed_pixels": int(random.gamma(2, 1000)),
            "changed_fraction": 0.01,
            "class_pixels": [600_000, 30_000],
        }
        for number in range(1, count // 2 + 1)
    ]
    pairs = [{"annotation_id": row["id"], "prediction_id": row["id"], "iou": float(random.beta(9, 1))} for row in rows]
    with writing(ws.engine) as connection:
        connection.execute(update(prediction).values(findings=[]))
        connection.execute(insert(annotation), rows)
        connection.execute(insert(agreement), pairs)
        is_decided = drawing.c.id <= count // 2
        connection.execute(update(drawing).values(status="predicted", approved_annotation_id=None))
        connection.execute(
            update(drawing).where(is_decided).values(status="approved", approved_annotation_id=drawing.c.id)
        )


def train(ws: Workspace, count: int) -> None:
    """Runs on more and more of the approved drawings, each better than the one before and in use after it."""
    for number in range(1, RUNS + 1):
        champion = models.champion(ws)
        assert champion is not None
        size = count // 2 * number // RUNS
        items = [
            {"snapshot_id": number, "drawing_id": k, "annotation_id": k, "split": "train"} for k in range(1, size + 1)
        ]
        same = {"image_sha256": "0" * 64, "mask_sha256": "0" * 64, "publication": "one"}
        told = {"note": "", "created_by": "Ada", "created_at": now() - timedelta(hours=RUNS - number)}
        with writing(ws.engine) as connection:
            values = {"id": number, "items_sha256": f"{number:064x}", "drawing_count": size, **told}
            connection.execute(insert(snapshot).values(values))
            connection.execute(insert(snapshot_item), [item | same for item in items])
        run = runs.create(ws, number, {}, seed=0, author="Ada", parent_version_id=champion.id)
        new = NewModel(f"Run {run.id}", "trained", "Ada", run_id=run.id, snapshot_id=number)
        version = models.register(ws, new, artefact=b"%d" % number, weights=b"%d" % number)
        found = {"compared_on": "test drawings", "champion_id": champion.id, "test_drawings": 200}
        found |= {"champion_mean_iou": 0.8, "challenger_mean_iou": 0.81, "interval": [0.0, 0.02]}
        runs.finish(ws, run.id, model_version_id=version.id, comparison=found | {"drawings": [found] * 200})
        models.promote(ws, version.id, "Ada")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drawings", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.environ["OSTRAKON_WORKSPACE"] = directory
        ws = open_workspace(Settings.from_environment())
        fill(ws, options.drawings)
        approve(ws, options.drawings)
        train(ws, options.drawings)
        app = AppTest.from_file(str(APP), default_timeout=60).run()
        assert not app.exception, app.exception
        home = measure("page Home", options.rounds, app.run)
        upload = measure("page Upload", options.rounds, app.switch_page("pages/upload.py").run)
        measure("overview", options.rounds, lambda: overview(ws))
        measure("advice", options.rounds, lambda: advice(ws))
        measure("estimates, every 10 s", options.rounds, lambda: quality(ws))
        print(f"Home: {home / upload:.1f} times Upload, {home / MOST_MS:.2f} of {MOST_MS} ms")
        ws.engine.dispose()


if __name__ == "__main__":
    main()
