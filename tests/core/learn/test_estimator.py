import numpy as np
import pytest

from core.infer.uncertainty import SIGNS
from core.learn.accuracy import Drawings
from core.learn.estimator import Example, examples, fit_estimator
from core.learn.ranking import share_of_worst_found, spearman
from tests.networks import dark_ink_artefact


def example(doubt: float, noise: float, iou: float) -> Example:
    """One whose first sign tells its error, and whose other signs are noise."""
    signs = (doubt, *(noise,) * (len(SIGNS) - 1))
    return Example(0, iou, 0.0, 0.0, signs, 0.1, None, None)


def test_the_estimate_is_as_large_as_the_errors_are_and_heeds_the_sign_that_tells() -> None:
    rng = np.random.default_rng(0)
    found = [example(doubt, noise, 1 - doubt**2) for doubt, noise in rng.random((300, 2))]
    estimator = fit_estimator(found)
    assert abs(estimator.weights[0]) > 20 * max(map(abs, estimator.weights[1:]))
    for doubt in (0.1, 0.5, 0.9):
        signs = np.array(example(doubt, 0.5, 0).signs)
        assert estimator.estimate(signs) == pytest.approx(doubt**2, abs=0.06)


def test_readings_that_found_nothing_are_not_fitted_to() -> None:
    rng = np.random.default_rng(0)
    found = [example(doubt, noise, 1 - doubt) for doubt, noise in rng.random((100, 2))]
    empty = Example(0, 0.0, 1.0, 1.0, (0.0,) * len(SIGNS), 0.1, None, None)
    assert fit_estimator([*found, *[empty] * 50]) == fit_estimator(found)


def test_the_same_sign_everywhere_does_no_harm() -> None:
    found = [example(doubt, 0.0, 1 - doubt) for doubt in np.linspace(0.01, 1, 60)]
    estimates = [fit_estimator(found).estimate(np.array(one.signs)) for one in found]
    assert spearman(estimates, [1 - one.iou for one in found]) > 0.99


def test_recall_is_the_share_of_the_worst_fifth_among_the_most_uncertain() -> None:
    ious = [0.1, 0.2, *[0.9] * 8]
    assert share_of_worst_found([1.0, 0.9, *[0.5] * 8], ious) == 1
    assert share_of_worst_found([1.0, 0.1, *[0.5] * 8], ious) == 0.5


def test_drawings_are_read_with_their_signs_and_at_will_twice() -> None:
    (some,) = examples(dark_ink_artefact(), Drawings(2, 9_900_000, size_px=300), processes=1, look_twice=True)
    assert [one.seed for one in some] == [9_900_000, 9_900_001]
    assert all(any(one.signs) and 0 <= one.uncertainty <= 1 and 0 <= one.iou <= 1 for one in some)
    assert all(one.mirrored is not None and 0 <= one.mirrored <= 1 for one in some)
