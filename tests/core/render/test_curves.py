import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.render.curves import between, curve, jagged, length, resampled, rounded, shifted, with_bump

POINTS = curve([(0, 0), (3, 0), (3, 4)])


def test_length_is_the_way_along_the_points():
    assert length(POINTS) == 7.0


def test_resampling_keeps_both_ends_and_equal_steps():
    even = resampled(POINTS, 8)
    assert even[0].tolist() == [0, 0]
    assert even[-1].tolist() == [3, 4]
    assert np.hypot(*np.diff(even, axis=0).T) == pytest.approx(np.ones(7))


def test_rounding_cuts_corners_but_not_the_ends():
    soft = rounded(POINTS, 2)
    assert soft[0].tolist() == [0, 0]
    assert soft[-1].tolist() == [3, 4]
    assert not (soft == [3, 0]).all(axis=1).any()


@given(st.floats(0, 0.45), st.floats(0.55, 1))
def test_a_stretch_has_its_share_of_the_length(start, stop):
    assert length(between(POINTS, start, stop)) == pytest.approx((stop - start) * 7.0)


def test_shifting_a_downward_line_outwards_moves_it_to_larger_columns():
    moved = shifted(curve([(0, 5), (1, 5), (2, 5)]), 0.5)
    assert moved.tolist() == [[0, 5.5], [1, 5.5], [2, 5.5]]


def test_a_bump_stands_out_where_it_was_put():
    bumped = with_bump(curve([(0, 5), (5, 5), (10, 5)]), 4.0, [(-1, 0), (0, 2), (1, 0)])
    assert [4, 7] in bumped.tolist()
    assert bumped[0].tolist() == [0, 5]
    assert bumped[-1].tolist() == [10, 5]


def test_a_bump_that_does_not_fit_is_left_out():
    line = curve([(0, 5), (10, 5)])
    assert with_bump(line, 9.8, [(-1, 0), (0, 2), (1, 0)]) is line


def test_a_fracture_joins_its_two_ends():
    line = jagged(POINTS[0], POINTS[2], 0.1, np.random.default_rng(0))
    assert line[0].tolist() == [0, 0]
    assert line[-1].tolist() == [3, 4]
