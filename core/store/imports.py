"""Drawings and masks that come from elsewhere, written down many at a time.

The pixels go to the blobs first, from as many threads as one likes; then one short transaction enters a batch of
them. A batch is in completely or not at all, and entering it again changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from core.raster.images import Page, encode_png, thumbnail_jpeg
from core.raster.masks import Mask, encode_mask
from core.store import publications
from core.store.database import now, reading, writing
from core.store.names import search_form, tidy
from core.store.tables import annotation, drawing, publication
from core.store.workspace import Workspace

APPROVED, REVIEW, DRAFT = "approved", "review", "draft"
IMPORT_STATUSES = (APPROVED, REVIEW, DRAFT)
"""What imported masks become: decided; waiting for a person to look at them; somebody's unfinished work."""


@dataclass(frozen=True)
class StoredImage:
    """An image whose bytes are in the blobs."""

    source_sha256: str
    image_sha256: str
    thumbnail_sha256: str
    height_px: int
    width_px: int


@dataclass(frozen=True)
class StoredMask:
    """A mask whose bytes are in the blobs; `class_pixels` counts the pixels of each class."""

    sha256: str
    class_pixels: list[int]

    @property
    def size(self) -> int:
        return sum(self.class_pixels)


@dataclass(frozen=True)
class Arrival:
    """A drawing that comes in, or one that is there (`drawing_id`), and the mask it brings; one of both at least."""

    name: str
    publication_id: int
    image: StoredImage | None = None
    drawing_id: int | None = None
    mask: StoredMask | None = None


@dataclass(frozen=True)
class Entered:
    """What became of an arrival; `mask` is "entered", "known" (it was there before), "in work" or "" (none came)."""

    drawing_id: int
    is_new: bool
    mask: str


@dataclass(frozen=True)
class Known:
    """What the workspace has of a drawing, as far as an import needs it.

    `mask_sha256s` are all masks that were imported or decided for it; `is_in_work` says that somebody draws on it.
    """

    drawing_id: int
    name: str
    page: int
    source_sha256: str
    image_sha256: str
    height_px: int
    width_px: int
    mask_sha256s: frozenset[str]
    waiting_sha256: str | None
    status: str
    is_in_work: bool


def store_image(ws: Workspace, content: bytes, page: Page, *, is_plain_png: bool) -> StoredImage:
    """Put the image of a single-page file into the blobs, its file as it came beside it.

    `is_plain_png` says that the file is a PNG of just these pixels, which need not be packed a second time.
    """
    height_px, width_px = page.image.shape[:2]
    source_sha256 = ws.blobs.put(content)
    return StoredImage(
        source_sha256=source_sha256,
        image_sha256=source_sha256 if is_plain_png else ws.blobs.put(encode_png(page.image)),
        thumbnail_sha256=ws.blobs.put(thumbnail_jpeg(page.image)),
        height_px=height_px,
        width_px=width_px,
    )


def store_mask(ws: Workspace, mask: Mask, class_pixels: Sequence[int]) -> StoredMask:
    """Put a mask into the blobs; the same mask is the same blob."""
    return StoredMask(ws.blobs.put(encode_mask(mask)), list(class_pixels))


def known_drawings(ws: Workspace) -> list[Known]:
    """All drawings of the workspace, in the order in which they came."""
    fields = ("id", "name", "page", "source_sha256", "image_sha256", "height_px", "width_px", "status")
    with reading(ws.engine) as connection:
        rows = connection.execute(select(*(drawing.c[name] for name in fields)).order_by(drawing.c.id)).all()
        masks = _masks(connection)
    return [
        Known(
            drawing_id=row.id,
            name=row.name,
            page=row.page,
            source_sha256=row.source_sha256,
            image_sha256=row.image_sha256,
            height_px=row.height_px,
            width_px=row.width_px,
            status=row.status,
            mask_sha256s=masks.past.get(row.id, frozenset()),
            waiting_sha256=masks.waiting.get(row.id),
            is_in_work=row.id in masks.in_work,
        )
        for row in rows
    ]


def enter(ws: Workspace, arrivals: Sequence[Arrival], *, status: str, author: str, comment: str) -> list[Entered]:
    """Enter arrivals in one transaction, in their order; `status` is one of IMPORT_STATUSES.

    A mask that was imported or decided before changes nothing, whatever was drawn since. A draft that somebody has
    drawn in is left alone. Any other mask becomes the drawing's newest revision; earlier ones stay in its history.
    """
    with writing(ws.engine) as connection:
        ids = [_drawing_of(connection, arrival, author) for arrival in arrivals]
        masks = _masks(connection, [drawing_id for drawing_id, is_new in ids if not is_new])
        entered = []
        for arrival, (drawing_id, is_new) in zip(arrivals, ids, strict=True):
            outcome = ""
            if arrival.mask is not None:
                outcome = masks.outcome(drawing_id, arrival.mask.sha256, status)
                if outcome == "entered":
                    _enter_mask(connection, drawing_id, arrival.mask, status, author, comment)
                    masks.past[drawing_id] = masks.past.get(drawing_id, frozenset()) | {arrival.mask.sha256}
            entered.append(Entered(drawing_id, is_new, outcome))
        return entered


def mask_outcome(known: Known, sha256: str, status: str) -> str:
    """What `enter` would make of this mask for this drawing: "entered", "known" or "in work"."""
    masks = _Masks(
        past={known.drawing_id: known.mask_sha256s},
        waiting={known.drawing_id: known.waiting_sha256} if known.waiting_sha256 else {},
        in_work={known.drawing_id} if known.is_in_work else set(),
        begun={known.drawing_id} if known.status == DRAFT else set(),
    )
    return masks.outcome(known.drawing_id, sha256, status)


@dataclass(frozen=True)
class _Masks:
    """By drawing: the masks it ever had, the imported one that waits in an untouched draft, and who draws."""

    past: dict[int, frozenset[str]]
    waiting: dict[int, str]
    in_work: set[int]
    begun: set[int]

    def outcome(self, drawing_id: int, sha256: str, status: str) -> str:
        if self.waiting.get(drawing_id) == sha256:  # it may go one step further, never back
            goes_on = status == APPROVED or (status == DRAFT and drawing_id not in self.begun)
            return "entered" if goes_on else "known"
        if sha256 in self.past.get(drawing_id, frozenset()):
            return "known"
        return "in work" if drawing_id in self.in_work else "entered"


def _masks(connection: Connection, drawing_ids: Sequence[int] | None = None) -> _Masks:
    columns = ("drawing_id", "status", "edit_count", "base_sha256", "mask_sha256")
    statement = select(*(annotation.c[name] for name in columns), drawing.c.status.label("drawing_status"))
    statement = statement.join_from(annotation, drawing, annotation.c.drawing_id == drawing.c.id)
    if drawing_ids is not None:
        statement = statement.where(annotation.c.drawing_id.in_(list(drawing_ids)))
    masks = _Masks({}, {}, set(), set())
    for row in connection.execute(statement):
        here = {sha256 for sha256 in (row.base_sha256, row.mask_sha256) if sha256}
        masks.past[row.drawing_id] = masks.past.get(row.drawing_id, frozenset()) | here
        if row.status == "draft" and row.edit_count:
            masks.in_work.add(row.drawing_id)
        elif row.status == "draft" and row.base_sha256:
            masks.waiting[row.drawing_id] = row.base_sha256
        if row.drawing_status == "draft":
            masks.begun.add(row.drawing_id)
    return masks


def _drawing_of(connection: Connection, arrival: Arrival, author: str) -> tuple[int, bool]:
    """The id of the drawing, and whether it is new."""
    if arrival.drawing_id is not None or arrival.image is None:
        return int(arrival.drawing_id or 0), False
    same = select(drawing.c.id).where(drawing.c.source_sha256 == arrival.image.source_sha256, drawing.c.page == 0)
    found = connection.execute(same).scalar()
    if found is not None:
        return found, False
    name = tidy(arrival.name) or "unnamed"
    values = {
        "name": name,
        "search_name": search_form(name),
        "page": 0,
        "publication_id": arrival.publication_id,
        "status": "new",
        "in_training": True,
        "added_at": now(),
        "added_by": author,
        **vars(arrival.image),
    }
    return connection.execute(insert(drawing).values(values).returning(drawing.c.id)).scalar_one(), True


def _enter_mask(
    connection: Connection, drawing_id: int, mask: StoredMask, status: str, author: str, comment: str
) -> None:
    values: dict[str, Any] = {
        "base_sha256": mask.sha256,
        "parent_id": None,
        "prediction_id": None,
        "status": DRAFT,
        "author": author,
        "comment": comment,
    }
    if status == APPROVED:
        values |= {
            "status": APPROVED,
            "mask_sha256": mask.sha256,
            "changed_pixels": 0,
            "changed_fraction": 0.0,
            "class_pixels": mask.class_pixels,
            "decided_at": now(),
            "decided_by": author,
        }
    annotation_id = _replace_untouched_draft(connection, drawing_id, values)
    if annotation_id is None:
        fresh = {"drawing_id": drawing_id, "seconds_spent": 0.0, "edit_count": 0, "cursor": 0, "created_at": now()}
        made = insert(annotation).values({**fresh, **values}).returning(annotation.c.id)
        annotation_id = connection.execute(made).scalar_one()
    raised: dict[str, Any] = {"version": drawing.c.version + 1}
    if status == APPROVED:
        raised |= {"status": APPROVED, "approved_annotation_id": annotation_id}
    elif status == DRAFT:
        raised |= {"status": DRAFT}
    connection.execute(update(drawing).where(drawing.c.id == drawing_id).values(raised))


def _replace_untouched_draft(connection: Connection, drawing_id: int, values: dict[str, Any]) -> int | None:
    untouched = (
        (annotation.c.drawing_id == drawing_id) & (annotation.c.status == "draft") & (annotation.c.edit_count == 0)
    )
    changed = update(annotation).where(untouched).values(**values, version=annotation.c.version + 1)
    return connection.execute(changed.returning(annotation.c.id)).scalar()


def publication_with_split(ws: Workspace, name: str, split: str | None) -> tuple[int, bool]:
    """The id of the publication of that name, made if it is new, and whether it has this split.

    A split that is not decided yet is decided like this; one that is stays. None goes with any.
    """
    found = publications.named(ws, name)
    if split is None or found.split == split:
        return found.id, True
    undecided = (publication.c.id == found.id) & publication.c.split.is_(None)
    with writing(ws.engine) as connection:
        decided = connection.execute(update(publication).where(undecided).values(split=split))
        return found.id, decided.rowcount == 1


def not_approved(ws: Workspace, drawing_ids: Iterable[int]) -> list[int]:
    """Those of the drawings that nobody has approved."""
    wanted = list(drawing_ids)
    with reading(ws.engine) as connection:
        statement = select(drawing.c.id).where(drawing.c.id.in_(wanted), drawing.c.status != APPROVED)
        return list(connection.execute(statement.order_by(drawing.c.id)).scalars())
