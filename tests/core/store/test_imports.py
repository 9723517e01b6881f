"""Entering drawings and masks in batches: all of a batch or nothing, and nothing twice."""

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from core.store import annotations, drawings, imports, publications
from core.store.imports import Arrival, StoredMask
from core.store.workspace import Workspace
from tests.core.store.samples import PREDICTED, RIGHT_COLUMN, add_drawing, predict, register_model

OTHER = np.ascontiguousarray(PREDICTED[::-1, ::-1])


def stored(ws: Workspace, mask: np.ndarray = PREDICTED) -> StoredMask:
    return imports.store_mask(ws, mask, np.bincount(mask.ravel()).tolist())


def enter(ws: Workspace, drawing_id: int, mask: np.ndarray = PREDICTED, status: str = "approved") -> str:
    arrival = Arrival("a", 0, drawing_id=drawing_id, mask=stored(ws, mask))
    (entered,) = imports.enter(ws, [arrival], status=status, author="Ada", comment="imported")
    return entered.mask


def test_approved_mask_is_decided_and_counts_nothing_as_changed(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    assert enter(ws, drawing.id) == "entered"
    revision = annotations.newest(ws, drawing.id)
    assert revision is not None
    assert (revision.status, revision.changed_pixels, revision.class_pixels) == ("approved", 0, [20, 4])
    assert annotations.mask(ws, revision).tolist() == PREDICTED.tolist()
    assert annotations.base_mask(ws, revision).tolist() == PREDICTED.tolist()
    assert drawings.get(ws, drawing.id).approved_annotation_id == revision.id


def test_imported_draft_does_not_follow_a_newer_prediction(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    enter(ws, drawing.id, OTHER, "review")
    predict(ws, drawing.id, register_model(ws).id)
    draft = annotations.open_draft(ws, drawing.id, "Bea")
    assert annotations.mask(ws, draft).tolist() == OTHER.tolist()


def test_untouched_draft_on_a_prediction_makes_way(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    predict(ws, drawing.id, register_model(ws).id)
    draft = annotations.open_draft(ws, drawing.id, "Bea")
    assert enter(ws, drawing.id, OTHER, "review") == "entered"
    assert annotations.open_draft(ws, drawing.id, "Bea").id == draft.id
    assert len(annotations.history(ws, drawing.id)) == 1


def test_one_who_saw_the_old_draft_cannot_write_into_the_new_one(ws: Workspace) -> None:
    from core.errors import StaleVersionError

    drawing = add_drawing(ws)
    draft = annotations.open_draft(ws, drawing.id, "Bea")
    enter(ws, drawing.id, OTHER, "review")
    with pytest.raises(StaleVersionError):
        annotations.append(ws, draft, [RIGHT_COLUMN])


def test_mask_that_was_rejected_does_not_come_back(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    enter(ws, drawing.id, OTHER, "review")
    annotations.reject(ws, annotations.open_draft(ws, drawing.id, "Bea"))
    assert enter(ws, drawing.id, OTHER) == "known"
    assert drawings.get(ws, drawing.id).status == "rejected"


def test_batch_is_entered_completely_or_not_at_all(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    good = Arrival("a", 0, drawing_id=drawing.id, mask=stored(ws))
    bad = Arrival("b", 0, drawing_id=999, mask=stored(ws))
    with pytest.raises(IntegrityError):
        imports.enter(ws, [good, bad], status="approved", author="Ada", comment="")
    assert annotations.history(ws, drawing.id) == []


def test_same_mask_twice_in_a_batch_is_entered_once(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    arrival = Arrival("a", 0, drawing_id=drawing.id, mask=stored(ws))
    entered = imports.enter(ws, [arrival, arrival], status="approved", author="Ada", comment="")
    assert [x.mask for x in entered] == ["entered", "known"]


def test_split_is_decided_once(ws: Workspace) -> None:
    first, is_kept = imports.publication_with_split(ws, "Köln I", "test")
    assert is_kept
    assert imports.publication_with_split(ws, "Köln I", "test") == (first, True)
    assert imports.publication_with_split(ws, "Köln I", "train") == (first, False)
    assert imports.publication_with_split(ws, "Köln I", None) == (first, True)
    assert publications.get(ws, first).split == "test"
