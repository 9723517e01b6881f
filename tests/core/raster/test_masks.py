import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import EmptyMaskError, MaskSizeError, UnreadableImageError
from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.raster.images import encode_png
from core.raster.masks import Mask, decode_mask, empty_mask, encode_mask, heat_map, overlay, resize_mask

TWO_CLASSES = LabelMap(
    (Label(0, "background", (0, 0, 0)), Label(1, "profile", (255, 0, 0)), Label(2, "handle", (0, 0, 255)))
)
masks = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=9))


@given(masks)
def test_a_mask_survives_png(mask: Mask) -> None:
    assert np.array_equal(decode_mask(encode_mask(mask)), mask)


def test_all_classes_survive_png() -> None:
    mask = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(decode_mask(encode_mask(mask)), mask)


def test_a_decoded_mask_can_be_written_to() -> None:
    mask = decode_mask(encode_mask(empty_mask(2, 2)))
    mask[0, 0] = 1
    assert mask.sum() == 1


@pytest.mark.parametrize("content", [b"", b"nothing", encode_png(np.zeros((2, 2, 3), np.uint8)), b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_stored_mask_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableImageError, match="stored mask"):
        decode_mask(content)


def test_an_empty_mask_is_background() -> None:
    assert empty_mask(2, 3).tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(("height", "width"), [(0, 3), (3, 0)])
def test_a_mask_without_pixels_is_refused(height: int, width: int) -> None:
    with pytest.raises(EmptyMaskError):
        empty_mask(height, width)
    with pytest.raises(EmptyMaskError):
        resize_mask(empty_mask(2, 2), height, width)


@given(masks, st.integers(1, 20), st.integers(1, 20))
def test_resizing_invents_no_class(mask: Mask, height: int, width: int) -> None:
    resized = resize_mask(mask, height, width)
    assert resized.shape == (height, width)
    assert set(np.unique(resized)) <= set(np.unique(mask))


def test_enlarging_a_mask_repeats_its_pixels() -> None:
    assert resize_mask(np.array([[0, 7]], np.uint8), 2, 4).tolist() == [[0, 0, 7, 7], [0, 0, 7, 7]]


def grey_image(levels: list[list[int]]) -> np.ndarray:
    return np.repeat(np.array(levels, np.uint8)[:, :, np.newaxis], 3, axis=2)


def test_overlay_leaves_the_background_as_it_is() -> None:
    image = grey_image([[0, 100, 255]])
    assert np.array_equal(overlay(image, empty_mask(1, 3), DEFAULT_LABELS, opacity=1.0), image)


def test_overlay_tints_each_class_in_its_own_colour() -> None:
    image = grey_image([[255, 255, 255]])
    tinted = overlay(image, np.array([[0, 1, 2]], np.uint8), TWO_CLASSES, opacity=0.5)
    background, profile, handle = tinted[0].astype(int)
    assert background.tolist() == [255, 255, 255]
    assert profile[0] == 255
    assert profile[1] == profile[2] < 200
    assert handle[2] == 255
    assert handle[0] == handle[1] < 200


def test_overlay_of_no_opacity_is_the_drawing() -> None:
    image = grey_image([[0, 100, 255]])
    assert np.array_equal(overlay(image, np.ones((1, 3), np.uint8), DEFAULT_LABELS, opacity=0.0), image)


@given(st.floats(0, 1), st.booleans())
def test_no_ink_is_hidden_under_any_tint(opacity: float, outline_only: bool) -> None:
    image = grey_image([[0, 255], [0, 255], [0, 255]])
    mask = np.array([[0, 0], [1, 1], [1, 1]], np.uint8)
    ink, paper = np.split(overlay(image, mask, DEFAULT_LABELS, opacity=opacity, outline_only=outline_only), 2, axis=1)
    assert (paper.astype(int) - ink).min() >= 75


def test_a_mask_is_visible_on_solid_black_and_on_paper() -> None:
    image = grey_image([[0, 255]])
    tinted = overlay(image, np.ones((1, 2), np.uint8), DEFAULT_LABELS, opacity=0.5)
    assert np.abs(tinted.astype(int) - image).max(axis=2).min() >= 50


def test_an_outline_runs_outside_its_class() -> None:
    image = np.full((5, 5, 3), 255, np.uint8)
    mask = np.zeros((5, 5), np.uint8)
    mask[2, 2] = 1
    changed = (overlay(image, mask, DEFAULT_LABELS, opacity=1.0, outline_only=True) != image).any(axis=2)
    assert changed.astype(int).tolist() == [
        [0, 0, 0, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 1, 0, 1, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 0, 0, 0],
    ]


def test_an_outline_is_wider_on_a_larger_drawing() -> None:
    image = np.full((3, 2000, 3), 255, np.uint8)
    mask = np.zeros((3, 2000), np.uint8)
    mask[:, 1000] = 1
    changed = (overlay(image, mask, DEFAULT_LABELS, opacity=1.0, outline_only=True) != image).any(axis=2)
    assert changed[0].sum() == 8


def test_overlay_changes_neither_image_nor_mask() -> None:
    image, mask = grey_image([[9, 9]]), np.array([[0, 1]], np.uint8)
    overlay(image, mask, DEFAULT_LABELS, opacity=1.0)
    assert image.tolist() == grey_image([[9, 9]]).tolist()
    assert mask.tolist() == [[0, 1]]


def test_a_mask_of_another_size_is_refused_with_both_sizes() -> None:
    with pytest.raises(MaskSizeError, match=r"3 x 1 pixels, its drawing 2 x 1"):
        overlay(grey_image([[0, 0]]), empty_mask(1, 3), DEFAULT_LABELS, opacity=0.5)
    with pytest.raises(MaskSizeError):
        heat_map(grey_image([[0, 0]]), np.zeros((1, 3), np.float32))


def test_heat_map_leaves_certain_background_as_it_is() -> None:
    image = grey_image([[0, 100, 255]])
    assert np.array_equal(heat_map(image, np.zeros((1, 3), np.float32)), image)


def test_heat_map_grows_darker_with_the_probability() -> None:
    probabilities = np.linspace(0, 1, 101, dtype=np.float32)[np.newaxis]
    lightness = heat_map(np.full((1, 101, 3), 255, np.uint8), probabilities)[0] @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(lightness) <= 0).all()
    assert lightness[0] - lightness[50] > 20
    assert lightness[50] - lightness[100] > 20


def test_heat_map_hides_no_ink() -> None:
    probabilities = np.repeat(np.linspace(0, 1, 50, dtype=np.float32)[:, np.newaxis], 2, axis=1)
    ink, paper = np.split(heat_map(grey_image([[0, 255]] * 50), probabilities), 2, axis=1)
    assert (paper.astype(int) - ink).min() >= 75
