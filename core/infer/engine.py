"""Runs a network on the CPU with OpenVINO. The choice is explained in docs/decisions/inference-engine.md."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from core.errors import CorruptWeightsError
from core.infer.artefact import Artefact

FEWEST_CHANNELS = 32  # of a bottleneck: probabilities have fewer


@dataclass(frozen=True)
class Network:
    """A compiled network; it is for one thread at a time.

    `feature_count` is the number of channels of its bottleneck, 0 if it has none.
    """

    _infer: Callable[..., Any] = field(repr=False)
    class_count: int
    feature_count: int

    def infer(self, images: np.ndarray) -> np.ndarray:
        """Probabilities (B, H, W, C) float32 of images (B, H, W, 3) float32 in [0, 255]; H, W fit the stride."""
        return self.infer_with_features(images)[0]

    def infer_with_features(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """`infer`, and what the encoder makes of the images as a whole, (B, feature_count) float32."""
        found = self._infer(images)
        features = found[1] if self.feature_count else np.zeros((len(images), 0), np.float32)
        return np.asarray(found[0]), np.asarray(features)


def compile_network(artefact: Artefact, *, threads: int = 0) -> Network:
    """The artefact's network, ready to run on `threads` threads (0: one for each CPU core).

    Float32 throughout, so that a drawing gets the same mask on every machine: left to itself, OpenVINO takes
    bfloat16 where the processor has it. Raises CorruptWeightsError if the network cannot be loaded or does not keep
    the artefact's contract.
    """
    openvino = import_openvino()
    options = {
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": "1",
        "INFERENCE_NUM_THREADS": str(threads or os.cpu_count() or 1),
        "ENABLE_CPU_PINNING": "NO",
    }
    try:
        core = openvino.Core()
        model = core.read_model(artefact.xml, artefact.bin)
        _refuse_broken_contract(model, len(artefact.contract.classes))
        feature_count = _give_out_bottleneck(model)
        return Network(core.compile_model(model, "CPU", options), len(artefact.contract.classes), feature_count)
    except RuntimeError as error:
        raise CorruptWeightsError(
            "The model's network cannot be loaded. Download or export it again, or choose another model version."
        ) from error


def import_openvino() -> ModuleType:
    """OpenVINO without its telemetry and its model converter, neither of which a prediction needs.

    The converter reports its use to a web analytics service unless told otherwise; where the packages are marked as
    absent, OpenVINO leaves both out, and starts 0.1 s sooner.
    """
    for name in ("openvino_telemetry", "openvino.tools.ovc"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    import openvino

    return openvino


def _refuse_broken_contract(model: Any, class_count: int) -> None:
    shapes = [port.get_partial_shape() for port in (*model.inputs, *model.outputs)]
    last = [str(shape[len(shape) - 1]) if len(shape) == 4 else "?" for shape in shapes]
    if last != ["3", str(class_count)]:
        raise CorruptWeightsError(
            f"The model's network does not turn colour images into probabilities of {class_count} classes, as its "
            "contract says. Export it again, or choose another model version."
        )


def _give_out_bottleneck(model: Any) -> int:
    """Let the model give out the mean of its bottleneck as well; the number of its channels, 0 if it has none.

    The bottleneck is where the decoder begins: what the first enlargement of a few dozen channels enlarges. Artefacts
    name no layers, and other encoders have other ones, but every U-Net has that.
    """
    from openvino import opset13 as ops

    for operation in model.get_ordered_ops():
        if operation.get_type_name() in ("Interpolate", "ConvolutionBackpropData"):
            source = operation.input_value(0)
            shape = source.get_partial_shape()
            channels = [axis for axis in (1, 3) if len(shape) == 4 and shape[axis].is_static]
            if len(channels) == 1 and shape[channels[0]].get_length() >= FEWEST_CHANNELS:
                rows_and_columns = np.array([axis for axis in (1, 2, 3) if axis != channels[0]])
                model.add_outputs(ops.reduce_mean(source, rows_and_columns, keep_dims=False).output(0))
                return int(shape[channels[0]].get_length())
    return 0
