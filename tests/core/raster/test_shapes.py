import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EditError
from core.raster.checks import Point
from core.raster.edits import apply
from core.raster.masks import empty_mask
from core.raster.shapes import Lasso, Polygon, Rectangle

coordinates = st.integers(-24, 96).map(lambda eighths: eighths / 8)
points = st.tuples(coordinates, coordinates)


def test_a_lasso_that_runs_around_twice_leaves_no_hole() -> None:
    outer_and_inner = ((0, 0), (0, 5), (5, 5), (5, 0), (0, 0), (1, 1), (1, 4), (4, 4), (4, 1), (1, 1))
    assert apply(empty_mask(5, 5), Lasso(outer_and_inner, 1)).tolist() == [[1] * 5] * 5


def test_a_lasso_that_overshoots_its_beginning_takes_the_overlap_too() -> None:
    overshooting = ((0, 0), (0, 6), (3, 6), (3, 0), (0, 0), (0, 2), (2, 2), (2, 0))
    assert apply(empty_mask(3, 6), Lasso(overshooting, 4)).tolist() == [[4] * 6] * 3
    assert (apply(empty_mask(3, 6), Polygon(overshooting, 4)) == 0).any()


def test_a_lasso_drawn_as_an_eight_holds_both_loops() -> None:
    eight = ((0, 0), (4, 4), (0, 4), (4, 0))
    assert apply(empty_mask(4, 4), Lasso(eight, 1)).tolist() == apply(empty_mask(4, 4), Polygon(eight, 1)).tolist()


@given(st.lists(points, min_size=3, max_size=3))
def test_a_lasso_around_a_triangle_is_a_polygon(corners: list[Point]) -> None:
    lasso, polygon = (apply(empty_mask(9, 9), shape(tuple(corners), 1)) for shape in (Lasso, Polygon))
    assert np.array_equal(lasso, polygon)


@given(st.lists(points, min_size=3, max_size=7))
def test_a_lasso_holds_all_that_a_polygon_holds_whichever_way_round(corners: list[Point]) -> None:
    lasso = apply(empty_mask(9, 9), Lasso(tuple(corners), 1))
    assert (lasso >= apply(empty_mask(9, 9), Polygon(tuple(corners), 1))).all()
    assert np.array_equal(lasso, apply(empty_mask(9, 9), Lasso(tuple(corners[::-1]), 1)))


@given(points, points)
def test_a_rectangle_is_the_polygon_of_its_corners_drawn_from_any_of_them(start: Point, end: Point) -> None:
    corners = (start, (start[0], end[1]), end, (end[0], start[1]))
    expected = apply(empty_mask(8, 9), Polygon(corners, 2))
    for pair in ((start, end), (end, start), (corners[1], corners[3])):
        assert np.array_equal(apply(empty_mask(8, 9), Rectangle(pair, 2)), expected)


def test_erasing_with_a_rectangle_leaves_the_rest() -> None:
    mask = np.array([[1, 2, 3], [1, 2, 3]], np.uint8)
    assert apply(mask, Rectangle(((0, 1), (1, 9)), 0)).tolist() == [[1, 0, 0], [1, 2, 3]]


def test_a_rectangle_has_two_corners() -> None:
    with pytest.raises(EditError, match="two corners, this one has 3"):
        Rectangle(((0, 0), (1, 1), (2, 2)), 1)
    with pytest.raises(EditError, match="at least 2 points"):
        Rectangle(((0, 0),), 1)
