import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.infer.scales import pad_image, padded_size, paper_colour, proportional_size, scale_image
from core.raster.images import resize

SIDES = st.integers(1, 6000)


@given(SIDES, SIDES, st.integers(1, 1024))
def test_longer_side_gets_the_size_asked_for(height: int, width: int, long_side: int) -> None:
    scaled = proportional_size(height, width, long_side)

    assert max(scaled) == long_side
    assert min(scaled) >= 1


def test_aspect_is_kept() -> None:
    assert proportional_size(1000, 2000, 256) == (128, 256)
    assert proportional_size(20, 5000, 256) == (1, 256)


@given(SIDES, SIDES)
def test_padded_sides_fit_the_stride_and_grow_less_than_it(height: int, width: int) -> None:
    for before, after in zip((height, width), padded_size(height, width, 32), strict=True):
        assert after % 32 == 0
        assert 0 <= after - before < 32


def test_shrinking_averages() -> None:
    checks = np.indices((64, 64)).sum(axis=0) % 2 * 255
    image = np.repeat(checks[:, :, None], 3, axis=2).astype(np.uint8)

    assert abs(scale_image(image, 4, 4).astype(int) - 127).max() <= 1


def test_reducing_in_two_steps_is_much_like_one() -> None:
    image = np.full((3000, 400, 3), 255, np.uint8)
    image[1500:1512, 30:] = 0

    difference = scale_image(image, 250, 33).astype(int) - resize(image, 250, 33)

    assert abs(difference).max() <= 8


def test_large_image_is_reduced_the_same_in_many_bands() -> None:
    image = np.random.default_rng(1).integers(0, 256, (203, 117, 3)).astype(np.uint8)

    np.testing.assert_array_equal(scale_image(image, 20, 11, band_pixels=500), scale_image(image, 20, 11))


def test_image_of_the_right_size_is_unchanged() -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)

    np.testing.assert_array_equal(scale_image(image, 2, 4), image)


def test_padding_is_added_below_and_to_the_right() -> None:
    padded = pad_image(np.zeros((1, 2, 3), np.uint8), 2, 3, np.array([9, 8, 7], np.uint8))

    assert padded[:, :, 0].tolist() == [[0, 0, 9], [9, 9, 9]]
    assert padded[1, 2].tolist() == [9, 8, 7]


def test_paper_is_what_the_border_shows_not_ink_that_touches_it() -> None:
    image = np.full((10, 10, 3), (250, 240, 220), np.uint8)
    image[:, :4] = 0
    image[5, 5] = 255

    assert paper_colour(image).tolist() == [250, 240, 220]


def test_single_pixel_has_a_paper_colour() -> None:
    assert paper_colour(np.array([[[1, 2, 3]]], np.uint8)).tolist() == [1, 2, 3]
