"""train, models and jobs, as a script drives them; no network is trained here."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.infer.artefact import Contract, write_artefact
from core.settings import Settings
from core.store import models
from core.store.models import NewModel
from core.store.workspace import open_workspace
from tests.core.commands.conftest import Run
from tests.core.formats.samples import GOOD, RING, coloured, picture, zipped


@pytest.fixture
def two_models(run: Run, tmp_path: Path) -> Run:
    """The base model (champion) and another one in the workspace."""
    ws = open_workspace(Settings(workspace=tmp_path / "ws"))
    artefact = write_artefact(b"<net/>", b"", Contract(("background", "profile"), (256,)))
    models.register(ws, NewModel("better", "trained", "Ada", scores={"iou": 0.9}), artefact=artefact, weights=b"w")
    ws.engine.dispose()
    return run


def champion(run: Run) -> int:
    return json.loads(run("models", "list", "--json")[1])["champion"]


def test_models_are_listed_promoted_and_rolled_back(two_models: Run) -> None:
    run = two_models
    first = champion(run)
    listed = run("models", "list")[1].splitlines()
    assert [line.split()[:2] for line in listed[1:]] == [["2", "better"], ["1", "*"]]
    assert run("models", "promote", 2)[0] == 0
    assert champion(run) == 2
    assert run("models", "rollback")[0] == 0
    assert champion(run) == first
    code, _, refused = run("models", "rollback")
    assert code == 1
    assert "no earlier champion" in refused


def test_the_rule_of_promotion_is_shown_changed_and_refused(run: Run) -> None:
    def rule(*arguments: object) -> dict[str, object]:
        return json.loads(run("models", "rule", "--json", *arguments)[1])

    assert rule() == {"is_automatic": False, "tolerance": 0.01}
    assert rule("--automatic") == rule() == {"is_automatic": True, "tolerance": 0.01}
    assert rule("--tolerance", "0.02", "--by-hand") == rule() == {"is_automatic": False, "tolerance": 0.02}
    code, _, refused = run("models", "rule", "--tolerance", "2")
    assert code == 1
    assert "from 0 to 1" in refused
    assert rule()["tolerance"] == 0.02


def test_what_the_disk_holds_is_told_and_caches_are_freed(run: Run, tmp_path: Path) -> None:
    cached = tmp_path / "ws" / "cache" / "features" / "a.npz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"12345")
    before = json.loads(run("disk", "--json")[1])
    assert before["freed_bytes"] == 0
    assert {"kind": "caches", "bytes": 5, "removable_bytes": 5} in before["uses"]
    after = json.loads(run("disk", "--clean", "--json")[1])
    assert after["freed_bytes"] == 5
    assert not cached.exists()
    assert "models" in {use["kind"] for use in after["uses"]}


def test_model_travels_to_another_workspace_in_one_file(two_models: Run, tmp_path: Path, capsys) -> None:
    from tests.core.test_command_line import command

    file = tmp_path / "model.zip"
    assert two_models("models", "export", 2, "--out", file)[0] == 0
    code, told, _ = command(capsys, "--workspace", tmp_path / "other", "models", "import", file, "--json")
    assert code == 0
    version = json.loads(told)
    assert (version["name"], version["kind"], version["scores"]) == ("better", "imported", {"iou": 0.9})
    again = command(capsys, "--workspace", tmp_path / "other", "models", "import", file, "--json")[1]
    assert json.loads(again)["id"] == version["id"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 broken", "damaged or incomplete ZIP"),
        (zipped({"a.txt": "no model"}), "artefact.zip and card.json and weights.h5 is missing"),
        (zipped({"artefact.zip": b"", "weights.h5": b"", "card.json": "{"}), "card that cannot be read"),
        (
            zipped(
                {
                    "artefact.zip": b"",
                    "weights.h5": b"",
                    "card.json": '{"format": 9, "name": "", "scores": {}, "card": {}}',
                }
            ),
            "newer Ostrakon",
        ),
        (
            zipped(
                {
                    "artefact.zip": b"",
                    "weights.h5": b"",
                    "card.json": '{"format": 1, "name": "", "scores": {}, "card": {}}',
                }
            ),
            "artefact is damaged",
        ),
    ],
)
def test_file_that_is_no_model_is_refused(run: Run, tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "model.zip").write_bytes(content)
    code, _, refused = run("models", "import", tmp_path / "model.zip")
    assert code == 1
    assert sentence in refused


def test_model_of_other_classes_is_refused(run: Run, tmp_path: Path) -> None:
    artefact = write_artefact(b"<net/>", b"", Contract(("background", "wall", "handle"), (256,)))
    card = '{"format": 1, "name": "three", "scores": {}, "card": {}}'
    (tmp_path / "m.zip").write_bytes(zipped({"artefact.zip": artefact, "weights.h5": b"w", "card.json": card}))
    code, _, refused = run("models", "import", tmp_path / "m.zip")
    assert code == 1
    assert "3 classes" in refused


def test_training_is_queued_with_its_settings_and_can_be_cancelled(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.zip").write_bytes(zipped(GOOD))
    run("import", tmp_path / "in.zip")
    (tmp_path / "run.json").write_text('{"epochs": 3, "loss": "dice"}')
    arguments = ["--config", tmp_path / "run.json", "--set", "epochs=4", "--set", "image_size=original", "--no-wait"]
    code, told, _ = run("train", *arguments, "--json")
    assert code == 0
    queued = json.loads(told)
    wanted = {"epochs": 4, "loss": "dice", "image_size": "original"}
    assert {name: queued["configuration"][name] for name in wanted} == wanted
    (job,) = [job for job in json.loads(run("jobs", "list", "--json")[1]) if job["kind"] == "train"]
    assert run("jobs", "cancel", job["id"])[:2] == (0, f"Job {job['id']}: cancelled\n")
    assert "train" in run("jobs", "list")[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train"], "No drawing is approved"),
        (["train", "--set", "epochs"], "is not KEY=VALUE"),
        (["train", "--set", "epoch=3"], "no setting “epoch”"),
        (["train", "--set", "epochs=0"], "epochs is 0"),
        (["train", "--config", "nowhere.json"], "cannot be read as JSON"),
        (["jobs", "cancel", "9"], "no job 9"),
        (["models", "promote", "9"], "no model version 9"),
        (["models", "export", "9", "--out", "x"], "no model version 9"),
        (["models", "import", "nowhere.h5"], "cannot be opened"),
    ],
)
def test_refusals_are_one_sentence(run: Run, arguments: list[str], sentence: str) -> None:
    code, told, refused = run(*arguments)
    assert (code, told) == (1, "")
    assert sentence in refused
    assert len(refused.splitlines()) == 1


def test_drawings_that_wait_for_a_mask_are_read_in_the_background(run: Run, tmp_path: Path) -> None:
    files = {**GOOD, "JPEGImages/bare.png": picture(5), "SegmentationClass/a.png": coloured(RING)}
    (tmp_path / "in.zip").write_bytes(zipped(files))
    run("import", tmp_path / "in.zip")
    (job,) = json.loads(run("jobs", "list", "--json")[1])
    assert (job["kind"], len(job["payload"]["drawing_ids"])) == ("predict", 1)
    assert np.isfinite(job["progress"])


def test_search_for_better_settings_is_begun_shown_and_refused(run: Run, tmp_path: Path) -> None:
    from tests.core.work.pottery import add_drawings, approve

    assert "approve" in run("tune", "--no-wait")[2].lower()
    ws = open_workspace(Settings(workspace=tmp_path / "ws"))
    approve(ws, add_drawings(ws, 1)[0])
    code, told, _ = run("tune", "--trials", 2, "--vary", "loss, decoder", "--set", "seed=7", "--no-wait", "--json")
    assert code == 0
    job = json.loads(told)["job"]
    plan = job["payload"]["plan"]
    assert (plan["varied"], plan["trial_count"], plan["configuration"]["seed"]) == (["loss", "decoder"], 2, 7)
    assert run("jobs", "cancel", job["id"])[0] == 0
    code, told, refused = run("tune", "--job", job["id"])
    assert (code, told.splitlines()[0]) == (1, f"Search {job['id']}: cancelled")
    assert "was cancelled" in refused
    code, _, refused = run("tune", "--vary", "colour", "--no-wait")
    assert code == 1
    assert "“colour” cannot be varied" in refused
    ws.engine.dispose()
