import numpy as np
import pytest

from core.errors import EditError, FrozenError, TakenOverError
from core.raster.edits import Stroke
from core.store import annotations, asides, current, drawings, events, leases, snapshots
from core.store.annotations import Annotation
from core.store.drawings import Drawing
from core.store.workspace import Workspace, open_workspace
from tests.core.store.samples import PREDICTED, RIGHT_COLUMN, TOP_ROW, add_drawing, predict, register_model

CORNER = Stroke(((3, 0.5), (3, 0.5)), 1, 1)


@pytest.fixture
def drawing(ws: Workspace) -> Drawing:
    added = add_drawing(ws)
    predict(ws, added.id, register_model(ws).id)
    return added


@pytest.fixture
def seen(ws: Workspace, drawing: Drawing) -> Annotation:
    """A draft with one edit that Ada and Bea both see."""
    return annotations.append(ws, annotations.open_draft(ws, drawing.id, "Ada"), [CORNER])


@pytest.fixture
def theirs(ws: Workspace, seen: Annotation) -> Annotation:
    """Bea was faster."""
    return annotations.append(ws, seen, [TOP_ROW], author="Bea")


def test_both_versions_exist_and_each_shows_its_own_strokes(
    ws: Workspace, drawing: Drawing, seen: Annotation, theirs: Annotation
) -> None:
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada", seconds=4)
    assert annotations.edits(ws, mine) == [CORNER, RIGHT_COLUMN]
    assert annotations.edits(ws, theirs) == [CORNER, TOP_ROW]
    assert annotations.mask(ws, mine)[2, 5] == 1
    assert annotations.mask(ws, theirs)[2, 5] == 0
    assert (mine.author, mine.shared_count, mine.seconds_spent) == ("Ada", 1, 4)
    assert annotations.newest(ws, drawing.id) == theirs == current.source(ws, drawings.get(ws, drawing.id))
    assert annotations.open_draft(ws, drawing.id, "Ada") == theirs


def test_a_version_set_aside_waits_on_the_disk(ws: Workspace, drawing: Drawing, seen: Annotation) -> None:
    annotations.append(ws, seen, [TOP_ROW], author="Bea")
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada")
    mine = asides.extend(ws, mine, [TOP_ROW])
    again = open_workspace(ws.settings, base_model=None)
    assert asides.waiting(again, drawing.id) == [mine]
    assert annotations.edits(again, mine) == [CORNER, RIGHT_COLUMN, TOP_ROW]
    again.engine.dispose()


def test_strokes_that_somebody_undid_and_drew_over_are_still_in_the_version_of_who_saw_them(
    ws: Workspace, seen: Annotation
) -> None:
    undone = annotations.undo(ws, seen)
    over = annotations.append(ws, undone, [TOP_ROW], author="Bea")
    over = annotations.append(ws, annotations.undo(ws, over), [RIGHT_COLUMN], author="Bea")
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada")
    assert annotations.edits(ws, seen) == [CORNER]
    assert annotations.edits(ws, mine) == [CORNER, RIGHT_COLUMN]
    assert annotations.edits(ws, over) == [RIGHT_COLUMN]


def test_keeping_mine_makes_it_the_draft_and_puts_theirs_away(
    ws: Workspace, drawing: Drawing, seen: Annotation, theirs: Annotation
) -> None:
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada")
    draft = asides.use_instead(ws, mine, author="Ada")
    assert annotations.open_draft(ws, drawing.id, "Ada") == draft == annotations.newest(ws, drawing.id)
    assert annotations.edits(ws, draft) == [CORNER, RIGHT_COLUMN]
    put_away = annotations.get(ws, theirs.id)
    assert (put_away.status, put_away.decided_by, annotations.edits(ws, put_away)) == (
        "aside",
        "Ada",
        [CORNER, TOP_ROW],
    )
    assert asides.waiting(ws, drawing.id) == []
    with pytest.raises(FrozenError, match="set aside by Ada"):
        annotations.append(ws, theirs, [TOP_ROW])  # Bea's next stroke in turn parts, and is not lost
    assert [event.text for event in events.events(ws, drawing.id)] == ["their own version instead"]


def test_keeping_theirs_leaves_mine_in_the_history(
    ws: Workspace, drawing: Drawing, seen: Annotation, theirs: Annotation
) -> None:
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada")
    asides.leave(ws, mine, author="Cleo")
    assert annotations.newest(ws, drawing.id) == theirs
    assert asides.waiting(ws, drawing.id) == []
    assert annotations.edits(ws, annotations.get(ws, mine.id)) == [CORNER, RIGHT_COLUMN]
    assert [event.text for event in events.events(ws, drawing.id)] == ["to go on without Ada’s version"]


def test_putting_mine_on_top_adds_only_what_theirs_does_not_have(
    ws: Workspace, drawing: Drawing, seen: Annotation, theirs: Annotation
) -> None:
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada", seconds=4)
    draft = asides.put_on_top(ws, mine, theirs, author="Ada")
    assert annotations.edits(ws, draft) == [CORNER, TOP_ROW, RIGHT_COLUMN]
    assert draft.seconds_spent == theirs.seconds_spent + 4
    assert {(share.author, share.edit_count) for share in events.shares(ws, drawing.id)} >= {("Ada", 2), ("Bea", 1)}


def test_mine_may_win_over_an_approved_mask_which_stays_in_training_until_the_next_decision(
    ws: Workspace, drawing: Drawing, seen: Annotation
) -> None:
    approved = annotations.approve(ws, seen, author="Bea")
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada")
    annotations.open_draft(ws, drawing.id, "Ada")
    draft = asides.use_instead(ws, mine, author="Ada")
    assert drawings.get(ws, drawing.id).status == "draft"
    assert [item.annotation_id for item in snapshots.training_items(ws)] == [approved.id]
    decided = annotations.approve(ws, draft)
    assert decided.changed_pixels == np.count_nonzero(annotations.mask(ws, decided) != PREDICTED)
    assert [item.annotation_id for item in snapshots.training_items(ws)] == [decided.id]
    assert annotations.open_draft(ws, drawing.id, "Ada").parent_id == decided.id


def test_mine_may_go_on_top_of_an_approved_mask(ws: Workspace, drawing: Drawing, seen: Annotation) -> None:
    approved = annotations.approve(ws, seen, author="Bea")
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada")
    draft = asides.put_on_top(ws, mine, annotations.open_draft(ws, drawing.id, "Ada"), author="Ada")
    assert draft.parent_id == approved.id
    assert annotations.edits(ws, draft) == [RIGHT_COLUMN]


def test_a_choice_is_made_once(ws: Workspace, drawing: Drawing, seen: Annotation, theirs: Annotation) -> None:
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada")
    asides.leave(ws, mine, author="Ada")
    for choose in (
        lambda: asides.leave(ws, mine, author="Bea"),
        lambda: asides.use_instead(ws, mine, author="Bea"),
        lambda: asides.put_on_top(ws, mine, theirs, author="Bea"),
        lambda: asides.extend(ws, mine, [TOP_ROW]),
    ):
        with pytest.raises(FrozenError, match="chosen between these versions already"):
            choose()
    assert annotations.newest(ws, drawing.id) == theirs
    assert len(events.events(ws, drawing.id)) == 1


def test_whoever_lost_the_lease_cannot_choose_over_the_head_of_who_has_it(
    ws: Workspace, drawing: Drawing, seen: Annotation, theirs: Annotation
) -> None:
    mine = asides.set_aside(ws, seen, [RIGHT_COLUMN], author="Ada")
    leases.take(ws, drawing.id, "tab 2", "Bea")
    with pytest.raises(TakenOverError, match="Bea"):
        asides.use_instead(ws, mine, author="Ada", holder="tab 1")
    assert asides.waiting(ws, drawing.id) == [mine]


def test_an_edit_of_an_unknown_class_is_not_set_aside(ws: Workspace, drawing: Drawing, seen: Annotation) -> None:
    with pytest.raises(EditError, match="2 classes"):
        asides.set_aside(ws, seen, [Stroke(((1, 1),), 2, 2)], author="Ada")
    assert asides.waiting(ws, drawing.id) == []
