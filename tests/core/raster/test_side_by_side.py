import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.labels import DEFAULT_LABELS
from core.raster.images import decode_png
from core.raster.side_by_side import differing_window, side_by_side
from core.raster.views import Window

WHITE = np.full((100, 200, 3), 255, np.uint8)


def mask_with(row: int, column: int) -> np.ndarray:
    mask = np.zeros((100, 200), np.uint8)
    mask[row, column] = 1
    return mask


def test_one_differing_pixel_is_seen_in_its_surroundings():
    window = differing_window(mask_with(50, 100), mask_with(50, 100) * 0)
    assert (window.height, window.width) == (20, 40)
    assert window.row <= 50 < window.row + 20
    assert window.column <= 100 < window.column + 40


def test_masks_that_are_the_same_are_shown_whole():
    pair = side_by_side(WHITE, mask_with(5, 5), mask_with(5, 5), DEFAULT_LABELS, height_px=50, width_px=100)
    assert pair.window == Window(0, 0, 100, 200)
    assert pair.differing_pixels == 0
    assert pair.first == pair.second


def test_each_picture_shows_its_own_mask_at_the_size_there_is_room_for():
    pair = side_by_side(WHITE, mask_with(50, 100), mask_with(52, 100), DEFAULT_LABELS, height_px=80, width_px=400)
    first, second = decode_png(pair.first), decode_png(pair.second)
    assert pair.differing_pixels == 2
    assert first.shape == second.shape == (80, 160, 3)
    scale = 80 / pair.window.height
    for picture, row in ((first, 50), (second, 52)):
        at = int((row + 0.5 - pair.window.row) * scale), int((100.5 - pair.window.column) * scale)
        assert tuple(picture[at]) != (255, 255, 255)
    assert (first != second).any()


@given(st.integers(0, 99), st.integers(0, 199), st.integers(0, 99), st.integers(0, 199))
def test_every_differing_pixel_is_in_view_and_the_view_is_in_the_drawing(row, column, other_row, other_column):
    first, second = mask_with(row, column), mask_with(other_row, other_column)
    window = differing_window(first, second)
    assert window.row >= 0
    assert window.column >= 0
    assert window.row + window.height <= 100
    assert window.column + window.width <= 200
    for at in np.argwhere(first != second):
        assert window.row <= at[0] < window.row + window.height
        assert window.column <= at[1] < window.column + window.width
