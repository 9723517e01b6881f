"""A model version as one file, to be carried to another workspace: artefact, weights and card in a ZIP."""

import io
import json
from pathlib import Path

from core.errors import CorruptWeightsError
from core.formats import archives
from core.formats.outgoing import new_archive
from core.infer.artefact import read_artefact
from core.store import models
from core.store.label_map import label_map
from core.store.models import ModelVersion, NewModel
from core.store.workspace import Workspace

ARTEFACT, WEIGHTS, CARD = "artefact.zip", "weights.h5", "card.json"
MAX_BYTES = 2_000_000_000
_FORMAT = 1


def export_model(ws: Workspace, version: ModelVersion, path: Path) -> None:
    """Write a model version into one file. Raises NotFoundError if it was deleted, InputError if the disk refuses."""
    card = {"format": _FORMAT, "name": version.name, "scores": version.scores, "card": version.card}
    artefact, weights = models.artefact(ws, version), models.weights(ws, version)
    with new_archive(path) as archive:
        archive.add(ARTEFACT, artefact)
        archive.add(WEIGHTS, weights)
        archive.add_text(CARD, json.dumps(card, ensure_ascii=False, indent=1))


def import_model(ws: Workspace, name: str, content: bytes, *, author: str) -> ModelVersion:
    """Register the model version in such a file; the same file again is the same version.

    Raises CorruptWeightsError if it is damaged, is something else, or tells other classes apart.
    """
    parts = _unpack(name, content)
    try:
        card = json.loads(parts[CARD])
        new = NewModel(str(card["name"]), "imported", author, scores=dict(card["scores"]), card=dict(card["card"]))
        is_newer = card["format"] > _FORMAT
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptWeightsError(f"{name} has a card that cannot be read. Export the model again.") from error
    if is_newer:
        raise CorruptWeightsError(f"{name} was written by a newer Ostrakon. Update Ostrakon to import it.")
    classes = read_artefact(parts[ARTEFACT]).contract.classes
    if len(classes) != label_map(ws).class_count:
        raise CorruptWeightsError(
            f"{name} tells {len(classes)} classes apart and this workspace has {label_map(ws).class_count}. "
            "Import it into a workspace with its label map."
        )
    return models.register(ws, new, artefact=parts[ARTEFACT], weights=parts[WEIGHTS])


def _unpack(name: str, content: bytes) -> dict[str, bytes]:
    with archives.opened(name, io.BytesIO(content)) as archive:
        found = {entry.name: entry for entry in archives.entries(archive)}
        missing = {ARTEFACT, WEIGHTS, CARD} - set(found)
        if missing:
            raise CorruptWeightsError(
                f"{name} is no model: {' and '.join(sorted(missing))} is missing. Use a file from “models export”, or "
                "an .h5 file of the original recipe."
            )
        return {
            part: archives.read_member(archive, found[part], max_bytes=MAX_BYTES) for part in (WEIGHTS, CARD, ARTEFACT)
        }
