"""Drawings: adding them, finding them, and their pixels."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from core.errors import NotFoundError, StaleVersionError
from core.raster.images import Image, Page, decode_png, encode_png, thumbnail_jpeg
from core.raster.similar import thumbnail_fingerprint
from core.store import publications
from core.store.database import now, reading, writing
from core.store.names import search_form, tidy
from core.store.tables import drawing, publication
from core.store.workspace import Workspace

UNDECIDED = ("new", "predicted", "draft")
STATUSES = (*UNDECIDED, "approved", "rejected")
_AT_ONCE = 10_000  # ids in one statement: SQLite has room for 32,766


@dataclass(frozen=True)
class Drawing:
    """One drawing as it is on file.

    `page` is 0-based in its source file. `model_version_id` and `uncertainty` belong to the prediction that
    is shown, None before there is one, as do `reason`, why to look at it ("" when nothing is wrong), and `suspicion`,
    0 to 1. `version` counts what people changed.
    """

    id: int
    name: str
    page: int
    publication: str
    publication_id: int
    width_px: int
    height_px: int
    source_sha256: str
    image_sha256: str
    thumbnail_sha256: str
    status: str
    in_training: bool
    model_version_id: int | None
    uncertainty: float | None
    reason: str
    suspicion: float
    approved_annotation_id: int | None
    added_at: datetime
    added_by: str
    version: int


@dataclass(frozen=True)
class Added:
    """A drawing, and whether it came in just now."""

    drawing: Drawing
    is_new: bool


@dataclass(frozen=True)
class Filter:
    """Which drawings; None and "" mean all. `text` occurs in the name, in any case."""

    publication_id: int | None = None
    status: str | None = None
    model_version_id: int | None = None
    text: str = ""


EVERYTHING = Filter()


def add(ws: Workspace, content: bytes, page: Page, *, publication: str, author: str) -> Added:
    """Store one page of the file `content`; the same page of the same bytes is the same drawing, whatever its name.

    `page` is what core.raster.images.read_pages made of `content`. Raises StorageFullError; nothing is added then.
    """
    source_sha256 = hashlib.sha256(content).hexdigest()
    known = _find_source(ws, source_sha256, page.number)
    if known is not None:
        return Added(known, is_new=False)
    height_px, width_px = page.image.shape[:2]
    name = tidy(page.name) or "unnamed"
    thumbnail = thumbnail_jpeg(page.image)
    values = {
        "name": name,
        "search_name": search_form(name),
        "page": page.number,
        "publication_id": publications.named(ws, publication).id,
        "source_sha256": ws.blobs.put(content),
        "image_sha256": ws.blobs.put(encode_png(page.image)),
        "thumbnail_sha256": ws.blobs.put(thumbnail),
        "fingerprint": thumbnail_fingerprint(thumbnail),
        "width_px": width_px,
        "height_px": height_px,
        "status": "new",
        "in_training": True,
        "added_at": now(),
        "added_by": author,
    }
    with writing(ws.engine) as connection:
        found = connection.execute(_same_source(source_sha256, page.number)).scalar()
        drawing_id = found or connection.execute(insert(drawing).values(values).returning(drawing.c.id)).scalar_one()
    return Added(get(ws, drawing_id), is_new=found is None)


def get(ws: Workspace, drawing_id: int) -> Drawing:
    """The drawing of that id. Raises NotFoundError if there is none."""
    with reading(ws.engine) as connection:
        return read(connection, drawing_id)


def get_all(ws: Workspace, drawing_ids: Sequence[int]) -> list[Drawing]:
    """The drawings of those ids, in that order, without those that there are not."""
    found: dict[int, Drawing] = {}
    with reading(ws.engine) as connection:
        for start in range(0, len(drawing_ids), _AT_ONCE):
            wanted = _SELECT.where(drawing.c.id.in_(drawing_ids[start : start + _AT_ONCE]))
            found |= {row.id: Drawing(**row._mapping) for row in connection.execute(wanted)}
    return [found[drawing_id] for drawing_id in drawing_ids if drawing_id in found]


def find(
    ws: Workspace, wanted: Filter = EVERYTHING, *, order: str = "newest", limit: int = 20, offset: int = 0
) -> list[Drawing]:
    """One page of the drawings `wanted`; `order` is one of "newest", "oldest", "name", "uncertain"."""
    statement = filtered(_SELECT, wanted).order_by(*ORDERS[order]).limit(limit).offset(offset)
    with reading(ws.engine) as connection:
        return [Drawing(**row._mapping) for row in connection.execute(statement)]


def count(ws: Workspace, wanted: Filter = EVERYTHING) -> int:
    """How many drawings `find` would give without a limit."""
    with reading(ws.engine) as connection:
        return connection.execute(filtered(select(func.count()).select_from(drawing), wanted)).scalar_one()


def count_undecided(ws: Workspace) -> int:
    """How many drawings nobody approved or rejected yet."""
    statement = select(func.count()).select_from(drawing).where(drawing.c.status.in_(UNDECIDED))
    with reading(ws.engine) as connection:
        return connection.execute(statement).scalar_one()


def image(ws: Workspace, shown: Drawing) -> Image:
    """The drawing's pixels, upright: uint8 (H, W, 3) RGB. Raises CorruptBlobError."""
    return decode_png(image_png(ws, shown))


def image_png(ws: Workspace, shown: Drawing) -> bytes:
    return ws.blobs.get(shown.image_sha256)


def thumbnail(ws: Workspace, shown: Drawing) -> bytes:
    """A small JPEG of the drawing."""
    return ws.blobs.get(shown.thumbnail_sha256)


def source(ws: Workspace, shown: Drawing) -> bytes:
    """The file as it was uploaded; all pages of a PDF share one."""
    return ws.blobs.get(shown.source_sha256)


def read(connection: Connection, drawing_id: int) -> Drawing:
    """The drawing as the caller's transaction sees it. Raises NotFoundError."""
    row = connection.execute(_SELECT.where(drawing.c.id == drawing_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no drawing {drawing_id} in this workspace. Choose one on the page Predictions.")
    return Drawing(**row._mapping)


def change(connection: Connection, drawing_id: int, seen_version: int, **values: Any) -> None:
    """Write what a person changed on the drawing they saw. Raises StaleVersionError if it is no longer like that."""
    changed = connection.execute(
        update(drawing)
        .where(drawing.c.id == drawing_id, drawing.c.version == seen_version)
        .values(version=drawing.c.version + 1, **values)
    )
    if changed.rowcount == 0:
        name = read(connection, drawing_id).name
        raise StaleVersionError(f"{name} was changed by somebody else meanwhile. Load the page again.")


_SELECT = select(
    *(drawing.c[field] for field in Drawing.__dataclass_fields__ if field != "publication"),
    publication.c.name.label("publication"),
).join_from(drawing, publication)

ORDERS = {
    "newest": (drawing.c.id.desc(),),
    "oldest": (drawing.c.id,),
    "name": (drawing.c.search_name, drawing.c.id),
    "uncertain": (drawing.c.uncertainty.desc().nulls_last(), drawing.c.id.desc()),
}


def filtered(statement: Select[Any], wanted: Filter) -> Select[Any]:
    """The statement about drawings, for those of the filter only."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.publication_id is not None:
        conditions.append(drawing.c.publication_id == wanted.publication_id)
    if wanted.status is not None:
        conditions.append(drawing.c.status == wanted.status)
    if wanted.model_version_id is not None:
        conditions.append(drawing.c.model_version_id == wanted.model_version_id)
    if search_form(wanted.text):
        conditions.append(drawing.c.search_name.contains(search_form(wanted.text), autoescape=True))
    return statement.where(*conditions)


def _same_source(source_sha256: str, page: int) -> Select[Any]:
    return select(drawing.c.id).where(drawing.c.source_sha256 == source_sha256, drawing.c.page == page)


def _find_source(ws: Workspace, source_sha256: str, page: int) -> Drawing | None:
    with reading(ws.engine) as connection:
        drawing_id = connection.execute(_same_source(source_sha256, page)).scalar()
        return None if drawing_id is None else read(connection, drawing_id)
