import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EditError
from core.raster.edits import apply, region
from core.raster.fill import fill
from core.raster.images import Image
from core.raster.metrics import foreground_iou
from tests.core.raster.rendered_sections import sections

PAPER, INK = 240, 30


def drawing(*, gap_px: int = 0, paper: int = PAPER, ink: int = INK) -> Image:
    """A box of 30 x 60 px outlined by 3 px, its upper side open over `gap_px`, with a line that leads away from it."""
    image = np.full((100, 140, 3), paper, np.uint8)
    image[30:60, 30:90] = ink
    image[33:57, 33:87] = paper
    image[45:48, 90:140] = ink
    if gap_px:
        image[28:35, 50 : 50 + gap_px] = paper
    return image


BOX = np.zeros((100, 140), bool)
BOX[30:60, 30:90] = True


def test_a_fill_takes_what_lies_between_the_lines_and_the_whole_lines() -> None:
    filled = fill(drawing(), (45.5, 60.5))
    assert (filled ^ BOX).sum() <= 12  # twelve pixels of the corners are rounded off


@pytest.mark.parametrize(("paper", "ink"), [(250, 180), (200, 90), (150, 40)])
def test_a_fill_minds_how_bright_paper_and_ink_are_here(paper: int, ink: int) -> None:
    assert (
        foreground_iou(BOX.astype(np.uint8), fill(drawing(paper=paper, ink=ink), (45.5, 60.5)).astype(np.uint8)) > 0.98
    )


@pytest.mark.parametrize("gap_px", [2, 5, 9, 15])
def test_gaps_are_bridged_and_nothing_leaks(gap_px: int) -> None:
    filled = fill(drawing(gap_px=gap_px), (45.5, 60.5))
    assert foreground_iou(BOX.astype(np.uint8), filled.astype(np.uint8)) > 0.96


def test_a_gap_wider_than_chosen_is_not_bridged() -> None:
    with pytest.raises(EditError, match="not closed"):
        fill(drawing(gap_px=15), (45.5, 60.5), gap_px=4)
    assert fill(drawing(gap_px=15), (45.5, 60.5), gap_px=30).any()


def test_specks_are_filled_and_the_hole_of_a_handle_is_kept_if_wanted() -> None:
    image = np.full((160, 160, 3), PAPER, np.uint8)
    cv2.circle(image, (80, 80), 60, (INK,) * 3, 2)
    cv2.circle(image, (80, 80), 30, (INK,) * 3, 2)
    cv2.circle(image, (80, 34), 1, (INK,) * 3, -1)
    ring = fill(image, (35.5, 70.5))
    assert not ring[80, 80]
    assert ring[34, 80]
    assert fill(image, (35.5, 70.5), keep_holes=False)[80, 80]


def test_a_section_that_runs_off_the_page_is_refused() -> None:
    with pytest.raises(EditError, match="not closed"):
        fill(drawing()[:, 40:], (45.5, 20.5))


def test_open_paper_is_refused() -> None:
    with pytest.raises(EditError, match="not closed"):
        fill(drawing(), (10.5, 10.5))
    with pytest.raises(EditError, match="not closed"):
        fill(np.full((50, 50, 3), PAPER, np.uint8), (10.5, 10.5))


@pytest.mark.parametrize("point", [(-1.0, 5.0), (5.0, 140.0), (1e9, 5.0), (float("nan"), 5.0)])
def test_a_click_outside_the_drawing_is_refused(point: tuple[float, float]) -> None:
    with pytest.raises(EditError, match="outside the drawing"):
        fill(drawing(), point)


def test_a_click_on_a_line_is_refused() -> None:
    with pytest.raises(EditError, match="on a line"):
        fill(drawing(), (31.5, 60.5))


def test_a_gap_below_nothing_is_refused() -> None:
    for gap_px in (-1.0, float("nan"), float("inf")):
        with pytest.raises(EditError, match="cannot bridge"):
            fill(drawing(), (45.5, 60.5), gap_px=gap_px)


def test_on_a_large_scan_the_border_is_as_exact() -> None:
    image = np.full((2600, 2200, 3), PAPER, np.uint8)
    image[596:2005, 496:705] = INK
    image[605:1996, 505:696] = PAPER
    truth = np.zeros((2600, 2200), np.uint8)
    truth[596:2005, 496:705] = 1
    assert foreground_iou(truth, fill(image, (1200.5, 600.5)).astype(np.uint8)) > 0.995


@given(st.integers(0, 60), st.integers(0, 60), st.integers(36, 53), st.integers(36, 83))
def test_a_fill_is_the_same_wherever_it_is_clicked_and_wherever_it_stands(
    down: int, right: int, row: int, column: int
) -> None:
    image = np.full((100 + down, 140 + right, 3), PAPER, np.uint8)
    image[down:, right:] = drawing()
    expected = np.zeros(image.shape[:2], bool)
    expected[down:, right:] = fill(drawing(), (45.5, 60.5))
    assert np.array_equal(fill(image, (row + down + 0.5, column + right + 0.5)), expected)


def test_the_drawing_is_left_as_it_was() -> None:
    image = drawing(gap_px=5)
    before = image.copy()
    fill(image, (45.5, 60.5))
    assert np.array_equal(image, before)


def test_one_fill_corrects_most_rendered_outlined_sections() -> None:
    scores = []
    for section in sections("outlined", 16, first_seed=700_000, size_px=1200):
        try:
            mask = apply(section.flawed, region(fill(section.image, section.click), 1, "fill"))
        except EditError:
            mask = section.flawed
        scores.append(foreground_iou(section.truth, mask))
    assert np.mean(np.array(scores) >= 0.95) >= 0.6
    assert np.median(scores) > 0.97


@pytest.mark.parametrize("longer", [0, 20, 45])
def test_a_wall_that_ends_open_is_closed_from_the_end_of_one_line_to_the_end_of_the_other(longer: int) -> None:
    image = np.full((240, 200, 3), PAPER, np.uint8)
    truth = np.zeros((240, 200), np.uint8)
    for colour, inset in ((INK, 0), (PAPER, 3)):
        corners = [(60 + inset, 40 + inset), (90 - inset, 40 + inset), (90 - inset, 150), (60 + inset, 150 + longer)]
        cv2.fillPoly(image, [np.array(corners)], (colour,) * 3)
    cv2.fillPoly(truth, [np.array([(60, 40), (90, 40), (90, 150), (60, 150 + longer)])], 1)
    cv2.line(image, (62, 149 + longer), (88, 149), (PAPER,) * 3, 3)
    image[40 : 150 + longer, 60:63] = INK
    image[40:150, 88:91] = INK
    assert foreground_iou(truth, fill(image, (100.5, 75.5)).astype(np.uint8)) > 0.96
