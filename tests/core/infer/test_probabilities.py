import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.infer.probabilities import (
    Probabilities,
    resize_plane,
    resize_probabilities,
    to_mask,
    uncertainty,
    weigh_by_certainty,
)


def of_foreground(foreground: list[list[float]]) -> Probabilities:
    plane = np.array(foreground, np.float32)
    return np.stack([1 - plane, plane], axis=2)


def random_probabilities(seed: int, height: int, width: int, class_count: int) -> Probabilities:
    scores = np.random.default_rng(seed).random((height, width, class_count), np.float32)
    return scores / scores.sum(axis=2, keepdims=True)


def test_enlarging_is_linear_between_pixel_centres() -> None:
    np.testing.assert_allclose(resize_plane(np.array([[0, 1]], np.float32), 1, 4), [[0, 0.25, 0.75, 1]], atol=1e-6)


@given(st.integers(0, 99), st.integers(1, 9), st.integers(1, 9), st.integers(2, 4))
def test_resized_probabilities_still_sum_to_one(seed: int, height: int, width: int, class_count: int) -> None:
    resized = resize_probabilities(random_probabilities(seed, 5, 3, class_count), height, width)

    assert resized.shape == (height, width, class_count)
    np.testing.assert_allclose(resized.sum(axis=2), 1, atol=1e-5)


def test_border_lies_between_the_pixels_of_the_network() -> None:
    probabilities = of_foreground([[1.0, 0.2]])  # crosses one half at 5/8 of the way between both centres

    assert to_mask(probabilities, 1, 16).tolist() == [[1] * 9 + [0] * 7]


def test_most_probable_class_wins() -> None:
    probabilities = np.array([[[0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [0.2, 0.3, 0.5]]], np.float32)

    assert to_mask(probabilities, 1, 3).tolist() == [[0, 1, 2]]


def test_equally_probable_classes_give_the_lowest() -> None:
    probabilities = np.array([[[0.5, 0.5, 0.0], [0.25, 0.375, 0.375]]], np.float32)

    assert to_mask(probabilities, 1, 2).tolist() == [[0, 1]]


@given(st.integers(0, 99), st.integers(1, 60), st.integers(1, 60), st.integers(2, 3), st.integers(1, 500))
def test_bands_leave_no_seams(seed: int, height: int, width: int, class_count: int, band_pixels: int) -> None:
    probabilities = random_probabilities(seed, 7, 5, class_count)

    in_bands = to_mask(probabilities, height, width, band_pixels=band_pixels)

    at_once = np.argmax(resize_probabilities(probabilities, height, width), axis=2)
    nearly_equal = np.ptp(np.sort(resize_probabilities(probabilities, height, width), axis=2)[:, :, -2:], axis=2) < 1e-5
    assert ((in_bands == at_once) | nearly_equal).all()


def test_certain_mask_has_no_uncertainty() -> None:
    assert uncertainty(of_foreground([[1.0, 0.0]]), np.array([[1, 0]], np.uint8)) == 0.0


def test_uncertainty_is_one_minus_soft_iou() -> None:
    # both: 0.8; either: 0.8 + 0.2 of probability, 1 of mask, less what is counted twice
    assert uncertainty(of_foreground([[0.8, 0.2]]), np.array([[1, 0]], np.uint8)) == pytest.approx(1 - 0.8 / 1.2)


def test_drawing_without_a_profile_is_most_uncertain() -> None:
    assert uncertainty(of_foreground([[0.0, 0.0]]), np.zeros((1, 2), np.uint8)) == 1.0
    assert uncertainty(of_foreground([[0.4, 0.1]]), np.zeros((1, 2), np.uint8)) == 1.0


@given(arrays(np.float32, (4, 6), elements=st.floats(0, 1, width=32)))
def test_uncertainty_lies_between_zero_and_one(foreground: np.ndarray) -> None:
    probabilities = np.stack([1 - foreground, foreground], axis=2)

    assert 0 <= uncertainty(probabilities, (foreground > 0.5).astype(np.uint8)) <= 1


def test_surer_reading_counts_for_more() -> None:
    sure, unsure = of_foreground([[1.0, 0.0]]), of_foreground([[0.4, 0.6]])

    weighed = weigh_by_certainty([unsure, sure], sharpness=8.0)

    assert weighed[0, 0, 1] > 0.95
    assert weighed[0, 1, 1] < 0.05


def test_reading_that_finds_nothing_is_outvoted() -> None:
    weighed = weigh_by_certainty([of_foreground([[0.0, 0.0]]), of_foreground([[0.9, 0.1]])], sharpness=8.0)

    assert weighed[0, 0, 1] > 0.85


def test_equally_sure_readings_are_averaged() -> None:
    weighed = weigh_by_certainty([of_foreground([[0.9, 0.1]]), of_foreground([[0.1, 0.9]])], sharpness=8.0)

    np.testing.assert_allclose(weighed[:, :, 1], [[0.5, 0.5]], atol=1e-6)


def test_without_sharpness_it_is_the_mean() -> None:
    weighed = weigh_by_certainty([of_foreground([[0.9, 0.1]]), of_foreground([[0.4, 0.2]])], sharpness=0.0)

    np.testing.assert_allclose(weighed[:, :, 1], [[0.65, 0.15]], atol=1e-6)


@given(st.integers(0, 99), st.integers(1, 4), st.floats(0, 50))
def test_weighed_probabilities_still_sum_to_one(seed: int, count: int, sharpness: float) -> None:
    readings = [random_probabilities(seed + number, 3, 4, 3) for number in range(count)]

    np.testing.assert_allclose(weigh_by_certainty(readings, sharpness=sharpness).sum(axis=2), 1, atol=1e-5)
