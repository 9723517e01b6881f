"""What Ostrakon brings along: the base model, and the weights of its estimate of errors."""

from pathlib import Path

from core.errors import WeightsUnavailableError
from core.infer.uncertainty import Estimator, read_estimator
from core.settings import MODELS_DIRECTORY

_LFS_POINTER = b"version https://git-lfs"


def base_artefact(models_directory: Path = MODELS_DIRECTORY) -> bytes:
    """The inference artefact of the shipped base model.

    Raises WeightsUnavailableError if it is missing, or if only git-lfs' pointer to it has been downloaded.
    """
    path = models_directory / "base" / "artefact.zip"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsUnavailableError(
            f"The base model {path} is missing. Download Ostrakon again, or choose a model version with --model."
        ) from error
    if content.startswith(_LFS_POINTER):
        raise WeightsUnavailableError(
            f"The base model {path} is only a pointer to the real file. Fetch it with “git lfs pull”."
        )
    return content


def shipped_estimator(models_directory: Path = MODELS_DIRECTORY) -> Estimator:
    """What makes a reading's signs an estimate of its error.

    Raises WeightsUnavailableError if the file is missing, CorruptWeightsError if it is damaged.
    """
    path = models_directory / "uncertainty.json"
    try:
        return read_estimator(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WeightsUnavailableError(f"The file {path} is missing. Download Ostrakon again.") from error
