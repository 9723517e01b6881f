"""A network in two halves: the frozen encoder, which sees each view once, and the decoder, which learns from that."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow import keras

from core.learn.feature_cache import FeatureCache, address
from core.learn.networks import encoder_layers
from core.learn.variants import Variant, VariantSource, View

Features = tuple[NDArray[np.float16], ...]

_LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class FeatureBatch:
    """What one training step of a decoder reads."""

    features: Features  # each (B, h, w, c)
    masks: NDArray[np.uint8]  # (B, H, W) class indices


@dataclass(frozen=True)
class Halves:
    """An encoder and a decoder that share their weights with the network they were made of.

    `encoder` turns images (B, H, W, 3) in [0, 255] into a list of features, `decoder` those, as float16, into
    probabilities (B, H, W, classes).
    """

    encoder: keras.Model
    decoder: keras.Model
    _encode: Callable[[Any], Any] = field(repr=False)

    def encoder_address(self) -> str:
        """Names the encoder: the same for the same weights."""
        digest = hashlib.sha256(" ".join(layer.name for layer in self.encoder.layers if layer.weights).encode())
        for weight in self.encoder.get_weights():
            digest.update(weight.tobytes())
        return digest.hexdigest()

    def encode(self, view: View) -> Features:
        """The features of the view's window; the encoder sees the whole sheet."""
        features = self._encode(view.sheet[None].astype(np.float32))
        return tuple(_window(feature.numpy()[0], view) for feature in features)


def split(network: keras.Model) -> Halves:
    """The halves of a network that `build_network` made with a frozen encoder."""
    unet = network.get_layer("unet")
    border = _border(network)
    encode_scaled = keras.Model(unet.input, border, name="encoder")
    scaled = unet.inbound_nodes[-1].input_tensors
    encoder = keras.Model(network.input, encode_scaled(scaled), name="image_encoder")
    inputs = [keras.Input(tensor.shape[1:], dtype="float16") for tensor in border]
    outputs = keras.Model(border, unet.output, name="decoder")([tf.cast(one, "float32") for one in inputs])
    if any(layer.name == "enlarge" for layer in network.layers):
        outputs = network.get_layer("enlarge")(outputs)

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.float32)])
    def encode(images: Any) -> Any:
        return encoder(images, training=False)

    return Halves(encoder, keras.Model(inputs, outputs, name="feature_decoder"), encode)


def feature_batches(variants: VariantSource, halves: Halves, cache: FeatureCache) -> Callable[[int], FeatureBatch]:
    """The batch of any step: the features of its variants, from the cache where they are there."""
    encoder = halves.encoder_address()

    def batch(step: int) -> FeatureBatch:
        return encoded(variants(step), halves, cache, encoder)

    return batch


def encoded(variants: Sequence[Variant], halves: Halves, cache: FeatureCache, encoder: str) -> FeatureBatch:
    """The variants, whose windows are all of one size, as a batch."""

    def make(variant: Variant) -> tuple[NDArray[Any], ...]:
        view = variant.make()
        return (*halves.encode(view), view.mask)

    entries = [cache.get(address(encoder, one.address), lambda one=one: make(one)) for one in variants]  # type: ignore[misc]
    *features, masks = (np.stack(arrays) for arrays in zip(*entries, strict=True))
    return FeatureBatch(tuple(features), masks)


def _border(network: keras.Model) -> list[Any]:
    """The tensors that the encoder hands to the decoder."""
    encoder = {id(layer) for layer in encoder_layers(network)}
    border: list[Any] = []
    for layer in network.get_layer("unet").layers:
        if id(layer) not in encoder:
            inputs = layer.input if isinstance(layer.input, list) else [layer.input]
            handed_over = (tensor for tensor in inputs if id(tensor._keras_history.layer) in encoder)
            border += [tensor for tensor in handed_over if not any(tensor is known for known in border)]
    return border


def _window(feature: NDArray[np.float32], view: View) -> NDArray[np.float16]:
    """The part of a feature (h, w, c) that lies under the view's window."""
    stride, side = view.sheet.shape[0] // feature.shape[0], view.mask.shape[0]
    top, left, length = view.top // stride, view.left // stride, side // stride
    part = feature[top : top + length, left : left + length]
    return np.clip(part, -_LARGEST, _LARGEST).astype(np.float16)
