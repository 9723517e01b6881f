import numpy as np

from core.raster.evidence import evidence_of
from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.signs import Signs, crossing_lines, signs_of
from core.raster.stretches import DEEP, Border, Stretch, bare_stretches
from tests.core.raster.test_stretches import INK, PAPER, outlined_wall


def widest(mask: Mask, image: Image) -> Signs:
    evidence = evidence_of(mask, image)
    return signs_of(evidence, max(bare_stretches(evidence), key=lambda one: len(one.places)))


def test_beyond_a_cut_the_wall_goes_on_alike_in_a_closed_cell_between_lines_that_cross_the_border() -> None:
    image, mask = outlined_wall()
    mask[100:] = 0
    signs = widest(mask, image)
    assert min(signs.like_1, signs.like_3, signs.level_2) > 0.9
    assert signs.crossing > 0.5
    assert signs.cell == 1.0
    assert signs.thin == 0.0
    assert signs.change < 0.2


def test_beyond_an_open_end_nothing_is_alike() -> None:
    image, mask = outlined_wall()
    image[100:], mask[100:] = PAPER, 0
    signs = widest(mask, image)
    assert max(signs.like_1, signs.like_3, signs.level_2, signs.cell) < 0.1
    assert signs.crossing < 0.3


def test_where_a_face_is_left_out_the_mask_is_thin_and_the_next_line_a_wall_away() -> None:
    image, mask = outlined_wall()
    mask[50:150, 109:] = 0
    signs = widest(mask, image)
    assert min(signs.thin, signs.thin_wide) > 0.6
    assert 1.0 < signs.paper < 2.0
    assert signs.cell == 1.0


def test_the_open_page_is_no_cell() -> None:
    image, mask = outlined_wall()
    mask[60:100, 120:160] = 1
    assert widest(mask, image).cell == 0.0


def test_paint_that_goes_on_beside_a_filled_wall_is_dark_but_not_alike() -> None:
    image, mask = outlined_wall()
    image[mask > 0] = INK
    image[60:140, 120:240] = INK
    signs = widest(mask, image)
    assert signs.dark == 3.0
    assert signs.like_1 < 0.3


def test_a_line_crosses_where_it_is_dark_on_both_sides_of_the_border_even_askew() -> None:
    across = np.zeros((40, 2 * DEEP + 1), np.float32)
    for step in range(2 * DEEP + 1):
        across[20 + (step - DEEP), step] = 0.8
    across[5, DEEP:] = 1.0
    places = np.zeros((40, 2))
    stretch = Stretch(Border(places, places, across, np.zeros(40, np.float32)), np.arange(3, 30), 1.0)
    crossing = crossing_lines(stretch)
    assert crossing[20] == np.float32(0.8)
    assert crossing[5] == 0.0
    assert crossing[35] == 0.0
