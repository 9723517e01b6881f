"""Tiny real networks that tests use as models: real artefacts, real inference, no TensorFlow."""

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.infer.artefact import Contract, write_artefact


def dark_ink_artefact(*, threshold: int = 128, sizes: Sequence[int] = (256,)) -> bytes:
    """A model that calls every pixel darker than `threshold` profile: quick, predictable and really run."""
    return linear_artefact(((0.0, 0.0, 0.0), (-0.1, -0.1, -0.1)), (0.0, 0.3 * threshold), sizes=tuple(sizes))


@lru_cache(maxsize=8)
def linear_artefact(
    weights: tuple[tuple[float, float, float], ...],
    biases: tuple[float, ...],
    *,
    classes: tuple[str, ...] = ("background", "profile"),
    sizes: tuple[int, ...] = (256,),
) -> bytes:
    """A model of one 1x1 convolution and a softmax: class c scores weights[c] . rgb + biases[c]."""
    import openvino
    from openvino import opset13 as ops

    image = ops.parameter(openvino.PartialShape([-1, -1, -1, 3]), dtype=np.float32, name="image")
    channels_first = ops.transpose(image, np.array([0, 3, 1, 2]))
    kernel = ops.constant(np.array(weights, np.float32)[:, :, None, None])
    scores = ops.convolution(channels_first, kernel, [1, 1], [0, 0], [0, 0], [1, 1])
    scores = ops.add(scores, ops.constant(np.array(biases, np.float32)[None, :, None, None]))
    probabilities = ops.softmax(ops.transpose(scores, np.array([0, 2, 3, 1])), axis=3)
    return _artefact(openvino.Model([probabilities], [image], "linear"), Contract(tuple(classes), tuple(sizes)))


def _artefact(network: Any, contract: Contract) -> bytes:
    import openvino

    network.output(0).get_tensor().set_names({"probabilities"})
    for position, operation in enumerate(network.get_ordered_ops()):  # default names count up and change the bytes
        operation.set_friendly_name(f"operation_{position}")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "model.xml"
        openvino.save_model(network, path, compress_to_fp16=False)
        return write_artefact(path.read_bytes(), path.with_suffix(".bin").read_bytes(), contract)
