import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import EmptyMaskError, LabelError, MaskSizeError
from core.learn.samples import TrainingItem, check_item, network_size, one_hot, resized, stack


def drawing(mask: np.ndarray) -> TrainingItem:
    return TrainingItem("a.png", np.repeat((255 - 100 * mask)[..., None], 3, axis=2).astype(np.uint8), mask)


def test_batch_keeps_the_originals_contract():
    mask = np.zeros((40, 64), np.uint8)
    mask[10:20, 5:9] = 1

    batch = stack([drawing(mask), drawing(mask[:, :30])], class_count=2)

    assert batch.images.shape == (2, 64, 64, 3)
    assert batch.images.dtype == np.float32
    assert (batch.images.min(), batch.images.max()) == (155, 255)
    assert batch.masks.shape == (2, 64, 64, 2)
    assert set(np.unique(batch.masks)) == {0.0, 1.0}
    assert (batch.masks.sum(axis=-1) == 1).all()
    assert batch.masks[0, 10:20, 5:9, 1].all()
    assert batch.masks[..., 1].sum() == 80


def test_padding_is_paper_and_background():
    item = TrainingItem("a.png", np.full((32, 20, 3), 240, np.uint8), np.ones((32, 20), np.uint8))
    batch = stack([item], class_count=2)
    assert (batch.images[:, :, 20:] == 240).all()
    assert (batch.masks[:, :, 20:, 0] == 1).all()


def test_one_hot_has_a_plane_for_every_class():
    masks = np.array([[[0, 2]]], np.uint8)
    assert one_hot(masks, 3).tolist() == [[[[1, 0, 0], [0, 0, 1]]]]


@pytest.mark.parametrize(
    ("size", "image_size", "expected"),
    [
        ((1000, 2000), 256, (128, 256)),
        ((100, 50), 256, (256, 128)),
        ((1000, 2000), "original", (512, 1024)),
        ((300, 500), "original", (288, 512)),
        ((10, 500), "original", (32, 512)),
    ],
)
def test_network_size_follows_the_longest_side_or_the_original_rule(size, image_size, expected):
    assert network_size(*size, image_size) == expected


@given(
    arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 3)),
    st.integers(1, 64),
    st.integers(1, 64),
)
def test_resizing_invents_no_class(mask, height, width):
    small = resized(drawing(mask), height, width).mask
    assert small.shape == (height, width)
    assert set(np.unique(small)) <= set(np.unique(mask))


@given(arrays.arrays(np.uint8, (7, 9), elements=st.integers(0, 3)), st.integers(1, 5))
def test_enlarging_loses_no_pixel_of_any_class(mask, factor):
    large = resized(drawing(mask), 7 * factor, 9 * factor).mask
    for label in range(4):
        assert (large == label).sum() == (mask == label).sum() * factor**2


def test_edge_pixels_keep_their_class_when_a_colour_mask_would_have_lost_them():
    mask = np.zeros((100, 100), np.uint8)
    mask[:, 50:] = 2
    half = resized(drawing(mask), 37, 37).mask
    assert np.isin(half, (0, 2)).all()  # bilinear resizing of indices would give 1 along the edge
    assert abs((half == 2).mean() - 0.5) < 0.02


def test_items_that_cannot_be_trained_on_are_refused_by_name():
    image, mask = np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.uint8)
    with pytest.raises(MaskSizeError, match=r"mask of a\.png is 5 x 3 pixels and its image is 5 x 4"):
        check_item(TrainingItem("a.png", image, mask[:3]), 2)
    with pytest.raises(LabelError, match=r"a\.png uses class 2, and the label map ends at 1"):
        check_item(TrainingItem("a.png", image, mask + 2), 2)
    with pytest.raises(EmptyMaskError, match=r"a\.png has no pixels"):
        check_item(TrainingItem("a.png", image[:0], mask[:0]), 2)
