import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.sanity import CHECKS, examine
from core.render.drawing import render_drawing
from tests.core.raster.planted_faults import plant

INK, PAPER = 0, 255


def wall_and_paper() -> tuple[Image, Mask]:
    """A black upright wall, 20 px thick, on a sheet of 200 x 300 px."""
    image = np.full((200, 300, 3), PAPER, np.uint8)
    mask = np.zeros((200, 300), np.uint8)
    image[30:170, 100:120] = INK
    mask[30:170, 100:120] = 1
    return image, mask


def checks(mask: Mask, image: Image) -> list[str]:
    return [finding.check for finding in examine(mask, image)]


def test_a_mask_that_covers_its_wall_is_not_found_fault_with() -> None:
    image, mask = wall_and_paper()
    assert examine(mask, image) == []


def test_a_mask_without_a_section_is_empty() -> None:
    image, mask = wall_and_paper()
    (finding,) = examine(np.zeros_like(mask), image)
    assert (finding.check, finding.weight, finding.place) == ("empty", 1.0, None)


def test_a_mask_of_nearly_the_whole_drawing_is_full() -> None:
    image, mask = wall_and_paper()
    assert checks(np.ones_like(mask), image) == ["full"]
    assert checks(1 - mask, image) == ["full"]


def test_a_blot_off_the_wall_covers_clean_paper_where_it_lies() -> None:
    image, mask = wall_and_paper()
    mask[60:100, 200:240] = 1
    paper = next(finding for finding in examine(mask, image) if finding.check == "paper")
    assert paper.place is not None
    assert 60 <= paper.place[0] < 100
    assert 200 <= paper.place[1] < 240


def test_a_wall_that_swells_over_paper_is_suddenly_thick() -> None:
    image, mask = wall_and_paper()
    mask[80:130, 100:170] = 1
    assert {"thick", "paper"} <= set(checks(mask, image))


def test_a_foot_that_is_drawn_thick_is_not_suddenly_thick() -> None:
    image, mask = wall_and_paper()
    image[130:170, 60:170] = INK
    mask[130:170, 60:170] = 1
    assert examine(mask, image) == []


def test_a_wall_that_goes_on_between_two_pieces_is_broken() -> None:
    image, mask = wall_and_paper()
    mask[95:110] = 0
    broken = next(finding for finding in examine(mask, image) if finding.check == "broken")
    assert broken.place is not None
    assert 90 <= broken.place[0] <= 115


def test_two_pieces_with_paper_between_them_are_not_broken() -> None:
    image, mask = wall_and_paper()
    image[95:110] = PAPER
    mask[95:110] = 0
    assert examine(mask, image) == []


def test_an_outlined_wall_is_broken_where_no_line_ends_it() -> None:
    image, mask = wall_and_paper()
    image[33:167, 103:117] = PAPER
    assert examine(mask, image) == []
    mask[95:110] = 0
    assert "broken" in checks(mask, image)


def test_two_walls_joined_across_the_paper_run_together() -> None:
    image, mask = wall_and_paper()
    image[30:170, 160:180] = INK
    mask[30:170, 160:180] = 1
    assert examine(mask, image) == []
    mask[90:115, 120:160] = 1
    assert "touching" in checks(mask, image)


def test_a_wall_led_on_to_the_edge_of_the_page_runs_off_it() -> None:
    image, mask = wall_and_paper()
    mask[170:, 100:120] = 1
    assert "edge" in checks(mask, image)


def test_a_wall_that_the_scan_cuts_off_does_not_run_off_the_page() -> None:
    image, mask = wall_and_paper()
    image[170:, 100:120] = INK
    mask[170:, 100:120] = 1
    assert examine(mask, image) == []


def test_a_tiny_piece_is_a_loose_speck() -> None:
    image, mask = wall_and_paper()
    mask[20:24, 250:254] = 1
    specks = next(finding for finding in examine(mask, image) if finding.check == "specks")
    assert specks.place is not None
    assert abs(specks.place[0] - 22) <= 3
    assert abs(specks.place[1] - 252) <= 3


def test_a_mask_that_ends_half_way_down_the_wall_leaves_ink_out() -> None:
    image, mask = wall_and_paper()
    mask[110:] = 0
    assert "ink" in checks(mask, image)


def test_a_mask_without_one_face_of_the_wall_leaves_ink_out() -> None:
    image, mask = wall_and_paper()
    mask[60:120, 111:] = 0
    assert "ink" in checks(mask, image)


def vessel() -> tuple[Image, Mask]:
    """A bowl with its section on the left of the axis at column 150 and its contour on the right."""
    image, mask = np.full((200, 301, 3), PAPER, np.uint8), np.zeros((200, 301), np.uint8)
    for row in range(30, 150):
        left = 40 + (row - 30) // 2
        mask[row, left : left + 12] = 1
        image[row, 300 - left - 1 : 300 - left + 1] = INK
    mask[140:152, 99:151] = 1
    image[150:152, 150:202] = INK
    image[mask > 0] = INK
    image[20:165, 150] = INK
    image[29:31, 40:261] = INK
    return image, mask


def test_a_floor_that_goes_on_beyond_the_axis_crosses_it() -> None:
    image, mask = vessel()
    assert "axis" not in checks(mask, image)
    mask[140:152, 151:190] = 1
    assert "axis" in checks(mask, image)


def test_a_section_drawn_on_both_sides_does_not_cross_the_axis() -> None:
    image, mask = vessel()
    mask = np.maximum(mask, mask[:, ::-1])
    image = np.minimum(image, image[:, ::-1])
    assert "axis" not in checks(mask, image)


def test_any_class_but_the_background_is_section() -> None:
    image, mask = wall_and_paper()
    mask[30:100] *= 7
    assert examine(mask, image) == []


def test_the_heaviest_finding_comes_first() -> None:
    image, mask = wall_and_paper()
    mask[80:130, 100:170] = 1
    mask[20:24, 250:254] = 1
    weights = [finding.weight for finding in examine(mask, image)]
    assert len(weights) >= 3
    assert weights == sorted(weights, reverse=True)


shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))


@given(st.data(), shapes)
def test_any_mask_of_any_image_can_be_examined(data: st.DataObject, shape: tuple[int, int]) -> None:
    mask = data.draw(arrays.arrays(np.uint8, shape, elements=st.integers(0, 3), fill=st.just(0)))
    image = data.draw(arrays.arrays(np.uint8, (*shape, 3), fill=st.sampled_from([0, 128, 255])))
    findings = examine(mask, image)
    assert {finding.check for finding in findings} <= set(CHECKS)
    for finding in findings:
        assert 0 <= finding.weight <= 1
        assert finding.place is None or (0 <= finding.place[0] < shape[0] and 0 <= finding.place[1] < shape[1])


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3), (700, 9)])
def test_a_single_pixel_and_odd_sheets_can_be_examined(shape: tuple[int, int]) -> None:
    for colour in (0, 255):
        image, mask = np.full((*shape, 3), colour, np.uint8), np.zeros(shape, np.uint8)
        mask[0, 0] = 1
        assert {finding.check for finding in examine(mask, image)} <= set(CHECKS)


SEEDS = range(9_100_000, 9_100_016)
WANTED = {"empty": 1.0, "full": 0.9, "specks": 0.8, "thick": 0.7, "broken": 0.7, "edge": 0.7, "paper": 0.8}


def test_planted_faults_are_found_and_true_masks_left_alone() -> None:
    drawings = [render_drawing(seed, size_px=500) for seed in SEEDS]
    alarms = [checks(drawing.mask, drawing.image) for drawing in drawings]
    assert sum(map(bool, alarms)) <= 0.25 * len(drawings), alarms
    for fault, wanted in WANTED.items():
        found = []
        for seed, drawing in zip(SEEDS, drawings, strict=True):
            mask = plant(fault, drawing.image, drawing.mask, np.random.default_rng(seed))
            if mask is not None:
                found.append(fault in checks(mask, drawing.image))
        assert len(found) >= 10, fault
        assert np.mean(found) >= wanted, (fault, found)


@pytest.mark.parametrize("apart", [1989, 9])
def test_specks_alone_on_a_large_sheet_can_be_examined(apart: int) -> None:
    image, mask = np.full((1993, 1993, 3), PAPER, np.uint8), np.zeros((1993, 1993), np.uint8)
    mask[3::apart, 3::apart] = 1
    assert {finding.check for finding in examine(mask, image)} <= set(CHECKS)
