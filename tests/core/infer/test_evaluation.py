import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from core.errors import MaskSizeError
from core.infer.evaluation import Pair, Score, evaluate_pairs, pair_by_stem, read_foreground, summarise
from core.infer.folders import Refused
from core.infer.reader import load_reader
from core.settings import Settings
from tests.networks import dark_ink_artefact


def saved(path: Path, values: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.fromarray(values.astype(np.uint8)).save(path)
    return path


def bar(rows: slice, *, value: int = 255, background: int = 0) -> np.ndarray:
    image = np.full((64, 64), background)
    image[rows] = value
    return image


def scores_of(pair: Pair) -> list[Score | Refused]:
    reader = load_reader(dark_ink_artefact(sizes=(64,)), threads=1)
    return list(evaluate_pairs(reader, [pair], Settings()))


def test_drawings_and_masks_are_paired_by_stem(tmp_path: Path) -> None:
    for name in ("images/a.jpg", "images/b.png", "images/lonely.png", "masks/a.png", "masks/b.png", "masks/other.png"):
        saved(tmp_path / name, np.zeros((2, 2)))
    saved(tmp_path / "ignore/b.png", np.zeros((2, 2)))

    pairs, unmatched = pair_by_stem(tmp_path / "images", tmp_path / "masks", tmp_path / "ignore")

    assert [(pair.name, pair.drawing.name, pair.truth.name) for pair in pairs] == [
        ("a", "a.jpg", "a.png"),
        ("b", "b.png", "b.png"),
    ]
    assert [pair.ignore for pair in pairs] == [None, tmp_path / "ignore" / "b.png"]
    assert [path.name for path in unmatched] == ["lonely.png", "other.png"]


def test_umlauts_pair_however_a_system_writes_them(tmp_path: Path) -> None:
    saved(tmp_path / "images" / unicodedata.normalize("NFD", "Krüge.png"), np.zeros((2, 2)))
    saved(tmp_path / "masks" / unicodedata.normalize("NFC", "Krüge.png"), np.zeros((2, 2)))

    pairs, unmatched = pair_by_stem(tmp_path / "images", tmp_path / "masks")

    assert ([pair.name for pair in pairs], unmatched) == ([unicodedata.normalize("NFC", "Krüge")], [])


def test_second_drawing_of_a_stem_is_left_out_and_listed(tmp_path: Path) -> None:
    for name in ("images/a.jpg", "images/a.png", "masks/a.png"):
        saved(tmp_path / name, np.zeros((2, 2)))

    pairs, unmatched = pair_by_stem(tmp_path / "images", tmp_path / "masks")

    assert [pair.drawing.name for pair in pairs] == ["a.jpg"]
    assert unmatched == [tmp_path / "images" / "a.png"]


def test_iou_counts_foreground_pixels_at_full_resolution(tmp_path: Path) -> None:
    image = saved(tmp_path / "a.png", bar(slice(0, 32), value=0, background=255))
    truth = saved(tmp_path / "mask.png", bar(slice(16, 32)))

    (score,) = scores_of(Pair("a", image, truth))

    assert isinstance(score, Score)
    assert score.iou == pytest.approx(0.5, abs=0.02)
    assert score.seconds > 0


def test_ignored_pixels_do_not_count(tmp_path: Path) -> None:
    image = saved(tmp_path / "a.png", bar(slice(0, 32), value=0, background=255))
    truth = saved(tmp_path / "mask.png", bar(slice(16, 32)))
    ignore = saved(tmp_path / "ignore.png", bar(slice(0, 16)))

    (score,) = scores_of(Pair("a", image, truth, ignore))

    assert isinstance(score, Score)
    assert score.iou == pytest.approx(1.0, abs=0.04)


def test_mask_of_another_size_is_refused_with_both_sizes(tmp_path: Path) -> None:
    image = saved(tmp_path / "a.png", bar(slice(0, 9)))
    truth = saved(tmp_path / "mask.png", np.zeros((10, 20)))

    (refused,) = scores_of(Pair("a", image, truth))

    assert isinstance(refused, Refused)
    assert "mask.png is 20 x 10 pixels and its drawing 64 x 64" in refused.reason


@pytest.mark.parametrize(
    ("levels", "foreground"),
    [
        ([0, 255], [False, True]),
        ([0, 1], [False, True]),
        ([0, 2], [False, True]),
        ([3, 250], [False, True]),
        ([0, 0], [False, False]),
    ],
)
def test_masks_of_indices_and_of_black_and_white_are_understood(
    tmp_path: Path, levels: list[int], foreground: list[bool]
) -> None:
    path = saved(tmp_path / "mask.png", np.array([levels]))

    assert read_foreground(path, (1, 2), Settings()).tolist() == [foreground]


def test_coloured_mask_is_understood(tmp_path: Path) -> None:
    path = saved(tmp_path / "mask.png", np.array([[[0, 0, 0], [250, 50, 83]]]))

    assert read_foreground(path, (1, 2), Settings()).tolist() == [[False, True]]


def test_size_of_a_mask_is_checked(tmp_path: Path) -> None:
    with pytest.raises(MaskSizeError):
        read_foreground(saved(tmp_path / "mask.png", np.zeros((1, 2))), (2, 1), Settings())


def test_summary_has_mean_median_and_worst_tenth_and_is_json() -> None:
    scores = [Score(str(number), iou, 0.5) for number, iou in enumerate((0.0, 0.8, 1.0))]

    summary = json.loads(json.dumps(summarise(scores)))

    assert summary["mean_iou"] == pytest.approx(0.6)
    assert summary["median_iou"] == 0.8
    assert summary["p10_iou"] == pytest.approx(0.16)
    assert summary["drawings"][1] == {"name": "1", "iou": 0.8, "seconds": 0.5}
