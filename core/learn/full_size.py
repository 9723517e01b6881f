"""How right a network in training is on drawings at their own size, so that runs at different sizes can be compared."""

from collections.abc import Iterable, Sequence

import numpy as np
from tensorflow import keras

from core.infer.probabilities import Probabilities, resize_probabilities, to_mask
from core.learn.samples import TrainingItem, network_size, resized, stack
from core.raster.metrics import foreground_iou


def full_size_iou(network: keras.Model, items: Iterable[TrainingItem], sizes: Sequence[int]) -> float:
    """Mean foreground IoU of the drawings, each read at all sizes, whose probabilities are averaged; nan for none."""
    scores = []
    for item in items:
        readings = [_read(network, item, size) for size in sizes]
        height, width = max(reading.shape[:2] for reading in readings)
        mean = np.mean([resize_probabilities(reading, height, width) for reading in readings], axis=0)
        scores.append(foreground_iou(item.mask, to_mask(mean, item.mask.shape[0], item.mask.shape[1])))
    return float(np.mean(scores)) if scores else float("nan")


def _read(network: keras.Model, item: TrainingItem, size: int) -> Probabilities:
    height, width = network_size(item.mask.shape[0], item.mask.shape[1], size)
    batch = stack([resized(item, height, width)], network.output_shape[-1])
    probabilities: Probabilities = network(batch.images, training=False).numpy()[0, :height, :width]
    return probabilities
