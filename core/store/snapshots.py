"""The training set, and its snapshots: what a run is trained on, for ever the same."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from core.errors import EmptyTrainingSetError, NotFoundError
from core.raster.images import Image, decode_png
from core.raster.masks import Mask, decode_mask
from core.store import drawings, publications, twins
from core.store.database import now, reading, writing
from core.store.publications import TARGET_PERCENT
from core.store.tables import annotation, drawing, publication, snapshot, snapshot_item
from core.store.workspace import Workspace


@dataclass(frozen=True)
class TrainingItem:
    """An approved drawing as the training set shows it; `split` is None before it is decided."""

    drawing_id: int
    name: str
    publication: str
    split: str | None
    in_training: bool
    annotation_id: int
    approved_by: str
    approved_at: datetime
    class_pixels: list[int]
    thumbnail_sha256: str
    mask_sha256: str
    version: int


@dataclass(frozen=True)
class TrainingGroup:
    """How much a publication gives to the training set; `class_pixels` sums the pixels of each class."""

    publication: str
    split: str | None
    drawing_count: int
    class_pixels: list[int]

    @property
    def shares(self) -> list[float]:
        """The share of each class in all pixels, 0 to 1."""
        return [pixels / max(1, sum(self.class_pixels)) for pixels in self.class_pixels]


@dataclass(frozen=True)
class LeftOut:
    """A drawing that is neither trained on nor tested on, because it is nearly the same as one that is trained on."""

    drawing_id: int
    name: str
    publication: str
    twin_id: int
    twin_name: str
    twin_publication: str


@dataclass(frozen=True)
class Snapshot:
    """A frozen training set; `items_sha256` is the hash of what is in it, `left_out` what for a reason is not."""

    id: int
    items_sha256: str
    drawing_count: int
    note: str
    created_at: datetime
    created_by: str
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class SnapshotItem:
    """One approved annotation in a snapshot."""

    drawing_id: int
    annotation_id: int
    image_sha256: str
    mask_sha256: str
    publication: str
    split: str


def training_items(
    ws: Workspace, *, taken_out: bool = False, limit: int | None = None, offset: int = 0
) -> list[TrainingItem]:
    """Approved drawings in training, the latest approval first; with `taken_out` those that are not."""
    statement = _approved(_ITEM, taken_out=taken_out).order_by(drawing.c.approved_annotation_id.desc())
    with reading(ws.engine) as connection:
        rows = connection.execute(statement.limit(limit).offset(offset))
        return [TrainingItem(**row._mapping) for row in rows]


def training_count(ws: Workspace, *, taken_out: bool = False) -> int:
    """How many `training_items` there are."""
    with reading(ws.engine) as connection:
        return connection.execute(_approved(select(func.count()), taken_out=taken_out)).scalar_one()


def training_groups(ws: Workspace) -> list[TrainingGroup]:
    """The drawings in training by publication, in the order of their creation."""
    columns = select(publication.c.id, publication.c.name, publication.c.split, annotation.c.class_pixels)
    with reading(ws.engine) as connection:
        rows = connection.execute(_approved(columns).order_by(publication.c.id)).all()
    groups: dict[int, TrainingGroup] = {}
    for row in rows:
        before = groups.get(row.id, TrainingGroup(row.name, row.split, 0, []))
        summed = _add(before.class_pixels, row.class_pixels)
        groups[row.id] = TrainingGroup(row.name, row.split, before.drawing_count + 1, summed)
    return list(groups.values())


def take_out(ws: Workspace, item: TrainingItem) -> None:
    """Train on this drawing no longer; its annotations stay. Raises StaleVersionError if somebody changed it."""
    _set_in_training(ws, item, in_training=False)


def put_back(ws: Workspace, item: TrainingItem) -> None:
    """Train on this drawing again. Raises StaleVersionError if somebody changed it."""
    _set_in_training(ws, item, in_training=True)


def freeze(ws: Workspace, author: str, note: str = "") -> Snapshot:
    """A snapshot of the training set; the same content is the same snapshot, with the note it had.

    Publications that have no split yet get theirs, for good. What is nearly the same as a drawing that is, or ever was,
    trained on would flatter every model: it is left out of validation and testing, and the snapshot says so.
    Raises EmptyTrainingSetError when nothing is approved.
    """
    twins.take_missing_fingerprints(ws)
    with writing(ws.engine) as connection:
        approved = Counter(connection.execute(_approved(select(drawing.c.publication_id))).scalars())
        if not approved:
            raise EmptyTrainingSetError("No drawing is approved for training yet. Correct and approve some first.")
        publications.decide_splits(connection, approved)
        rows = connection.execute(_approved(_FROZEN).order_by(drawing.c.id))
        frozen, left_out = _without_twins(connection, [SnapshotItem(**row._mapping) for row in rows])
        items_sha256 = content_hash(frozen)
        is_known = snapshot.c.items_sha256 == items_sha256
        told = {"left_out": [asdict(one) for one in left_out]}
        known = connection.execute(update(snapshot).where(is_known).values(told).returning(snapshot.c.id)).scalar()
        if known is not None:
            return _read(connection, known)
        values = {"items_sha256": items_sha256, "drawing_count": len(frozen), "note": note, **told}
        made = insert(snapshot).values(**values, created_at=now(), created_by=author).returning(snapshot.c.id)
        snapshot_id = connection.execute(made).scalar_one()
        connection.execute(insert(snapshot_item), [{"snapshot_id": snapshot_id, **asdict(item)} for item in frozen])
        return _read(connection, snapshot_id)


def get(ws: Workspace, snapshot_id: int) -> Snapshot:
    """The snapshot of that id. Raises NotFoundError if there is none."""
    with reading(ws.engine) as connection:
        return _read(connection, snapshot_id)


def list_snapshots(ws: Workspace) -> list[Snapshot]:
    """Snapshots, the latest first."""
    with reading(ws.engine) as connection:
        rows = connection.execute(select(snapshot).order_by(snapshot.c.id.desc()))
        return [_snapshot(row) for row in rows]


def items(ws: Workspace, snapshot_id: int) -> list[SnapshotItem]:
    """What is in a snapshot, by drawing."""
    columns = (snapshot_item.c[name] for name in SnapshotItem.__dataclass_fields__)
    statement = select(*columns).where(snapshot_item.c.snapshot_id == snapshot_id)
    with reading(ws.engine) as connection:
        rows = connection.execute(statement.order_by(snapshot_item.c.drawing_id))
        return [SnapshotItem(**row._mapping) for row in rows]


def item_image(ws: Workspace, item: SnapshotItem) -> Image:
    """The item's drawing, uint8 (H, W, 3)."""
    return decode_png(ws.blobs.get(item.image_sha256))


def item_mask(ws: Workspace, item: SnapshotItem) -> Mask:
    """The item's approved mask, uint8 (H, W)."""
    return decode_mask(ws.blobs.get(item.mask_sha256))


def content_hash(frozen: Sequence[SnapshotItem]) -> str:
    """One hash for the same items in any order: what is trained on, not what publications are called."""
    lines = sorted((item.drawing_id, item.annotation_id, item.mask_sha256, item.split) for item in frozen)
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()


_ITEM = select(
    drawing.c.id.label("drawing_id"),
    drawing.c.name,
    publication.c.name.label("publication"),
    publication.c.split,
    drawing.c.in_training,
    annotation.c.id.label("annotation_id"),
    annotation.c.decided_by.label("approved_by"),
    annotation.c.decided_at.label("approved_at"),
    annotation.c.class_pixels,
    drawing.c.thumbnail_sha256,
    annotation.c.mask_sha256,
    drawing.c.version,
)

_FROZEN = select(
    drawing.c.id.label("drawing_id"),
    annotation.c.id.label("annotation_id"),
    drawing.c.image_sha256,
    annotation.c.mask_sha256,
    publication.c.name.label("publication"),
    publication.c.split,
)


def _approved(columns: Select[Any], *, taken_out: bool = False) -> Select[Any]:
    """`columns` of the drawings with an approved annotation that are in training, or taken out of it."""
    joined = drawing.join(annotation, annotation.c.id == drawing.c.approved_annotation_id).join(publication)
    return columns.select_from(joined).where(drawing.c.in_training.is_(not taken_out))


def _without_twins(connection: Connection, frozen: Sequence[SnapshotItem]) -> tuple[list[SnapshotItem], list[LeftOut]]:
    """The items without those that are nearly the same as one that teaches more: training, validation, test."""
    was_trained = select(snapshot_item.c.drawing_id).where(snapshot_item.c.split == "train").distinct()
    ids = {split: [item.drawing_id for item in frozen if item.split == split] for split in TARGET_PERCENT}
    seen = sorted({*ids["train"], *connection.execute(was_trained).scalars()})
    found = twins.twins_among(connection, ids["validation"], seen)
    seen += [drawing_id for drawing_id in ids["validation"] if drawing_id not in found]
    found |= twins.twins_among(connection, ids["test"], seen)
    return [item for item in frozen if item.drawing_id not in found], [
        _left_out(connection, drawing_id, twin_id) for drawing_id, twin_id in sorted(found.items())
    ]


def _left_out(connection: Connection, drawing_id: int, twin_id: int) -> LeftOut:
    one, twin = drawings.read(connection, drawing_id), drawings.read(connection, twin_id)
    return LeftOut(one.id, one.name, one.publication, twin.id, twin.name, twin.publication)


def _set_in_training(ws: Workspace, item: TrainingItem, *, in_training: bool) -> None:
    with writing(ws.engine) as connection:
        drawings.change(connection, item.drawing_id, item.version, in_training=in_training)


def _read(connection: Connection, snapshot_id: int) -> Snapshot:
    row = connection.execute(select(snapshot).where(snapshot.c.id == snapshot_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no snapshot {snapshot_id} in this workspace. See the training set page.")
    return _snapshot(row)


def _snapshot(row: Row[Any]) -> Snapshot:
    values = dict(row._mapping)
    return Snapshot(**values | {"left_out": tuple(LeftOut(**one) for one in values["left_out"] or ())})


def _add(first: Sequence[int], second: Sequence[int]) -> list[int]:
    longest = max(len(first), len(second))
    padded = [[*counts, *[0] * (longest - len(counts))] for counts in (first, second)]
    return [a + b for a, b in zip(*padded, strict=True)]
