from pathlib import Path

import pytest

from core.errors import WeightsUnavailableError
from core.infer.evaluation import Score, evaluate_pairs, pair_by_stem, summarise
from core.infer.reader import load_reader
from core.infer.shipped import base_artefact, shipped_estimator
from core.render.drawing import render_drawing
from core.settings import Settings

REAL_DRAWINGS = Path(__file__).resolve().parents[4] / "shared" / "drawings"


def test_base_model_is_read_from_its_place(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "artefact.zip").write_bytes(b"model")

    assert base_artefact(tmp_path) == b"model"


def test_missing_base_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailableError, match=r"artefact\.zip is missing"):
        base_artefact(tmp_path)


def test_pointer_of_git_lfs_is_not_taken_for_the_model(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"
    (tmp_path / "base" / "artefact.zip").write_bytes(pointer)

    with pytest.raises(WeightsUnavailableError, match="git lfs pull"):
        base_artefact(tmp_path)


def test_base_model_finds_the_profile_of_a_rendered_drawing() -> None:
    drawing = render_drawing(10_000_000, size_px=600, style="black")

    reading = load_reader(base_artefact()).read(drawing.image)

    assert reading.mask.shape == drawing.mask.shape
    assert reading.mask.any()
    assert reading.uncertainty < 1.0


def test_base_model_reads_real_drawings() -> None:
    if not REAL_DRAWINGS.is_dir():
        pytest.skip(f"the real drawings are not part of the project and not at {REAL_DRAWINGS}")
    pairs, _ = pair_by_stem(REAL_DRAWINGS / "images", REAL_DRAWINGS / "masks")

    scores = list(evaluate_pairs(load_reader(base_artefact()), pairs, Settings()))

    assert summarise([score for score in scores if isinstance(score, Score)])["mean_iou"] >= 0.6


def test_missing_weights_of_the_uncertainty_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailableError, match=r"uncertainty\.json is missing\. Download Ostrakon again"):
        shipped_estimator(tmp_path)
