"""Which engine runs a network fastest on this computer: `python -m benchmarks.engines [--rounds 15] [--side 512]`.

All engines that are installed run the same networks on the same input in turns, so that what else the computer does
meets all of them; the ratios are what counts. ONNX Runtime needs tf2onnx beside it, LiteRT ai-edge-litert.
Result and choice: docs/decisions/inference-engine.md.
"""

import os

os.environ.update(TF_USE_LEGACY_KERAS="1", SM_FRAMEWORK="tf.keras", TF_CPP_MIN_LOG_LEVEL="3")

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from core.labels import DEFAULT_LABELS
from core.learn.configuration import FULL_DECODER, LIGHT_DECODER, RunConfiguration
from core.learn.export import export_artefact
from core.learn.networks import build_network
from core.learn.weights import load_weights
from core.render.drawing import render_drawing
from core.settings import MODELS_DIRECTORY

Infer = Callable[[np.ndarray], np.ndarray]

ORIGINAL = RunConfiguration(backbone="resnet34", decoder_filters=FULL_DECODER, start="random")
LIGHT = RunConfiguration(backbone="efficientnetlite0", decoder_filters=LIGHT_DECODER, start="imagenet")
BASE_WEIGHTS = MODELS_DIRECTORY / "base" / "weights.h5"
IMPORTS = {
    "Keras predict (the original)": "tensorflow, segmentation_models",
    "LiteRT float32": "ai_edge_litert.interpreter",
    "ONNX Runtime": "onnxruntime",
    "OpenVINO float32": "openvino",
}


@dataclass
class Engine:
    """One way to run the network, and how long each run took."""

    name: str
    infer: Infer
    seconds: list[float] = field(default_factory=list)


def keras_predict(network: Any, threads: int) -> Infer:
    return lambda images: network.predict(images, verbose=0)


def tf_function(network: Any, threads: int) -> Infer:
    call = tf.function(lambda images: network(images, training=False))
    return lambda images: call(tf.constant(images)).numpy()


def litert(network: Any, threads: int) -> Infer:
    from ai_edge_litert.interpreter import Interpreter

    model = tf.lite.TFLiteConverter.from_keras_model(network).convert()
    interpreter = Interpreter(model_content=model, num_threads=threads)
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def infer(images: np.ndarray) -> np.ndarray:
        if tuple(interpreter.get_input_details()[0]["shape"]) != images.shape:
            interpreter.resize_tensor_input(source, images.shape)
            interpreter.allocate_tensors()
        interpreter.set_tensor(source, images)
        interpreter.invoke()
        return interpreter.get_tensor(target)

    return infer


def onnx_runtime(network: Any, threads: int) -> Infer:
    import onnxruntime
    import tf2onnx

    signature = [tf.TensorSpec((None, None, None, 3), tf.float32, name="images")]
    call = tf.function(lambda images: network(images, training=False), input_signature=signature)
    model, _ = tf2onnx.convert.from_function(call, input_signature=signature, opset=17)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda images: session.run(None, {name: images})[0]


def openvino_with(precision: str, *, keep_shape: bool = False) -> Callable[[Any, int], Infer]:
    """OpenVINO as the product runs it but for the precision; `keep_shape` compiles it for one input size."""

    def start(network: Any, threads: int) -> Infer:
        import openvino

        from core.infer.artefact import read_artefact

        artefact = read_artefact(export_artefact(network, DEFAULT_LABELS, [512]))
        core = openvino.Core()
        options = {"INFERENCE_PRECISION_HINT": precision, "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": str(threads)}
        compiled: dict[tuple[int, ...], Any] = {}

        def infer(images: np.ndarray) -> np.ndarray:
            shape = images.shape if keep_shape else ()
            if shape not in compiled:
                model = core.read_model(artefact.xml, artefact.bin)
                if keep_shape:
                    model.reshape(list(shape))
                compiled[shape] = core.compile_model(model, "CPU", {**options, "ENABLE_CPU_PINNING": "NO"})
            return np.array(compiled[shape](images)[0])

        return infer

    return start


ENGINES: dict[str, Callable[[Any, int], Infer]] = {
    "Keras predict (the original)": keras_predict,
    "tf.function": tf_function,
    "LiteRT float32": litert,
    "ONNX Runtime": onnx_runtime,
    "OpenVINO float32": openvino_with("f32"),
    "OpenVINO float32, one shape": openvino_with("f32", keep_shape=True),
    "OpenVINO bfloat16": openvino_with("bf16"),
}


def measure(network: Any, images: np.ndarray, *, rounds: int, threads: int) -> None:
    engines = []
    for name, start in ENGINES.items():
        try:
            engines.append(Engine(name, start(network, threads)))
        except ImportError as error:
            print(f"{name}: not installed here ({error})")
    outputs = {engine.name: engine.infer(images) for engine in engines}  # the first run of each is not timed
    rng = np.random.default_rng(0)
    for _ in range(rounds):
        for position in rng.permutation(len(engines)):
            engine = engines[position]
            time.sleep(0.05)  # until the threads of the one before have stopped waiting for more
            started = time.perf_counter()
            engine.infer(images)
            engine.seconds.append(time.perf_counter() - started)
    reference = outputs[engines[0].name]
    print(f"{'engine':30} {'median ms':>10} {'x faster':>9} {'largest difference':>19} {'same mask (IoU)':>16}")
    for engine in engines:
        faster = np.median(np.array(engines[0].seconds) / np.array(engine.seconds))
        output = outputs[engine.name]
        difference = float(np.abs(output - reference).max())
        print(
            f"{engine.name:30} {1000 * np.median(engine.seconds):10.0f} {faster:9.2f} {difference:19.4f} "
            f"{iou(reference[..., 1] > 0.5, output[..., 1] > 0.5):16.4f}"
        )


def iou(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def import_seconds(modules: str) -> float | None:
    """Median of three starts of Python with these imports, less Python's own; None if they are not installed."""
    times = []
    for imports in ("sys", modules) * 3:
        started = time.perf_counter()
        if subprocess.run([sys.executable, "-c", f"import {imports}"], capture_output=True).returncode:
            return None
        times.append(time.perf_counter() - started)
    return float(np.median(times[1::2]) - np.median(times[::2]))


def drawing(side: int) -> np.ndarray:
    """A rendered drawing on a square of paper, as a batch of one."""
    image = render_drawing(10_000_003, size_px=side).image
    sheet = np.full((1, side, side, 3), 255, np.float32)
    sheet[0, : image.shape[0], : image.shape[1]] = image
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    light = load_weights(BASE_WEIGHTS.read_bytes()).network if BASE_WEIGHTS.is_file() else build_network(LIGHT, 2)
    networks = {"ResNet34 U-Net (the original)": build_network(ORIGINAL, 2), "EfficientNet-Lite0, light decoder": light}
    print(f"{options.threads} threads, {options.side} x {options.side} px, median of {options.rounds} turns")
    for name, network in networks.items():
        print(f"\n{name}")
        measure(network, drawing(options.side), rounds=options.rounds, threads=options.threads)
    print("\nseconds to import")
    for name, modules in IMPORTS.items():
        seconds = import_seconds(modules)
        print(f"{name:30} {'not installed' if seconds is None else f'{seconds:.2f}'}")


if __name__ == "__main__":
    main()
