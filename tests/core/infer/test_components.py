import numpy as np

from core.infer.components import drop_doubtful
from core.infer.probabilities import Probabilities, most_probable


def of_foreground(foreground: list[list[float]]) -> Probabilities:
    plane = np.array(foreground, np.float32)
    return np.stack([1 - plane, plane], axis=2)


def kept(foreground: list[list[float]], *, minimum_probability: float = 0.0, minimum_area: float = 0.0) -> list:
    probabilities = drop_doubtful(
        of_foreground(foreground), minimum_probability=minimum_probability, minimum_area=minimum_area
    )
    return most_probable(probabilities).tolist()


def test_piece_that_the_network_doubts_goes() -> None:
    assert kept([[1.0, 1.0, 0.1, 0.6, 0.6]], minimum_probability=0.7) == [[1, 1, 0, 0, 0]]


def test_piece_that_the_network_believes_stays() -> None:
    assert kept([[1.0, 1.0, 0.1, 0.8, 0.8]], minimum_probability=0.7) == [[1, 1, 0, 1, 1]]


def test_piece_is_compared_with_what_the_network_believes_of_the_main_one() -> None:
    assert kept([[0.7, 0.7, 0.1, 0.6]], minimum_probability=0.8) == [[1, 1, 0, 1]]
    assert kept([[0.8, 0.8, 0.1, 0.6]], minimum_probability=0.8) == [[1, 1, 0, 0]]


def test_tiny_piece_goes() -> None:
    assert kept([[0.9] * 4 + [0.1, 0.9]], minimum_area=0.3) == [[1, 1, 1, 1, 0, 0]]


def test_piece_of_just_the_minimum_area_stays() -> None:
    assert kept([[0.9] * 4 + [0.1, 0.9]], minimum_area=0.25) == [[1, 1, 1, 1, 0, 1]]


def test_only_piece_stays_however_doubtful() -> None:
    assert kept([[0.1, 0.6, 0.1]], minimum_probability=0.9) == [[0, 1, 0]]


def test_small_sure_piece_does_not_drive_out_the_main_one() -> None:
    assert kept([[1.0, 0.1, 0.6, 0.6]], minimum_probability=0.9) == [[1, 0, 1, 1]]


def test_pixels_that_touch_at_a_corner_are_one_piece() -> None:
    assert kept([[0.9, 0.1], [0.1, 0.6]], minimum_probability=0.7) == [[1, 0], [0, 1]]


def test_hole_stays_a_hole() -> None:
    ring = [[0.9, 0.9, 0.9], [0.9, 0.4, 0.9], [0.9, 0.9, 0.9]]

    assert kept(ring, minimum_probability=0.5, minimum_area=0.5) == [[1, 1, 1], [1, 0, 1], [1, 1, 1]]


def test_nothing_to_drop_in_an_empty_mask() -> None:
    assert kept([[0.1, 0.2]]) == [[0, 0]]


def test_touching_classes_are_one_piece_and_keep_their_classes() -> None:
    probabilities = np.array([[[0.1, 0.9, 0.0], [0.1, 0.0, 0.9], [1.0, 0.0, 0.0], [0.4, 0.0, 0.6]]], np.float32)

    cleaned = drop_doubtful(probabilities, minimum_probability=0.7, minimum_area=0.0)

    assert most_probable(cleaned).tolist() == [[1, 2, 0, 0]]


def test_dropped_piece_becomes_certain_background_and_the_input_stays() -> None:
    probabilities = of_foreground([[0.9, 0.9, 0.1, 0.6]])

    cleaned = drop_doubtful(probabilities, minimum_probability=0.7, minimum_area=0.0)

    assert cleaned[0, 3].tolist() == [1.0, 0.0]
    assert probabilities[0, 3, 1] == np.float32(0.6)
