import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EditError
from core.raster.checks import Point
from core.raster.cut import cut
from core.raster.edits import apply
from core.raster.masks import Mask

BAR = np.array([[0] * 9, [1] * 9, [1] * 9, [0] * 9], np.uint8)
ACROSS = ((0.0, 3.0), (4.0, 3.0))


def test_the_smaller_side_goes() -> None:
    after = apply(BAR, cut(BAR, ACROSS, 1))
    assert after[1].tolist() == after[2].tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1]


def test_the_clicked_side_goes() -> None:
    after = apply(BAR, cut(BAR, ACROSS, 1, away=(1.5, 7.5)))
    assert after[1].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0]


def test_a_line_of_several_pieces_cuts_out_what_it_surrounds() -> None:
    mask = np.ones((5, 7), np.uint8)
    after = apply(mask, cut(mask, ((-1.0, 1.0), (3.0, 1.0), (3.0, 4.0), (-1.0, 4.0)), 1))
    assert (after == 0).sum() in (9, 10, 11, 12)
    assert after[:2, 2].tolist() == [0, 0]
    assert after[4].all()


def test_other_classes_and_other_parts_stay() -> None:
    mask = BAR.copy()
    mask[0] = 2
    after = apply(mask, cut(mask, ACROSS, 1))
    assert after[0].tolist() == [2] * 9


def test_each_part_that_the_line_meets_is_cut() -> None:
    mask = np.array([[1] * 9, [0] * 9, [1] * 9], np.uint8)
    after = apply(mask, cut(mask, ((0.0, 3.0), (3.0, 3.0)), 1))
    assert after[0].tolist() == after[2].tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("line", "away", "reason"),
    [
        (((0.0, 3.0), (1.2, 3.0)), None, "does not cut a section in two"),
        (((0.0, 0.0), (0.0, 9.0)), None, "does not cut a section in two"),
        (((0.0, 0.0),), None, "at least 2 points"),
        (ACROSS, (0.5, 7.5), "not on the section"),
        (ACROSS, (40.0, 7.5), "outside the drawing"),
    ],
)
def test_a_cut_that_parts_nothing_is_refused(line: tuple[Point, ...], away: Point | None, reason: str) -> None:
    before = BAR.copy()
    with pytest.raises(EditError) as refusal:
        cut(BAR, line, 1, away=away)
    assert reason in str(refusal.value)
    assert np.array_equal(BAR, before)


def test_the_background_cannot_be_cut() -> None:
    with pytest.raises(EditError, match="does not cut"):
        cut(BAR, ACROSS, 0)


@given(st.floats(2.0, 7.0), st.floats(2.0, 7.0))
def test_a_cut_only_takes_away_and_keeps_the_larger_side(top: float, bottom: float) -> None:
    mask: Mask = np.ones((7, 9), np.uint8)
    after = apply(mask, cut(mask, ((-1.0, top), (8.0, bottom)), 1))
    assert set(after[after != mask].tolist()) == {0}
    assert after.sum() >= 0.4 * mask.sum()
    left = apply(mask, cut(mask, ((-1.0, top), (8.0, bottom)), 1, away=(3.5, 0.1)))
    right = apply(mask, cut(mask, ((-1.0, top), (8.0, bottom)), 1, away=(3.5, 8.9)))
    assert (left + right).tolist() == mask.tolist()
