from core.store import annotations, current
from core.store.database import writing
from core.store.tables import annotation, drawing
from core.store.workspace import Workspace
from tests.core.store.samples import (
    PREDICTED,
    RIGHT_COLUMN,
    add_drawing,
    approve_drawing,
    predict,
    register_model,
)


def test_a_new_drawing_has_no_mask(ws: Workspace) -> None:
    assert current.source(ws, add_drawing(ws)) is None


def test_a_predicted_drawing_has_the_mask_that_the_model_sees(ws: Workspace) -> None:
    prediction = predict(ws, add_drawing(ws).id, register_model(ws).id)
    annotations.open_draft(ws, 1, "Ada")  # somebody only looks
    found = current.source(ws, add_drawing(ws))
    assert found == prediction
    assert (current.mask(ws, prediction) == PREDICTED).all()


def test_the_mask_is_what_people_drew_from_the_first_edit_on(ws: Workspace) -> None:
    predict(ws, add_drawing(ws).id, register_model(ws).id)
    draft = annotations.append(ws, annotations.open_draft(ws, 1, "Ada"), [RIGHT_COLUMN])
    assert current.source(ws, add_drawing(ws)) == draft
    assert current.mask(ws, draft).sum() == 8


def test_an_approved_mask_is_not_hidden_by_a_draft_nobody_drew_in(ws: Workspace) -> None:
    approved = approve_drawing(ws, add_drawing(ws).id)
    annotations.open_draft(ws, 1, "Bea")
    assert current.source(ws, add_drawing(ws)) == approved


def test_an_imported_draft_shows_the_mask_that_was_imported(ws: Workspace) -> None:
    predict(ws, add_drawing(ws).id, register_model(ws).id)
    draft = annotations.open_draft(ws, 1, "Ada")
    with writing(ws.engine) as connection:
        connection.execute(annotation.update().values(base_sha256="0" * 64, prediction_id=None))
        connection.execute(drawing.update().values(status="draft"))
    found = current.source(ws, add_drawing(ws))
    assert found == annotations.get(ws, draft.id)
