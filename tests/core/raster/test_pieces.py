import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import EditError
from core.raster.pieces import closed, distance_inside, grown, opened, piece_at, without_holes
from core.raster.windows import Place, clicked, window_of, windows_around

areas = arrays.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))
radii = st.floats(0.5, 4.0)


@given(areas, radii)
def test_opening_takes_away_and_closing_adds(area: np.ndarray, radius_px: float) -> None:
    assert (opened(area, radius_px) <= area).all()
    assert (closed(area, radius_px) >= area).all()
    assert (grown(area, radius_px) >= area).all()


def test_a_disc_rolls_over_a_gap_that_is_too_narrow_for_it() -> None:
    bars = np.zeros((20, 20), bool)
    bars[:, 4:8] = bars[:, 11:15] = True
    assert closed(bars, 3.0)[10, 4:15].all()
    assert not closed(bars, 1.0)[10, 8:11].any()


def test_a_thin_line_is_opened_away_and_the_block_it_touches_stays() -> None:
    area = np.zeros((20, 30), bool)
    area[5:15, 2:12] = True
    area[10, 12:28] = True
    kept = opened(area, 2.0)
    assert not kept[10, 16:].any()
    assert kept[6:14, 3:11].all()


def test_where_everything_is_inside_the_distance_is_finite() -> None:
    assert distance_inside(np.ones((3, 4), bool)).tolist() == [[7.0] * 4] * 3


def test_a_piece_is_what_hangs_together_with_a_pixel() -> None:
    area = np.array([[1, 0, 1], [0, 1, 1]], bool)
    assert piece_at(area, Place(0, 2)).tolist() == [[False, False, True], [False, True, True]]
    assert piece_at(area, Place(0, 0), connectivity=8).tolist() == area.tolist()
    assert not piece_at(area, Place(0, 1)).any()


@given(areas, st.integers(0, 9))
def test_filling_holes_only_adds(area: np.ndarray, largest_px: int) -> None:
    filled = without_holes(area, largest_px=largest_px)
    assert (filled >= area).all()
    assert not filled[0][~area[0]].any()


def test_windows_grow_until_they_hold_the_drawing() -> None:
    windows = list(windows_around(Place(10, 2000), (3000, 4000)))
    assert [window.is_whole for window in windows] == [False] * (len(windows) - 1) + [True]
    for window in windows:
        inside = window.inside(Place(10, 2000))
        assert (inside.row + window.rows.start, inside.column + window.columns.start) == (10, 2000)


@given(areas, st.integers(0, 3))
def test_a_window_holds_all_that_is_there(area: np.ndarray, margin_px: int) -> None:
    window = window_of(area, margin_px=margin_px)
    if window is None:
        assert not area.any()
    else:
        assert np.array_equal(window.spread(area[window.slices]), area)


def test_a_click_is_the_pixel_that_holds_it() -> None:
    assert clicked((0.0, 3.99), (2, 4)) == Place(0, 3)
    for outside in ((-0.1, 0.0), (2.0, 0.0), (0.0, 4.0), (float("nan"), 0.0)):
        with pytest.raises(EditError, match="outside the drawing"):
            clicked(outside, (2, 4))
