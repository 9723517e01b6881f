import pytest

from core.errors import InputError
from core.store import annotations, events
from core.store.workspace import Workspace
from tests.core.store.samples import RIGHT_COLUMN, TOP_ROW, add_drawing


def test_comments_are_kept_with_who_and_when_the_latest_first(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    draft = annotations.open_draft(ws, drawing.id, "Ada")
    first = events.comment(ws, drawing.id, "  Is the rim complete? ", author="Ada", annotation_id=draft.id)
    second = events.comment(ws, drawing.id, "Yes: see plate 4.", author="Bea")
    assert events.events(ws, drawing.id) == [second, first]
    assert (first.kind, first.text, first.annotation_id) == ("comment", "Is the rim complete?", draft.id)
    assert first.created_at <= second.created_at
    assert events.events(ws, add_drawing(ws, "b.png").id) == []


@pytest.mark.parametrize("text", ["", " \n", "x" * 2_001])
def test_an_empty_or_endless_comment_is_refused(ws: Workspace, text: str) -> None:
    drawing = add_drawing(ws)
    with pytest.raises(InputError, match="between 1 and 2,000 characters"):
        events.comment(ws, drawing.id, text, author="Ada")
    assert events.events(ws, drawing.id) == []


def test_who_drew_how_much_is_counted_without_what_was_undone(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    draft = annotations.append(ws, annotations.open_draft(ws, drawing.id, "Ada"), [RIGHT_COLUMN, TOP_ROW])
    draft = annotations.append(ws, draft, [TOP_ROW, TOP_ROW], author="Bea")
    annotations.undo(ws, draft)
    found = {share.author: share for share in events.shares(ws, drawing.id)}
    assert {author: share.edit_count for author, share in found.items()} == {"Ada": 2, "Bea": 1}
    assert found["Ada"].last_at <= found["Bea"].first_at
