"""Model versions, and which of them is the champion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from core import __version__
from core.errors import ModelInUseError, NotFoundError, StaleVersionError
from core.store import predictions
from core.store.database import now, reading, writing
from core.store.tables import alias, alias_move, model_version, run
from core.store.workspace import Workspace

CHAMPION = "champion"


@dataclass(frozen=True)
class NewModel:
    """What is known of a model version when it is registered; `kind` is "base", "trained" or "imported"."""

    name: str
    kind: str
    author: str
    scores: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    run_id: int | None = None
    parent_id: int | None = None
    snapshot_id: int | None = None


@dataclass(frozen=True)
class ModelVersion:
    """A model version on file. A deleted one (`deleted_at`) has lost its files and kept its card."""

    id: int
    name: str
    kind: str
    run_id: int | None
    parent_id: int | None
    snapshot_id: int | None
    weights_sha256: str
    artefact_sha256: str
    scores: dict[str, Any]
    card: dict[str, Any]
    created_at: datetime
    created_by: str
    code_version: str
    deleted_at: datetime | None


@dataclass(frozen=True)
class AliasMove:
    """One move of an alias; `reason` is "first", "promoted", "automatic" (by the rule) or "rolled back"."""

    id: int
    alias: str
    from_version_id: int | None
    to_version_id: int
    reason: str
    moved_at: datetime
    moved_by: str


def register(ws: Workspace, new: NewModel, *, artefact: bytes, weights: bytes) -> ModelVersion:
    """Store a model version with its files. It is not used before `promote`.

    A run gives one model version: registering again for the same run returns the first. So does registering the
    same files again without a run.
    """
    values = {
        "name": new.name,
        "kind": new.kind,
        "run_id": new.run_id,
        "parent_id": new.parent_id,
        "snapshot_id": new.snapshot_id,
        "weights_sha256": ws.blobs.put(weights),
        "artefact_sha256": ws.blobs.put(artefact),
        "scores": dict(new.scores),
        "card": dict(new.card),
        "created_at": now(),
        "created_by": new.author,
        "code_version": __version__,
    }
    with writing(ws.engine) as connection:
        known = _known(connection, values)
        if known is not None:
            return known
        ws.blobs.put(weights)  # `delete` may have removed them since, but not while we hold the writer's lock
        ws.blobs.put(artefact)
        version_id = connection.execute(insert(model_version).values(values).returning(model_version.c.id)).scalar_one()
        connection.execute(update(run).where(run.c.id == new.run_id).values(model_version_id=version_id))
        return _read(connection, version_id)


def get(ws: Workspace, version_id: int) -> ModelVersion:
    """The model version of that id, also a deleted one. Raises NotFoundError if there never was one."""
    with reading(ws.engine) as connection:
        return _read(connection, version_id)


def list_versions(ws: Workspace, *, with_deleted: bool = False) -> list[ModelVersion]:
    """Model versions, the latest first."""
    statement = select(model_version).order_by(model_version.c.id.desc())
    if not with_deleted:
        statement = statement.where(model_version.c.deleted_at.is_(None))
    with reading(ws.engine) as connection:
        return [ModelVersion(**row._mapping) for row in connection.execute(statement)]


def artefact(ws: Workspace, version: ModelVersion) -> bytes:
    """The inference artefact's file. Raises NotFoundError if the version was deleted."""
    _refuse_deleted(get(ws, version.id))
    return ws.blobs.get(version.artefact_sha256)


def weights(ws: Workspace, version: ModelVersion) -> bytes:
    """The weights' .h5 file. Raises NotFoundError if the version was deleted."""
    _refuse_deleted(get(ws, version.id))
    return ws.blobs.get(version.weights_sha256)


def champion(ws: Workspace) -> ModelVersion | None:
    """The model version in use; None before the first one."""
    with reading(ws.engine) as connection:
        version_id = _champion_id(connection)
        return None if version_id is None else _read(connection, version_id)


def promote(
    ws: Workspace, version_id: int, author: str, *, instead_of: int | None = None, is_automatic: bool = False
) -> ModelVersion:
    """Make a model version the champion, and show its predictions where it has made some.

    `is_automatic` records that no person did it. `instead_of` is the champion that the person saw: if it is another
    one by now, StaleVersionError. Raises NotFoundError if the version does not exist or was deleted. Promoting the
    champion changes nothing.
    """
    with writing(ws.engine) as connection:
        version = _read(connection, version_id)
        _refuse_deleted(version)
        _refuse_stale(connection, instead_of)
        reason = "automatic" if is_automatic else "promoted"
        _move(connection, version_id, author, reason if _champion_id(connection) else "first")
        return version


def roll_back(ws: Workspace, author: str, *, instead_of: int | None = None) -> ModelVersion:
    """Go back to the champion before this one; again, to the one before that.

    Raises NotFoundError if there was none (deleted ones do not count), StaleVersionError like `promote`.
    """
    with writing(ws.engine) as connection:
        _refuse_stale(connection, instead_of)
        previous = _previous_id(connection)
        if previous is None:
            raise NotFoundError("There is no earlier champion to go back to. Promote another model version instead.")
        _move(connection, previous, author, "rolled back")
        return _read(connection, previous)


def previous_champion(ws: Workspace) -> ModelVersion | None:
    """What `roll_back` would go back to."""
    with reading(ws.engine) as connection:
        previous = _previous_id(connection)
        return None if previous is None else _read(connection, previous)


def alias_history(ws: Workspace) -> list[AliasMove]:
    """Who made which version the champion, the latest first."""
    with reading(ws.engine) as connection:
        rows = connection.execute(select(alias_move).order_by(alias_move.c.id.desc()))
        return [AliasMove(**row._mapping) for row in rows]


def delete(ws: Workspace, version_id: int) -> None:
    """Remove a model version's files; its card stays, because masks refer to it.

    Raises ModelInUseError for the champion, for a parent of other versions, and while a run builds on it.
    """
    with writing(ws.engine) as connection:
        version = _read(connection, version_id)
        _refuse_used(connection, version)
        is_this = model_version.c.id == version_id
        connection.execute(update(model_version).where(is_this).values(deleted_at=now()))
    for sha256 in (version.weights_sha256, version.artefact_sha256):
        with writing(ws.engine) as connection:  # a new transaction: a row never outlives its file
            if not _is_needed(connection, sha256):
                ws.blobs.remove(sha256)


def _move(connection: Connection, to_version_id: int, author: str, reason: str) -> None:
    before = _champion_id(connection)
    if before == to_version_id:
        return
    if before is None:
        connection.execute(insert(alias).values(name=CHAMPION, model_version_id=to_version_id))
    else:
        connection.execute(update(alias).where(alias.c.name == CHAMPION).values(model_version_id=to_version_id))
    move = {"alias": CHAMPION, "from_version_id": before, "to_version_id": to_version_id, "reason": reason}
    connection.execute(insert(alias_move).values(**move, moved_at=now(), moved_by=author))
    predictions.show_version(connection, to_version_id)


def _previous_id(connection: Connection) -> int | None:
    current = _champion_id(connection)
    return next((found for found in reversed(_champions_so_far(connection)) if found != current), None)


def _champions_so_far(connection: Connection) -> list[int]:
    """The champions that led to this one, it last: a promotion adds one, rolling back takes one away."""
    moves = select(alias_move.c.to_version_id, alias_move.c.reason, model_version.c.deleted_at)
    moves = moves.join(model_version, model_version.c.id == alias_move.c.to_version_id).order_by(alias_move.c.id)
    stack: list[int] = []
    deleted: set[int] = set()
    for move in connection.execute(moves):
        if move.deleted_at is not None:
            deleted.add(move.to_version_id)
        if move.reason == "rolled back":
            while stack and stack[-1] != move.to_version_id:
                stack.pop()
        else:
            stack.append(move.to_version_id)
    return [version_id for version_id in stack if version_id not in deleted]


def _champion_id(connection: Connection) -> int | None:
    return connection.execute(predictions.CHAMPION_ID).scalar()


def _known(connection: Connection, values: Mapping[str, Any]) -> ModelVersion | None:
    """The version that was registered before with these values, if there is one."""
    same = ["run_id"] if values["run_id"] is not None else ["run_id", "kind", "weights_sha256", "artefact_sha256"]
    statement = select(model_version).where(
        *(model_version.c[name].is_not_distinct_from(values[name]) for name in same)
    )
    row = connection.execute(statement.where(model_version.c.deleted_at.is_(None))).first()
    return ModelVersion(**row._mapping) if row else None


def _read(connection: Connection, version_id: int) -> ModelVersion:
    row = connection.execute(select(model_version).where(model_version.c.id == version_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no model version {version_id} in this workspace. See the models page.")
    return ModelVersion(**row._mapping)


def _refuse_deleted(version: ModelVersion) -> None:
    if version.deleted_at is not None:
        raise NotFoundError(f"Model version {version.id} (“{version.name}”) was deleted. Choose another one.")


def _refuse_stale(connection: Connection, instead_of: int | None) -> None:
    if instead_of is not None and instead_of != _champion_id(connection):
        raise StaleVersionError("Somebody else changed the champion meanwhile. Load the page again and compare anew.")


def _refuse_used(connection: Connection, version: ModelVersion) -> None:
    _refuse_deleted(version)
    name = f"Model version {version.id} (“{version.name}”)"
    if connection.execute(select(alias.c.name).where(alias.c.model_version_id == version.id)).first():
        raise ModelInUseError(f"{name} is the champion. Promote another one first.")
    children = select(model_version.c.id).where(
        model_version.c.parent_id == version.id, model_version.c.deleted_at.is_(None)
    )
    child = connection.execute(children).scalar()
    if child is not None:
        raise ModelInUseError(f"{name} is what version {child} was trained from. Delete that one first.")
    building = select(run.c.id).where(run.c.parent_version_id == version.id, run.c.status.in_(("queued", "running")))
    if connection.execute(building).first():
        raise ModelInUseError(f"{name} is being trained further. Wait for the run to end, or cancel it.")


def _is_needed(connection: Connection, sha256: str) -> bool:
    refers = or_(model_version.c.weights_sha256 == sha256, model_version.c.artefact_sha256 == sha256)
    return (
        connection.execute(
            select(model_version.c.id).where(refers, model_version.c.deleted_at.is_(None)).limit(1)
        ).first()
        is not None
    )
