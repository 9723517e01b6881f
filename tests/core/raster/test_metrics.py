import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import MaskSizeError
from core.raster.masks import Mask
from core.raster.metrics import (
    Change,
    border_distance_px,
    changed_pixels,
    foreground_iou,
    foreground_iou_per_label,
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Mask, Mask]:
    shape = draw(arrays.array_shapes(min_dims=2, max_dims=2, max_side=8))
    masks = arrays.arrays(np.uint8, shape, elements=st.integers(0, 3))
    return draw(masks), draw(masks)


def mask_of(rows: list[list[int]]) -> Mask:
    return np.array(rows, np.uint8)


def square(top: int, left: int, side: int) -> Mask:
    mask = np.zeros((20, 20), np.uint8)
    mask[top : top + side, left : left + side] = 1
    return mask


def test_iou_is_the_shared_part_of_what_either_covers() -> None:
    assert foreground_iou(mask_of([[1, 1, 0, 0]]), mask_of([[0, 1, 1, 0]])) == pytest.approx(1 / 3)
    assert foreground_iou(mask_of([[1, 0]]), mask_of([[0, 1]])) == 0.0


def test_iou_of_the_foreground_does_not_ask_which_class() -> None:
    assert foreground_iou(mask_of([[1, 2, 0]]), mask_of([[2, 1, 0]])) == 1.0


def test_two_empty_masks_agree() -> None:
    assert foreground_iou(mask_of([[0, 0]]), mask_of([[0, 0]])) == 1.0


def test_iou_per_label_names_the_classes_of_either_mask() -> None:
    ious = foreground_iou_per_label(mask_of([[1, 1, 2, 0]]), mask_of([[1, 0, 2, 5]]))
    assert ious == {1: 0.5, 2: 1.0, 5: 0.0}
    assert foreground_iou_per_label(mask_of([[0]]), mask_of([[0]])) == {}


@given(pairs())
def test_iou_is_a_share_and_does_not_ask_which_mask_comes_first(pair: tuple[Mask, Mask]) -> None:
    iou = foreground_iou(*pair)
    assert 0.0 <= iou <= 1.0
    assert iou == foreground_iou(*reversed(pair))
    assert foreground_iou_per_label(*pair) == foreground_iou_per_label(*reversed(pair))
    assert (iou == 1.0) == np.array_equal(pair[0] > 0, pair[1] > 0)


def test_border_distance_is_how_far_a_shape_was_moved() -> None:
    tall, moved = np.zeros((400, 40), np.uint8), np.zeros((400, 40), np.uint8)
    tall[:, 5:17] = 1
    moved[:, 7:19] = 1
    assert border_distance_px(tall, moved) == 2.0


def test_border_distance_is_how_much_thicker_a_shape_is() -> None:
    assert border_distance_px(square(5, 5, 6), square(4, 4, 8)) == 1.0


def test_border_distance_of_equal_masks_is_zero() -> None:
    assert border_distance_px(square(0, 0, 20), square(0, 0, 20)) == 0.0


def test_border_distance_to_nothing_is_infinite() -> None:
    nothing = np.zeros((20, 20), np.uint8)
    assert border_distance_px(nothing, nothing) == 0.0
    assert border_distance_px(square(1, 1, 2), nothing) == math.inf
    assert border_distance_px(nothing, square(1, 1, 2)) == math.inf


@given(pairs())
def test_border_distance_does_not_ask_which_mask_comes_first(pair: tuple[Mask, Mask]) -> None:
    assert border_distance_px(*pair) == border_distance_px(*reversed(pair)) >= 0


def test_changed_pixels_are_those_whose_class_differs() -> None:
    assert changed_pixels(mask_of([[0, 1, 2, 2]]), mask_of([[0, 1, 1, 0]])) == Change(pixels=2, fraction=0.5)
    assert changed_pixels(mask_of([[3]]), mask_of([[3]])) == Change(pixels=0, fraction=0.0)


@pytest.mark.parametrize(
    "measure", [foreground_iou, foreground_iou_per_label, border_distance_px, changed_pixels], ids=lambda f: f.__name__
)
def test_masks_of_different_drawings_are_not_compared(measure: Callable[[Mask, Mask], object]) -> None:
    with pytest.raises(MaskSizeError, match="1 x 2 and 2 x 1 pixels"):
        measure(np.zeros((2, 1), np.uint8), np.zeros((1, 2), np.uint8))
