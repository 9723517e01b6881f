import numpy as np
from sqlalchemy import update

from core.store import agreements, annotations, models, snapshots
from core.store.annotations import Annotation
from core.store.database import writing
from core.store.models import ModelVersion, NewModel
from core.store.tables import publication
from core.store.workspace import Workspace
from tests.core.store.samples import (
    RIGHT_COLUMN,
    add_drawing,
    approve_drawing,
    forget_features,
    predict,
    register_model,
)


def accept(ws: Workspace, drawing_id: int, *, seconds: float = 0.0) -> Annotation:
    return annotations.approve(ws, annotations.open_draft(ws, drawing_id, "Ada"), seconds=seconds)


def trained(ws: Workspace, name: str) -> ModelVersion:
    """A model version that learnt from all that is approved now."""
    snapshot = snapshots.freeze(ws, "Ada")
    new = NewModel(name, "trained", "Ada", snapshot_id=snapshot.id)
    return models.register(ws, new, artefact=name.encode(), weights=name.encode() * 2)


def test_approved_drawings_wait_to_be_compared_the_latest_first(ws: Workspace) -> None:
    base = register_model(ws)
    read, unread, undecided = (add_drawing(ws, name) for name in ("a", "b", "c"))
    for drawing in (read, undecided):
        predict(ws, drawing.id, base.id)
    first, _ = approve_drawing(ws, read.id), approve_drawing(ws, unread.id)
    later = add_drawing(ws, "d")
    predict(ws, later.id, base.id)
    second = approve_drawing(ws, later.id)
    assert agreements.missing(ws, 9, among=9) == [second, first]
    assert agreements.missing(ws, 1, among=9) == [second]
    assert agreements.missing(ws, 9, among=1) == [second]
    agreements.save(ws, second.id, None, None)
    assert agreements.missing(ws, 9, among=9) == [first]


def test_the_prediction_that_counts_is_the_newest_by_a_model_that_had_not_learnt_from_the_drawing(
    ws: Workspace,
) -> None:
    base, other = register_model(ws), register_model(ws, "other")
    drawing = add_drawing(ws)
    predict(ws, drawing.id, base.id)
    untaught = predict(ws, drawing.id, other.id)
    approved = approve_drawing(ws, drawing.id)
    predict(ws, drawing.id, trained(ws, "pupil").id)
    assert agreements.untaught_prediction(ws, approved) == untaught


def test_a_model_whose_parent_learnt_from_a_drawing_has_learnt_from_it(ws: Workspace) -> None:
    drawing, kept = add_drawing(ws, "a"), add_drawing(ws, "b")
    approved = approve_drawing(ws, drawing.id)
    approve_drawing(ws, kept.id)
    parent = trained(ws, "parent")
    snapshots.take_out(ws, next(item for item in snapshots.training_items(ws) if item.drawing_id == drawing.id))
    snapshot = snapshots.freeze(ws, "Ada")
    new = NewModel("child", "trained", "Ada", parent_id=parent.id, snapshot_id=snapshot.id)
    child = models.register(ws, new, artefact=b"child", weights=b"child")
    predict(ws, drawing.id, child.id)
    assert agreements.untaught_prediction(ws, approved) is None


def test_test_drawings_teach_no_model(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    approved = approve_drawing(ws, drawing.id)
    with writing(ws.engine) as connection:
        connection.execute(update(publication).values(split="test"))
    made = predict(ws, drawing.id, trained(ws, "pupil").id)
    assert [item.split for item in snapshots.items(ws, 1)] == ["test"]
    assert agreements.untaught_prediction(ws, approved) == made


def test_agreements_are_those_that_somebody_looked_at(ws: Workspace) -> None:
    base = register_model(ws)
    corrected, looked_at, unseen = (add_drawing(ws, name) for name in ("a", "b", "c"))
    for drawing, uncertainty in ((corrected, 0.5), (looked_at, 0.25), (unseen, 0.125)):
        predict(ws, drawing.id, base.id, uncertainty=uncertainty)
    decided = [approve_drawing(ws, corrected.id), accept(ws, looked_at.id, seconds=4), accept(ws, unseen.id)]
    for annotation, iou in zip(decided, (0.6, 1.0, 1.0), strict=True):
        agreements.save(ws, annotation.id, annotation.prediction_id, iou)
        agreements.save(ws, annotation.id, None, 0.0)  # is known
    found = agreements.agreements(ws)
    assert sorted(zip(found.uncertainty, found.iou, strict=True)) == [(0.25, 1.0), (0.5, 0.6)]
    assert set(found.publications.tolist()) == {corrected.publication_id}
    assert found.unseen == 1


def test_only_the_mask_that_is_approved_now_counts(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    predict(ws, drawing.id, register_model(ws).id)
    first = approve_drawing(ws, drawing.id)
    agreements.save(ws, first.id, first.prediction_id, 0.5)
    draft = annotations.open_draft(ws, drawing.id, "Jörg")
    second = annotations.approve(ws, annotations.append(ws, draft, [RIGHT_COLUMN]))
    assert len(agreements.agreements(ws).iou) == 0
    assert agreements.missing(ws, 9, among=9) == [second]


def test_doubt_of_the_old_scale_calibrates_nothing(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    predict(ws, drawing.id, register_model(ws).id)
    approved = approve_drawing(ws, drawing.id)
    agreements.save(ws, approved.id, approved.prediction_id, 0.5)
    assert len(agreements.agreements(ws).iou) == 1
    forget_features(ws)
    assert len(agreements.agreements(ws).iou) == 0


def test_unreviewed_are_the_predictions_that_nobody_decided_about(ws: Workspace) -> None:
    base = register_model(ws)
    waiting, decided, _ = (add_drawing(ws, name, publication=name) for name in ("a", "b", "c"))
    predict(ws, waiting.id, base.id, uncertainty=0.5)
    predict(ws, decided.id, base.id)
    approve_drawing(ws, decided.id)
    found = agreements.unreviewed(ws)
    assert (found.uncertainty.tolist(), found.publications.tolist()) == ([0.5], [waiting.publication_id])
    assert (found.uncertainty.dtype, found.publications.dtype) == (np.float64, np.int64)
