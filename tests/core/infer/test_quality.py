import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.infer.quality import NOTHING, Decided, calibrate, estimate_remaining, fit, hold_out, mean_error

shares = st.floats(0, 1)
pairs = st.lists(st.tuples(shares, shares, st.integers(1, 4)), max_size=40)


def decided(rows: list[tuple[float, float, int]]) -> Decided:
    columns = np.array(rows, np.float64).reshape(-1, 3)
    return Decided(columns[:, 0], columns[:, 1], columns[:, 2].astype(np.int64))


def repeated(uncertainty: float, iou: float, publication_id: int, count: int) -> list[tuple[float, float, int]]:
    return [(uncertainty, iou, publication_id)] * count


def test_with_nothing_decided_the_reader_is_taken_at_its_word() -> None:
    found = calibrate(np.zeros(0), np.zeros(0)).expected_iou(np.array([0.0, 0.1, 0.25, 1.0]))
    assert found == pytest.approx([1.0, 0.9, 0.75, 0.0])


def test_many_decided_drawings_outweigh_what_the_reader_says() -> None:
    found = calibrate(np.full(200, 0.1), np.full(200, 0.6)).expected_iou(np.array([0.1]))
    assert found[0] == pytest.approx(0.6, abs=0.02)


def test_pairs_in_the_wrong_order_are_pooled_to_their_mean() -> None:
    uncertainty = np.repeat([0.2, 0.4], 500)
    found = calibrate(uncertainty, np.repeat([0.5, 0.7], 500))  # the more uncertain ones were better
    assert found.expected_iou(np.array([0.2, 0.3, 0.4])) == pytest.approx([0.6, 0.6, 0.6], abs=0.01)


@given(pairs, st.lists(shares, min_size=2, max_size=20))
def test_calibration_never_expects_more_of_what_is_more_uncertain(
    rows: list[tuple[float, float, int]], asked: list[float]
) -> None:
    known = decided(rows)
    found = calibrate(known.uncertainty, known.iou).expected_iou(np.sort(asked))
    assert (np.diff(found) <= 1e-12).all()
    assert ((found >= 0) & (found <= 1)).all()


@given(pairs, st.lists(st.tuples(shares, st.integers(1, 5)), min_size=1, max_size=20))
def test_estimates_lie_within_their_interval_and_that_within_0_and_1(
    rows: list[tuple[float, float, int]], waiting: list[tuple[float, int]]
) -> None:
    uncertainty = np.array([one[0] for one in waiting])
    publications = np.array([one[1] for one in waiting], np.int64)
    fitted = fit(decided(rows))
    found = estimate_remaining(fitted, uncertainty, publications)
    assert [one.publication_id for one in found] == sorted(set(publications.tolist()))
    assert sum(one.count for one in found) == len(waiting)
    assert all(0 <= one.low <= one.iou <= one.high <= 1 for one in found)
    assert all(0 <= one.low <= one.estimated <= one.high <= 1 for one in hold_out(fitted))


def test_a_publication_is_as_hard_as_its_own_decided_drawings_say() -> None:
    easy, hard = repeated(0.2, 0.95, 1, 30), repeated(0.2, 0.5, 2, 30)
    uncertainty, publications = np.full(30, 0.2), np.repeat(np.array([1, 2, 3]), 10)
    first, second, unknown = estimate_remaining(fit(decided([*easy, *hard])), uncertainty, publications)
    assert first.iou == pytest.approx(0.95, abs=0.03)
    assert second.iou == pytest.approx(0.5, abs=0.05)
    assert first.decided == second.decided == 30
    assert second.iou < unknown.iou < first.iou
    assert unknown.high - unknown.low > 2 * (first.high - first.low), "nobody has seen a drawing of it"


def test_more_decided_drawings_make_the_interval_narrower() -> None:
    def width(count: int) -> float:
        known = decided([row for name in range(count) for row in repeated(0.2, 0.8, name, 20)])
        (one,) = estimate_remaining(fit(known), np.full(50, 0.2), np.full(50, 99))
        return one.high - one.low

    assert width(0) > width(4) > width(40)


def test_a_held_out_publication_is_estimated_without_its_own_drawings() -> None:
    rows = [row for name in (1, 2, 3) for row in repeated(0.2, 0.8, name, 50)] + repeated(0.2, 0.3, 4, 50)
    found = {one.publication_id: one for one in hold_out(fit(decided(rows)))}
    assert found[4].estimated == pytest.approx(0.8, abs=0.02)
    assert found[4].true == pytest.approx(0.3)
    assert found[4].error == pytest.approx(0.5, abs=0.02)
    assert mean_error(list(found.values())) == pytest.approx(np.mean([one.error for one in found.values()]))


def test_publications_with_few_decided_drawings_are_no_test() -> None:
    assert hold_out(fit(decided([*repeated(0.2, 0.8, 1, 4), *repeated(0.2, 0.8, 2, 5)])))[0].publication_id == 2
    assert hold_out(fit(NOTHING)) == []
    assert np.isnan(mean_error([]))


def test_sure_and_right_predictions_everywhere_leave_nothing_undefined() -> None:
    (one,) = estimate_remaining(fit(decided(repeated(0.0, 1.0, 1, 50))), np.zeros(3), np.ones(3, np.int64))
    assert (one.iou, one.high) == (1.0, 1.0)
