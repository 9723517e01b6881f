import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.infer import ink_edges
from core.infer.ink_edges import clear_difference, move_onto_ink, settled, share_without_edge


def row(text: str) -> np.ndarray:
    """Nine rows alike, so that nothing but the columns matters: # ink, + grey, . paper."""
    return np.array([[{"#": 10, "+": 150, ".": 240}[letter] for letter in text]] * 9, np.uint8)


def classes(text: str) -> np.ndarray:
    return np.array([[int(letter) for letter in text]] * 9, np.uint8)


def moved(mask: str, ink: str, *, reach_px: int = 2, clear: float = 60) -> str:
    after = settled(classes(mask), row(ink), reach_px, clear)
    assert (after == after[0]).all()
    return "".join(map(str, after[0]))


def test_ink_beside_the_section_joins_it() -> None:
    assert moved("0001111000", "..######..") == "0011111100"


def test_paper_between_the_section_and_its_ink_leaves_it() -> None:
    assert moved("0111111110", "..######..") == "0011111100"


def test_outline_belongs_to_the_section_and_its_light_inside_stays() -> None:
    assert moved("0001111000", "..#....#..") == "0011111100"
    assert moved("0111111110", "..#....#..") == "0011111100"


def test_border_amid_wide_ink_stays_because_no_edge_is_near() -> None:
    assert moved("0001110000", "...#######") == "0001110000"


def test_ink_beyond_reach_is_left_alone() -> None:
    assert moved("0011000000", "..#####...", reach_px=1) == "0011000000"
    assert moved("0011000000", "..#####...", reach_px=3) == "0011111000"


def test_border_without_clear_ink_stays() -> None:
    assert moved("0001111000", "..++++++..", clear=100) == "0001111000"
    assert moved("0001111000", "..........") == "0001111000"


def test_paper_between_lines_that_end_at_the_border_stays() -> None:
    grey, mask = np.full((40, 80), 240, np.uint8), np.zeros((40, 80), np.uint8)
    grey[10:30, 10:70:5] = 10
    mask[10:30, 10:66] = 1

    np.testing.assert_array_equal(settled(mask, grey, 2, 60), mask)


def test_paper_between_a_section_with_lines_and_its_outline_leaves() -> None:
    grey, mask = np.full((40, 80), 240, np.uint8), np.zeros((40, 80), np.uint8)
    grey[10:30, 10:70:5] = grey[10, 10:66] = grey[29, 10:66] = 10
    mask[8:32, 10:66] = 1

    after = settled(mask, grey, 2, 60)

    assert after[10:30, 10:66].all()
    assert after.sum() == 20 * 56


def test_hole_stays_a_hole_and_gets_the_border_of_its_ink() -> None:
    assert moved("1111001111", "###....###") == "1110000111"


def test_ink_that_joins_takes_the_nearest_class_and_borders_between_classes_stay() -> None:
    assert moved("0001122000", "..######..") == "0011122200"


def test_tiles_leave_no_seams(monkeypatch) -> None:
    rng = np.random.default_rng(0)
    image = np.repeat(rng.integers(0, 256, (60, 70, 1), np.uint8), 3, axis=2)
    mask = np.zeros((60, 70), np.uint8)
    mask[10:50, 15:60], mask[20:30, 30:40] = 1, 2
    whole = settled(mask, image[:, :, 0], 3, 40)
    monkeypatch.setattr(ink_edges, "TILE_PX", 16)

    np.testing.assert_array_equal(move_onto_ink(mask, image, reach_px=3, clear=40), whole)
    assert (whole != mask).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_nothing_changes_farther_from_the_border_than_the_reach(seed: int, reach_px: int) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (40, 40), dtype=np.uint8)
    mask = np.zeros((40, 40), np.uint8)
    mask[12:28, 12:28] = 1

    after = settled(mask, grey, reach_px, 30)

    far = np.ones((40, 40), bool)
    far[12 - reach_px : 28 + reach_px, 12 - reach_px : 28 + reach_px] = False
    far[12 + reach_px : 28 - reach_px, 12 + reach_px : 28 - reach_px] = True
    np.testing.assert_array_equal(after[far], mask[far])


def test_what_is_clear_depends_on_the_contrast_of_the_drawing() -> None:
    faint, strong = (np.full((50, 50, 3), 240, np.uint8) for _ in range(2))
    faint[10:20], strong[10:20] = 200, 0

    assert clear_difference(faint) == 12
    assert clear_difference(strong) == 72
    assert clear_difference(np.full((5, 5, 3), 240, np.uint8)) == 10


def test_border_on_ink_has_an_edge_and_border_on_paper_none() -> None:
    image = np.full((20, 40, 3), 240, np.uint8)
    image[5:15, 5:15] = 10
    on_ink, on_paper, half = (np.zeros((20, 40), np.uint8) for _ in range(3))
    on_ink[5:15, 5:15] = on_paper[5:15, 25:35] = 1
    half[5:15, 5:15] = half[5:15, 25:35] = 1

    assert share_without_edge(on_ink, image, 60) == 0
    assert share_without_edge(on_paper, image, 60) == 1
    assert share_without_edge(half, image, 60) == 0.5
    assert share_without_edge(np.zeros((20, 40), np.uint8), image, 60) == 1
