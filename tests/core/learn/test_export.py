import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import CorruptWeightsError
from core.infer.artefact import read_artefact
from core.infer.reader import load_reader
from core.infer.shipped import base_artefact
from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.learn.configuration import RunConfiguration
from core.learn.export import export_artefact
from core.learn.networks import build_network
from core.learn.weights import load_weights
from core.settings import MODELS_DIRECTORY


@pytest.fixture(scope="module")
def base():
    return load_weights((MODELS_DIRECTORY / "base" / "weights.h5").read_bytes())


@pytest.fixture(scope="module")
def artefact(base) -> bytes:
    return export_artefact(base.network, base.labels, (256, 384))


def test_artefact_gives_the_masks_of_the_keras_network(base, artefact):
    from core.render.drawing import render_drawing

    reader = load_reader(artefact)
    for seed, height, width in ((10_000_001, 192, 256), (10_000_002, 256, 160), (10_000_003, 64, 96)):
        drawing = render_drawing(seed, size_px=512).image[:height, :width]
        images = np.zeros((1, height, width, 3), np.float32)
        images[0, : drawing.shape[0], : drawing.shape[1]] = drawing

        expected = base.network(images, training=False).numpy()
        found = reader.network.infer(images)

        assert np.abs(found - expected).max() < 1e-4
        np.testing.assert_array_equal(found[..., 1] > 0.5, expected[..., 1] > 0.5)


def test_contract_names_classes_and_sizes(artefact):
    contract = read_artefact(artefact).contract
    assert contract.classes == ("background", "profile")
    assert contract.sizes == (256, 384)
    assert contract.stride == 32


def test_same_network_gives_the_same_bytes(base, artefact):
    assert export_artefact(base.network, base.labels, (256, 384)) == artefact


def test_shipped_artefact_is_the_shipped_weights_exported(base):
    images = np.random.default_rng(0).uniform(0, 255, (1, 64, 96, 3)).astype(np.float32)
    shipped = load_reader(base_artefact()).network.infer(images)
    np.testing.assert_allclose(shipped, base.network(images, training=False), atol=1e-4)


def test_shipped_base_model_is_small():
    sizes = [(MODELS_DIRECTORY / "base" / name).stat().st_size for name in ("artefact.zip", "weights.h5")]
    assert sum(sizes) < 40_000_000


@pytest.mark.parametrize("configuration", [RunConfiguration(start="random", backbone="mobilenetv2")])
def test_other_backbones_and_more_classes_are_exported_too(configuration):
    labels = LabelMap((*DEFAULT_LABELS.labels, Label(2, "handle", (1, 2, 3))))
    network = build_network(configuration, 3)
    reader = load_reader(export_artefact(network, labels, (64,)))
    images = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    np.testing.assert_allclose(reader.network.infer(images), network(images, training=False), atol=1e-4)


def test_network_that_diverged_is_not_exported():
    network = build_network(RunConfiguration(start="random"), 2)
    network.weights[0].assign(network.weights[0] * np.nan)
    with pytest.raises(CorruptWeightsError, match="not a number"):
        export_artefact(network, DEFAULT_LABELS, (256,))


def test_network_of_another_label_map_is_not_exported(base):
    labels = LabelMap((*DEFAULT_LABELS.labels, Label(2, "handle", (1, 2, 3))))
    with pytest.raises(CorruptWeightsError, match="tells 2 classes apart and the label map has 3"):
        export_artefact(base.network, labels, (256,))


def test_exporting_never_loads_the_telemetry_of_openvino():
    code = (
        "import sys; from core.learn.export import export_artefact; from core.labels import DEFAULT_LABELS\n"
        "from tensorflow.keras import Input, Model, layers\n"
        "images = Input((None, None, 3))\n"
        "network = Model(images, layers.Conv2D(2, 1, activation='softmax')(images))\n"
        "export_artefact(network, DEFAULT_LABELS, (64,))\n"
        "assert not sys.modules.get('openvino_telemetry')"
    )
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, capture_output=True)
