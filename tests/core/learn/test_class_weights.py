import numpy as np
import pytest

from core.learn.class_weights import class_pixels, class_weights


def test_pixels_of_every_class_are_counted_over_all_masks():
    masks = [np.array([[0, 1], [1, 2]], np.uint8), np.array([[0, 0, 1]], np.uint8)]
    assert class_pixels(masks, 4) == (3, 3, 1, 0)


def test_rare_class_weighs_the_square_root_of_how_much_rarer_it_is():
    assert class_weights((1_000_000, 1600, 100)) == (1.0, 1.0, 4.0)


@pytest.mark.parametrize("pixels", [(1000, 5), (1000, 0), (10, 400, 400)])
def test_nothing_weighs_more_where_no_class_is_rarer_than_another(pixels):
    assert set(class_weights(pixels)) == {1.0}


def test_class_of_a_few_pixels_weighs_no_more_than_ten_times():
    assert class_weights((10**9, 10**6, 3)) == (1.0, 1.0, 10.0)
