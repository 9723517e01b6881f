"""What a model's reading changes about fill and pick: hand-made walls, and readings of them that are too coarse."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import EditError
from core.raster.expected import Foreground, expected_foreground
from core.raster.fill import fill
from core.raster.images import Image
from core.raster.metrics import foreground_iou
from core.raster.pick import pick
from core.raster.windows import Area

PAPER, INK = 240, 30
IN_WALL = (120.5, 75.5)


def wall() -> tuple[Image, Area]:
    """A black upright wall of 30 x 160 px."""
    truth = np.zeros((240, 200), bool)
    truth[40:200, 60:90] = True
    image = np.full((240, 200, 3), PAPER, np.uint8)
    image[truth] = INK
    return image, truth


def outlined_wall() -> tuple[Image, Area]:
    """The same wall, only outlined by 3 px."""
    image, truth = wall()
    image[43:197, 63:87] = PAPER
    return image, truth


def read(truth: Area, *, shrink: int = 3, sure: float = 0.95) -> Foreground:
    """A model's reading of a section: a few times smaller than the drawing, and blurred."""
    size = (truth.shape[1] // shrink, truth.shape[0] // shrink)
    small = cv2.resize(truth.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(sure * cv2.GaussianBlur(small, (0, 0), 0.8), np.float32)


def score(truth: Area, found: Area) -> float:
    return foreground_iou(truth.astype(np.uint8), found.astype(np.uint8))


def test_paint_as_dark_as_the_wall_that_it_touches_is_kept_apart() -> None:
    image, truth = wall()
    image[60:180, 90:180] = INK
    assert score(truth, pick(image, IN_WALL)) < 0.5
    assert score(truth, pick(image, IN_WALL, foreground=read(truth))) > 0.97


def test_a_handle_behind_a_white_line_belongs_to_its_wall_if_the_reading_says_so() -> None:
    image, truth = wall()
    handle = np.zeros_like(truth)
    handle[90:110, 93:150] = True
    image[handle] = INK
    both = truth | handle
    both[90:110, 90:93] = True
    assert score(both, pick(image, IN_WALL, foreground=read(both))) > 0.96
    assert score(truth, pick(image, IN_WALL, foreground=read(truth))) > 0.99


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_hole_is_filled_if_the_reading_sees_section_in_it(is_seen: bool) -> None:
    image, truth = wall()
    image[60:84, 72:78] = PAPER
    hole = np.zeros_like(truth)
    hole[60:84, 72:78] = True
    expected = truth if is_seen else truth & ~hole
    assert score(expected, pick(image, (150.5, 75.5), foreground=read(expected))) > 0.97


def test_what_is_drawn_with_less_ink_is_no_part_of_a_black_wall() -> None:
    image, truth = wall()
    restored = np.zeros_like(truth)
    restored[40:200, 93:120] = True
    image[40:200, 118:120] = INK
    assert score(truth, pick(image, IN_WALL, foreground=read(truth | restored))) > 0.97


def test_the_paper_between_two_parts_of_a_black_wall_is_no_part_whatever_the_reading_sees() -> None:
    image, truth = wall()
    hole = np.zeros_like(truth)
    hole[104:118, 60:90] = True  # a repair hole
    image[hole] = PAPER
    found = pick(image, (160.5, 75.5), foreground=read(truth))
    assert score(truth & ~hole, found) > 0.97
    assert found[hole].mean() < 0.1


def test_a_stroke_beside_a_black_wall_brings_no_bridge_of_paper_with_it() -> None:
    image, truth = wall()
    stroke, bridge = np.zeros_like(truth), np.zeros_like(truth)
    bridge[80:130, 90:94] = True
    stroke[80:130, 94:108] = True
    image[stroke] = INK
    found = pick(image, IN_WALL, foreground=read(truth | bridge | stroke))
    assert found[bridge].mean() < 0.1
    assert score(truth, found & ~stroke) > 0.97


@pytest.mark.parametrize("missed", [0.2, 0.35])
def test_a_reading_that_doubts_a_part_of_the_wall_takes_nothing_off(missed: float) -> None:
    image, truth = wall()
    reading = read(truth)
    reading[: 80 // 3] = np.minimum(reading[: 80 // 3], missed)
    assert np.array_equal(pick(image, IN_WALL, foreground=reading), truth)


def test_a_wall_that_ends_open_is_filled_as_far_as_the_reading_goes() -> None:
    image, truth = outlined_wall()
    image[150:, :] = PAPER
    image[150:230, 60:63] = INK
    image[150:230, 87:90] = INK
    truth[150:] = False
    truth[150:180, 60:90] = True
    assert score(truth, fill(image, IN_WALL, foreground=read(truth))) > 0.96


def test_a_fill_stays_between_its_lines_whatever_the_reading_sees_beyond() -> None:
    image, truth = outlined_wall()
    beyond = np.zeros_like(truth)
    beyond[40:200, 87:117] = True
    image[beyond] = INK
    image[43:197, 90:114] = PAPER
    assert np.array_equal(fill(image, IN_WALL, foreground=read(truth | beyond)), fill(image, IN_WALL))


def test_where_the_tool_finds_nothing_the_expected_section_is_put_onto_the_ink() -> None:
    image, truth = wall()
    image[truth] = PAPER
    image[40:43, 60:90] = image[197:200, 60:90] = image[40:200, 60:63] = image[40:200, 87:90] = INK
    with pytest.raises(EditError, match="no dark section"):
        pick(image, IN_WALL)
    assert score(truth, pick(image, IN_WALL, foreground=read(truth))) > 0.97


def test_a_click_on_a_line_is_a_slip_in_an_expected_section_too() -> None:
    image, truth = outlined_wall()
    with pytest.raises(EditError, match="on a line"):
        fill(image, (120.5, 61.5), foreground=read(truth))


@settings(max_examples=15)
@given(st.integers(2, 60), st.integers(2, 60), st.integers(0, 2**32 - 1))
def test_a_reading_that_sees_nothing_at_the_click_changes_nothing(height: int, width: int, seed: int) -> None:
    image, truth = wall()
    reading = np.random.default_rng(seed).random((height, width), np.float32) / 2
    assert np.array_equal(pick(image, IN_WALL, foreground=reading), truth)


@settings(max_examples=15)
@given(st.integers(1, 5), st.floats(0.7, 1.0))
def test_a_reading_that_agrees_changes_nothing_at_any_size(shrink: int, sure: float) -> None:
    image, truth = wall()
    reading = read(truth, shrink=shrink, sure=sure)
    before = reading.copy()
    assert np.array_equal(pick(image, IN_WALL, foreground=reading), truth)
    assert np.array_equal(reading, before)


def test_what_people_drew_is_expected_beside_what_the_model_read() -> None:
    read_before = np.array([[[0.9, 0.1], [0.2, 0.8]]], np.float32)  # (1, 2, background and profile)
    mask = np.array([[1, 0], [1, 0]], np.uint8)
    assert expected_foreground(read_before, mask, 1).tolist() == [[1.0, pytest.approx(0.8)]]
    assert expected_foreground(read_before, np.zeros((2, 2), np.uint8), 1) == pytest.approx(np.array([[0.1, 0.8]]))


def test_a_class_that_the_model_does_not_know_may_be_wherever_it_sees_any() -> None:
    read_before = np.array([[[0.9, 0.1], [0.2, 0.8]]], np.float32)
    mask = np.array([[1, 2]], np.uint8)
    assert expected_foreground(read_before, mask, 2) == pytest.approx(np.array([[0.1, 1.0]]))
