"""What can leave the workspace: drawings with what their approved masks are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from core.raster.masks import Mask, decode_mask
from core.store import drawings, snapshots
from core.store.database import reading
from core.store.drawings import EVERYTHING, Filter
from core.store.tables import annotation, drawing, publication, snapshot_item
from core.store.workspace import Workspace

_AT_ONCE = 500


@dataclass(frozen=True)
class Selection:
    """Which drawings go out: those of a snapshot with the masks they had, or those that a filter finds, as they are."""

    wanted: Filter = EVERYTHING
    snapshot_id: int | None = None


@dataclass(frozen=True)
class Exportable:
    """A drawing as far as an export needs it; `mask_sha256` is None where nobody approved one."""

    drawing_id: int
    name: str
    page: int
    source_sha256: str
    image_sha256: str
    height_px: int
    width_px: int
    publication: str
    split: str | None
    mask_sha256: str | None


def count(ws: Workspace, selection: Selection) -> int:
    """How many drawings go out. Raises NotFoundError for a snapshot that there is not."""
    if selection.snapshot_id is not None:
        return snapshots.get(ws, selection.snapshot_id).drawing_count
    return drawings.count(ws, selection.wanted)


def exportables(ws: Workspace, selection: Selection) -> Iterator[Exportable]:
    """The drawings that go out, by age, read from the database a few hundred at a time."""
    after_id = 0
    while True:
        statement = _of_snapshot(selection.snapshot_id) if selection.snapshot_id else _of_filter(selection.wanted)
        statement = statement.where(drawing.c.id > after_id).order_by(drawing.c.id).limit(_AT_ONCE)
        with reading(ws.engine) as connection:
            rows = connection.execute(statement).all()
        yield from (Exportable(**row._mapping) for row in rows)
        if len(rows) < _AT_ONCE:
            return
        after_id = rows[-1].drawing_id


def mask(ws: Workspace, item: Exportable) -> Mask | None:
    """The approved mask, uint8 (H, W), if there is one."""
    return None if item.mask_sha256 is None else decode_mask(ws.blobs.get(item.mask_sha256))


_DRAWING = (
    drawing.c.id.label("drawing_id"),
    drawing.c.name,
    drawing.c.page,
    drawing.c.source_sha256,
    drawing.c.image_sha256,
    drawing.c.height_px,
    drawing.c.width_px,
)


def _of_filter(wanted: Filter) -> Select[Any]:
    columns = select(*_DRAWING, publication.c.name.label("publication"), publication.c.split, annotation.c.mask_sha256)
    joined = drawing.join(publication).outerjoin(annotation, annotation.c.id == drawing.c.approved_annotation_id)
    return drawings.filtered(columns.select_from(joined), wanted)


def _of_snapshot(snapshot_id: int) -> Select[Any]:
    item = snapshot_item.c
    columns = select(*_DRAWING, item.publication, item.split, item.mask_sha256)
    return columns.select_from(snapshot_item.join(drawing)).where(item.snapshot_id == snapshot_id)
