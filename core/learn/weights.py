"""Trained weights as one .h5 file that says which network it belongs to."""

import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from tensorflow import keras

from core.errors import CorruptWeightsError, LabelError, SettingError, UnknownBackboneError
from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.learn.configuration import FULL_DECODER, RunConfiguration
from core.learn.networks import build_network, encoder_layers

FORMAT = 1
DESCRIPTION = "ostrakon"  # HDF5 attribute holding the JSON description
ORIGINAL = RunConfiguration(backbone="resnet34", decoder_filters=FULL_DECODER, start="random", image_size=512)


@dataclass(frozen=True)
class TrainedNetwork:
    """A network with what is needed to build it again."""

    network: keras.Model
    configuration: RunConfiguration
    labels: LabelMap


def save_weights(trained: TrainedNetwork) -> bytes:
    """The weights as Keras' .h5, with configuration and label map in the attribute "ostrakon"."""
    description = {
        "format": FORMAT,
        "configuration": trained.configuration.to_dict(),
        "labels": [asdict(label) for label in trained.labels.labels],
    }
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "weights.h5"
        trained.network.save_weights(path)
        with h5py.File(path, "r+") as file:
            file.attrs[DESCRIPTION] = json.dumps(description)
        return path.read_bytes()


def load_weights(content: bytes) -> TrainedNetwork:
    """The network that `save_weights` wrote.

    Raises CorruptWeightsError if the file is damaged, is not ours, or was written by a newer Ostrakon.
    """
    configuration, labels = describe_weights(content)
    network = build_network(configuration, labels.class_count, imagenet=False)
    fill_weights(network, content)
    return TrainedNetwork(network, configuration, labels)


def describe_weights(content: bytes) -> tuple[RunConfiguration, LabelMap]:
    """Which network the weights in the file are for. Raises like `load_weights`."""
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            description = json.loads(file.attrs[DESCRIPTION])
        if description["format"] > FORMAT:
            raise CorruptWeightsError("The weights were written by a newer Ostrakon. Update this one to use them.")
        configuration = RunConfiguration.from_dict(description["configuration"])
        labels = LabelMap(
            tuple(Label(x["index"], x["name"], tuple(x["colour"])) for x in description["labels"])  # type: ignore[arg-type]
        )
    except (OSError, KeyError, ValueError, TypeError, SettingError, UnknownBackboneError, LabelError) as error:
        raise CorruptWeightsError(
            "The weights file is damaged, or Ostrakon did not write it. Choose another model version, or import it as "
            "weights of the original project."
        ) from error
    return configuration, labels


def fill_weights(network: keras.Model, content: bytes) -> None:
    """Put the weights that `save_weights` wrote into a network of the same kind, whether or not its encoder is frozen.

    Raises CorruptWeightsError.
    """
    written, _ = describe_weights(content)
    encoder = encoder_layers(network)
    is_trainable = [layer.trainable for layer in encoder]
    for layer in encoder:  # Keras writes what is trainable first
        layer.trainable = not written.freeze_encoder
    try:
        _fill(network, content, "the network that it describes")
    finally:
        for layer, before in zip(encoder, is_trainable, strict=True):
            layer.trainable = before


def architecture(configuration: RunConfiguration) -> tuple[Any, ...]:
    """What two networks must share to have the same weights, apart from the classes."""
    if configuration.network == "classic":
        return ("classic",)
    return ("unet", configuration.backbone, configuration.decoder_filters)


def take_weights(network: keras.Model, configuration: RunConfiguration, start: TrainedNetwork | bytes) -> None:
    """Let a new network begin with what `start` (a network, or its .h5 file) has learnt.

    Classes that the label map has got since are possible at first where the known ones are undecided. A network with
    another decoder takes the encoder's weights only. Raises SettingError if `start` has another backbone or more
    classes, CorruptWeightsError if the file is damaged.
    """
    known, labels = _described(start)
    class_count = network.output_shape[-1]
    is_same = architecture(known) == architecture(configuration)
    if architecture(known)[:2] != architecture(configuration)[:2] or labels.class_count > class_count:
        raise SettingError(
            "The model version to start with is another network than this run trains. Choose its backbone and classes, "
            "or start with ImageNet weights."
        )
    if isinstance(start, bytes):
        if is_same and labels.class_count == class_count:
            fill_weights(network, start)
            return
        start = load_weights(start)
    if is_same:
        pairs = zip(network.get_weights(), start.network.get_weights(), strict=True)
        network.set_weights([_with_new_classes(learnt, new.shape) for new, learnt in pairs])
    else:
        for layer, source in zip(encoder_layers(network), encoder_layers(start.network), strict=True):
            layer.set_weights(source.get_weights())


def continues(configuration: RunConfiguration, class_count: int, start: TrainedNetwork | bytes) -> bool:
    """Whether all weights of such a network can come from `start`, and none has to begin anew."""
    known, labels = _described(start)
    return architecture(known) == architecture(configuration) and labels.class_count == class_count


def mixed(
    before: Sequence[NDArray[np.float32]], learnt: Sequence[NDArray[np.float32]], share: float
) -> list[NDArray[np.float32]]:
    """Weights on the way from those before to the learnt ones, with a `share` of those before.

    What a network learns from few drawings stays, and what it forgets by that comes back (Wortsman et al. 2022,
    https://arxiv.org/abs/2109.01903).
    """
    return [share * old + (1 - share) * new for old, new in zip(before, learnt, strict=True)]


def import_original(source: bytes | Path, labels: LabelMap = DEFAULT_LABELS) -> TrainedNetwork:
    """The original project's network from its .h5: `sm.Unet("resnet34", classes=2)`, saved whole or weights only.

    It reads RGB in [0, 255] without preprocessing. Its sigmoids become a softmax of the same scores: the winning
    class of each pixel stays the same, and the probabilities sum to 1.
    Raises CorruptWeightsError if the file is damaged or belongs to another network.
    """
    content = source if isinstance(source, bytes) else source.read_bytes()
    network = build_network(ORIGINAL, labels.class_count, imagenet=False)
    _fill(network.get_layer("unet"), content, f'sm.Unet("resnet34", classes={labels.class_count})')
    return TrainedNetwork(network, replace(ORIGINAL, start="champion"), labels)


def _fill(network: keras.Model, content: bytes, expected: str) -> None:
    """Put the weights of an .h5 file into the network, or raise CorruptWeightsError."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "weights.h5"
        path.write_bytes(content)
        try:
            network.load_weights(path)
        except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise CorruptWeightsError(
                f"The weights file is damaged or is not for {expected}. Choose the .h5 file that the training wrote."
            ) from error


def _described(start: TrainedNetwork | bytes) -> tuple[RunConfiguration, LabelMap]:
    return describe_weights(start) if isinstance(start, bytes) else (start.configuration, start.labels)


def _with_new_classes(learnt: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The output layer's kernel (..., classes) or bias (classes,) with further classes.

    Their score is the mean of the known classes', less 2: softmax then gives them little wherever one of these is sure.
    """
    if learnt.shape == shape:
        return learnt
    further = np.repeat(learnt.mean(axis=-1, keepdims=True), shape[-1] - learnt.shape[-1], axis=-1)
    return np.concatenate([learnt, further - 2.0 if learnt.ndim == 1 else further], axis=-1)
