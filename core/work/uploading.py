"""Drawings in, and on to the model: what happens to files that somebody drops on the page."""

from collections.abc import Callable, Iterable
from typing import BinaryIO

from core.formats.uploads import UploadReport, add_files
from core.raster.images import encode_png
from core.render.drawing import render_sample_drawings
from core.store import drawings, models
from core.store.workspace import Workspace
from core.work.predicting import predict_drawings
from core.work.starting import ensure_worker

SAMPLE_PUBLICATIONS = ("Sample plates I", "Sample plates II", "Sample plates III")
_PUBLICATION_OF_SAMPLE = (0, 0, 0, 0, 1, 2)  # so that a snapshot of all has something to train, validate and test on

OnProgress = Callable[[int, int, str], None]


def upload_files(
    workspace: Workspace,
    files: Iterable[tuple[str, bytes | BinaryIO]],
    *,
    publication: str,
    author: str,
    on_progress: OnProgress,
) -> UploadReport:
    """Add the files as `core.formats.uploads.add_files` does, and have the champion read what went in."""
    report = add_files(workspace, files, publication=publication, author=author, on_progress=on_progress)
    _have_read(workspace, report)
    return report


def upload_samples(workspace: Workspace, *, author: str, on_progress: OnProgress) -> UploadReport:
    """Render six drawings of three make-believe publications and add them like uploaded ones; new ones each time."""
    rendered = render_sample_drawings(len(_PUBLICATION_OF_SAMPLE), seed=1 + drawings.count(workspace))
    reports = []
    for number, (sample, place) in enumerate(zip(rendered, _PUBLICATION_OF_SAMPLE, strict=True), start=1):
        name = f"sample {sample.seed} {sample.style}.png"
        file, publication = (name, encode_png(sample.image)), SAMPLE_PUBLICATIONS[place]
        reports.append(add_files(workspace, [file], publication=publication, author=author, on_progress=_nobody))
        on_progress(number, len(rendered), name)
    together = UploadReport(
        added=tuple(drawing for report in reports for drawing in report.added),
        already_there=tuple(drawing for report in reports for drawing in report.already_there),
        refused=tuple(refusal for report in reports for refusal in report.refused),
    )
    _have_read(workspace, together)
    return together


def _nobody(done: int, total: int, name: str) -> None:
    pass


def _have_read(workspace: Workspace, report: UploadReport) -> None:
    arrived = [drawing.id for drawing in (*report.added, *report.already_there)]
    if arrived and models.champion(workspace) is not None:
        predict_drawings(workspace, arrived)
        ensure_worker(workspace)
