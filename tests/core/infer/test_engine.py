import dataclasses

import numpy as np
import pytest

from core.errors import CorruptWeightsError
from core.infer.artefact import Contract, read_artefact
from core.infer.engine import compile_network
from tests.networks import dark_ink_artefact, linear_artefact

INK_AND_PAPER = np.array([[[[0, 0, 0], [255, 255, 255]]]], np.float32)


def test_network_gives_probabilities_of_each_pixel() -> None:
    network = compile_network(read_artefact(dark_ink_artefact()))

    probabilities = network.infer(INK_AND_PAPER)

    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, [[[[0, 1], [1, 0]]]], atol=1e-6)


def test_one_network_reads_inputs_of_many_sizes() -> None:
    network = compile_network(read_artefact(dark_ink_artefact()), threads=1)

    shapes = [network.infer(np.zeros((batch, 32, side, 3), np.float32)).shape for batch, side in ((1, 32), (2, 64))]

    assert shapes == [(1, 32, 32, 2), (2, 32, 64, 2)]


def test_result_stays_after_the_next_inference() -> None:
    network = compile_network(read_artefact(dark_ink_artefact()))

    first = network.infer(INK_AND_PAPER)
    network.infer(255 - INK_AND_PAPER)

    np.testing.assert_allclose(first, [[[[0, 1], [1, 0]]]], atol=1e-6)


def test_network_with_other_classes_than_its_contract_is_refused() -> None:
    artefact = read_artefact(linear_artefact(((0.0, 0.0, 0.0),) * 3, (0.0,) * 3, classes=("a", "b", "c")))
    artefact = dataclasses.replace(artefact, contract=Contract(("background", "profile"), (256,)))

    with pytest.raises(CorruptWeightsError, match="2 classes"):
        compile_network(artefact)


@pytest.mark.parametrize("xml", [b"", b"<net>", b'<?xml version="1.0"?><net name="x" version="11"></net>'])
def test_network_that_cannot_be_loaded_is_refused(xml: bytes) -> None:
    with pytest.raises(CorruptWeightsError):
        compile_network(dataclasses.replace(read_artefact(dark_ink_artefact()), xml=xml))
