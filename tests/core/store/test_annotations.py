from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from core.errors import EditError, FrozenError, NotFoundError, StaleVersionError
from core.raster.cut import cut
from core.raster.edits import FillHoles, Grow, Lasso, Rectangle, Stroke, back_to, region, replay
from core.store import annotations, drawings, models, predictions, snapshots
from core.store.database import reading, writing
from core.store.tables import annotation, edit
from core.store.workspace import Workspace
from tests.core.store.samples import (
    ERASE_ALL,
    PREDICTED,
    RIGHT_COLUMN,
    TOP_ROW,
    add_drawing,
    approve_drawing,
    predict,
    register_model,
)

WITH_RIGHT_COLUMN = np.array(
    [
        [0, 0, 0, 0, 0, 1],
        [0, 1, 1, 0, 0, 1],
        [0, 1, 1, 0, 0, 1],
        [0, 0, 0, 0, 0, 1],
    ],
    dtype=np.uint8,
)


@pytest.fixture
def predicted(ws: Workspace) -> drawings.Drawing:
    drawing = add_drawing(ws)
    predict(ws, drawing.id, register_model(ws).id)
    return drawing


def status(ws: Workspace, drawing: drawings.Drawing) -> str:
    return drawings.get(ws, drawing.id).status


def test_a_draft_starts_from_the_prediction(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.open_draft(ws, predicted.id, "Ada")
    assert (draft.status, draft.author, draft.edit_count, draft.cursor) == ("draft", "Ada", 0, 0)
    assert draft.prediction_id == predictions.newest(ws, predicted.id).id  # type: ignore[union-attr]
    assert (annotations.base_mask(ws, draft) == PREDICTED).all()
    assert (annotations.mask(ws, draft) == PREDICTED).all()


def test_without_prediction_a_draft_starts_empty(ws: Workspace) -> None:
    draft = annotations.open_draft(ws, add_drawing(ws).id, "Ada")
    assert annotations.mask(ws, draft).tolist() == [[0] * 6] * 4


def test_a_drawing_has_one_draft_whoever_opens_it(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.open_draft(ws, predicted.id, "Ada")
    assert annotations.open_draft(ws, predicted.id, "Bea") == draft


def test_the_database_itself_refuses_a_second_draft(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.open_draft(ws, predicted.id, "Ada")
    with reading(ws.engine) as connection:
        row = connection.execute(select(annotation).where(annotation.c.id == draft.id)).one()._asdict()
    with pytest.raises(IntegrityError), writing(ws.engine) as connection:
        connection.execute(insert(annotation).values({name: row[name] for name in row if name != "id"}))


def test_an_untouched_draft_follows_a_better_prediction(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    draft = annotations.open_draft(ws, drawing.id, "Ada")
    predict(ws, drawing.id, register_model(ws).id)
    followed = annotations.open_draft(ws, drawing.id, "Ada")
    assert followed.id == draft.id
    assert (annotations.mask(ws, followed) == PREDICTED).all()
    with pytest.raises(StaleVersionError):
        annotations.append(ws, draft, [RIGHT_COLUMN])


def test_a_draft_with_edits_keeps_the_base_they_were_drawn_on(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Ada"), [RIGHT_COLUMN])
    better = register_model(ws, "better")
    predict(ws, predicted.id, better.id, mask=1 - PREDICTED)
    models.promote(ws, better.id, "Ada")
    assert annotations.open_draft(ws, predicted.id, "Ada") == draft
    assert (annotations.mask(ws, draft) == WITH_RIGHT_COLUMN).all()


def test_an_appended_edit_is_there_when_asked_again(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.open_draft(ws, predicted.id, "Ada")
    grown = annotations.append(ws, draft, [RIGHT_COLUMN], seconds=2.5)
    assert annotations.get(ws, draft.id) == grown == annotations.newest(ws, predicted.id)
    assert (grown.edit_count, grown.cursor, grown.seconds_spent) == (1, 1, 2.5)
    assert annotations.edits(ws, grown) == [RIGHT_COLUMN]
    assert (annotations.mask(ws, grown) == WITH_RIGHT_COLUMN).all()


def test_each_edit_remembers_who_drew_it(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Ada"), [RIGHT_COLUMN])
    annotations.append(ws, draft, [TOP_ROW], author="Bea")
    with reading(ws.engine) as connection:
        assert list(connection.execute(select(edit.c.author).order_by(edit.c.position)).scalars()) == ["Ada", "Bea"]


def test_a_drawing_is_a_draft_from_the_first_edit_on(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.open_draft(ws, predicted.id, "Ada")
    assert status(ws, predicted) == "predicted"
    draft = annotations.append(ws, draft, [], seconds=1)
    assert status(ws, predicted) == "predicted"
    annotations.append(ws, draft, [RIGHT_COLUMN])
    assert status(ws, predicted) == "draft"


def test_an_edit_on_a_draft_that_went_on_elsewhere_is_refused(ws: Workspace, predicted: drawings.Drawing) -> None:
    seen = annotations.open_draft(ws, predicted.id, "Ada")
    elsewhere = annotations.append(ws, seen, [RIGHT_COLUMN])
    with pytest.raises(StaleVersionError, match="went on in another window or with a colleague"):
        annotations.append(ws, seen, [TOP_ROW])
    with pytest.raises(StaleVersionError):
        annotations.approve(ws, seen)
    assert annotations.newest(ws, predicted.id) == elsewhere
    assert annotations.edits(ws, elsewhere) == [RIGHT_COLUMN]


def test_an_undo_on_a_draft_that_went_on_elsewhere_is_refused(ws: Workspace, predicted: drawings.Drawing) -> None:
    seen = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Ada"), [RIGHT_COLUMN])
    elsewhere = annotations.append(ws, seen, [TOP_ROW])
    with pytest.raises(StaleVersionError):
        annotations.undo(ws, seen)
    assert annotations.get(ws, seen.id) == elsewhere


def test_an_edit_of_a_class_that_is_not_in_the_label_map_is_refused(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.open_draft(ws, predicted.id, "Ada")
    with pytest.raises(EditError, match="2 classes"):
        annotations.append(ws, draft, [RIGHT_COLUMN, Stroke(((1, 1),), 2, 2)])
    assert annotations.newest(ws, predicted.id) == draft


OPERATIONS = st.lists(st.one_of(st.just("undo"), st.just("redo"), st.integers(0, 3)), max_size=12)
CONTENTS = count()


@given(OPERATIONS)
@example([3, "undo", "undo", "redo", 1, "redo", "undo"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undo_and_redo_move_over_the_edits_as_in_any_editor(ws: Workspace, operations: list[str | int]) -> None:
    draft = annotations.open_draft(ws, add_drawing(ws, f"{next(CONTENTS)}.png").id, "Ada")
    done: list[Stroke] = []
    undone: list[Stroke] = []
    for step, operation in enumerate(operations):
        if operation == "undo":
            draft = annotations.undo(ws, draft)
            undone += [done.pop()] if done else []
        elif operation == "redo":
            draft = annotations.redo(ws, draft)
            done += [undone.pop()] if undone else []
        else:
            new = [Stroke(((step, number),), 1, 1) for number in range(int(operation))]
            draft = annotations.append(ws, draft, new)
            done += new
            undone = []
        assert annotations.edits(ws, draft) == done
        assert (draft.cursor, draft.edit_count) == (len(done), len(done) + len(undone))
    assert annotations.get(ws, draft.id) == draft


def test_an_approved_annotation_keeps_its_mask_and_what_people_changed(
    ws: Workspace, predicted: drawings.Drawing
) -> None:
    draft = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Ada"), [RIGHT_COLUMN, TOP_ROW], seconds=3)
    draft = annotations.undo(ws, draft)
    approved = annotations.approve(ws, draft, author="Bea", comment="rim unsure", seconds=2)
    assert (approved.status, approved.author, approved.decided_by) == ("approved", "Ada", "Bea")
    assert (approved.comment, approved.seconds_spent) == ("rim unsure", 5)
    assert (approved.changed_pixels, approved.changed_fraction) == (4, 4 / 24)
    assert approved.class_pixels == [16, 8]
    assert approved.decided_at is not None
    assert (annotations.mask(ws, approved) == WITH_RIGHT_COLUMN).all()
    assert status(ws, predicted) == "approved"
    assert drawings.get(ws, predicted.id).approved_annotation_id == approved.id


def test_a_decided_annotation_is_frozen(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Ada"), [RIGHT_COLUMN])
    approved = annotations.approve(ws, draft, author="Bea")
    for seen in (draft, approved):
        with pytest.raises(FrozenError, match="approved by Bea"):
            annotations.append(ws, seen, [TOP_ROW])
        with pytest.raises(FrozenError):
            annotations.undo(ws, seen)
        with pytest.raises(FrozenError):
            annotations.reject(ws, seen)
    assert annotations.newest(ws, predicted.id) == approved


def test_correcting_an_approved_drawing_opens_a_draft_on_top_of_it(ws: Workspace, predicted: drawings.Drawing) -> None:
    approved = approve_drawing(ws, predicted.id)
    draft = annotations.open_draft(ws, predicted.id, "Bea")
    assert (draft.id != approved.id, draft.parent_id, draft.prediction_id) == (True, approved.id, None)
    draft = annotations.append(ws, draft, [TOP_ROW])
    expected = WITH_RIGHT_COLUMN.copy()
    expected[0] = 1
    assert (annotations.mask(ws, draft) == expected).all()
    assert annotations.approve(ws, draft).changed_pixels == 5
    assert [past.status for past in annotations.history(ws, predicted.id)] == ["approved", "approved"]


def test_an_approved_mask_is_trained_on_until_the_next_decision(ws: Workspace, predicted: drawings.Drawing) -> None:
    approved = approve_drawing(ws, predicted.id)
    draft = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Bea"), [TOP_ROW])
    assert [item.annotation_id for item in snapshots.training_items(ws)] == [approved.id]
    annotations.reject(ws, draft)
    assert snapshots.training_items(ws) == []


def test_a_rejected_annotation_is_not_trained_on(ws: Workspace, predicted: drawings.Drawing) -> None:
    rejected = annotations.reject(ws, annotations.open_draft(ws, predicted.id, "Ada"), author="Bea")
    assert (rejected.status, rejected.decided_by, status(ws, predicted)) == ("rejected", "Bea", "rejected")
    assert snapshots.training_items(ws) == []


def test_after_a_rejection_the_draft_goes_on_from_the_human_work(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Ada"), [RIGHT_COLUMN])
    rejected = annotations.reject(ws, draft)
    assert annotations.open_draft(ws, predicted.id, "Ada").parent_id == rejected.id


def test_after_a_rejection_without_human_work_the_draft_starts_from_the_shown_prediction(
    ws: Workspace, predicted: drawings.Drawing
) -> None:
    annotations.reject(ws, annotations.open_draft(ws, predicted.id, "Ada"))
    better = predict(ws, predicted.id, register_model(ws, "better").id, mask=1 - PREDICTED)
    assert annotations.open_draft(ws, predicted.id, "Ada").prediction_id == better.id


def test_erasing_everything_is_an_annotation_like_any_other(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Ada"), [ERASE_ALL])
    approved = annotations.approve(ws, draft)
    assert (approved.changed_pixels, approved.class_pixels) == (4, [24])


def test_what_is_not_there_is_told(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no drawing 7"):
        annotations.open_draft(ws, 7, "Ada")
    with pytest.raises(NotFoundError, match="no annotation 7"):
        annotations.get(ws, 7)
    assert annotations.newest(ws, 7) is None


def test_who_touched_a_draft_last_is_known(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    draft = annotations.open_draft(ws, drawing.id, "Ada")
    assert annotations.last_touched_by(ws, draft) == "Ada"
    draft = annotations.append(ws, draft, [Stroke(((1, 1),), width_px=1, label=1)], author="Ben")
    assert annotations.last_touched_by(ws, draft) == "Ben"
    assert annotations.last_touched_by(ws, annotations.approve(ws, draft, author="Cleo")) == "Cleo"


def test_every_kind_of_edit_comes_back_from_the_store(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.open_draft(ws, predicted.id, "ada")
    before = annotations.mask(ws, draft)
    column = WITH_RIGHT_COLUMN == 1
    made = [
        region(column, 1, "fill", gap_px=3.0),
        cut(WITH_RIGHT_COLUMN, ((2.0, 4.0), (2.0, 7.0)), 1),
        Lasso(((0, 0), (0, 2), (2, 2)), 1),
        Rectangle(((0, 0), (1, 1)), 0),
        Grow(1, 1),
        FillHoles(1),
        back_to(WITH_RIGHT_COLUMN, before),
    ]
    draft = annotations.append(ws, draft, made)
    assert annotations.edits(ws, draft) == made
    assert np.array_equal(annotations.mask(ws, draft), replay(before, made))


def test_a_region_of_a_class_that_the_label_map_lacks_is_refused(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.open_draft(ws, predicted.id, "ada")
    with pytest.raises(EditError, match="2 classes"):
        annotations.append(ws, draft, [region(WITH_RIGHT_COLUMN == 1, 2, "fill")])
    assert annotations.edits(ws, annotations.open_draft(ws, predicted.id, "ada")) == []


def test_edits_are_known_by_the_marks_that_the_browser_gave_them(ws: Workspace) -> None:
    drawing, other = add_drawing(ws), add_drawing(ws, "Abb. 2.png")
    draft = annotations.open_draft(ws, drawing.id, "Ada")
    draft = annotations.append(ws, draft, [TOP_ROW, RIGHT_COLUMN], marks=["tab-1", "tab-2"])
    assert annotations.known_marks(ws, drawing.id, ["tab-1", "tab-2", "tab-3"]) == {"tab-1", "tab-2"}
    assert annotations.known_marks(ws, other.id, ["tab-1"]) == set()
    annotations.approve(ws, draft)
    assert annotations.known_marks(ws, drawing.id, ["tab-2"]) == {"tab-2"}


def test_time_is_counted_with_every_step_and_without_one(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Ada"), [TOP_ROW], seconds=4)
    draft = annotations.undo(ws, draft, seconds=2)
    annotations.spend(ws, draft, 1.5)
    draft = annotations.redo(ws, draft, seconds=0.5)  # looking is no change that anybody could miss
    assert draft.seconds_spent == 8
    approved = annotations.approve(ws, draft, seconds=1)
    annotations.spend(ws, draft, 60)
    assert annotations.get(ws, approved.id).seconds_spent == 9


def test_marks_of_edits_that_were_drawn_over_are_still_known(ws: Workspace, predicted: drawings.Drawing) -> None:
    draft = annotations.append(ws, annotations.open_draft(ws, predicted.id, "Ada"), [TOP_ROW], marks=["tab-1"])
    annotations.append(ws, annotations.undo(ws, draft), [RIGHT_COLUMN], marks=["tab-2"])
    assert annotations.known_marks(ws, predicted.id, ["tab-1", "tab-2"]) == {"tab-1", "tab-2"}
