import numpy as np

from core.raster.ends import WEIGHINGS, Weighing, ink_left_out, weigh
from core.raster.evidence import evidence_of
from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.signs import Signs
from tests.core.raster.test_stretches import INK, PAPER, outlined_wall

NONE = Signs(*[0.0] * len(Signs._fields))


def hatched_wall() -> tuple[Image, Mask]:
    image, mask = outlined_wall()
    rows, columns = np.nonzero(mask)
    is_hatched = (rows + columns) % 8 < 2
    image[rows[is_hatched], columns[is_hatched]] = INK
    return image, mask


def left_out(mask: Mask, image: Image) -> tuple[int, int] | None:
    evidence = evidence_of(mask, image)
    place = ink_left_out(evidence)
    return None if place is None else evidence.on_drawing(place)


def test_a_whole_wall_leaves_nothing_out() -> None:
    for image, mask in (outlined_wall(), hatched_wall()):
        assert left_out(mask, image) is None


def test_an_outlined_wall_that_goes_on_beyond_a_cut_is_left_out_there() -> None:
    image, mask = outlined_wall()
    mask[100:] = 0
    place = left_out(mask, image)
    assert place is not None
    assert abs(place[0] - 99) <= 3
    assert abs(place[1] - 110) <= 3


def test_a_hatched_wall_that_goes_on_beyond_a_cut_is_left_out_there() -> None:
    image, mask = hatched_wall()
    mask[100:] = 0
    place = left_out(mask, image)
    assert place is not None
    assert abs(place[0] - 99) <= 4


def test_a_wall_whose_lines_end_at_an_open_break_leaves_nothing_out() -> None:
    for image, mask in (outlined_wall(), hatched_wall()):
        image[100:], mask[100:] = PAPER, 0
        assert left_out(mask, image) is None


def test_a_face_of_an_outlined_wall_that_is_not_marked_is_left_out() -> None:
    image, mask = outlined_wall()
    mask[70:130, 109:] = 0
    assert left_out(mask, image) is not None


def test_the_signs_and_their_squares_are_added_up_each_with_its_weight() -> None:
    weighing = Weighing(NONE._replace(cell=2.0, change=-3.0), NONE._replace(change=2.0), added=1.0)
    assert weigh(NONE, weighing) == 1.0
    assert weigh(NONE._replace(cell=1.0, change=0.5, like_1=1.0), weighing) == 1.0 + 2.0 - 1.5 + 0.5


def test_a_change_across_the_border_speaks_against_a_fault_and_a_line_that_crosses_it_for_one() -> None:
    nothing = NONE._replace(least_change=0.1, change=0.2, usual_change=0.5)
    for weighing in WEIGHINGS.values():
        usual = weigh(nothing, weighing)
        assert weigh(nothing._replace(crossing=1.0), weighing) > usual
        assert weigh(nothing._replace(change=0.4), weighing) < usual
        assert weigh(nothing._replace(like_1=1.0), weighing) > usual
