"""EfficientNet-Lite0 as a Keras functional model, with the ImageNet weights that Ostrakon ships.

Architecture: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite. Block numbers and
names follow the PyTorch file that scripts/convert_encoder.py reads.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from tensorflow import keras

from core.errors import CorruptWeightsError
from core.settings import MODELS_DIRECTORY

SHIPPED_WEIGHTS = MODELS_DIRECTORY / "encoders" / "efficientnetlite0.npz"

# (repeats, kernel side, stride of the first repeat, expansion, filters)
BLOCKS = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
SKIP_LAYERS = ("block10_add", "block4_add", "block2_add", "block0_project_bn")  # strides 16, 8, 4, 2
BATCH_NORM_EPSILON = 1e-3


def efficientnet_lite0(
    input_shape: tuple[int | None, int | None, int] = (None, None, 3),
    weights: str | None = "imagenet",
    include_top: bool = False,
    **_submodules: Any,
) -> keras.Model:
    """The encoder: images (B, H, W, 3) scaled by `preprocess` -> features (B, H/32, W/32, 320).

    The signature is the one that segmentation-models calls its backbones with; its Keras submodules are not needed.
    Raises CorruptWeightsError if the shipped weights are damaged.
    """
    if include_top:
        raise NotImplementedError("Only the encoder is shipped, not its ImageNet classifier.")
    images = keras.Input(input_shape, name="scaled_images")
    features = _convolution(images, 32, 3, stride=2, name="stem")
    block = 0
    for repeats, kernel, stride, expansion, filters in BLOCKS:
        for repeat in range(repeats):
            features = _inverted_residual(
                features, kernel, stride if repeat == 0 else 1, expansion, filters, f"block{block}"
            )
            block += 1
    encoder = keras.Model(images, features, name="efficientnetlite0")
    if weights == "imagenet":
        load_encoder_weights(encoder, SHIPPED_WEIGHTS)
    return encoder


def preprocess(images: Any, **_submodules: Any) -> Any:
    """Scale [0, 255] to about [-1, 1], as in the ImageNet training of these weights."""
    return (images - 127.0) / 128.0


def feature_model(encoder: keras.Model) -> keras.Model:
    """The same encoder with all five outputs, strides 2, 4, 8, 16 and 32."""
    skips = [encoder.get_layer(name).output for name in reversed(SKIP_LAYERS)]
    return keras.Model(encoder.input, [*skips, encoder.output])


def load_encoder_weights(encoder: keras.Model, path: Path) -> None:
    """Fill the encoder from an .npz whose names are "<layer>/<variable>".

    Raises CorruptWeightsError if the file is missing or damaged, or a name or shape does not fit.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            for layer in encoder.layers:
                names = [f"{layer.name}/{_variable_name(weight)}" for weight in layer.weights]
                layer.set_weights([arrays[name] for name in names])
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise CorruptWeightsError(
            f"The encoder weights {path.name} are missing or damaged. Install Ostrakon again, or run "
            "scripts/convert_encoder.py."
        ) from error


def _variable_name(weight: Any) -> str:
    return str(weight.name).rsplit("/", 1)[-1].split(":")[0]


def _convolution(features: Any, filters: int, kernel: int, *, stride: int, name: str) -> Any:
    features = keras.layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv"
    )(features)
    features = keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=f"{name}_bn")(features)
    return keras.layers.ReLU(6.0, name=f"{name}_relu")(features)


def _inverted_residual(features: Any, kernel: int, stride: int, expansion: int, filters: int, name: str) -> Any:
    entering = features
    channels = int(features.shape[-1])
    if expansion != 1:
        features = _convolution(features, channels * expansion, 1, stride=1, name=f"{name}_expand")
    features = keras.layers.DepthwiseConv2D(
        kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )(features)
    features = keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=f"{name}_depthwise_bn")(features)
    features = keras.layers.ReLU(6.0, name=f"{name}_depthwise_relu")(features)
    features = keras.layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_project_conv")(features)
    features = keras.layers.BatchNormalization(epsilon=BATCH_NORM_EPSILON, name=f"{name}_project_bn")(features)
    if stride == 1 and channels == filters:
        features = keras.layers.Add(name=f"{name}_add")([entering, features])
    return features
