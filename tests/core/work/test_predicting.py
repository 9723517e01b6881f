from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from core.errors import NotFoundError
from core.infer.reader import Reader, Reading
from core.raster.sanity import CHECKS
from core.store import annotations, drawings, predictions
from core.store.database import reading
from core.store.tables import prediction
from core.store.workspace import Workspace
from core.work import lease, queue
from core.work.attempts import Kind, carry_out
from core.work.predicting import DrawingReader, predict_drawings, refresh_outdated, refresh_predictions
from core.work.processes import Owner
from core.work.queue import Job
from core.work.starting import ensure_worker
from tests.core.store.samples import forget_features
from tests.core.work.pottery import add_drawings, add_model
from tests.core.work.processes import kill, wait_for


def do(workspace: Workspace, reader: DrawingReader, kind: str) -> Job:
    """Claim the next job of that kind and do it in this process."""
    job = queue.claim(workspace, Owner.of_this_process(), kinds=[kind], lease_seconds=-1)
    assert job is not None
    carry_out(workspace, job, Kind(getattr(reader, kind)))
    return queue.get(workspace, job.id)


def read_by(workspace: Workspace) -> list[tuple[int, int]]:
    """(drawing id, model version id) of every prediction, in the order in which they were made."""
    columns = select(prediction.c.drawing_id, prediction.c.model_version_id).order_by(prediction.c.id)
    with reading(workspace.engine) as connection:
        return [(row.drawing_id, row.model_version_id) for row in connection.execute(columns)]


def damage(workspace: Workspace, drawing_id: int) -> None:
    sha256 = drawings.get(workspace, drawing_id).image_sha256
    (blob,) = [path for path in Path(workspace.settings.resolved_blobs_url).rglob("*") if path.name == sha256]
    blob.chmod(0o600)
    blob.write_bytes(b"rust")


def test_drawings_are_read_by_the_champion_at_their_full_size(workspace: Workspace) -> None:
    champion = add_model(workspace)
    (drawing_id,) = add_drawings(workspace, 1, height=300, width=200)
    predict_drawings(workspace, [drawing_id])
    job = do(workspace, DrawingReader(), "predict")
    assert (job.status, job.progress, job.message) == ("finished", 1.0, "1 of 1 drawing")
    assert job.result == {"model_version_id": champion.id, "failures": []}
    shown = predictions.newest(workspace, drawing_id)
    assert shown is not None
    expected = np.zeros((300, 200), np.uint8)
    expected[75:225, 50:150] = 1
    assert (predictions.mask(workspace, shown) != expected).mean() < 0.02
    assert drawings.get(workspace, drawing_id).status == "predicted"


def test_what_the_champion_has_read_is_not_read_again(workspace: Workspace) -> None:
    champion = add_model(workspace)
    ids = add_drawings(workspace, 3)
    reader = DrawingReader()
    predict_drawings(workspace, ids[:2])
    do(workspace, reader, "predict")
    predict_drawings(workspace, ids)
    assert do(workspace, reader, "predict").message == "3 of 3 drawings"
    assert read_by(workspace) == [(drawing_id, champion.id) for drawing_id in ids]


def test_a_drawing_that_cannot_be_read_fails_alone(workspace: Workspace) -> None:
    add_model(workspace)
    ids = add_drawings(workspace, 3)
    damage(workspace, ids[1])
    predict_drawings(workspace, ids)
    job = do(workspace, DrawingReader(), "predict")
    (failure,) = job.result["failures"]
    assert (job.status, failure["drawing_id"], failure["name"]) == ("finished", ids[1], "Taf. 1.png")
    assert failure["sentence"].startswith("Taf. 1.png could not be read. ")
    assert "damaged" in failure["sentence"]
    assert [drawing_id for drawing_id, _ in read_by(workspace)] == [ids[0], ids[2]]
    assert drawings.get(workspace, ids[1]).status == "new"


def test_a_drawing_that_a_bug_of_ours_stops_fails_alone(workspace: Workspace, monkeypatch) -> None:
    add_model(workspace)
    ids = add_drawings(workspace, 3)
    read = Reader.read

    def stumble(reader: Reader, image: np.ndarray) -> Reading:
        monkeypatch.setattr(Reader, "read", read)
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(Reader, "read", stumble)
    predict_drawings(workspace, ids)
    job = do(workspace, DrawingReader(), "predict")
    assert [failure["drawing_id"] for failure in job.result["failures"]] == [ids[0]]
    assert "An unexpected error stopped it (ZeroDivisionError" in job.result["failures"][0]["sentence"]
    assert [drawing_id for drawing_id, _ in read_by(workspace)] == ids[1:]


def test_a_drawing_that_the_worker_died_of_is_read_last(workspace: Workspace) -> None:
    add_model(workspace)
    ids = add_drawings(workspace, 3)
    predict_drawings(workspace, ids)
    victim = queue.claim(workspace, Owner.of_this_process(), lease_seconds=-1)
    assert victim is not None
    queue.report(workspace, victim, progress=0.0, message="", state={"reading": ids[0], "suspects": []})
    assert do(workspace, DrawingReader(), "predict").status == "finished"
    assert [drawing_id for drawing_id, _ in read_by(workspace)] == [ids[1], ids[2], ids[0]]


def test_without_a_model_the_job_says_so(workspace: Workspace) -> None:
    predict_drawings(workspace, add_drawings(workspace, 1))
    job = do(workspace, DrawingReader(), "predict")
    assert job.status == "failed"
    assert "no model" in job.error
    with pytest.raises(NotFoundError, match="no model"):
        refresh_predictions(workspace)


def test_a_cancelled_prediction_keeps_what_was_read(workspace: Workspace) -> None:
    add_model(workspace)
    job = predict_drawings(workspace, add_drawings(workspace, 3))
    claimed = queue.claim(workspace, Owner.of_this_process(), lease_seconds=-1)
    assert claimed is not None
    queue.request_cancel(workspace, job.id)
    assert do(workspace, DrawingReader(), "predict").status == "cancelled"
    assert read_by(workspace) == []


def test_after_a_promotion_the_new_champion_reads_what_nobody_has_worked_on(workspace: Workspace) -> None:
    old = add_model(workspace)
    ids = add_drawings(workspace, 3)
    reader = DrawingReader()
    predict_drawings(workspace, ids[:2])
    do(workspace, reader, "predict")
    annotations.reject(workspace, annotations.open_draft(workspace, ids[0], "Ada"))
    new = add_model(workspace, threshold=60)
    refresh_predictions(workspace)
    assert do(workspace, reader, "refresh").result["model_version_id"] == new.id
    assert sorted(read_by(workspace)) == [(ids[0], old.id), (ids[1], old.id), (ids[1], new.id), (ids[2], new.id)]


def test_refreshing_twice_is_one_job_and_one_for_an_older_champion_is_cancelled(workspace: Workspace) -> None:
    add_model(workspace)
    first = refresh_predictions(workspace)
    assert refresh_predictions(workspace).id == first.id
    add_model(workspace, threshold=60)
    second = refresh_predictions(workspace)
    assert second.id != first.id
    assert queue.get(workspace, first.id).status == "cancelled"


def test_what_was_read_before_features_were_kept_is_read_again_once_in_the_background(workspace: Workspace) -> None:
    add_model(workspace)
    ids = add_drawings(workspace, 3)
    reader = DrawingReader()
    predict_drawings(workspace, ids)
    do(workspace, reader, "predict")
    annotations.open_draft(workspace, ids[0], "Ada")
    forget_features(workspace)
    refresh = refresh_outdated(workspace)
    assert refresh is not None
    assert refresh_outdated(workspace) == refresh
    assert do(workspace, reader, "refresh").status == "finished"
    features = [predictions.newest(workspace, drawing_id).features for drawing_id in ids]  # type: ignore[union-attr]
    assert [one is None for one in features] == [True, False, False]
    assert refresh_outdated(workspace) is None


def test_without_old_predictions_nothing_is_read_again(workspace: Workspace) -> None:
    assert refresh_outdated(workspace) is None
    add_model(workspace)
    predict_drawings(workspace, add_drawings(workspace, 1))
    do(workspace, DrawingReader(), "predict")
    add_drawings(workspace, 1)
    assert refresh_outdated(workspace) is None


def test_a_drawing_without_section_is_suspected_and_says_why(workspace: Workspace) -> None:
    add_model(workspace, threshold=1)
    (drawing_id,) = add_drawings(workspace, 1)
    predict_drawings(workspace, [drawing_id])
    do(workspace, DrawingReader(), "predict")
    shown = drawings.get(workspace, drawing_id)
    assert (shown.reason, shown.uncertainty) == (CHECKS["empty"], 1.0)
    assert shown.suspicion > 0.5


def test_a_refresh_makes_way_for_drawings_that_were_just_uploaded(workspace: Workspace) -> None:
    add_model(workspace)
    old = add_drawings(workspace, 2)
    reader = DrawingReader()
    refresh = refresh_predictions(workspace)
    claimed = queue.claim(workspace, Owner.of_this_process(), lease_seconds=60)
    assert claimed is not None
    new = add_drawings(workspace, 1)
    predict_drawings(workspace, new)
    carry_out(workspace, claimed, Kind(reader.refresh))
    waiting = queue.get(workspace, refresh.id)
    assert (waiting.status, waiting.attempts) == ("queued", 0)
    do(workspace, reader, "predict")
    assert do(workspace, reader, "refresh").status == "finished"
    assert [drawing_id for drawing_id, _ in read_by(workspace)] in ([*new, *old], [*new, *old[::-1]])


def test_a_worker_killed_in_the_middle_leaves_no_drawing_unread_and_none_is_read_twice(workspace: Workspace) -> None:
    champion = add_model(workspace, sizes=(512,))
    ids = add_drawings(workspace, 40, height=400, width=500)
    job = predict_drawings(workspace, ids)
    assert ensure_worker(workspace)
    before = wait_for(lambda: read_by(workspace)[5:] and read_by(workspace), "the first predictions")
    first = lease.worker_process(workspace)
    assert first is not None
    kill(first.pid)
    assert len(read_by(workspace)) < 40
    assert ensure_worker(workspace)
    wait_for(lambda: not queue.get(workspace, job.id).is_open, "all predictions")
    after = read_by(workspace)
    assert after[: len(before)] == before
    assert Counter(after) == Counter((drawing_id, champion.id) for drawing_id in ids)
    finished = queue.get(workspace, job.id)
    assert (finished.status, finished.message, finished.attempts) == ("finished", "40 of 40 drawings", 1)
    log = (workspace.settings.workspace / "logs" / "worker.log").read_text()
    assert log.count("worker of") == 2
