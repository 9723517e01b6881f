import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EditError
from core.raster.edits import apply, region
from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.metrics import foreground_iou
from core.raster.pick import pick
from tests.core.raster.rendered_sections import sections

PAPER = 240


def wall(*, ink: int = 30, spacing: int = 0, has_border: bool = True, has_lines: bool = False) -> tuple[Image, Mask]:
    """An upright wall of 30 x 160 px, solid or hatched, perhaps with a rim line and an axis that touch it."""
    truth = np.zeros((240, 200), np.uint8)
    truth[40:200, 60:90] = 1
    image = np.full((240, 200, 3), PAPER, np.uint8)
    image[truth > 0] = ink
    if spacing:
        rows, columns = np.indices(truth.shape)
        image[(truth > 0) & ((rows + columns) % spacing > 1)] = PAPER
        if has_border:
            inside = image[43:197, 63:87].copy()
            image[truth > 0] = ink
            image[43:197, 63:87] = inside
    if has_lines:
        image[40:42, 60:190] = ink
        image[198:200, 60:190] = ink
        image[120:122, 90:190] = ink
        image[20:220, 189:191] = ink
    return image, truth


def score(image: Image, truth: Mask, point: tuple[float, float] = (120.5, 75.5)) -> float:
    return foreground_iou(truth, pick(image, point).astype(np.uint8))


@pytest.mark.parametrize("ink", [0, 60, 130])
def test_a_solid_section_is_taken_to_the_pixel(ink: int) -> None:
    image, truth = wall(ink=ink)
    assert np.array_equal(pick(image, (120.5, 75.5)), truth > 0)


def test_lines_that_touch_the_wall_are_shaved_off() -> None:
    image, truth = wall(has_lines=True)
    assert score(image, truth) > 0.99


@pytest.mark.parametrize("spacing", [5, 7, 10])
@pytest.mark.parametrize("has_lines", [False, True])
def test_a_hatched_section_is_taken_as_a_whole(spacing: int, has_lines: bool) -> None:
    image, truth = wall(spacing=spacing, has_lines=has_lines)
    assert score(image, truth) > 0.97


def test_a_hatching_without_a_border_is_taken_to_the_ends_of_its_lines() -> None:
    image, truth = wall(spacing=6, has_border=False)
    assert score(image, truth) > 0.93


def test_a_click_between_two_lines_of_a_hatching_means_the_hatching() -> None:
    image, truth = wall(spacing=8)
    for column in range(70, 80):
        assert score(image, truth, (120.5, column + 0.5)) > 0.96


def test_paler_paint_beside_the_wall_is_kept_apart() -> None:
    image, truth = wall(ink=30)
    image[40:200, 90:180] = 150
    assert score(image, truth) > 0.98


def test_a_light_speck_in_the_ink_is_a_fault_of_print() -> None:
    image, truth = wall()
    image[100:102, 70:73] = PAPER
    assert score(image, truth) > 0.999


def test_the_hole_of_a_handle_is_kept_if_wanted() -> None:
    image = np.full((160, 160, 3), PAPER, np.uint8)
    cv2.circle(image, (80, 80), 60, (20, 20, 20), -1)
    cv2.circle(image, (80, 80), 30, (PAPER,) * 3, -1)
    assert not pick(image, (35.5, 80.5))[80, 80]
    assert pick(image, (35.5, 80.5), keep_holes=False)[80, 80]


@pytest.mark.parametrize("point", [(-0.5, 5.0), (5.0, 200.0), (float("nan"), 5.0)])
def test_a_click_outside_the_drawing_is_refused(point: tuple[float, float]) -> None:
    with pytest.raises(EditError, match="outside the drawing"):
        pick(wall()[0], point)


def test_a_click_on_blank_paper_is_refused() -> None:
    with pytest.raises(EditError, match="no dark section"):
        pick(wall()[0], (10.5, 180.5))
    with pytest.raises(EditError, match="no dark section"):
        pick(np.full((60, 60, 3), PAPER, np.uint8), (30.5, 30.5))


def test_a_click_on_a_thin_line_is_refused() -> None:
    image = np.full((100, 100, 3), PAPER, np.uint8)
    image[50:52] = 0
    with pytest.raises(EditError, match="no dark section"):
        pick(image, (50.5, 50.5))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(55, 185), st.integers(68, 82))
def test_a_solid_section_is_the_same_wherever_it_is_clicked_and_wherever_it_stands(
    down: int, right: int, row: int, column: int
) -> None:
    small, truth = wall()
    image = np.full((240 + down, 200 + right, 3), PAPER, np.uint8)
    image[down:, right:] = small
    expected = np.zeros(image.shape[:2], bool)
    expected[down:, right:] = truth > 0
    assert np.array_equal(pick(image, (row + down + 0.5, column + right + 0.5)), expected)


def test_the_drawing_is_left_as_it_was() -> None:
    image, _ = wall(spacing=6)
    before = image.copy()
    pick(image, (120.5, 75.5))
    assert np.array_equal(image, before)


@pytest.mark.parametrize("style", ["black", "grey", "hatched"])
def test_one_pick_corrects_most_rendered_dark_sections(style: str) -> None:
    scores = []
    for section in sections(style, 9, first_seed=800_000, size_px=1200):
        try:
            mask = apply(section.flawed, region(pick(section.image, section.click), 1, "pick"))
        except EditError:
            mask = section.flawed
        scores.append(foreground_iou(section.truth, mask))
    assert np.median(scores) > (0.9 if style == "hatched" else 0.97)
