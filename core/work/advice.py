"""When to stop correcting: what the retrainings of this workspace gained, and what people still change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import select

from core.learn.saturation import Outlook, Retraining, advise, look_ahead
from core.store import efforts
from core.store.database import reading
from core.store.efforts import Effort
from core.store.tables import model_version, run, snapshot
from core.store.workspace import Workspace

_RUNS = 200
_EFFORTS = 200
LATEST = 20
_FEWEST_LATEST = 10
_PORTIONS, _PORTION = 12, 5
_HARDLY = 0.01  # of the section
_MOSTLY = 0.8
_INTERVAL = 2 * 1.96  # a 95 % interval is so many standard errors wide


@dataclass(frozen=True)
class Standing:
    """How good one model version is: the mean IoU of the first one compared, and all that was gained or lost since.

    `corrections` are the approved drawings in its snapshot.
    """

    version_id: int
    name: str
    corrections: int
    iou: float


@dataclass(frozen=True)
class Advice:
    """A sentence or two about whether to go on correcting, and what they rest on."""

    sentences: tuple[str, ...]
    outlook: Outlook
    standings: tuple[Standing, ...]
    efforts: tuple[Effort, ...]
    is_bulk_due: bool


@dataclass(frozen=True)
class _Compared:
    """A finished run's new model and the champion of then, on test drawings."""

    champion_id: int
    version_id: int
    name: str
    champion_iou: float
    retraining: Retraining


def advice(ws: Workspace) -> Advice:
    """What the history of this workspace says."""
    compared = _comparisons(ws)
    outlook = look_ahead([one.retraining for one in compared])
    took = tuple(efforts.latest_efforts(ws, _EFFORTS))
    bulk = bulk_advice(took)
    sentences = (advise(outlook), bulk) if bulk else (advise(outlook),)
    return Advice(sentences, outlook, tuple(_standings(compared)), took, is_bulk_due=bool(bulk))


def bulk_advice(took: Sequence[Effort]) -> str:
    """A sentence when people change hardly anything in what the model predicts; "" as long as they do."""
    latest = took[-LATEST:]
    unchanged = sum(effort.changed_share < _HARDLY for effort in latest)
    if len(latest) < _FEWEST_LATEST or unchanged < _MOSTLY * len(latest):
        return ""
    return (
        f"In {unchanged} of the last {len(latest)} drawings people changed less than {_HARDLY:.0%} of the section: it "
        "is time to accept the surest predictions in bulk."
    )


def effort_curve(took: Sequence[Effort]) -> list[Effort]:
    """The efforts in portions of the same size, a dozen at most: the median of each."""
    portions = np.array_split(np.arange(len(took)), max(1, min(_PORTIONS, len(took) // _PORTION)))
    return [
        Effort(
            took[portion[-1]].decided_at,
            float(np.median([took[place].changed_share for place in portion])),
            float(np.median([took[place].minutes for place in portion])),
        )
        for portion in portions
        if len(portion)
    ]


def standings(ws: Workspace) -> list[Standing]:
    """Every model version that was compared on test drawings, the oldest first."""
    return _standings(_comparisons(ws))


def _comparisons(ws: Workspace) -> list[_Compared]:
    """The oldest first; a champion that was not trained here has no corrections."""
    found = run.c.comparison
    columns = select(
        run.c.model_version_id,
        model_version.c.name,
        snapshot.c.drawing_count,
        found["champion_id"].as_integer().label("champion_id"),
        found["champion_mean_iou"].as_float().label("champion_iou"),
        found["challenger_mean_iou"].as_float().label("challenger_iou"),
        found["interval"][0].as_float().label("low"),
        found["interval"][1].as_float().label("high"),
    )
    joined = run.join(model_version, model_version.c.id == run.c.model_version_id).join(
        snapshot, snapshot.c.id == run.c.snapshot_id
    )
    on_tests = columns.select_from(joined).where(
        run.c.status == "finished", found["compared_on"].as_string() == "test drawings"
    )
    trained = select(model_version.c.id, snapshot.c.drawing_count).join(snapshot)
    with reading(ws.engine) as connection:
        rows = connection.execute(on_tests.order_by(run.c.id.desc()).limit(_RUNS)).all()
        corrections = {row.id: row.drawing_count for row in connection.execute(trained)}
    return [
        _Compared(
            row.champion_id,
            row.model_version_id,
            row.name,
            row.champion_iou,
            Retraining(
                before=corrections.get(row.champion_id, 0),
                after=row.drawing_count,
                gain=row.challenger_iou - row.champion_iou,
                error=(row.high - row.low) / _INTERVAL,
            ),
        )
        for row in reversed(rows)
        if row.champion_iou is not None and row.low is not None
    ]


def _standings(compared: Sequence[_Compared]) -> list[Standing]:
    """Each version by its gain over the champion it was compared with, so that all are of one scale though the test
    drawings became more meanwhile; brought to the level that the latest comparison measured.
    """
    found: dict[int, Standing] = {}
    for one in compared:
        before = found.setdefault(
            one.champion_id,
            Standing(one.champion_id, "", one.retraining.before, one.champion_iou),
        )
        iou = before.iou + one.retraining.gain
        found[one.version_id] = Standing(one.version_id, one.name, one.retraining.after, iou)
    if not found:
        return []
    latest = compared[-1]
    offset = latest.champion_iou + latest.retraining.gain - found[latest.version_id].iou
    return [replace(one, iou=float(np.clip(one.iou + offset, 0, 1))) for one in found.values()]
