import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.learn import augmentation
from core.learn.samples import TrainingItem, resized

SEEDS = st.integers(0, 2**32 - 1)


def bar() -> TrainingItem:
    """A dark profile on paper, so that the image tells where the mask must be."""
    mask = np.zeros((60, 80), np.uint8)
    mask[12:50, 20:34] = 1
    mask[30:36, 34:60] = 2
    image = np.full((60, 80, 3), 255, np.uint8)
    image[mask > 0] = 0
    return TrainingItem("bar.png", image, mask)


@given(SEEDS)
def test_image_and_mask_turn_together(seed):
    item = augmentation.geometric(bar(), np.random.default_rng(seed))
    assert item.image.shape == (60, 80, 3)
    dark = item.image[..., 0] < 128
    assert ((item.mask > 0) != dark).mean() < 0.02  # they are rounded differently along the edges


@given(SEEDS)
def test_turning_invents_no_class_and_loses_none(seed):
    assert set(np.unique(augmentation.geometric(bar(), np.random.default_rng(seed)).mask)) == {0, 1, 2}


@given(SEEDS)
def test_image_and_mask_keep_together_in_other_proportions(seed):
    item = augmentation.proportions(bar(), 240, np.random.default_rng(seed))
    assert item.image.shape[:2] == item.mask.shape
    assert 216 < max(item.mask.shape) < 267
    assert set(np.unique(item.mask)) == {0, 1, 2}
    assert ((item.mask > 0) != (item.image[..., 0] < 128)).mean() < 0.02


def test_half_of_the_drawings_are_mirrored_and_half_of_them_stretched():
    shown = [augmentation.proportions(bar(), 240, np.random.default_rng(seed)) for seed in range(60)]
    sides = [np.nonzero(item.mask)[1].mean() / item.mask.shape[1] for item in shown]
    ratios = [item.mask.shape[0] / item.mask.shape[1] for item in shown]
    assert 20 < sum(side > 0.5 for side in sides) < 40
    assert 20 < sum(abs(ratio - 0.75) > 0.01 for ratio in ratios) < 40
    assert 0.55 < min(ratios) < 0.68
    assert 0.83 < max(ratios) < 1.02


@given(SEEDS)
def test_no_edge_pixel_gets_the_class_between_two_others(seed):
    item = bar()
    item = TrainingItem(item.name, item.image, np.where(item.mask > 0, 2, 0).astype(np.uint8))
    turned = augmentation.geometric(item, np.random.default_rng(seed))
    assert set(np.unique(turned.mask)) == {0, 2}


@given(SEEDS, st.integers(20, 200), st.integers(20, 200))
def test_every_pixel_of_a_resized_mask_has_the_class_that_lies_under_its_centre(seed, height, width):
    mask = np.random.default_rng(seed).integers(0, 3, (24, 30)).astype(np.uint8)
    item = resized(TrainingItem("noise", np.repeat(mask[..., None] * 100, 3, axis=2), mask), height, width)
    for row, column in ((0, 0), (height - 1, width - 1), (height // 2, width // 3)):
        above, left = int((row + 0.5) * 24 / height), int((column + 0.5) * 30 / width)
        assert item.mask[row, column] == mask[above, left]


@pytest.mark.parametrize("times", [2, 3])
def test_enlarged_mask_keeps_every_edge_pixel(times):
    item = resized(bar(), 60 * times, 80 * times)
    np.testing.assert_array_equal(item.mask, np.kron(bar().mask, np.ones((times, times), np.uint8)))


def test_corners_repeat_the_nearest_edge():
    item = TrainingItem("paper", np.full((60, 80, 3), 200, np.uint8), np.ones((60, 80), np.uint8))
    turned = augmentation.geometric(item, np.random.default_rng(1))
    assert (turned.image == 200).all()
    assert (turned.mask == 1).all()


def test_both_flips_and_rotations_to_both_sides_occur():
    corners = set()
    for seed in range(40):
        rows, columns = np.nonzero(augmentation.geometric(bar(), np.random.default_rng(seed)).mask == 2)
        corners.add((rows.mean() > 30, columns.mean() > 40))
    assert len(corners) == 4


@pytest.mark.parametrize("variant", [augmentation.geometric, augmentation.photometric, augmentation.artificial_fills])
def test_same_seed_gives_the_same_variant_and_the_item_stays_as_it_was(variant):
    item, before = bar(), bar()
    one, other = variant(item, np.random.default_rng(7)), variant(item, np.random.default_rng(7))
    np.testing.assert_array_equal(one.image, other.image)
    np.testing.assert_array_equal(one.mask, other.mask)
    np.testing.assert_array_equal(item.image, before.image)
    np.testing.assert_array_equal(item.mask, before.mask)


@pytest.mark.parametrize("change", augmentation.PHOTOMETRIC_CHANGES)
def test_photometric_changes_keep_shape_and_ink_darker_than_paper(change):
    item = bar()
    changed = change(item.image, np.random.default_rng(3))
    assert changed.shape == item.image.shape
    assert changed.dtype == np.uint8
    assert changed[item.mask > 0].mean() + 60 < changed[item.mask == 0].mean()
    assert (changed != item.image).any()


@pytest.mark.parametrize("variant", [augmentation.photometric, augmentation.artificial_fills])
def test_other_scans_and_fills_leave_the_mask_alone(variant):
    for seed in range(10):
        np.testing.assert_array_equal(variant(bar(), np.random.default_rng(seed)).mask, bar().mask)


@given(SEEDS)
def test_crops_hold_the_whole_profile(seed):
    item = augmentation.crop_around_profile(bar(), np.random.default_rng(seed))
    assert (item.mask == 1).sum() == (bar().mask == 1).sum()
    assert (item.mask == 2).sum() == (bar().mask == 2).sum()
    assert item.image.shape[:2] == item.mask.shape


def test_drawing_without_profile_is_not_cropped():
    item = TrainingItem("empty", bar().image, np.zeros((60, 80), np.uint8))
    assert augmentation.crop_around_profile(item, np.random.default_rng(0)) is item


@given(SEEDS)
def test_drawing_lies_whole_on_its_sheet(seed):
    placed = augmentation.place_on_sheet(bar(), 64, 128, np.random.default_rng(seed))
    assert placed.image.shape == (64, 128, 3)
    assert (placed.mask > 0).sum() == (bar().mask > 0).sum()
    np.testing.assert_array_equal(placed.image[..., 0] == 0, placed.mask > 0)
