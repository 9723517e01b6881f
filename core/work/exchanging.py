"""Archives in, and on to the model: what came without an approved mask is read by the champion."""

from collections.abc import Iterable

from core.formats import importing
from core.formats.importing import Choices, OnProgress, Report, Source
from core.store import imports, models
from core.store.workspace import Workspace
from core.work.predicting import predict_drawings
from core.work.starting import ensure_worker


def import_archive(workspace: Workspace, source: Source, choices: Choices, *, on_progress: OnProgress) -> Report:
    """Import as `core.formats.importing.import_archive` does, and have the champion read what is still to be judged."""
    report = importing.import_archive(workspace, source, choices, on_progress=on_progress)
    arrived = [finding.drawing_id for finding in report.findings if finding.drawing == "new" and finding.drawing_id]
    have_read(workspace, arrived)
    return report


def have_read(workspace: Workspace, drawing_ids: Iterable[int]) -> None:
    """Have the champion read those of the drawings that nobody has approved, in the background."""
    waiting = imports.not_approved(workspace, drawing_ids)
    if waiting and models.champion(workspace) is not None:
        predict_drawings(workspace, waiting)
        ensure_worker(workspace)
