"""The queue of a workspace: which drawing comes next, and to whom.

An order is made once and holds until a model read something anew or drawings came in: what is decided meanwhile is
left out when its turn comes. So the next drawing is known before it is asked for, and its picture can be fetched ahead.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select

from core.infer.strategies import STRATEGIES, Candidates
from core.store import drawings, leases
from core.store.database import reading, writing
from core.store.drawings import EVERYTHING, UNDECIDED, Drawing, Filter, filtered
from core.store.predictions import CHAMPION_ID, IS_SHOWN, unpack_features
from core.store.tables import drawing, prediction
from core.store.workspace import Workspace

_SEED = 0  # everybody sees the same order
_LOOKED_AT_ONCE = 200


@dataclass(frozen=True)
class Order:
    """The ids of the drawings that were undecided when it was made, what to correct first at the beginning.

    `mark` tells what it was made from; while that is the same, so is the order.
    """

    strategy: str
    mark: tuple[Any, ...]
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Progress:
    """How many drawings somebody approved or rejected, of how many."""

    reviewed: int
    count: int


def order(ws: Workspace, strategy: str, before: Order | None = None) -> Order:
    """The order of the undecided drawings by that strategy: `before` itself while nothing changed that matters."""
    with reading(ws.engine) as connection:
        mark = _mark(connection)
        if before is not None and (before.strategy, before.mark) == (strategy, mark):
            return before
        candidates = _candidates(connection)
    sequence = STRATEGIES[strategy](candidates, _SEED)
    return Order(strategy, mark, tuple(candidates.ids[sequence].tolist()))


def hand_out(ws: Workspace, given: Order, holder: str, author: str, *, passed: Sequence[int] = ()) -> Drawing | None:
    """The next drawing to correct, with its lease: from now on nobody else is given it.

    `passed` are the drawings that the holder had before, the latest last. They come again when no other is left, but
    never the latest. Without a holder no lease is taken. None when nothing is left.
    """
    if not holder:
        return upcoming(ws, given, holder, passed=passed)
    with writing(ws.engine) as connection:
        drawing_id = _first_free(connection, given, holder, passed)
        if drawing_id is None:
            return None
        leases.take_within(connection, ws, drawing_id, holder, author)
        return drawings.read(connection, drawing_id)


def upcoming(ws: Workspace, given: Order, holder: str, *, passed: Sequence[int] = ()) -> Drawing | None:
    """What `hand_out` would give; nobody holds it yet."""
    with reading(ws.engine) as connection:
        drawing_id = _first_free(connection, given, holder, passed)
        return None if drawing_id is None else drawings.read(connection, drawing_id)


def to_review(ws: Workspace, given: Order, wanted: Filter = EVERYTHING) -> list[int]:
    """Ids of the undecided drawings `wanted`, in that order; what came in since is at the end."""
    statement = filtered(select(drawing.c.id), wanted).where(drawing.c.status.in_(UNDECIDED)).order_by(drawing.c.id)
    with reading(ws.engine) as connection:
        left = dict.fromkeys(connection.execute(statement).scalars())
    known = [drawing_id for drawing_id in given.ids if drawing_id in left]
    return list(dict.fromkeys([*known, *left]))


def progress(ws: Workspace) -> Progress:
    """How far the workspace is."""
    statement = select(drawing.c.status, func.count().label("number")).group_by(drawing.c.status)
    with reading(ws.engine) as connection:
        counts = {row.status: row.number for row in connection.execute(statement)}
    count = sum(counts.values())
    return Progress(count - sum(counts.get(status, 0) for status in UNDECIDED), count)


def waiting_count(ws: Workspace) -> int:
    """How many drawings that nobody worked on the champion has not read: none yet, or an older model did."""
    is_read = func.coalesce(drawing.c.model_version_id, 0) == CHAMPION_ID.scalar_subquery()
    statement = select(func.count()).select_from(drawing).where(drawing.c.status.in_(("new", "predicted")), ~is_read)
    with reading(ws.engine) as connection:
        return connection.execute(statement).scalar_one()


def _mark(connection: Connection) -> tuple[Any, ...]:
    """Changes whenever a drawing comes in or a model reads one; decisions leave it as it is."""
    champion_id = CHAMPION_ID.scalar_subquery()
    last_id = select(func.max(prediction.c.id)).scalar_subquery()
    columns = func.count(), func.coalesce(func.sum(drawing.c.uncertainty), 0.0), last_id, champion_id
    count, uncertainty, *ids = connection.execute(select(*columns)).one()
    return count, round(uncertainty, 6), *ids  # PostgreSQL adds up in any order


def _candidates(connection: Connection) -> Candidates:
    """The undecided drawings, by id."""
    statement = (
        select(
            drawing.c.id,
            drawing.c.publication_id,
            drawing.c.uncertainty,
            drawing.c.suspicion,
            prediction.c.features,
        )
        .select_from(drawing.outerjoin(prediction, IS_SHOWN))
        .where(drawing.c.status.in_(UNDECIDED))
        .order_by(drawing.c.id)
    )
    rows = connection.execute(statement).all()
    ids, publications, uncertainty, suspicion, features = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return Candidates(
        ids=np.array(ids, np.int64),
        uncertainty=np.array(uncertainty, np.float32),  # None becomes NaN
        suspicion=np.array(suspicion, np.float32),
        publications=np.array(publications, np.int64),
        features=unpack_features(features),
    )


def _first_free(connection: Connection, given: Order, holder: str, passed: Sequence[int]) -> int | None:
    """The first that is undecided and that nobody else edits: of the order, then of what was opened again since.

    Those passed come last, and the latest of them never.
    """
    known, before = set(given.ids), set(passed)
    found = _first_of(connection, [drawing_id for drawing_id in given.ids if drawing_id not in before], holder)
    if found is not None:
        return found
    undecided = select(drawing.c.id).where(drawing.c.status.in_(UNDECIDED)).order_by(drawing.c.id)
    since = [drawing_id for drawing_id in connection.execute(undecided).scalars() if drawing_id not in known]
    fresh = [drawing_id for drawing_id in since if drawing_id not in before]
    again = [drawing_id for drawing_id in (*given.ids, *since) if drawing_id in before and drawing_id != passed[-1]]
    return _first_of(connection, [*fresh, *again], holder)


def _first_of(connection: Connection, ids: Sequence[int], holder: str) -> int | None:
    for some in _chunks(ids):
        free = _free(connection, some, holder)
        found = next((drawing_id for drawing_id in some if drawing_id in free), None)
        if found is not None:
            return found
    return None


def _free(connection: Connection, ids: Sequence[int], holder: str) -> Collection[int]:
    conditions = [drawing.c.id.in_(ids), drawing.c.status.in_(UNDECIDED)]
    if holder:
        conditions.append(drawing.c.id.not_in(leases.held_by_others(holder)))
    return set(connection.execute(select(drawing.c.id).where(*conditions)).scalars())


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _LOOKED_AT_ONCE):
        yield ids[start : start + _LOOKED_AT_ONCE]
