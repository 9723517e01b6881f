"""The inference artefact: one .zip (stored, not compressed) with a network and the contract it keeps.

    model.xml, model.bin   the network as OpenVINO IR: images (B, H, W, 3) float32 -> probabilities (B, H, W, C)
    contract.json          {"format": 1, "classes": [...], "stride": 32, "input": "rgb 0-255", "sizes": [256, 384]}

The same network and contract always give the same bytes, so that a model version can be known by its hash.
"""

import io
import json
import re
import zipfile
from dataclasses import asdict, dataclass

from core.errors import CorruptWeightsError

FORMAT = 1
INPUT = "rgb 0-255"

_NETWORK, _WEIGHTS, _CONTRACT = "model.xml", "model.bin", "contract.json"
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)
_CONSTANT = re.compile(rb'<data\b[^>]*?\boffset="(\d+)"[^>]*?\bsize="(\d+)"')


@dataclass(frozen=True)
class Contract:
    """What a network promises about its input and output.

    `classes` are the names of the label map, background first. `sizes` are the long sides, in pixels, at which
    drawings are read and averaged. Sides of the input must be multiples of `stride`.
    """

    classes: tuple[str, ...]
    sizes: tuple[int, ...]
    stride: int = 32
    input: str = INPUT
    format: int = FORMAT


@dataclass(frozen=True)
class Artefact:
    """A network in OpenVINO IR with its contract."""

    xml: bytes
    bin: bytes
    contract: Contract


def write_artefact(xml: bytes, bin: bytes, contract: Contract) -> bytes:
    """The artefact as the bytes of one .zip file. Raises CorruptWeightsError if it could not be read back."""
    contents = {_NETWORK: xml, _WEIGHTS: bin, _CONTRACT: json.dumps(asdict(contract), ensure_ascii=False).encode()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, _TIMESTAMP), content)
    artefact = buffer.getvalue()
    read_artefact(artefact)
    return artefact


def read_artefact(content: bytes) -> Artefact:
    """The artefact in these bytes, checked as far as is possible without loading the network.

    Raises CorruptWeightsError if it is damaged, incomplete or written by a newer Ostrakon.
    """
    parts = _unpack(content)
    contract = _parse_contract(parts[_CONTRACT])
    artefact = Artefact(xml=parts[_NETWORK], bin=parts[_WEIGHTS], contract=contract)
    _refuse_misfit(artefact)
    return artefact


def _unpack(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            missing = {_NETWORK, _WEIGHTS, _CONTRACT} - set(archive.namelist())
            if missing:
                raise _damaged(f"{' and '.join(sorted(missing))} is missing")
            if sum(entry.file_size for entry in archive.infolist()) > len(content):
                raise _damaged("it is compressed, and an artefact is stored")
            return {name: archive.read(name) for name in (_NETWORK, _WEIGHTS, _CONTRACT)}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _damaged("the file is truncated or is not an artefact") from error


def _parse_contract(text: bytes) -> Contract:
    try:
        fields = json.loads(text)
        if fields["format"] > FORMAT:
            raise CorruptWeightsError(
                f"The model's artefact has format {fields['format']}, written by a newer Ostrakon; this one reads up "
                f"to format {FORMAT}. Update Ostrakon."
            )
        contract = Contract(
            classes=tuple(str(name) for name in fields["classes"]),
            sizes=tuple(int(size) for size in fields["sizes"]),
            stride=int(fields["stride"]),
            input=fields["input"],
            format=int(fields["format"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(f"{_CONTRACT} cannot be understood") from error
    if contract.format < 1 or contract.input != INPUT:
        raise _damaged(f"{_CONTRACT} describes an input that Ostrakon does not know")
    if len(contract.classes) < 2 or not contract.sizes or min(*contract.sizes, contract.stride) < 1:
        raise _damaged(f"{_CONTRACT} needs two classes and one size at least")
    return contract


def _refuse_misfit(artefact: Artefact) -> None:
    constants = [(int(offset), int(size)) for offset, size in _CONSTANT.findall(artefact.xml)]
    needed = max((offset + size for offset, size in constants), default=0)
    if len(artefact.bin) != needed:
        raise _damaged(f"{_WEIGHTS} holds {len(artefact.bin)} bytes where {_NETWORK} needs {needed}")


def _damaged(reason: str) -> CorruptWeightsError:
    return CorruptWeightsError(
        f"The model's artefact is damaged: {reason}. Download or export it again, or choose another model version."
    )
