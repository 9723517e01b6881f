"""The state of an unfinished training run in one file, so that a killed trainer continues where it was."""

import contextlib
import io
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tensorflow import keras

from core.errors import CorruptWeightsError, StorageFullError

FILE_NAME = "checkpoint.npz"


def save_checkpoint(directory: Path, network: keras.Model, memory: Sequence[Any], state: dict[str, Any]) -> None:
    """Write weights, the variables of `memory` and `state` (JSON) to a temporary file, then move it into place.

    A kill leaves the previous checkpoint whole. Raises StorageFullError if it cannot be written.
    """
    arrays = {f"weights/{i}": weight for i, weight in enumerate(network.get_weights())}
    arrays |= {f"memory/{i}": variable.numpy() for i, variable in enumerate(memory)}
    buffer = io.BytesIO()
    np.savez(buffer, state=np.frombuffer(json.dumps(state).encode(), np.uint8), **arrays)
    temporary = directory / f"{FILE_NAME}.{os.getpid()}.tmp"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(buffer.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(directory / FILE_NAME)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StorageFullError(
            f"The training checkpoint could not be written to {directory}. Free some space, then continue the run."
        ) from error


def load_checkpoint(directory: Path, network: keras.Model, memory: Sequence[Any]) -> dict[str, Any] | None:
    """Bring network and memory to the checkpoint in this directory; its state, or None if there is none yet.

    Raises CorruptWeightsError if the checkpoint is damaged or was written for another network.
    """
    path = directory / FILE_NAME
    if not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            weights = [stored[f"weights/{i}"] for i in range(len(network.get_weights()))]
            remembered = [stored[f"memory/{i}"] for i in range(len(memory))]
            state: dict[str, Any] = json.loads(bytes(stored["state"]))
        network.set_weights(weights)
        for variable, value in zip(memory, remembered, strict=True):
            variable.assign(value)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise CorruptWeightsError(
            f"The checkpoint {path} is damaged or belongs to another run. Delete it to start the run again."
        ) from error
    return state
