"""Publications and their splits: all drawings of a publication train, validate or test together."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from core.errors import NotFoundError, StaleVersionError, StoreError
from core.store.database import now, reading, writing
from core.store.names import tidy
from core.store.tables import drawing, publication
from core.store.workspace import Workspace

UNNAMED = "unnamed"
TARGET_PERCENT = {"train": 70, "validation": 15, "test": 15}  # of the approved drawings; ties go in this order


@dataclass(frozen=True)
class Publication:
    """A book, plate series or archive; `split` is None until the first snapshot that needs it."""

    id: int
    name: str
    split: str | None
    drawing_count: int
    version: int


def list_publications(ws: Workspace) -> list[Publication]:
    """All publications by name."""
    with reading(ws.engine) as connection:
        rows = connection.execute(_SELECT.order_by(publication.c.name, publication.c.id))
        return [Publication(**row._mapping) for row in rows]


def get(ws: Workspace, publication_id: int) -> Publication:
    """The publication of that id. Raises NotFoundError if there is none."""
    with reading(ws.engine) as connection:
        row = connection.execute(_SELECT.where(publication.c.id == publication_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no publication {publication_id} in this workspace. Load the page again.")
    return Publication(**row._mapping)


def named(ws: Workspace, name: str) -> Publication:
    """The publication called `name`, made if it is new; a blank name means "unnamed"."""
    wanted = tidy(name) or UNNAMED
    with reading(ws.engine) as connection:
        found = _id_of(connection, wanted)
    if found is None:
        with writing(ws.engine) as connection:
            found = _id_of(connection, wanted) or _make(connection, wanted)
    return get(ws, found)


def rename(ws: Workspace, changed: Publication, name: str) -> Publication:
    """Give a publication another name.

    Raises StoreError if another one has that name, StaleVersionError if somebody renamed it meanwhile.
    """
    wanted = tidy(name) or UNNAMED
    with writing(ws.engine) as connection:
        if _id_of(connection, wanted) not in (None, changed.id):
            raise StoreError(f"There is already a publication called “{wanted}”. Choose another name.")
        found = connection.execute(
            update(publication)
            .where(publication.c.id == changed.id, publication.c.version == changed.version)
            .values(name=wanted, version=publication.c.version + 1)
        )
        if found.rowcount == 0:
            raise StaleVersionError(f"“{changed.name}” was changed by somebody else meanwhile. Load the page again.")
    return get(ws, changed.id)


def decide_splits(connection: Connection, approved: Mapping[int, int]) -> None:
    """Give every publication in `approved` (id -> number of approved drawings) its split, if it has none.

    In the order of their creation each goes where the share of approved drawings is furthest below its target,
    so the first trains and the second tests validation or test. What is decided stays.
    """
    for publication_id, split in planned_splits(connection, approved).items():
        connection.execute(update(publication).where(publication.c.id == publication_id).values(split=split))


def planned_splits(connection: Connection, approved: Mapping[int, int]) -> dict[int, str]:
    """What `decide_splits` would decide: the splits of those publications that have none yet."""
    rows = connection.execute(
        select(publication.c.id, publication.c.split)
        .where(publication.c.id.in_(list(approved)))
        .order_by(publication.c.id)
    ).all()
    counts = dict.fromkeys(TARGET_PERCENT, 0)
    for row in rows:
        if row.split is not None:
            counts[row.split] += approved[row.id]
    planned = {}
    for row in rows:
        if row.split is None:
            planned[row.id] = neediest_split(counts)
            counts[planned[row.id]] += approved[row.id]
    return planned


def neediest_split(counts: Mapping[str, int]) -> str:
    """The split whose share of `counts` is furthest below its target, in whole numbers so that ties are ties."""
    total = sum(counts.values())
    if total == 0:
        return max(TARGET_PERCENT, key=TARGET_PERCENT.__getitem__)
    return max(TARGET_PERCENT, key=lambda split: TARGET_PERCENT[split] * total - 100 * counts[split])


_SELECT = (
    select(
        publication.c.id,
        publication.c.name,
        publication.c.split,
        func.count(drawing.c.id).label("drawing_count"),
        publication.c.version,
    )
    .select_from(publication.outerjoin(drawing))
    .group_by(publication.c.id)
)


def _id_of(connection: Connection, name: str) -> int | None:
    return connection.execute(select(publication.c.id).where(publication.c.name == name)).scalar()


def _make(connection: Connection, name: str) -> int:
    made = insert(publication).values(name=name, created_at=now()).returning(publication.c.id)
    return int(connection.execute(made).scalar_one())
