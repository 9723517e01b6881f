import io
import json
from dataclasses import replace

import h5py
import numpy as np
import pytest
import segmentation_models as sm
import tensorflow as tf

from core.errors import CorruptWeightsError, SettingError
from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.learn.configuration import RunConfiguration
from core.learn.networks import build_network, encoder_layers
from core.learn.weights import (
    DESCRIPTION,
    TrainedNetwork,
    fill_weights,
    import_original,
    load_weights,
    mixed,
    save_weights,
    take_weights,
)

IMAGES = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
THREE = LabelMap((Label(0, "background", (0, 0, 0)), Label(1, "profile", (9, 9, 9)), Label(2, "handle", (1, 2, 3))))


@pytest.fixture(scope="module")
def content(shipped_network) -> bytes:
    return save_weights(TrainedNetwork(shipped_network, RunConfiguration(start="imagenet"), DEFAULT_LABELS))


@pytest.fixture(scope="module")
def original():
    """The original project's network with random weights, set so that each class wins about half of the pixels."""
    network = sm.Unet("resnet34", encoder_weights=None, classes=2)
    final = network.get_layer("final_conv")
    scores = tf.keras.Model(network.input, final.output)(IMAGES).numpy()
    kernel, bias = final.get_weights()
    spread = scores.std()  # sigmoids of large scores are all 1, and the classes a draw
    final.set_weights([kernel / spread, (bias - np.median(scores, axis=(0, 1, 2))) / spread])
    return network


def test_loaded_network_computes_the_same_with_the_same_description(content, shipped_network):
    loaded = load_weights(content)
    assert loaded.configuration == RunConfiguration(start="imagenet")
    assert loaded.labels == DEFAULT_LABELS
    np.testing.assert_array_equal(loaded.network(IMAGES), shipped_network(IMAGES))


def test_label_map_of_several_classes_is_kept():
    configuration = RunConfiguration(start="random")
    trained = TrainedNetwork(build_network(configuration, 3), configuration, THREE)
    assert load_weights(save_weights(trained)).labels == THREE


@pytest.mark.parametrize("damage", ["empty", "not hdf5", "truncated", "no description", "bad description"])
def test_damaged_weights_are_refused(content, damage):
    with pytest.raises(CorruptWeightsError, match="damaged"):
        load_weights(_damaged(content, damage))


def test_weights_that_do_not_fit_their_description_are_refused(content):
    def other_decoder(description: dict) -> None:
        description["configuration"]["decoder_filters"] = [64, 48, 32, 16]

    with pytest.raises(CorruptWeightsError, match="not for the network that it describes"):
        load_weights(_described(content, other_decoder))


def test_weights_of_a_newer_format_are_refused_with_that_reason(content):
    with pytest.raises(CorruptWeightsError, match="newer Ostrakon"):
        load_weights(_described(content, lambda description: description.update(format=2)))


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file:UserWarning")  # as the original did
@pytest.mark.parametrize("whole", [False, True])
def test_weights_of_the_original_recipe_give_the_originals_classes(original, tmp_path, whole):
    path = tmp_path / "modèle original.h5"
    if whole:
        original.save(path, save_format="h5")
    else:
        original.save_weights(path)

    imported = import_original(path)

    classes = original(IMAGES).numpy().argmax(axis=-1)
    assert 0.2 < classes.mean() < 0.8
    np.testing.assert_array_equal(imported.network(IMAGES).numpy().argmax(axis=-1), classes)
    np.testing.assert_array_equal(load_weights(save_weights(imported)).network(IMAGES), imported.network(IMAGES))


def test_original_weights_of_another_network_are_refused(tmp_path):
    path = tmp_path / "other.h5"
    sm.Unet("resnet18", encoder_weights=None, classes=2).save_weights(path)
    with pytest.raises(CorruptWeightsError, match=r'not for sm\.Unet\("resnet34", classes=2\)'):
        import_original(path.read_bytes())


def test_a_file_that_is_no_h5_is_refused_as_original_weights():
    with pytest.raises(CorruptWeightsError, match="damaged"):
        import_original(b"PK not weights")


def test_mixed_weights_lie_between_those_before_and_the_learnt_ones():
    before, learnt = [np.array([0.0, 4.0], np.float32)], [np.array([1.0, 0.0], np.float32)]
    np.testing.assert_array_equal(mixed(before, learnt, 0.25)[0], [0.75, 1.0])


def test_network_takes_the_weights_of_one_whose_encoder_was_not_frozen():
    whole = RunConfiguration(start="random", freeze_encoder=False, seed=3)
    source = build_network(whole, 2)
    network = build_network(RunConfiguration(start="random", seed=4), 2)
    take_weights(network, RunConfiguration(), save_weights(TrainedNetwork(source, whole, DEFAULT_LABELS)))
    np.testing.assert_array_equal(network(IMAGES), source(IMAGES))
    assert not any(layer.trainable for layer in encoder_layers(network))


@pytest.mark.parametrize("is_file", [False, True])
def test_network_with_one_more_class_reads_as_before_and_leaves_the_new_class_room(content, shipped_network, is_file):
    configuration = RunConfiguration(start="imagenet")
    grown = build_network(configuration, 3, imagenet=False)
    start = TrainedNetwork(shipped_network, configuration, DEFAULT_LABELS)
    take_weights(grown, configuration, content if is_file else start)
    before, after = shipped_network(IMAGES).numpy(), grown(IMAGES).numpy()
    known = after[..., :2] / after[..., :2].sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(known, before, atol=2e-2)
    assert 0 < after[..., 2].max() < 0.1


def test_network_with_another_decoder_takes_the_encoder(content, shipped_network):
    configuration = RunConfiguration(decoder_filters=(32, 24, 16, 16), start="imagenet")
    other = build_network(configuration, 2, imagenet=False)
    take_weights(other, configuration, content)
    for one, source in zip(encoder_layers(other), encoder_layers(shipped_network), strict=True):
        for copied, weight in zip(one.get_weights(), source.get_weights(), strict=True):
            np.testing.assert_array_equal(copied, weight)


@pytest.mark.parametrize(
    ("configuration", "labels"),
    [(RunConfiguration(backbone="resnet18", start="random"), DEFAULT_LABELS), (RunConfiguration(), THREE)],
)
def test_network_of_another_backbone_or_of_fewer_classes_takes_no_weights(shipped_network, configuration, labels):
    with pytest.raises(SettingError, match="another network"):
        take_weights(shipped_network, RunConfiguration(), TrainedNetwork(shipped_network, configuration, labels))


def _damaged(content: bytes, damage: str) -> bytes:
    if damage == "no description":
        return _edited(content, lambda file: file.attrs.pop(DESCRIPTION))
    if damage == "bad description":
        return _described(content, lambda description: description.update(labels=[]))
    return {"empty": b"", "not hdf5": b"hello", "truncated": content[: len(content) // 2]}[damage]


def _described(content: bytes, change) -> bytes:
    def edit(file: h5py.File) -> None:
        description = json.loads(file.attrs[DESCRIPTION])
        change(description)
        file.attrs[DESCRIPTION] = json.dumps(description)

    return _edited(content, edit)


def _edited(content: bytes, change) -> bytes:
    buffer = io.BytesIO(content)
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def test_weights_that_were_trained_as_a_whole_fit_a_network_with_a_frozen_encoder():
    whole = RunConfiguration(decoder_filters=(8, 8, 8, 8), start="random", freeze_encoder=False)
    learnt = build_network(replace(whole, seed=4), 2)
    frozen = build_network(replace(whole, freeze_encoder=True), 2)
    fill_weights(frozen, save_weights(TrainedNetwork(learnt, whole, DEFAULT_LABELS)))
    for one, other in zip(frozen.get_weights(), learnt.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(frozen.trainable_weights) < len(learnt.trainable_weights)
