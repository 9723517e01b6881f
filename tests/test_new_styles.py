"""The publications that benchmarks.learning_curve learns from."""

import numpy as np
import pytest

from benchmarks.new_styles import STYLES, publication
from core.render import look

SEED = 10_000_000


def test_base_model_never_sees_these_styles():
    assert not set(STYLES) & set(look.STYLES)


@pytest.mark.parametrize("style", STYLES)
def test_publication_is_the_same_whenever_it_is_drawn_and_however_long(style):
    (first,) = publication(style, SEED, 1)
    again, second = publication(style, SEED, 2)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.mask, again.mask)
    assert first.image.shape != second.image.shape or (first.image != second.image).any()


@pytest.mark.parametrize("style", STYLES)
def test_section_is_neither_filled_nor_empty(style):
    for drawing in publication(style, SEED, 2):
        assert drawing.image.shape[:2] == drawing.mask.shape
        inked = (drawing.image[drawing.mask > 0].mean(axis=-1) < 128).mean()
        assert 0.1 < inked < 0.9
