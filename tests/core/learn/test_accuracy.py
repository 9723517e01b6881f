import math
from pathlib import Path

import numpy as np
import pytest

from core.learn import accuracy
from core.learn.accuracy import (
    Accuracy,
    Drawings,
    accuracy_of,
    measure,
    rank_correlation,
    recall_of_worst_fifth,
    summary,
    summary_per_size,
    summary_per_style,
)
from tests.networks import dark_ink_artefact

SMALL = Drawings(4, 10_000_000, size_px=200)


def result(seed: int, iou: float, *, style: str = "black", size_px: int = 800, border_px: float = 1.0) -> Accuracy:
    return Accuracy(seed, style, size_px, iou, 0.1, 0.2, border_px, uncertainty=1 - iou)


def test_missed_and_invented_pixels_and_the_border_at_1500_px_are_counted() -> None:
    truth, mask = np.zeros((20, 750), np.uint8), np.zeros((20, 750), np.uint8)
    truth[5:15, 100:200] = 1
    mask[5:15, 104:204] = 1

    found = accuracy_of(7, "black", truth, mask, 0.25)

    assert (found.seed, found.style, found.size_px, found.uncertainty) == (7, "black", 750, 0.25)
    assert found.iou == pytest.approx(96 / 104)
    assert (found.missed, found.invented) == (pytest.approx(0.04), pytest.approx(0.04))
    assert found.border_px == 0  # most of the border lies on the long sides, which are right
    assert accuracy_of(7, "black", truth, np.roll(truth, 3, axis=0), 0.25).border_px == 6


def test_nothing_found_is_all_missed_and_nothing_invented() -> None:
    truth = np.ones((5, 5), np.uint8)

    found = accuracy_of(1, "black", truth, np.zeros_like(truth), 1.0)

    assert (found.iou, found.missed, found.invented, found.border_px) == (0, 1, 0, math.inf)


def test_two_processes_measure_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accuracy, "SEEDS_AT_ONCE", 2)

    alone = list(measure(dark_ink_artefact(), SMALL, processes=1))
    together = sorted(measure(dark_ink_artefact(), SMALL, processes=2), key=lambda one: one.seed)

    assert [one.seed for one in alone] == list(SMALL.seeds)
    assert together == alone


def test_run_that_was_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    artefact = dark_ink_artefact()
    first = list(measure(artefact, Drawings(2, 10_000_000, 200), processes=1, kept=tmp_path))
    (notes,) = tmp_path.iterdir()
    notes.write_text(notes.read_text().replace("black", "marked").replace("outlined", "marked") + '\n{"seed": 1')

    results = list(measure(artefact, SMALL, processes=1, kept=tmp_path))

    assert len(list(tmp_path.iterdir())) == 1
    assert [one.seed for one in results] == list(SMALL.seeds)
    assert [one.iou for one in results[:2]] == [one.iou for one in first]
    assert len(list(measure(artefact, SMALL, processes=1, kept=tmp_path))) == 4


def test_another_artefact_is_measured_anew(tmp_path: Path) -> None:
    one = Drawings(1, 10_000_000, 200)
    list(measure(dark_ink_artefact(), one, processes=1, kept=tmp_path))
    list(measure(dark_ink_artefact(threshold=100), one, processes=1, kept=tmp_path))

    assert len(list(tmp_path.iterdir())) == 2


def test_summary_has_mean_median_tenth_percentile_and_border() -> None:
    results = [result(k, iou, border_px=k) for k, iou in enumerate((0.0, 0.5, 1.0))]

    assert summary(results) == {
        "drawings": 3,
        "mean_iou": 0.5,
        "median_iou": 0.5,
        "p10_iou": 0.1,
        "median_border_px": 1.0,
    }
    assert summary([result(1, 0.0, border_px=math.inf)])["median_border_px"] is None


def test_summaries_are_made_per_style_and_per_size() -> None:
    results = [result(1, 0.5, style="grey", size_px=500), result(2, 1.0, size_px=501), result(3, 0.8, size_px=4000)]

    assert {style: part["mean_iou"] for style, part in summary_per_style(results).items()} == {
        "black": 0.9,
        "grey": 0.5,
    }
    assert {size: part["mean_iou"] for size, part in summary_per_size(results).items()} == {
        "up to 500 px": 0.5,
        "up to 1000 px": 1.0,
        "over 2000 px": 0.8,
    }


def test_uncertainty_that_ranks_as_the_errors_do_is_perfect() -> None:
    results = [result(k, k / 20) for k in range(20)]

    assert rank_correlation(results) == pytest.approx(1.0)
    assert recall_of_worst_fifth(results) == 1.0
