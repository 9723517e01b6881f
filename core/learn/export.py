"""From a trained Keras network to the inference artefact that runs without TensorFlow."""

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from core.errors import CorruptWeightsError
from core.infer.artefact import Contract, write_artefact
from core.infer.engine import import_openvino
from core.labels import LabelMap
from core.learn.networks import STRIDE

logger = logging.getLogger(__name__)


def export_artefact(network: tf.keras.Model, labels: LabelMap, sizes: Sequence[int]) -> bytes:
    """The network as an artefact that reads drawings at the long sides `sizes`.

    Height, width and batch stay free. Probabilities agree with Keras' to about 1e-5.
    Raises CorruptWeightsError if a weight is not a finite number, or the class counts differ.
    """
    if network.output_shape[-1] != labels.class_count:
        raise CorruptWeightsError(
            f"The network tells {network.output_shape[-1]} classes apart and the label map has {labels.class_count}. "
            "Train it again with this label map."
        )
    if not all(bool(tf.reduce_all(tf.math.is_finite(weight))) for weight in network.weights):
        raise CorruptWeightsError("A weight of the network is not a number. Train it again with a lower learning rate.")
    contract = Contract(tuple(label.name for label in labels.labels), tuple(sizes), stride=STRIDE)
    with tempfile.TemporaryDirectory() as directory:
        path = _save_openvino(_freeze(network), Path(directory))
        artefact = write_artefact(path.read_bytes(), path.with_suffix(".bin").read_bytes(), contract)
    logger.info("exported a network of %d weights as %d bytes", network.count_params(), len(artefact))
    return artefact


def _freeze(network: tf.keras.Model) -> Any:
    """The network as a TensorFlow graph whose variables have become constants."""

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.float32, name="images")])
    def infer(images: Any) -> Any:
        return tf.identity(network(images, training=False), name="probabilities")

    return convert_variables_to_constants_v2(infer.get_concrete_function()).graph.as_graph_def()


def _save_openvino(graph: Any, directory: Path) -> Path:
    """Write the graph as model.xml and model.bin.

    OpenVINO's frontend is called directly: openvino.convert_model does the same and reports its use over the network.
    """
    openvino = import_openvino()
    from openvino.frontend import FrontEndManager

    frozen = directory / "frozen.pb"
    frozen.write_bytes(graph.SerializeToString())
    frontend = FrontEndManager().load_by_framework("tf")
    model = frontend.convert(frontend.load(str(frozen)))
    model.output(0).get_tensor().set_names({"probabilities"})
    for position, operation in enumerate(model.get_ordered_ops()):  # default names count up and would change the bytes
        operation.set_friendly_name(f"operation_{position}")
    path = directory / "model.xml"
    openvino.save_model(model, path, compress_to_fp16=False)  # half floats moved probabilities by 0.014
    return path
