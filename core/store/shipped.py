"""The base model that Ostrakon ships, as a model version of every workspace."""

import hashlib
import json
import logging
from pathlib import Path

from sqlalchemy import select

from core.store import models
from core.store.database import reading
from core.store.tables import model_version
from core.store.workspace import Workspace

logger = logging.getLogger(__name__)

ARTEFACT, WEIGHTS, CARD = "artefact.zip", "weights.h5", "card.json"


def register_shipped(ws: Workspace, directory: Path) -> None:
    """Register the model in `directory` unless this workspace knows it; the first one becomes champion.

    A workspace of an earlier Ostrakon gets the newer base as one more version, and keeps its champion.
    Without the three files nothing happens: a workspace works without a model.
    """
    if not all((directory / name).is_file() for name in (ARTEFACT, WEIGHTS, CARD)):
        logger.info("No base model in %s", directory)
        return
    artefact = (directory / ARTEFACT).read_bytes()
    base = _base_version(ws, hashlib.sha256(artefact).hexdigest())
    if base is None:
        card = json.loads((directory / CARD).read_text(encoding="utf-8"))
        new = models.NewModel(card.get("name", "Base model"), "base", "Ostrakon", card.get("scores", {}), card)
        base = models.register(ws, new, artefact=artefact, weights=(directory / WEIGHTS).read_bytes()).id
    if models.champion(ws) is None:
        models.promote(ws, base, "Ostrakon")


def _base_version(ws: Workspace, artefact_sha256: str) -> int | None:
    is_it = (model_version.c.kind == "base") & (model_version.c.artefact_sha256 == artefact_sha256)
    with reading(ws.engine) as connection:
        return connection.execute(select(model_version.c.id).where(is_it)).scalar()
