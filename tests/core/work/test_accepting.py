import pytest

from core.errors import StaleVersionError, TakenOverError
from core.raster.sanity import Finding
from core.store import annotations, current, drawings, events, leases, models, predictions, snapshots
from core.store.drawings import Filter
from core.store.workspace import Workspace
from core.work import accepting
from tests.core.store.samples import PREDICTED, RIGHT_COLUMN, add_drawing, predict, register_model

BROKEN = Finding("broken", "The wall is broken.", 0.9, None)


@pytest.fixture
def ws(workspace: Workspace) -> Workspace:
    """A workspace with a model in use."""
    models.promote(workspace, register_model(workspace).id, "Ada")
    return workspace


def add_predicted(ws: Workspace, name: str = "a.png", uncertainty: float = 0.01, findings=()):
    added = add_drawing(ws, name)
    predict(ws, added.id, models.champion(ws).id, uncertainty=uncertainty, findings=findings)
    return drawings.get(ws, added.id)


def source(ws: Workspace, drawing):
    return current.source(ws, drawings.get(ws, drawing.id))


def names(found) -> list[str]:
    return [drawing.name for drawing in found]


def test_an_accepted_prediction_is_approved_unchanged(ws):
    drawing = add_predicted(ws)
    accepted = accepting.accept(ws, source(ws, drawing), "Bea", seconds=3)
    assert (accepted.status, accepted.decided_by, accepted.changed_pixels) == ("approved", "Bea", 0)
    assert accepted.seconds_spent == 3
    assert (annotations.mask(ws, accepted) == PREDICTED).all()
    assert drawings.get(ws, drawing.id).status == "approved"


def test_a_draft_is_accepted_with_its_edits_as_they_were_seen(ws):
    drawing = add_predicted(ws)
    annotations.append(ws, annotations.open_draft(ws, drawing.id, "Ada"), [RIGHT_COLUMN])
    seen = source(ws, drawing)
    assert accepting.accept(ws, seen, "Bea").changed_pixels == 4


def test_what_was_drawn_after_it_was_seen_is_not_accepted(ws):
    drawing = add_predicted(ws)
    seen = source(ws, drawing)
    annotations.append(ws, annotations.open_draft(ws, drawing.id, "Ada"), [RIGHT_COLUMN])
    with pytest.raises(StaleVersionError, match="another one by now"):
        accepting.accept(ws, seen, "Bea")
    assert drawings.get(ws, drawing.id).status == "draft"


def test_what_was_read_anew_after_it_was_seen_is_not_accepted(ws):
    drawing = add_predicted(ws)
    seen = source(ws, drawing)
    models.promote(ws, register_model(ws, "second").id, "Ada")
    predict(ws, drawing.id, models.champion(ws).id)
    with pytest.raises(StaleVersionError, match="another one by now"):
        accepting.accept(ws, seen, "Bea")


def test_what_somebody_decided_meanwhile_stays_as_decided(ws):
    drawing = add_predicted(ws)
    seen = source(ws, drawing)
    annotations.reject(ws, annotations.open_draft(ws, drawing.id, "Ada"))
    with pytest.raises(StaleVersionError, match=r"rejected a\.png meanwhile"):
        accepting.accept(ws, seen, "Bea")


def test_what_somebody_edits_is_not_accepted_by_others(ws):
    drawing = add_predicted(ws)
    leases.take(ws, drawing.id, "tab 1", "Ada")
    with pytest.raises(TakenOverError):
        accepting.accept(ws, source(ws, drawing), "Bea", holder="tab 2")
    assert accepting.accept(ws, source(ws, drawing), "Ada", holder="tab 1").status == "approved"


def test_the_surest_are_those_without_doubt_that_nobody_works_on(ws):
    add_predicted(ws, "sure.png", 0.02)
    add_predicted(ws, "surer.png", 0.01)
    add_predicted(ws, "unsure.png", 0.05)
    add_predicted(ws, "suspicious.png", 0.0, [BROKEN])
    add_drawing(ws, "unread.png")
    leases.take(ws, add_predicted(ws, "edited.png", 0.0).id, "tab 1", "Ada")
    drawn = add_predicted(ws, "drawn.png", 0.0)
    annotations.append(ws, annotations.open_draft(ws, drawn.id, "Ada"), [RIGHT_COLUMN])
    annotations.reject(ws, annotations.open_draft(ws, add_predicted(ws, "decided.png", 0.0).id, "Ada"))
    found = accepting.surest(ws, below=0.05)
    assert names(found.sample) == ["surer.png", "sure.png"]
    assert len(found.all) == 2


def test_what_an_older_model_read_is_not_among_the_surest(ws):
    add_predicted(ws)
    models.promote(ws, register_model(ws, "second").id, "Ada")
    assert accepting.surest(ws, below=1).all == ()


def test_the_sample_has_the_three_least_sure_and_others_from_all_over(ws):
    for number in range(20):
        add_predicted(ws, f"{number}.png", number / 100)
    found = accepting.surest(ws, below=0.2)
    assert len(found.all) == 20
    assert names(found.sample) == [f"{number}.png" for number in (0, 8, 16, 17, 18, 19)]


def test_bulk_acceptance_names_its_author_and_leaves_alone_what_changed_meanwhile(ws):
    accepted, edited, decided, drawn = (add_predicted(ws, f"{name}.png") for name in "abcd")
    sure = accepting.surest(ws, below=0.5).all
    leases.take(ws, edited.id, "tab 1", "Ada")
    annotations.reject(ws, annotations.open_draft(ws, decided.id, "Ada"))
    annotations.append(ws, annotations.open_draft(ws, drawn.id, "Ada"), [RIGHT_COLUMN])
    heard: list[int] = []
    (made,) = accepting.accept_surest(ws, sure, "Bea", report=heard.append)
    assert (made.drawing_id, made.decided_by, made.comment) == (accepted.id, "Bea", "accepted in bulk")
    assert [drawings.get(ws, x.id).status for x in (edited, decided, drawn)] == ["predicted", "rejected", "draft"]
    assert heard == [1, 2, 3, 4]


def test_bulk_acceptance_goes_on_after_a_mask_that_cannot_be_read(ws):
    champion = models.champion(ws)
    lost, other = add_drawing(ws, "a.png"), add_drawing(ws, "b.png")
    ws.blobs.remove(predict(ws, lost.id, champion.id, uncertainty=0.01, mask=1 - PREDICTED).mask_sha256)
    predict(ws, other.id, champion.id, uncertainty=0.02)
    (made,) = accepting.accept_surest(ws, accepting.surest(ws, below=0.5).all, "Bea")
    assert made.drawing_id == other.id
    assert drawings.get(ws, lost.id).status == "predicted"


def test_an_acceptance_taken_back_leaves_the_drawing_as_it_was_before(ws):
    drawing = add_predicted(ws)
    accepted = accepting.accept(ws, source(ws, drawing), "Bea")
    snapshot = snapshots.freeze(ws, "Ada")
    assert accepting.take_back(ws, [accepted], "Cem") == 1
    now = drawings.get(ws, drawing.id)
    assert (now.status, now.approved_annotation_id) == ("predicted", None)
    assert snapshots.training_count(ws) == 0
    (item,) = snapshots.items(ws, snapshot.id)  # what was trained on can still be told
    assert (snapshots.item_mask(ws, item) == PREDICTED).all()
    (event,) = events.events(ws, drawing.id)
    assert (event.kind, event.author) == ("taken back", "Cem")
    assert source(ws, drawing) == predictions.newest(ws, drawing.id)
    assert accepting.accept(ws, source(ws, drawing), "Bea").id != accepted.id


def test_after_an_acceptance_was_taken_back_a_draft_builds_on_the_newer_prediction(ws):
    drawing = add_predicted(ws)
    accepting.take_back(ws, [accepting.accept(ws, source(ws, drawing), "Bea")], "Bea")
    models.promote(ws, register_model(ws, "second").id, "Ada")
    newer = predict(ws, drawing.id, models.champion(ws).id)
    assert annotations.open_draft(ws, drawing.id, "Ada").prediction_id == newer.id


def test_nothing_that_anybody_drew_can_be_taken_back(ws):
    drawn, gone_on = add_predicted(ws, "a.png"), add_predicted(ws, "b.png")
    draft = annotations.append(ws, annotations.open_draft(ws, drawn.id, "Ada"), [RIGHT_COLUMN])
    corrected = annotations.approve(ws, draft)
    accepted = accepting.accept(ws, source(ws, gone_on), "Bea")
    annotations.append(ws, annotations.open_draft(ws, gone_on.id, "Ada"), [RIGHT_COLUMN])
    assert not accepting.can_take_back(corrected)
    assert accepting.take_back(ws, [corrected, accepted], "Bea") == 0
    assert names(drawings.find(ws, Filter(status="approved"))) == ["a.png"]
    assert names(drawings.find(ws, Filter(status="draft"))) == ["b.png"]


def test_an_acceptance_is_taken_back_once(ws):
    accepted = accepting.accept(ws, source(ws, add_predicted(ws)), "Bea")
    assert [accepting.take_back(ws, [accepted], "Bea") for _ in range(2)] == [1, 0]
