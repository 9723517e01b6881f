"""What a workspace takes up on the disk, and what of it can go without anybody missing it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, select

from core.errors import NotFoundError
from core.store import runs
from core.store.database import reading
from core.store.tables import annotation, drawing, drawing_score, model_version, prediction
from core.store.workspace import Workspace
from core.work.training import feature_directory, run_directory

CHECKPOINTS, CACHES = "checkpoints", "caches"
_BLOBS: dict[str, tuple[Column[str], ...]] = {
    "drawings": (drawing.c.source_sha256, drawing.c.image_sha256, drawing.c.thumbnail_sha256),
    "corrections": (annotation.c.mask_sha256, annotation.c.base_sha256),
    "predictions": (prediction.c.mask_sha256, prediction.c.probabilities_sha256),
    "models": (model_version.c.artefact_sha256, model_version.c.weights_sha256),
    "comparisons": (drawing_score.c.mask_sha256,),
}


@dataclass(frozen=True)
class DiskUse:
    """How many bytes one kind of thing takes, and how many of them `clean` frees."""

    kind: str
    bytes: int
    removable_bytes: int = 0


def disk_use(workspace: Workspace) -> list[DiskUse]:
    """What the workspace holds, the largest first; a file that several kinds share counts for the first of them.

    Looks at every file, which takes a second for a hundred thousand.
    """
    sizes = workspace.blobs.sizes()
    found = [DiskUse(kind, sum(sizes.pop(sha256, 0) for sha256 in _addresses(workspace, kind))) for kind in _BLOBS]
    found.append(DiskUse("other files", sum(sizes.values())))
    found.append(DiskUse("TensorBoard logs", _bytes_below(workspace.settings.workspace / "tensorboard")))
    found.append(DiskUse("database", _bytes_of(workspace.settings.workspace.glob("ostrakon.db*"))))
    ended = sum(_bytes_below(directory) for directory in _ended_runs(workspace))
    found.append(DiskUse(CHECKPOINTS, _bytes_below(run_directory(workspace, 0).parent), ended))
    cached = _bytes_below(feature_directory(workspace))
    found.append(DiskUse(CACHES, cached, cached))
    return sorted((use for use in found if use.bytes), key=lambda use: -use.bytes)


def clean(workspace: Workspace) -> int:
    """Remove checkpoints of runs that have ended, and caches that are made again when needed; the bytes that it freed.

    Checkpoints of open runs, drawings, masks and models stay. A file that is in use stays too.
    """
    directories = [*_ended_runs(workspace), feature_directory(workspace)]
    before = sum(map(_bytes_below, directories))
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)
    return before - sum(map(_bytes_below, directories))


def _addresses(workspace: Workspace, kind: str) -> set[str]:
    addresses: set[str] = set()
    with reading(workspace.engine) as connection:
        for column in _BLOBS[kind]:
            wanted = select(column).where(column.is_not(None))
            if kind == "models":
                wanted = wanted.where(model_version.c.deleted_at.is_(None))
            addresses |= set(connection.execute(wanted).scalars())
    return addresses


def _ended_runs(workspace: Workspace) -> Iterator[Path]:
    for directory in sorted(run_directory(workspace, 0).parent.glob("*")):
        if directory.name.isdigit() and not _is_open(workspace, int(directory.name)):
            yield directory


def _is_open(workspace: Workspace, run_id: int) -> bool:
    try:
        return runs.get(workspace, run_id).is_open
    except NotFoundError:
        return False


def _bytes_below(directory: Path) -> int:
    return _bytes_of(directory.rglob("*"))


def _bytes_of(paths: Iterator[Path]) -> int:
    total = 0
    for path in paths:
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # it went meanwhile
            continue
    return total
