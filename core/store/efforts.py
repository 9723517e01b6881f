"""Efforts: how much people changed in the masks they started from, and how long that took."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from core.store.agreements import GLANCE_SECONDS
from core.store.database import reading
from core.store.tables import annotation
from core.store.workspace import Workspace


@dataclass(frozen=True)
class Effort:
    """What one approved correction of a prediction took.

    `changed_share` is the pixels changed over those of the approved section: 1 and more if there was nothing right.
    """

    decided_at: datetime
    changed_share: float
    minutes: float


def latest_efforts(ws: Workspace, limit: int) -> list[Effort]:
    """Of the latest approved corrections of predictions, the oldest first; what nobody looked at is no effort."""
    fields = ("decided_at", "changed_pixels", "class_pixels", "seconds_spent")
    is_looked_at = or_(annotation.c.cursor > 0, annotation.c.seconds_spent >= GLANCE_SECONDS)
    wanted = (
        select(*(annotation.c[name] for name in fields))
        .where(annotation.c.status == "approved", annotation.c.prediction_id.is_not(None), is_looked_at)
        .order_by(annotation.c.id.desc())
        .limit(limit)
    )
    with reading(ws.engine) as connection:
        rows = connection.execute(wanted).all()
    return [
        Effort(row.decided_at, row.changed_pixels / max(1, sum(row.class_pixels[1:])), row.seconds_spent / 60)
        for row in reversed(rows)
    ]
