import io
import json
import zipfile

import pytest

from core.errors import CorruptWeightsError
from core.infer.artefact import Contract, read_artefact, write_artefact
from tests.networks import dark_ink_artefact

XML = b'<net><data offset="0" size="3" /><data element_type="f32" offset="3" shape="1" size="4" /></net>'
BIN = b"1234567"
CONTRACT = Contract(classes=("background", "Rand ä"), sizes=(256, 384))


def packed(**changes: bytes) -> bytes:
    """An artefact with some of its files replaced; an empty one is left out."""
    with zipfile.ZipFile(io.BytesIO(write_artefact(XML, BIN, CONTRACT))) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents.update({name.replace("_", "."): content for name, content in changes.items()})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            if content:
                archive.writestr(name, content)
    return buffer.getvalue()


def contract_with(**changes: object) -> bytes:
    fields = {"format": 1, "classes": ["background", "profile"], "stride": 32, "input": "rgb 0-255", "sizes": [256]}
    return packed(contract_json=json.dumps({**fields, **changes}).encode())


def test_what_was_written_is_read() -> None:
    artefact = read_artefact(write_artefact(XML, BIN, CONTRACT))

    assert (artefact.xml, artefact.bin, artefact.contract) == (XML, BIN, CONTRACT)


def test_same_network_gives_same_bytes() -> None:
    assert write_artefact(XML, BIN, CONTRACT) == write_artefact(XML, BIN, CONTRACT)


def test_artefact_is_stored_not_compressed() -> None:
    with zipfile.ZipFile(io.BytesIO(dark_ink_artefact())) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize("kept", [0, 1, 30, 200, -200, -1])
def test_truncated_artefact_is_refused(kept: int) -> None:
    with pytest.raises(CorruptWeightsError, match="damaged: the file is truncated"):
        read_artefact(dark_ink_artefact()[:kept])


def test_changed_byte_is_noticed() -> None:
    content = bytearray(write_artefact(XML, BIN, CONTRACT))
    content[content.index(BIN)] ^= 1

    with pytest.raises(CorruptWeightsError, match="damaged"):
        read_artefact(bytes(content))


@pytest.mark.parametrize("name", ["model_xml", "model_bin", "contract_json"])
def test_missing_part_is_named(name: str) -> None:
    with pytest.raises(CorruptWeightsError, match=f"{name.replace('_', '.')} is missing"):
        read_artefact(packed(**{name: b""}))


@pytest.mark.parametrize("weights", [BIN[:-1], BIN + b"8"])
def test_weights_of_another_network_are_refused(weights: bytes) -> None:
    with pytest.raises(CorruptWeightsError, match=r"model\.bin holds . bytes where model\.xml needs 7"):
        read_artefact(packed(model_bin=weights))


def test_misfit_is_refused_when_writing() -> None:
    with pytest.raises(CorruptWeightsError):
        write_artefact(XML, b"123", CONTRACT)


def test_newer_format_asks_for_an_update() -> None:
    with pytest.raises(CorruptWeightsError, match=r"newer Ostrakon.*Update"):
        read_artefact(contract_with(format=2, input="hyperspectral"))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 0},
        {"format": "one"},
        {"classes": ["background"]},
        {"classes": 2},
        {"sizes": []},
        {"sizes": [0]},
        {"sizes": ["large"]},
        {"stride": 0},
        {"stride": None},
        {"input": "bgr 0-1"},
    ],
)
def test_contract_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(CorruptWeightsError, match=r"contract\.json"):
        read_artefact(contract_with(**changes))


@pytest.mark.parametrize("text", [b"{", b"[]", b"\xff", b'{"format": 1}'])
def test_contract_that_cannot_be_parsed_is_refused(text: bytes) -> None:
    with pytest.raises(CorruptWeightsError, match=r"contract\.json"):
        read_artefact(packed(contract_json=text))


def test_archive_that_expands_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("model.xml", "model.bin", "contract.json"):
            archive.writestr(name, bytes(1_000_000))

    with pytest.raises(CorruptWeightsError, match="compressed"):
        read_artefact(buffer.getvalue())
