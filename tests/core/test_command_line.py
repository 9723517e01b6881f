import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from core.__main__ import main
from core.settings import Settings
from core.store import models
from core.store.models import NewModel
from core.store.workspace import open_workspace
from tests.networks import dark_ink_artefact

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose model version 1 calls dark ink profile."""
    directory = tmp_path_factory.mktemp("workspace")
    opened = open_workspace(Settings(workspace=directory), base_model=None)
    new = NewModel(name="dark ink", kind="imported", author="test")
    version = models.register(opened, new, artefact=dark_ink_artefact(), weights=b"none")
    assert version.id == 1
    opened.engine.dispose()
    return directory


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """Two drawings with a bar of ink, each with its mask, and a drawing without one."""
    for name in ("a", "b", "lonely"):
        image = np.full((60, 90, 3), 255, np.uint8)
        image[20:40, 30:60] = 0
        save(tmp_path / "images" / f"{name}.png", image)
        if name != "lonely":
            save(tmp_path / "masks" / f"{name}.png", 255 - image[:, :, 0])
    return tmp_path


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(exist_ok=True)
    Pillow.fromarray(pixels).save(path)


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `python -m core ARGUMENTS`, run in this process."""
    capsys.readouterr()
    before, sys.argv = sys.argv, ["python -m core", *map(str, arguments)]
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.argv = before
    return int(ended.value.code or 0), *capsys.readouterr()


def evaluate(drawings: Path, workspace: Path, *more: object) -> list[object]:
    folders = ["--images", drawings / "images", "--masks", drawings / "masks"]
    return ["--workspace", workspace, "evaluate", *folders, "--model", 1, *more]


def test_masks_are_written_for_a_folder(capsys, workspace: Path, drawings: Path) -> None:
    out = drawings / "out"

    code, told, refused = command(
        capsys, "--workspace", workspace, "predict", drawings / "images", "--out", out, "--model", 1
    )

    assert (code, refused) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "b.png", "lonely.png"]
    assert told.count(" -> ") == 3
    with Pillow.open(out / "a.png") as mask:
        assert mask.size == (90, 60)
        assert np.unique(np.array(mask)).tolist() == [0, 255]


def test_bad_file_is_refused_in_one_line_and_the_others_go_on(capsys, workspace: Path, drawings: Path) -> None:
    bad = drawings / "images" / "bad.png"
    bad.write_bytes((drawings / "images" / "a.png").read_bytes()[:60])
    paths = [bad, drawings / "images" / "b.png"]

    code, _, refused = command(
        capsys, "predict", *paths, "--out", drawings / "out", "--model", 1, "--workspace", workspace
    )

    assert code == 1
    assert len(refused.splitlines()) == 1
    assert "bad.png" in refused
    assert (drawings / "out" / "b.png").is_file()


def test_renamed_mask_is_said(capsys, workspace: Path, drawings: Path) -> None:
    save(drawings / "images" / "a.bmp", np.zeros((5, 5, 3), np.uint8))

    _, told, _ = command(
        capsys, "predict", drawings / "images", "--out", drawings / "out", "--model", 1, "--workspace", workspace
    )

    assert "a-2.png (another drawing has its name)" in told


def test_folder_without_drawings_is_refused(capsys, tmp_path: Path) -> None:
    code, _, refused = command(capsys, "predict", tmp_path, "--out", tmp_path / "out")

    assert code == 1
    assert "no images or PDFs" in refused


def test_scores_are_printed_and_written(capsys, workspace: Path, drawings: Path) -> None:
    scores = drawings / "scores.json"

    code, told, left_out = command(capsys, *evaluate(drawings, workspace, "--json", scores))

    summary = json.loads(scores.read_text(encoding="utf-8"))
    assert code == 0
    assert set(summary) == {"mean_iou", "median_iou", "p10_iou", "drawings"}
    assert [set(drawing) for drawing in summary["drawings"]] == [{"name", "iou", "seconds"}] * 2
    assert [drawing["name"] for drawing in summary["drawings"]] == ["a", "b"]
    assert summary["mean_iou"] > 0.9
    assert f"{summary['mean_iou']:.3f} mean" in told
    assert "lonely.png has no partner" in left_out


def test_ignored_pixels_do_not_count(capsys, workspace: Path, drawings: Path) -> None:
    truth = np.zeros((60, 90), np.uint8)
    truth[20:40, 30:45] = 255
    save(drawings / "masks" / "a.png", truth)
    save(drawings / "ignore" / "a.png", np.roll(truth, 15, axis=1))
    scores = drawings / "scores.json"

    command(capsys, *evaluate(drawings, workspace, "--json", scores))
    counted = json.loads(scores.read_text())["drawings"][0]["iou"]
    command(capsys, *evaluate(drawings, workspace, "--json", scores, "--ignore", drawings / "ignore"))
    ignored = json.loads(scores.read_text())["drawings"][0]["iou"]

    assert counted < 0.6 < 0.85 < ignored


def test_mask_of_another_size_is_refused_and_the_others_count(capsys, workspace: Path, drawings: Path) -> None:
    save(drawings / "masks" / "a.png", np.zeros((5, 5), np.uint8))

    code, told, refused = command(capsys, *evaluate(drawings, workspace))

    assert code == 1
    assert "a.png is 5 x 5 pixels" in refused
    assert "1 drawings" in told


def test_nothing_to_compare_is_refused(capsys, workspace: Path, drawings: Path) -> None:
    for mask in (drawings / "masks").iterdir():
        mask.rename(mask.with_stem(f"{mask.stem}_mask"))

    code, _, refused = command(capsys, *evaluate(drawings, workspace))

    assert code == 1
    assert "has a mask of the same name" in refused


def test_missing_folder_is_named(capsys, workspace: Path, tmp_path: Path) -> None:
    code, _, refused = command(capsys, *evaluate(tmp_path, workspace))

    assert code == 1
    assert "images is not a folder" in refused


def test_unknown_model_version_is_refused(capsys, workspace: Path, drawings: Path) -> None:
    code, _, refused = command(
        capsys, "predict", drawings / "images", "--out", drawings, "--model", 99, "--workspace", workspace
    )

    assert code == 1
    assert "99" in refused


def test_missing_workspace_is_named_and_not_made(capsys, drawings: Path) -> None:
    arguments = ["predict", drawings / "images", "--out", drawings / "out", "--model", 1]

    code, _, refused = command(capsys, "--workspace", drawings / "nowhere", *arguments)

    assert code == 1
    assert "no workspace at" in refused
    assert not (drawings / "nowhere").exists()


@pytest.mark.parametrize("arguments", [["predict"], ["predict", "a.png"], ["guess"], ["evaluate", "--images", "."]])
def test_wrong_usage_has_its_own_exit_code(capsys, arguments: list[str]) -> None:
    assert command(capsys, *arguments)[0] == 2


def test_rendered_drawings_are_written_with_a_contact_sheet(capsys, tmp_path: Path) -> None:
    code, told, _ = command(capsys, "render", "--count", 2, "--out", tmp_path, "--seed", 10_000_000, "--style", "black")

    assert code == 0
    assert str(tmp_path / "contact_sheet.png") in told
    assert len(list((tmp_path / "images").iterdir())) == len(list((tmp_path / "masks").iterdir())) == 2


def test_unknown_style_is_refused(capsys, tmp_path: Path) -> None:
    code, _, refused = command(capsys, "render", "--count", 1, "--out", tmp_path, "--seed", 1, "--style", "blue")

    assert code == 1
    assert "blue" in refused


def test_worker_ends_when_there_is_nothing_to_do(workspace: Path) -> None:
    arguments = [sys.executable, "-m", "core", "worker", "--workspace", str(workspace)]

    ended = subprocess.run(
        arguments, cwd=PROJECT, env={**os.environ, "OSTRAKON_IDLE_SECONDS": "0.2"}, capture_output=True, timeout=60
    )

    assert ended.returncode == 0, ended.stderr


def test_name_that_the_terminal_cannot_show_stops_nothing(workspace: Path, drawings: Path) -> None:
    source = (drawings / "images" / "a.png").rename(drawings / "images" / "κύλιξ.png")
    arguments = ["predict", str(source), "--out", str(drawings / "out"), "--model", "1", "--workspace", str(workspace)]

    ended = subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=PROJECT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
    )

    assert ended.returncode == 0, ended.stderr
    assert (drawings / "out" / "κύλιξ.png").is_file()


def test_shipped_model_needs_no_workspace(drawings: Path) -> None:
    arguments = [sys.executable, "-m", "core", "predict", str(drawings / "images"), "--out", "masks of mine"]

    ended = subprocess.run(
        arguments, cwd=drawings, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, timeout=60
    )

    assert ended.returncode == 0, ended.stderr
    assert sorted(path.name for path in drawings.iterdir()) == ["images", "masks", "masks of mine"]
