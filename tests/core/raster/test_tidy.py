import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import EditError
from core.raster.edits import apply
from core.raster.masks import Mask
from core.raster.tidy import FillHoles, Grow, KeepLargest, RemoveSpecks, Smooth

masks = arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 2))


def mask_of(*rows: str) -> Mask:
    return np.array([[int(pixel) for pixel in row] for row in rows], np.uint8)


RINGS = mask_of(
    "1111100000",
    "1000101110",
    "1000101010",
    "1000101110",
    "1111100000",
)


def test_holes_up_to_a_size_are_filled_and_larger_ones_kept() -> None:
    small_filled = apply(RINGS, FillHoles(1, largest_px=1))
    assert small_filled[2].tolist() == [1, 0, 0, 0, 1, 0, 1, 1, 1, 0]
    all_filled = apply(RINGS, FillHoles(1))
    assert all_filled[2].tolist() == [1, 1, 1, 1, 1, 0, 1, 1, 1, 0]
    assert apply(all_filled, FillHoles(1)).tolist() == all_filled.tolist()


def test_a_hole_that_is_open_at_a_side_or_at_the_edge_is_none() -> None:
    for mask in (mask_of("111", "100", "111"), mask_of("101", "101", "111")):
        assert apply(mask, FillHoles(1)).tolist() == mask.tolist()
    assert apply(mask_of("110", "101", "111"), FillHoles(1)).tolist() == [[1, 1, 0], [1, 1, 1], [1, 1, 1]]


def test_another_class_in_a_hole_stays() -> None:
    mask = mask_of("11111", "10201", "11111")
    assert apply(mask, FillHoles(1)).tolist() == [[1] * 5, [1, 1, 2, 1, 1], [1] * 5]


def test_specks_below_a_size_go() -> None:
    mask = mask_of("10000", "01000", "00011", "20011")
    assert apply(mask, RemoveSpecks(1, smallest_px=3)).tolist() == mask_of("00000", "00000", "00011", "20011").tolist()
    assert apply(mask, RemoveSpecks(1, smallest_px=2)).tolist() == mask.tolist()


def test_the_largest_parts_stay() -> None:
    mask = mask_of("10110", "00000", "11102")
    assert apply(mask, KeepLargest(1, 1)).tolist() == mask_of("00000", "00000", "11102").tolist()
    assert apply(mask, KeepLargest(1, 2)).tolist() == mask_of("00110", "00000", "11102").tolist()
    assert apply(mask, KeepLargest(1, 9)).tolist() == mask.tolist()


def test_of_parts_of_one_size_the_higher_one_stays_then_the_one_further_left() -> None:
    assert apply(mask_of("0010", "1000"), KeepLargest(1, 1)).tolist() == mask_of("0010", "0000").tolist()
    assert apply(mask_of("1010"), KeepLargest(1, 1)).tolist() == mask_of("1000").tolist()


def test_growing_goes_to_the_side_up_and_down_and_not_into_other_classes() -> None:
    mask = mask_of("00000", "00120", "00000")
    assert apply(mask, Grow(1, 1)).tolist() == mask_of("00100", "01120", "00100").tolist()
    assert apply(mask, Grow(1, 2)).tolist() == mask_of("01110", "11120", "01110").tolist()


def test_shrinking_takes_the_border_but_not_at_the_edge_of_the_drawing() -> None:
    mask = mask_of("1111", "1111", "1111", "0000")
    assert apply(mask, Grow(1, -1)).tolist() == mask_of("1111", "1111", "0000", "0000").tolist()


def test_growing_by_nothing_changes_nothing() -> None:
    assert apply(RINGS, Grow(1, 0)).tolist() == RINGS.tolist()


def test_smoothing_takes_spikes_and_closes_notches() -> None:
    mask = mask_of("0000000", "0001000", "1111111", "1111111", "1110111", "1111111")
    assert apply(mask, Smooth(1, 1)).tolist() == mask_of("0000000", "0000000", *["1111111"] * 4).tolist()


@given(masks, st.integers(1, 3))
def test_growing_then_shrinking_loses_no_pixel(mask: Mask, by_px: int) -> None:
    only = np.where(mask == 1, mask, 0).astype(np.uint8)
    back = apply(apply(only, Grow(1, by_px)), Grow(1, -by_px))
    assert (back >= only).all()


@given(masks, st.integers(1, 20))
def test_filling_holes_only_adds_and_doing_it_twice_is_doing_it_once(mask: Mask, largest_px: int) -> None:
    once = apply(mask, FillHoles(1, largest_px))
    assert (once[mask > 0] == mask[mask > 0]).all()
    assert np.array_equal(apply(once, FillHoles(1, largest_px)), once)


@given(masks, st.integers(1, 20))
def test_removing_specks_only_takes_away_and_doing_it_twice_is_doing_it_once(mask: Mask, smallest_px: int) -> None:
    once = apply(mask, RemoveSpecks(1, smallest_px))
    assert set(once[once != mask].tolist()) <= {0}
    assert np.array_equal(apply(once, RemoveSpecks(1, smallest_px)), once)


@given(masks, st.integers(1, 3))
def test_what_stays_of_the_largest_parts_was_there(mask: Mask, count: int) -> None:
    kept = apply(mask, KeepLargest(1, count))
    assert set(kept[kept != mask].tolist()) <= {0}
    assert (kept == 1).any() == (mask == 1).any()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: FillHoles(0), "background"),
        (lambda: FillHoles(1, 0), "largest hole cannot be 0"),
        (lambda: RemoveSpecks(1, 1.5), "cannot be 1.5"),  # type: ignore[arg-type]
        (lambda: KeepLargest(1, 0), "number of parts cannot be 0"),
        (lambda: Grow(1, 51), "growth cannot be 51"),
        (lambda: Smooth(1, 0), "smoothing cannot be 0"),
        (lambda: Smooth(True, 1), "numbered 0 to 255"),
    ],
)
def test_tidying_that_cannot_be_meant_is_refused(make: object, reason: str) -> None:
    with pytest.raises(EditError) as refusal:
        make()  # type: ignore[operator]
    assert reason in str(refusal.value)
