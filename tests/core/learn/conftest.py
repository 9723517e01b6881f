"""Small networks and drawings that the tests of core/learn share; TensorFlow is loaded once."""

import numpy as np
import pytest

from core.learn.configuration import RunConfiguration
from core.learn.samples import TrainingItem


@pytest.fixture(scope="session")
def shipped_network():
    """The default network with ImageNet weights, encoder frozen. Tests that train it build their own."""
    from core.learn.networks import build_network

    return build_network(RunConfiguration(start="imagenet"), 2)


@pytest.fixture
def items() -> list[TrainingItem]:
    """Six drawings of 64x96 pixels: a dark bar, which is the profile, and a thin line, which is not."""
    return [_bar_drawing(number) for number in range(6)]


def _bar_drawing(number: int) -> TrainingItem:
    image, mask = np.full((64, 96, 3), 250, np.uint8), np.zeros((64, 96), np.uint8)
    left = 8 + 12 * number
    image[10:54, left : left + 10], mask[10:54, left : left + 10] = 20, 1
    image[4:6, 5:90] = 20
    return TrainingItem(f"bar {number}", image, mask)
