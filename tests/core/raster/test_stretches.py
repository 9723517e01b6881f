import numpy as np

from core.raster.evidence import Evidence, evidence_of
from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.stretches import bare_stretches, runs_of, sampled_at

INK, PAPER = 0, 255


def outlined_wall() -> tuple[Image, Mask]:
    """An upright wall of two lines and its ends, 20 px thick, on a sheet of 200 x 300 px."""
    image = np.full((200, 300, 3), PAPER, np.uint8)
    mask = np.zeros((200, 300), np.uint8)
    image[30:170, 100:120] = INK
    image[33:167, 103:117] = PAPER
    mask[30:170, 100:120] = 1
    return image, mask


def stretches(mask: Mask, image: Image) -> tuple[Evidence, list[np.ndarray]]:
    evidence = evidence_of(mask, image)
    return evidence, [one.border.pixels[one.places] for one in bare_stretches(evidence)]


def test_a_border_that_lies_on_ink_has_no_bare_stretch() -> None:
    image, mask = outlined_wall()
    assert stretches(mask, image)[1] == []


def test_a_cut_across_a_wall_is_a_bare_stretch() -> None:
    image, mask = outlined_wall()
    mask[100:] = 0
    evidence, found = stretches(mask, image)
    assert len(found) == 1
    row, column = evidence.on_drawing(tuple(found[0].mean(axis=0)))
    assert abs(row - 99) <= 2
    assert abs(column - 110) <= 2


def test_a_border_of_the_section_s_own_tone_is_not_bare() -> None:
    image, mask = outlined_wall()
    image[mask > 0] = 150
    assert stretches(mask, image)[1] == []


def test_a_cut_across_a_hatched_wall_is_a_bare_stretch() -> None:
    image, mask = outlined_wall()
    rows, columns = np.nonzero(mask)
    hatched = (rows + columns) % 8 < 2
    image[rows[hatched], columns[hatched]] = INK
    mask[100:] = 0
    evidence, found = stretches(mask, image)
    assert any(abs(evidence.on_drawing(tuple(one.mean(axis=0)))[0] - 99) <= 3 for one in found)


def test_the_page_s_edge_is_never_bare() -> None:
    image = np.full((200, 60, 3), INK, np.uint8)
    image[:, :20] = image[:, 40:] = PAPER
    mask = np.zeros((200, 60), np.uint8)
    mask[:, 20:40] = 1
    assert stretches(mask, image)[1] == []


def test_a_run_goes_on_where_a_ring_closes() -> None:
    ring = np.array([True, True, False, False, True, False, True])
    assert [run.tolist() for run in runs_of(ring)] == [[4], [6, 0, 1]]


def test_a_ring_that_is_bare_all_round_has_no_run() -> None:
    assert list(runs_of(np.ones(5, bool))) == []
    assert list(runs_of(np.zeros(5, bool))) == []


def test_tones_between_pixels_are_mixed_and_those_past_the_edge_the_edge_s() -> None:
    tone = np.array([[0.0, 1.0], [0.5, 0.5]], np.float32)
    places = np.array([[[0.0, 0.5], [0.5, 1.0]], [[-3.0, 0.0], [9.0, 9.0]]])
    assert sampled_at(tone, places).tolist() == [[0.5, 0.75], [0.0, 0.5]]
