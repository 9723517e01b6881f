"""add, import, annotate, export and snapshot, as a script drives them."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.commands import exchange
from core.formats.exporting import WRITERS
from core.store.drawings import STATUSES
from core.store.imports import IMPORT_STATUSES
from tests.core.commands.conftest import Run
from tests.core.formats.samples import GOOD, RING, coloured, picture, png, zipped
from tests.core.test_command_line import command

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Two drawings, one of them in a subfolder."""
    for number, name in enumerate(("a.png", "Töpfe/b.png")):
        path = tmp_path / "scans" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(number))
    return tmp_path / "scans"


def archive(folder: Path, files: dict[str, bytes | str] = GOOD, name: str = "Band 1.zip") -> Path:
    (folder / name).write_bytes(zipped(files))
    return folder / name


def test_whole_way_from_scans_to_an_export(run: Run, scans: Path, tmp_path: Path) -> None:
    code, told, _ = run("add", scans, "--publication", "Köln I", "--json")
    assert code == 0
    assert json.loads(told) == {"added": [1, 2], "already_there": [], "refused": []}

    (tmp_path / "masks").mkdir()
    for name in ("a", "b"):
        (tmp_path / "masks" / f"{name}.png").write_bytes(png(RING * np.uint8(255)))
    assert run("annotate", "--masks", tmp_path / "masks", "--status", "approved")[0] == 0

    code, told, _ = run("snapshot", "--note", "first", "--json")
    assert (code, json.loads(told)["drawing_count"]) == (0, 2)

    out = tmp_path / "out.zip"
    code, told, _ = run("export", "--format", "training", "--snapshot", 1, "--out", out, "--json")
    assert code == 0
    assert json.loads(told) == {"path": str(out), "drawings": 2, "masks": 2, "renamed": 0}
    with zipfile.ZipFile(out) as written:
        assert "trainannot/Töpfe/b.png" in written.namelist()


def test_adding_again_changes_nothing_and_bad_files_are_refused(run: Run, scans: Path) -> None:
    run("add", scans)
    (scans / "bad.png").write_bytes(b"no image")
    code, told, refused = run("add", scans, scans / "missing.png")
    assert code == 1
    assert told == "0 drawings added, 2 there already, 2 files refused.\n"
    assert "bad.png is not a PNG" in refused
    assert "missing.png cannot be opened" in refused


def test_nothing_to_add_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, _, refused = run("add", tmp_path / "empty")
    assert (code, refused) == (
        1,
        "There are no images, PDFs or ZIPs in what was given. Name a drawing, or a folder of drawings.\n",
    )


def test_dry_run_reports_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    code, told, _ = run("import", archive(tmp_path), "--dry-run")
    assert code == 0
    assert told.splitlines() == [
        "Band 1.zip: CVAT segmentation masks (dry run, nothing is written)",
        "  background -> background",
        "  a_profile -> profile",
        "1 drawing will come in, 1 with a mask.",
    ]
    assert json.loads(run("jobs", "list", "--json")[1]) == []
    assert run("export", "--out", tmp_path / "x.zip")[0] == 1


@pytest.mark.parametrize("arguments", [["import", "nowhere.zip"], ["models", "import", "nowhere.h5"]])
def test_a_mistyped_name_makes_no_workspace(capsys, tmp_path: Path, arguments: list[str]) -> None:
    code, _, refused = command(capsys, "--workspace", tmp_path / "none", *arguments)
    assert (code, len(refused.splitlines())) == (1, 1)
    assert not (tmp_path / "none").exists()


def test_dry_run_makes_no_workspace(capsys, tmp_path: Path) -> None:
    code, told, _ = command(capsys, "--workspace", tmp_path / "none", "import", archive(tmp_path), "--dry-run")
    assert (code, told.splitlines()[-1]) == (0, "1 drawing will come in, 1 with a mask.")
    assert not (tmp_path / "none").exists()


def test_json_is_readable_whatever_the_output_is_encoded_in(run: Run, tmp_path: Path) -> None:
    archive(tmp_path, {**GOOD, "JPEGImages/ä端.png": picture(3)})
    script = "from core.__main__ import main; main()"
    arguments = ["import", str(tmp_path / "Band 1.zip"), "--dry-run", "--json", "--workspace", str(tmp_path / "ws")]
    for encoding in ("cp1252", "utf-8", "ascii"):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": encoding},
            capture_output=True,
            timeout=60,
        )
        assert [x["name"] for x in json.loads(done.stdout.decode("utf-8"))["drawings"]] == ["a.png", "ä端.png"]


def test_import_tells_all_in_json(run: Run, tmp_path: Path) -> None:
    code, told, _ = run("import", archive(tmp_path), "--as", "review", "--publication", "Köln", "--json")
    assert code == 0
    assert json.loads(told) == {
        "name": "Band 1.zip",
        "format": "CVAT segmentation masks",
        "is_done": True,
        "changes": 1,
        "labels": [
            {"label": "background", "class": "background", "reason": "background"},
            {"label": "a_profile", "class": "profile", "reason": "same colour"},
        ],
        "splits": {},
        "remarks": [],
        "drawings": [
            {
                "name": "a.png",
                "drawing": "new",
                "mask": "entered",
                "sentence": "",
                "drawing_id": 1,
                "snapped_pixels": 0,
                "partner": "",
            }
        ],
    }


def test_what_stays_behind_is_an_exit_code_and_a_sentence_each(run: Run, tmp_path: Path) -> None:
    path = archive(tmp_path, {**GOOD, "SegmentationClass/lost.png": coloured(RING)})
    code, told, refused = run("import", path)
    assert code == 1
    assert "1 drawing came in, 1 with a mask." in told
    assert refused.splitlines() == ["lost fits no drawing"]
    assert run("import", path)[0] == 1


def test_labels_are_mapped_as_asked(run: Run, tmp_path: Path) -> None:
    code, told, _ = run("import", archive(tmp_path), "--label", "a_profile=+", "--dry-run")
    assert "  a_profile -> a new class" in told.splitlines()
    code, _, refused = run("import", archive(tmp_path), "--label", "a_profile")
    assert (code, refused) == (
        1,
        "--label a_profile is not LABEL=CLASS. Name a label of the archive and one of your classes.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import", "nowhere.zip"], "nowhere.zip does not exist"),
        (["import", "setup.txt"], "neither a folder nor a ZIP"),
        (["export", "--out", "x.zip", "--publication", "Band 9"], "There is no publication “Band 9”"),
        (["export", "--out", "x.zip", "--snapshot", "9"], "There is no snapshot 9"),
        (["snapshot"], "No drawing is approved"),
    ],
)
def test_refusals_are_one_sentence(run: Run, tmp_path: Path, monkeypatch, arguments: list[str], sentence: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setup.txt").write_text("no zip")
    code, told, refused = run(*arguments)
    assert (code, told) == (1, "")
    assert sentence in refused
    assert len(refused.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["add"],
        ["import"],
        ["import", ".", "--as", "maybe"],
        ["annotate"],
        ["export"],
        ["export", "--out", "x.zip", "--format", "yolo"],
        ["export", "--out", "x.zip", "--status", "lost"],
        ["models"],
        ["jobs", "stop"],
        ["jobs", "cancel", "all"],
    ],
)
def test_wrong_usage_has_its_own_exit_code(run: Run, arguments: list[str]) -> None:
    assert run(*arguments)[0] == 2


@pytest.mark.parametrize(
    "name", ["add", "import", "annotate", "export", "snapshot", "train", "evaluate", "predict", "render", "worker"]
)
def test_help_says_what_a_command_does(run: Run, name: str) -> None:
    code, told, _ = run(name, "--help")
    assert code == 0
    assert "Options:" in told
    assert len(told.split("Options:")[0].split()) > 10


def test_shell_completes_commands() -> None:
    script = "import sys; sys.argv = ['ostrakon']; from core.__main__ import main; main()"
    asked = {"_OSTRAKON_COMPLETE": "complete_bash", "COMP_WORDS": "ostrakon models pro", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["promote"], done.stderr


def test_choices_of_the_command_line_are_those_of_the_code() -> None:
    assert [x.value for x in exchange.MaskStatus] == list(IMPORT_STATUSES)
    assert [x.value for x in exchange.Format] == list(WRITERS)
    assert [x.value for x in exchange.DrawingStatus] == list(STATUSES)
