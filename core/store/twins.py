"""Drawings that are nearly the same as others, by the fingerprints that they were given when they were added."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from core.raster.similar import NO_FINGERPRINT, nearest_twins, thumbnail_fingerprint
from core.store.database import reading, writing
from core.store.tables import drawing
from core.store.workspace import Workspace

_AT_ONCE = 500


def take_missing_fingerprints(ws: Workspace) -> None:
    """Give the approved drawings that an earlier Ostrakon added their fingerprints."""
    is_missing = drawing.c.fingerprint.is_(None) & drawing.c.approved_annotation_id.is_not(None)
    with reading(ws.engine) as connection:
        missing = connection.execute(select(drawing.c.id, drawing.c.thumbnail_sha256).where(is_missing)).all()
    for start in range(0, len(missing), _AT_ONCE):
        taken = [
            {"of": row.id, "found": thumbnail_fingerprint(ws.blobs.get(row.thumbnail_sha256))}
            for row in missing[start : start + _AT_ONCE]
        ]
        with writing(ws.engine) as connection:
            statement = update(drawing).where(drawing.c.id == bindparam("of")).values(fingerprint=bindparam("found"))
            connection.execute(statement, taken)


def twins_among(connection: Connection, these: Sequence[int], those: Sequence[int]) -> dict[int, int]:
    """Which of `these` drawings are nearly the same as one of `those`, and as which; a drawing is its own twin."""
    prints = _fingerprints(connection, {*these, *those})
    found = nearest_twins([prints[one] for one in these], [prints[one] for one in those])
    twins = {one: those[place] for one, place in zip(these, found, strict=True) if place is not None}
    return {**twins, **{one: one for one in set(these) & set(those)}}


def _fingerprints(connection: Connection, drawing_ids: set[int]) -> dict[int, str]:
    rows = connection.execute(select(drawing.c.id, drawing.c.fingerprint).where(drawing.c.fingerprint.is_not(None)))
    known = {row.id: row.fingerprint for row in rows}
    return {drawing_id: known.get(drawing_id, NO_FINGERPRINT) for drawing_id in drawing_ids}
