from pathlib import Path

import numpy as np
import pytest

from core.errors import CorruptWeightsError
from core.learn.efficientnet_lite import (
    SHIPPED_WEIGHTS,
    efficientnet_lite0,
    feature_model,
    load_encoder_weights,
    preprocess,
)

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "efficientnetlite0_reference.npz"


@pytest.fixture(scope="module")
def encoder():
    return efficientnet_lite0()


def test_every_feature_output_is_what_pytorch_computes(encoder):
    reference = np.load(REFERENCE)
    images = reference["image"][None].astype(np.float32)

    outputs = feature_model(encoder)(preprocess(images), training=False)

    expected = [reference[f"features{block}"] for block in (0, 2, 4, 10, 15)]
    for output, features in zip(outputs, expected, strict=True):
        assert output.shape[1:] == features.shape
        assert np.abs(output[0].numpy() - features).max() / np.abs(features).max() < 1e-4


def test_features_halve_in_size_five_times(encoder):
    shapes = [tuple(output.shape[1:]) for output in feature_model(encoder)(np.zeros((1, 64, 96, 3), np.float32))]
    assert shapes == [(32, 48, 16), (16, 24, 24), (8, 12, 40), (4, 6, 112), (2, 3, 320)]


def test_shipped_encoder_has_three_million_parameters_and_stays_small(encoder):
    assert 2_900_000 < encoder.count_params() < 3_100_000
    assert SHIPPED_WEIGHTS.stat().st_size < 15_000_000


@pytest.mark.parametrize("damage", ["missing", "truncated", "empty", "other"])
def test_damaged_encoder_weights_are_refused_with_a_remedy(encoder, tmp_path, damage):
    path = tmp_path / "encoder.npz"
    if damage == "truncated":
        path.write_bytes(SHIPPED_WEIGHTS.read_bytes()[:100_000])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "other":
        np.savez(path, something=np.zeros(3))
    with pytest.raises(CorruptWeightsError, match=r"encoder\.npz are missing or damaged\. Install Ostrakon again"):
        load_encoder_weights(encoder, path)
