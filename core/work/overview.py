"""Where a workspace stands, at a glance, and the one thing to do next."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Column, ColumnElement, Connection, func, select

from core.learn.comparison import SAME_IOU
from core.store import models
from core.store.database import reading
from core.store.efforts import latest_efforts
from core.store.models import ModelVersion
from core.store.news import News, news_since
from core.store.tables import drawing, job, model_version, run
from core.store.workspace import Workspace
from core.work import queue
from core.work.advice import LATEST, Standing, bulk_advice, standings
from core.work.predicting import PREDICT, REFRESH
from core.work.promoting import decided_against
from core.work.training import TRAIN

_FEWEST_TO_RETRAIN = 10
_SHARE_TO_RETRAIN = 0.1  # of what the model knows already


@dataclass(frozen=True)
class Challenger:
    """The newest model, while it is not in use and nobody decided against it.

    `gain` is its mean IoU minus that of the model in use.
    """

    name: str
    gain: float
    is_tested: bool  # on drawings of this workspace, not on rendered ones


@dataclass(frozen=True)
class Overview:
    """A workspace at a glance.

    `statuses` counts its drawings, `open_jobs` its unfinished jobs by kind. `champion` is the model in use, `scores`
    those of the models that were in use and compared on test drawings, the oldest first. `news` is what the newest
    model has not learnt from yet.
    """

    statuses: Mapping[str, int]
    in_training: int
    open_jobs: Mapping[str, int]
    champion: ModelVersion | None
    scores: tuple[Standing, ...]
    challenger: Challenger | None
    news: News
    is_bulk_due: bool

    @property
    def drawings(self) -> int:
        return sum(self.statuses.values())

    @property
    def reviewed(self) -> int:
        return self._count("approved", "rejected")

    @property
    def unread(self) -> int:
        """Drawings that wait for the model, if there is one."""
        return self._count("new") if self.champion else 0

    @property
    def to_review(self) -> int:
        return self.drawings - self.reviewed - self.unread

    @property
    def is_training(self) -> bool:
        return self.open_jobs.get(TRAIN, 0) > 0

    @property
    def is_reading(self) -> bool:
        return any(self.open_jobs.get(kind) for kind in (PREDICT, REFRESH))

    def _count(self, *statuses: str) -> int:
        return sum(self.statuses.get(status, 0) for status in statuses)


@dataclass(frozen=True)
class Step:
    """What to do next: the words of the button, the reason, and the page where it is done with what it is asked for."""

    label: str
    reason: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)


def overview(ws: Workspace) -> Overview:
    """The workspace as it is now; a handful of queries, however many drawings there are."""
    champion = models.champion(ws)
    with reading(ws.engine) as connection:
        statuses = _counts(connection, drawing.c.status)
        open_jobs = _counts(connection, job.c.kind, job.c.status.in_(queue.OPEN))
        trained = select(func.count()).select_from(drawing)
        trained = trained.where(drawing.c.in_training, drawing.c.approved_annotation_id.is_not(None))
        in_training = connection.execute(trained).scalar_one()
        newest_id, challenger = _newest(connection, champion)
    if newest_id in decided_against(ws):
        challenger = None
    newest = champion if newest_id is None else models.get(ws, newest_id)
    return Overview(
        statuses=statuses,
        in_training=in_training,
        open_jobs=open_jobs,
        champion=champion,
        scores=_champions_scores(ws),
        challenger=challenger,
        news=news_since(ws, newest),
        is_bulk_due=bool(bulk_advice(latest_efforts(ws, LATEST))),
    )


def next_step(now: Overview) -> Step:
    """The one thing to do next, and why."""
    if now.drawings == 0:
        return Step("Upload drawings", "There are no drawings yet.", "upload")
    if not now.is_training:
        if now.news.teaching >= max(_FEWEST_TO_RETRAIN, _SHARE_TO_RETRAIN * now.news.known):
            return Step("Retrain", f"{_corrections(now.news.count)} that the model has not learnt from.", "retrain")
        if now.challenger is not None:
            return Step("Compare the models", _promise(now.challenger), "retrain")
    if now.to_review > 0:
        return _review(now)
    if now.unread > 0:
        waits = "The model is reading" if now.is_reading else "Waiting for the model"
        return Step("See predictions", f"{waits}: {_drawings(now.unread)} to go.", "predict")
    if now.is_training:
        return Step("Watch the run", "Every drawing is reviewed, and a model is learning from them.", "retrain")
    if now.news.count > 0:
        reason = f"Every drawing is reviewed. {_corrections(now.news.count)} that the model has not learnt from."
        return Step("Retrain", reason, "retrain")
    if now.in_training == 0:
        return Step("Upload drawings", "Every drawing is rejected or taken out of training.", "upload")
    return Step("Export the masks", "Every drawing is reviewed, and the model has learnt from them.", "training_set")


def _review(now: Overview) -> Step:
    if now.champion is None:
        reason = f"{_drawings(now.to_review)} without a model: the first masks are drawn by hand."
        return Step("Draw masks", reason, "correct")
    if now.is_bulk_due:
        reason = f"People change hardly anything any more; {_drawings(now.to_review)} left."
        return Step("Accept the surest", reason, "predict", {"accept": "surest"})
    return Step("Review predictions", f"{_drawings(now.to_review)} left to accept or correct.", "predict")


def _promise(challenger: Challenger) -> str:
    if not challenger.is_tested:
        return f"{challenger.name} is new. No drawing is set aside for testing, so look at what it makes of yours."
    return f"{challenger.name} is better by {challenger.gain:.3f} mean IoU than the model in use."


def _newest(connection: Connection, champion: ModelVersion | None) -> tuple[int | None, Challenger | None]:
    """The version of the newest finished run, and whether it is worth a comparison with the champion."""
    columns = select(run.c.model_version_id, run.c.comparison, model_version.c.name).join_from(
        run, model_version, model_version.c.id == run.c.model_version_id
    )
    finished = columns.where(run.c.status == "finished", model_version.c.deleted_at.is_(None))
    row = connection.execute(finished.order_by(run.c.id.desc()).limit(1)).first()
    if row is None:
        return None, None
    found = row.comparison or {}
    if champion is None or champion.id == row.model_version_id or found.get("champion_id") != champion.id:
        return row.model_version_id, None
    gain = found.get("challenger_mean_iou", 0.0) - found.get("champion_mean_iou", 0.0)
    is_tested = found.get("compared_on") == "test drawings"
    is_promising = gain >= SAME_IOU if is_tested else gain > -SAME_IOU
    return row.model_version_id, Challenger(row.name, gain, is_tested) if is_promising else None


def _champions_scores(ws: Workspace) -> tuple[Standing, ...]:
    known = {one.version_id: one for one in standings(ws)}
    moves = models.alias_history(ws)[::-1] if known else []
    return tuple(known[move.to_version_id] for move in moves if move.to_version_id in known)


def _counts(connection: Connection, column: Column[str], *conditions: ColumnElement[bool]) -> dict[str, int]:
    """How many rows there are of each value."""
    counted = select(column, func.count()).where(*conditions).group_by(column)
    return {row[0]: row[1] for row in connection.execute(counted)}


def _drawings(count: int) -> str:
    return "1 drawing" if count == 1 else f"{count:,} drawings"


def _corrections(count: int) -> str:
    return "There is 1 correction" if count == 1 else f"There are {count:,} corrections"
