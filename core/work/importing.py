"""Importing weights of the original recipe as a model version: a job, because it needs TensorFlow."""

from pathlib import PurePath
from typing import Any

from core.errors import CorruptWeightsError
from core.store import models
from core.store.label_map import label_map
from core.store.models import NewModel
from core.store.workspace import Workspace
from core.work import queue
from core.work.attempts import Attempt
from core.work.queue import Job

IMPORT = "import"
_READ_AT_PX = 512  # the original trained at 256; profiles in scans are finer


def import_weights(workspace: Workspace, name: str, content: bytes, *, author: str) -> Job:
    """Have an .h5 file of the original recipe (`sm.Unet("resnet34", classes=2)`) registered as a model version.

    The job fails with a sentence if the file does not fit. Raises StorageFullError.
    """
    payload = {"name": name, "weights_sha256": workspace.blobs.put(content), "author": author}
    return queue.enqueue(workspace, IMPORT, payload, key=f"import {payload['weights_sha256']}")


def import_model(attempt: Attempt) -> dict[str, Any]:
    """The handler of "import"; loads TensorFlow, so for the child process only."""
    from core.learn.export import export_artefact
    from core.learn.weights import import_original, save_weights

    workspace, payload = attempt.workspace, attempt.job.payload
    known = _imported_before(workspace, payload["weights_sha256"])
    if known is not None:
        return {"model_version_id": known}
    attempt.report(0.1, f"Reading {payload['name']}")
    labels = label_map(workspace)
    try:
        trained = import_original(workspace.blobs.get(payload["weights_sha256"]), labels)
    except CorruptWeightsError as error:
        raise CorruptWeightsError(f"{payload['name']} was not imported. {error}") from error
    attempt.report(0.5, "Preparing it for reading drawings")
    artefact = export_artefact(trained.network, labels, (_READ_AT_PX,))
    new = NewModel(
        name=PurePath(payload["name"]).stem,
        kind="imported",
        author=payload["author"],
        card={"source_sha256": payload["weights_sha256"], "configuration": trained.configuration.to_dict()},
    )
    version = models.register(workspace, new, artefact=artefact, weights=save_weights(trained))
    return {"model_version_id": version.id}


def _imported_before(workspace: Workspace, sha256: str) -> int | None:
    """The version made of this file, so that a job that is done twice, or a file given twice, makes one only."""
    for version in models.list_versions(workspace):
        if version.card.get("source_sha256") == sha256:
            return version.id
    return None
