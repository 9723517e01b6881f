"""Whole networks on other backbones, from scratch: slower choices than the frozen encoder, but they must work."""

from dataclasses import replace

import numpy as np
import pytest

from core.learn.batches import TrainingSet
from core.learn.configuration import FULL_DECODER, RunConfiguration
from core.learn.networks import build_network, encoder_layers
from core.learn.training import train

WHOLE = RunConfiguration(
    decoder_filters=FULL_DECODER,
    start="random",
    freeze_encoder=False,
    image_size=32,
    several_scales=False,
    replay=False,
    epochs=1,
    batch_size=2,
)


@pytest.mark.parametrize("backbone", ["resnet18", "vgg16"])
def test_whole_network_on_another_backbone_is_trained_from_scratch(items, backbone):
    configuration = replace(WHOLE, backbone=backbone)
    before = _kernels(build_network(configuration, 2))
    trained, history = train(configuration, TrainingSet(items[:2]))
    after = _kernels(trained.network)
    assert np.isfinite(history[0].loss)
    changed = [not np.array_equal(one, other) for one, other in zip(before, after, strict=True)]
    assert np.mean(changed) > 0.9


def _kernels(network) -> list[np.ndarray]:
    """The encoder's kernels; biases of dead channels and the like need not change."""
    weights = (weight for layer in encoder_layers(network) for weight in layer.trainable_weights)
    return [weight.numpy() for weight in weights if len(weight.shape) == 4]
