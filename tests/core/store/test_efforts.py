import pytest

from core.store import annotations
from core.store.efforts import latest_efforts
from core.store.workspace import Workspace
from tests.core.store.samples import RIGHT_COLUMN, TOP_ROW, add_drawing, approve_drawing, predict, register_model


def correct(ws: Workspace, name: str, *edits, seconds: float) -> None:
    drawing = add_drawing(ws, name)
    predict(ws, drawing.id, register_model(ws).id)
    draft = annotations.append(ws, annotations.open_draft(ws, drawing.id, "Ada"), edits)
    annotations.approve(ws, draft, seconds=seconds)


def test_efforts_are_the_share_of_the_section_that_was_changed_and_the_minutes(ws: Workspace) -> None:
    correct(ws, "a", RIGHT_COLUMN, seconds=90)  # 4 of 8 pixels
    correct(ws, "b", RIGHT_COLUMN, TOP_ROW, seconds=30)  # 9 of 13
    first, second = latest_efforts(ws, 9)
    assert (first.changed_share, first.minutes) == (0.5, 1.5)
    assert (second.changed_share, second.minutes) == (pytest.approx(9 / 13), 0.5)
    assert first.decided_at < second.decided_at
    assert latest_efforts(ws, 1) == [second]


def test_what_nobody_looked_at_or_the_model_never_saw_is_no_effort(ws: Workspace) -> None:
    correct(ws, "accepted unseen", seconds=0)
    approve_drawing(ws, add_drawing(ws, "drawn by hand").id)
    assert latest_efforts(ws, 9) == []
    correct(ws, "accepted after a look", seconds=12)
    assert [effort.changed_share for effort in latest_efforts(ws, 9)] == [0.0]
