"""What is new in the training set since a model version was trained."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import case, func, select

from core.store import publications
from core.store.database import reading
from core.store.models import ModelVersion
from core.store.tables import annotation, drawing, publication, snapshot, snapshot_item
from core.store.workspace import Workspace


@dataclass(frozen=True)
class News:
    """Approved drawings in training that a model version has not seen as they are now, by what they are for.

    `teaching` of them train, `checking` validate, `testing` test; `known` are those that it was trained on, or tested
    with, already. A publication without a split counts where the next snapshot will put it.
    """

    teaching: int
    checking: int
    testing: int
    known: int

    @property
    def count(self) -> int:
        return self.teaching + self.checking + self.testing


def news_since(ws: Workspace, version: ModelVersion | None) -> News:
    """What a run would learn from that this version did not; a model that was not trained here knows nothing."""
    snapshot_id = version.snapshot_id if version else None
    seen = (snapshot_item.c.snapshot_id == snapshot_id) & (snapshot_item.c.annotation_id == annotation.c.id)
    joined = drawing.join(annotation, annotation.c.id == drawing.c.approved_annotation_id).join(publication)
    joined = joined.outerjoin(snapshot_item, seen & (snapshot_item.c.drawing_id == drawing.c.id))
    left_out = select(snapshot.c.left_out).where(snapshot.c.id == snapshot_id)
    with reading(ws.engine) as connection:
        twins = [one["drawing_id"] for one in connection.execute(left_out).scalar() or ()]
        is_new = snapshot_item.c.drawing_id.is_(None) & drawing.c.id.not_in(twins)
        counts = select(publication.c.id, publication.c.split, func.count(), func.sum(case((is_new, 1), else_=0)))
        grouped = counts.select_from(joined).where(drawing.c.in_training).group_by(publication.c.id)
        rows = connection.execute(grouped).all()
        planned = publications.planned_splits(
            connection, {publication_id: count for publication_id, _, count, _ in rows}
        )
    splits: Counter[str] = Counter()
    for publication_id, split, _, new in rows:
        splits[split or planned[publication_id]] += new
    known = sum(count - new for _, _, count, new in rows)
    return News(splits["train"], splits["validation"], splits["test"], known=known)
