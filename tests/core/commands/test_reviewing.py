"""status, queue and accept, as a script drives them."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.settings import Settings
from core.store import drawings, models, predictions
from core.store.predictions import PredictedArrays
from core.store.workspace import open_workspace
from tests.core.commands.conftest import Run
from tests.core.formats.samples import picture

UNCERTAINTIES = {"a": 0.01, "b": 0.4, "c": 0.02}


@pytest.fixture
def read(run: Run, tmp_path: Path) -> Run:
    """Three drawings that the model in use has read."""
    (tmp_path / "scans").mkdir()
    for number, name in enumerate(UNCERTAINTIES):
        (tmp_path / "scans" / f"{name}.png").write_bytes(picture(number, (40, 30)))
    assert run("add", tmp_path / "scans", "--publication", "Band 3")[0] == 0
    ws = open_workspace(Settings(workspace=tmp_path / "ws"))
    champion = models.champion(ws)
    assert champion is not None
    for one in drawings.find(ws):
        mask = np.ones((one.height_px, one.width_px), np.uint8)
        probabilities = np.full((8, 8, 2), 0.5, np.float32)
        uncertainty = UNCERTAINTIES[Path(one.name).stem]
        predictions.save(ws, one.id, champion.id, PredictedArrays(mask, probabilities, uncertainty, 0.1))
    ws.engine.dispose()
    return run


def names(told: str) -> list[str]:
    return [Path(one["name"]).stem for one in json.loads(told)]


def test_the_queue_comes_in_the_order_asked_for(read: Run) -> None:
    assert names(read("queue", "--order", "most uncertain", "--json")[1]) == ["b", "c", "a"]
    assert names(read("queue", "--order", "in order", "--limit", 2, "--json")[1]) == ["a", "b"]
    assert read("queue")[1].splitlines()[0].split() == ["id", "drawing", "publication", "uncertainty", "reason"]
    code, _, refused = read("queue", "--order", "by taste")
    assert code == 1
    assert "most instructive" in refused


def test_the_surest_are_accepted_and_no_others(read: Run) -> None:
    foretold = json.loads(read("accept", "--below", 0.05, "--dry-run", "--json")[1])
    assert ([Path(name).stem for name in foretold["surest"]], foretold["accepted"]) == (["a", "c"], 0)
    assert "2 of 2" in read("accept", "--below", 0.05)[1]
    assert names(read("queue", "--json")[1]) == ["b"]
    assert "0 of 0" in read("accept", "--below", 0.05)[1]
    told = json.loads(read("status", "--json")[1])
    assert (told["drawings"], told["reviewed"], told["statuses"]["predicted"]) == (3, 2, 1)
    assert told["next"]["label"]
    assert [one["name"] for one in told["estimates"]] == ["Band 3"]


def test_status_of_an_empty_workspace_says_what_to_do(run: Run) -> None:
    code, told, _ = run("status")
    assert code == 0
    assert "Next: Upload drawings" in told
