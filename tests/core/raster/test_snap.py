import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EditError
from core.raster.edits import Grow, apply
from core.raster.images import Image
from core.raster.masks import Mask, empty_mask
from core.raster.metrics import foreground_iou
from core.raster.snap import snap


def block(*, ink: int = 20, paper: int = 240, has_border_only: bool = False) -> tuple[Image, Mask]:
    """A dark block, or its outline of 3 px, on paper; and its mask."""
    truth = empty_mask(60, 80)
    truth[15:45, 20:60] = 1
    image = np.full((60, 80, 3), paper, np.uint8)
    image[truth > 0] = ink
    if has_border_only:
        image[18:42, 23:57] = paper
    return image, truth


@pytest.mark.parametrize("has_border_only", [False, True])
@pytest.mark.parametrize("off_px", [-2, -1, 1, 2, 3])
def test_a_border_a_few_px_off_moves_onto_the_outer_edge_of_the_ink(off_px: int, has_border_only: bool) -> None:
    image, truth = block(has_border_only=has_border_only)
    flawed = apply(truth, Grow(1, off_px))
    snapped = apply(flawed, snap(image, flawed, 1, within_px=5))
    assert foreground_iou(truth, snapped) > 0.985 > foreground_iou(truth, flawed) or abs(off_px) == 1
    assert foreground_iou(truth, snapped) > 0.985


def test_a_border_stays_where_no_ink_is() -> None:
    image, truth = block()
    image[:, :50] = 240
    moved = apply(truth, Grow(1, 2))
    snapped = apply(moved, snap(image, moved, 1, within_px=4))
    assert np.array_equal(snapped[:, :44], moved[:, :44])
    assert np.array_equal(snapped[20:40, 58:70], truth[20:40, 58:70])


def test_other_classes_are_left_alone() -> None:
    image, truth = block()
    flawed = apply(truth, Grow(1, -2))
    flawed[15:45, 58:60] = 2
    snapped = apply(flawed, snap(image, flawed, 1))
    assert (snapped[15:45, 58:60] == 2).all()


@given(st.integers(-3, 3), st.integers(1, 6))
def test_no_border_moves_farther_than_it_may(off_px: int, within_px: int) -> None:
    image, truth = block()
    flawed = apply(truth, Grow(1, off_px))
    try:
        snapped = apply(flawed, snap(image, flawed, 1, within_px=within_px))
    except EditError:
        return
    inner, outer = apply(flawed, Grow(1, -2 * within_px - 1)), apply(flawed, Grow(1, 2 * within_px + 1))
    assert (snapped >= inner).all()
    assert (snapped <= outer).all()


def test_what_cannot_snap_is_said_and_changes_nothing() -> None:
    image, truth = block()
    for mask, label, within_px, reason in (
        (truth, 2, 4, "nothing to snap"),
        (truth, 0, 4, "background"),
        (truth, 1, 0, "Choose 1 to 20"),
        (truth[1:], 1, 4, "80 x 59 pixels, its drawing 80 x 60"),
        (apply(truth, Grow(1, 0)), 1, 4, "No clear edge"),
    ):
        before = mask.copy()
        with pytest.raises(EditError, match=reason):
            snap(image, mask, label, within_px=within_px)
        assert np.array_equal(mask, before)
