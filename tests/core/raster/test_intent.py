import pytest

from core.errors import EditError
from core.raster.edits import Clear, Edit, Lasso, Polygon, Rectangle, Stroke, back_to
from core.raster.intent import crosses_itself, refuse_slip
from core.raster.masks import empty_mask

BOW_TIE = ((0.0, 0.0), (4.0, 4.0), (0.0, 4.0), (4.0, 0.0))
KEYHOLE = ((0, 0), (0, 5), (5, 5), (5, 0), (0, 0), (1, 1), (1, 4), (4, 4), (4, 1), (1, 1))


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Stroke(((1, 1),), 21, 1), "The brush is 21 px wide, the whole drawing only 20 px"),
        (Stroke(((-9, 5), (-9, 9)), 4, 1), "outside the drawing"),
        (Polygon(((30, 1), (31, 5), (33, 2)), 1), "outside the drawing"),
        (Rectangle(((1, 25), (5, 30)), 0), "outside the drawing"),
        (Lasso(((1, -9), (5, -5), (2, -3)), 0), "outside the drawing"),
        (Polygon(BOW_TIE, 1), "crosses itself"),
        (back_to(empty_mask(10, 21), empty_mask(10, 21)), "another size"),
    ],
)
def test_a_slip_of_the_hand_is_answered_with_a_sentence(edit: Edit, reason: str) -> None:
    with pytest.raises(EditError) as refusal:
        refuse_slip(edit, 10, 20)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    "edit",
    [
        Stroke(((-1, 5),), 4, 1),
        Stroke(((1, 1),), 20, 1),
        Polygon(((-5, -5), (-5, 50), (50, 50)), 1),
        Polygon(KEYHOLE, 1),
        Lasso(BOW_TIE, 0),
        Rectangle(((-5, -5), (50, 50)), 0),
        Clear(),
        back_to(empty_mask(10, 20), empty_mask(10, 20)),
    ],
)
def test_what_can_be_meant_passes(edit: Edit) -> None:
    refuse_slip(edit, 10, 20)


def test_sides_that_only_touch_do_not_cross() -> None:
    assert not crosses_itself(KEYHOLE)
    assert not crosses_itself(((0, 0), (0, 4), (4, 4), (0, 4)))
    assert not crosses_itself(((0, 0), (0, 4), (2, 2), (4, 4), (4, 0), (2, 2)))
    assert crosses_itself(BOW_TIE)
    assert crosses_itself(((0, 0), (3, 5), (0, 5), (5, 0), (5, 5)))
