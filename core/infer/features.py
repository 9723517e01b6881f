"""Features: 32 numbers that say what a drawing looks like, near each other where drawings are alike."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from core.raster.images import Image

COUNT = 32
_ROWS, _COLUMNS = 8, 4


def project(pooled: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """What an encoder made of a drawing at several sizes, (F,) each, as features: float32 (32,), of unit length.

    A random projection keeps distances (Johnson and Lindenstrauss 1984). It is the same for all networks of as many
    channels, so that features of one model version can be compared; those of two model versions cannot.
    """
    mean = np.mean([_to_unit(one) for one in pooled], axis=0)
    directions = np.random.RandomState(0).standard_normal((len(mean), COUNT))  # a stream that numpy has frozen
    return _to_unit(mean @ directions)


def describe(image: Image) -> NDArray[np.float32]:
    """Features of the bare image for networks without an encoder: where it is darker than on average."""
    small = Pillow.fromarray(image).convert("L").resize((_COLUMNS, _ROWS), Pillow.Resampling.BOX)
    brightness = np.asarray(small, np.float32).ravel()
    return _to_unit(brightness.mean() - brightness)


def _to_unit(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """The vector at unit length; zeros stay zeros."""
    length = float(np.linalg.norm(values))
    return (values / length if length > 0 else values * 0).astype(np.float32)
