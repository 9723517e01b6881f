"""How much each class counts in a loss, so that a class which is seldom drawn is learnt too. Loads no TensorFlow."""

from collections.abc import Iterable, Sequence

import numpy as np

from core.raster.masks import Mask

MOST = 10.0  # times: a class of three pixels must not rule the whole training


def class_pixels(masks: Iterable[Mask], class_count: int) -> tuple[int, ...]:
    """How many pixels each class has in all masks together, background first."""
    counts = np.zeros(class_count, np.int64)
    for mask in masks:
        counts += np.bincount(mask.ravel(), minlength=class_count)
    return tuple(int(count) for count in counts)


def class_weights(pixels: Sequence[int]) -> tuple[float, ...]:
    """A weight for each class from its pixels: 1 for the background and the class that is drawn most.

    The others get the square root of how many times rarer they are, at most 10; one that is never drawn gets 1. So
    with a profile alone nothing changes.
    """
    most = max(pixels[1:], default=0)
    rarer = [min(MOST, (most / count) ** 0.5) if count else 1.0 for count in pixels[1:]]
    return (1.0, *rarer)
