"""Which cells beside a filled one a fill takes too: outlined walls of several cells, and coarse readings of them."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.raster.expected import Foreground
from core.raster.fill import fill
from core.raster.images import Image
from core.raster.metrics import foreground_iou
from core.raster.windows import Area

PAPER, INK = 240, 30
IN_WALL = (120.5, 75.5)


def outlined(*boxes: tuple[int, int, int, int]) -> tuple[Image, Area]:
    """Boxes of (top, bottom, left, right) px outlined by 3 px on a sheet of 240 x 200 px; the truth is all of them."""
    image, truth = np.full((240, 200, 3), PAPER, np.uint8), np.zeros((240, 200), bool)
    for top, bottom, left, right in boxes:
        truth[top:bottom, left:right] = True
        image[top:bottom, left:right] = INK
    for top, bottom, left, right in boxes:
        image[top + 3 : bottom - 3, left + 3 : right - 3] = PAPER
    return image, truth


def read(truth: Area, *, sure: float = 0.95) -> Foreground:
    """A model's reading of a section, a third as large as the drawing and blurred."""
    small = cv2.resize(truth.astype(np.float32), (66, 80), interpolation=cv2.INTER_AREA)
    return np.asarray(sure * cv2.GaussianBlur(small, (0, 0), 0.8), np.float32)


def score(truth: Area, found: Area) -> float:
    return foreground_iou(truth.astype(np.uint8), found.astype(np.uint8))


WALL, BELOW, HANDLE, BESIDE = (40, 143, 60, 90), (140, 210, 60, 90), (80, 100, 87, 150), (40, 143, 87, 117)


@pytest.mark.parametrize("other", [BELOW, HANDLE])
def test_the_wall_behind_a_joint_and_a_handle_in_its_own_cell_are_filled_if_the_reading_sees_them(
    other: tuple[int, int, int, int],
) -> None:
    image, both = outlined(WALL, other)
    _, wall = outlined(WALL)
    assert score(both, fill(image, IN_WALL, foreground=read(both))) > 0.97
    assert score(wall, fill(image, IN_WALL, foreground=read(wall))) > 0.97
    assert np.array_equal(fill(image, IN_WALL, foreground=read(wall)), fill(image, IN_WALL))


def test_a_cell_with_a_small_gap_in_its_outline_is_filled_to_the_gap_and_leaks_nowhere() -> None:
    image, both = outlined(WALL, BELOW)
    image[170:172, 86:92] = PAPER
    assert score(both, fill(image, IN_WALL, foreground=read(both))) > 0.97


def test_a_strip_that_lies_beside_the_wall_does_not_go_on_with_it() -> None:
    image, both = outlined(WALL, BESIDE)
    assert np.array_equal(fill(image, IN_WALL, foreground=read(both)), fill(image, IN_WALL))


def test_a_cell_much_thicker_than_the_wall_is_a_view_of_the_vessel() -> None:
    image, both = outlined(WALL, (60, 130, 87, 180))
    image[63:127, 87:90] = INK
    assert np.array_equal(fill(image, IN_WALL, foreground=read(both, sure=1.0)), fill(image, IN_WALL))


def test_the_paper_inside_the_loop_of_a_handle_stays_paper() -> None:
    image, both = outlined(WALL, (60, 80, 87, 150), (110, 130, 87, 150), (60, 130, 130, 150))
    image[63:77, 130:133] = image[113:127, 130:133] = PAPER
    image[77:80, 133:147] = image[110:113, 133:147] = PAPER
    assert score(both, fill(image, IN_WALL, foreground=read(both))) > 0.97


def test_a_wall_so_thin_that_its_lines_are_one_is_followed_to_its_next_cell() -> None:
    image, truth = outlined(WALL, (160, 220, 60, 90))
    truth[140:162, 72:80] = True
    image[140:162, 72:80] = INK
    assert score(truth, fill(image, IN_WALL, foreground=read(truth, sure=1.0))) > 0.96


@settings(max_examples=10)
@given(st.integers(45, 200), st.integers(3, 197), st.floats(0.0, 1.0))
def test_cells_only_add_to_what_the_ink_encloses(row: int, column: int, sure: float) -> None:
    image, _ = outlined(WALL, BELOW, HANDLE)
    seen = np.zeros((240, 200), bool)
    seen[row - 40 : row + 40, max(0, column - 30) : column + 30] = True
    alone = fill(image, IN_WALL)
    assert (fill(image, IN_WALL, foreground=read(seen, sure=sure)) | ~alone).all()
