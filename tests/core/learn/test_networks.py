import numpy as np
import pytest
import tensorflow as tf

from core.errors import SettingError, WeightsUnavailableError
from core.learn.configuration import FULL_DECODER, RunConfiguration
from core.learn.efficientnet_lite import efficientnet_lite0, preprocess
from core.learn.networks import (
    IMAGENET_DEVIATION,
    IMAGENET_MEAN,
    _preprocessing,
    build_network,
    check_sides,
    encoder_layers,
)

RESNET = RunConfiguration(backbone="resnet18", decoder_filters=FULL_DECODER, start="random", freeze_encoder=False)


def images(height: int = 64, width: int = 96) -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 255, (2, height, width, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def resnet():
    return build_network(RESNET, 3)


@pytest.mark.parametrize("classes", [2, 4])
def test_network_keeps_the_originals_contract(classes):
    network = build_network(RunConfiguration(start="random"), classes)
    probabilities = network(images()).numpy()
    assert probabilities.shape == (2, 64, 96, classes)
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1.0, atol=1e-5)


def test_any_backbone_of_the_library_gives_full_resolution_with_five_decoder_filters(resnet):
    assert resnet(images()).shape == (2, 64, 96, 3)


def test_classic_network_has_the_size_of_the_published_one():
    network = build_network(RunConfiguration(network="classic"), 2)
    assert 31_000_000 <= network.count_params() <= 33_000_000
    assert sorted({layer.filters for layer in network.layers if hasattr(layer, "filters")}) == [
        2,
        *(64, 128, 256, 512, 1024),
    ]
    assert {layer.rate for layer in network.layers if hasattr(layer, "rate")} == {0.5}
    assert network(images(32, 32)).shape == (2, 32, 32, 2)


def test_encoder_of_the_default_network_has_the_imagenet_weights(shipped_network):
    unet = shipped_network.get_layer("unet")
    features = tf.keras.Model(unet.input, unet.get_layer("block15_project_bn").output)
    expected = efficientnet_lite0()(preprocess(images()), training=False)
    np.testing.assert_array_equal(features(preprocess(images()), training=False), expected)


def test_same_seed_gives_the_same_decoder(shipped_network):
    again = build_network(RunConfiguration(start="imagenet"), 2)
    np.testing.assert_array_equal(again(images()), shipped_network(images()))


def test_frozen_encoder_does_not_change_in_a_training_step_but_the_decoder_does():
    network = build_network(RunConfiguration(start="imagenet", learning_rate=0.1), 2)
    encoder = [weight.numpy() for layer in encoder_layers(network) for weight in layer.weights]
    decoder = [weight.numpy() for weight in network.trainable_weights]
    moving = [weight.numpy() for weight in network.weights if "decoder" in weight.name and "moving" in weight.name]

    _train_one_step(network)

    assert len(encoder) == 240
    for before, after in zip(encoder, (w for layer in encoder_layers(network) for w in layer.weights), strict=True):
        np.testing.assert_array_equal(before, after)
    assert any(
        (before != after.numpy()).any() for before, after in zip(decoder, network.trainable_weights, strict=True)
    )
    after = [weight.numpy() for weight in network.weights if "decoder" in weight.name and "moving" in weight.name]
    assert all((one != other).any() for one, other in zip(moving, after, strict=True))


def test_encoder_that_is_not_frozen_changes_with_its_moving_statistics(resnet):
    before = [weight.numpy() for layer in encoder_layers(resnet) for weight in layer.weights]
    _train_one_step(resnet)
    after = [weight.numpy() for layer in encoder_layers(resnet) for weight in layer.weights]
    changed = [(one != other).any() for one, other in zip(before, after, strict=True)]
    assert np.mean(changed) > 0.9


def test_batch_norm_momentum_is_the_configured_one(shipped_network):
    layers = shipped_network.get_layer("unet").layers
    assert {layer.momentum for layer in layers if isinstance(layer, tf.keras.layers.BatchNormalization)} == {0.9}


@pytest.mark.parametrize(
    ("backbone", "expected"),
    [
        ("efficientnetlite0", (np.array([10.0, 20, 30]) - 127) / 128),
        ("resnet34", np.array([10.0, 20, 30])),
        ("vgg16", np.array([30 - 103.939, 20 - 116.779, 10 - 123.68])),
        ("mobilenetv2", np.array([10, 20, 30]) / 127.5 - 1),
        ("densenet121", (np.array([10, 20, 30]) / 255 - IMAGENET_MEAN) / IMAGENET_DEVIATION),
        ("seresnext50", (np.array([10, 20, 30]) / 255 - IMAGENET_MEAN) / IMAGENET_DEVIATION),
    ],
)
def test_preprocessing_is_what_the_imagenet_weights_expect(backbone, expected):
    pixel = tf.constant([[[[10.0, 20.0, 30.0]]]])
    np.testing.assert_allclose(np.asarray(_preprocessing(backbone)(pixel))[0, 0, 0], expected, rtol=1e-5)


def test_imagenet_weights_without_internet_are_refused_with_what_is_available(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nothing listens there
    with pytest.raises(WeightsUnavailableError, match=r"already here .*efficientnetlite0"):
        build_network(RunConfiguration(backbone="resnet18", start="imagenet"), 2)


@pytest.mark.parametrize("sides", [(250, 256), (256, 100), (0, 32), (16, 32)])
def test_sides_that_no_network_can_read_are_refused(sides):
    with pytest.raises(SettingError, match="multiples of 32"):
        check_sides(*sides)


def _train_one_step(network: tf.keras.Model) -> None:
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(network(images(), training=True)[..., 0])
    gradients = tape.gradient(loss, network.trainable_variables)
    tf.keras.optimizers.Adam(0.01).apply_gradients(zip(gradients, network.trainable_variables, strict=True))
