import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EmptyTrainingSetError, NotFoundError, StaleVersionError
from core.store import annotations, drawings, publications, snapshots
from core.store.snapshots import SnapshotItem, content_hash
from core.store.workspace import Workspace
from tests.core.store.samples import RIGHT_COLUMN, TOP_ROW, add_drawing, approve_drawing


def approved_drawing(ws: Workspace, name: str, publication: str = "Köln I") -> drawings.Drawing:
    drawing = add_drawing(ws, name, publication=publication)
    approve_drawing(ws, drawing.id)
    return drawings.get(ws, drawing.id)


def test_the_training_set_shows_approved_drawings_the_latest_first(ws: Workspace) -> None:
    first, second = approved_drawing(ws, "a.png"), approved_drawing(ws, "b.png")
    add_drawing(ws, "c.png")
    items = snapshots.training_items(ws)
    assert [(item.drawing_id, item.name) for item in items] == [(second.id, "b.png"), (first.id, "a.png")]
    assert (items[0].publication, items[0].split, items[0].approved_by) == ("Köln I", None, "Ada")
    assert items[0].class_pixels == [20, 4]
    assert [item.name for item in snapshots.training_items(ws, limit=1, offset=1)] == ["a.png"]
    assert snapshots.training_count(ws) == 2


def test_the_training_set_is_summed_up_by_publication(ws: Workspace) -> None:
    approved_drawing(ws, "a.png", "Zypern")
    empty = add_drawing(ws, "b.png", publication="Athen")
    annotations.approve(ws, annotations.open_draft(ws, empty.id, "Ada"))
    approved_drawing(ws, "c.png", "Athen")
    groups = [(group.publication, group.drawing_count, group.class_pixels) for group in snapshots.training_groups(ws)]
    assert groups == [("Zypern", 1, [20, 4]), ("Athen", 2, [44, 4])]
    assert snapshots.training_groups(ws)[0].shares == [20 / 24, 4 / 24]


def test_a_drawing_can_be_taken_out_and_put_back_with_its_annotation(ws: Workspace) -> None:
    drawing = approved_drawing(ws, "a.png")
    (item,) = snapshots.training_items(ws)
    snapshots.take_out(ws, item)
    assert snapshots.training_items(ws) == []
    assert annotations.newest(ws, drawing.id).status == "approved"  # type: ignore[union-attr]
    with pytest.raises(EmptyTrainingSetError):
        snapshots.freeze(ws, "Ada")
    (out,) = snapshots.training_items(ws, taken_out=True)
    assert (out.annotation_id, out.in_training) == (item.annotation_id, False)
    snapshots.put_back(ws, out)
    assert snapshots.training_count(ws) == 1
    assert snapshots.training_count(ws, taken_out=True) == 0


def test_taking_out_what_somebody_changed_meanwhile_is_refused(ws: Workspace) -> None:
    drawing = approved_drawing(ws, "a.png")
    (seen,) = snapshots.training_items(ws)
    annotations.append(ws, annotations.open_draft(ws, drawing.id, "Bea"), [TOP_ROW])
    with pytest.raises(StaleVersionError, match=r"a\.png was changed by somebody else"):
        snapshots.take_out(ws, seen)
    assert snapshots.training_count(ws) == 1


def test_nothing_approved_cannot_be_frozen(ws: Workspace) -> None:
    add_drawing(ws)
    with pytest.raises(EmptyTrainingSetError, match="No drawing is approved"):
        snapshots.freeze(ws, "Ada")
    assert snapshots.list_snapshots(ws) == []
    assert publications.named(ws, "Köln I").split is None


def test_freezing_decides_splits_by_publication_and_keeps_all_items(ws: Workspace) -> None:
    first = approved_drawing(ws, "a.png", "Köln I")
    second = approved_drawing(ws, "b.png", "Köln II")
    third = approved_drawing(ws, "c.png", "Köln III")
    fourth = approved_drawing(ws, "d.png", "Köln I")
    frozen = snapshots.freeze(ws, "Ada", "before the excursion")
    assert (frozen.drawing_count, frozen.created_by, frozen.note) == (4, "Ada", "before the excursion")
    items = snapshots.items(ws, frozen.id)
    assert [(item.drawing_id, item.publication, item.split) for item in items] == [
        (first.id, "Köln I", "train"),
        (second.id, "Köln II", "validation"),
        (third.id, "Köln III", "test"),
        (fourth.id, "Köln I", "train"),
    ]
    assert (snapshots.item_image(ws, items[0]) == drawings.image(ws, first)).all()
    approved = annotations.newest(ws, first.id)
    assert approved is not None
    assert (snapshots.item_mask(ws, items[0]) == annotations.mask(ws, approved)).all()
    assert [item.split for item in snapshots.training_items(ws)] == ["train", "test", "validation", "train"]


def test_the_same_training_set_is_the_same_snapshot(ws: Workspace) -> None:
    approved_drawing(ws, "a.png")
    first = snapshots.freeze(ws, "Ada", "one")
    assert snapshots.freeze(ws, "Bea", "two") == first
    other = approved_drawing(ws, "b.png")
    second = snapshots.freeze(ws, "Bea", "two")
    assert second.id != first.id
    (item,) = (item for item in snapshots.training_items(ws) if item.drawing_id == other.id)
    snapshots.take_out(ws, item)
    assert snapshots.freeze(ws, "Ada") == first
    assert snapshots.list_snapshots(ws) == [second, first]


def test_a_snapshot_stays_as_it_was_whatever_happens_to_its_drawings(ws: Workspace) -> None:
    drawing = approved_drawing(ws, "a.png")
    frozen = snapshots.freeze(ws, "Ada")
    before = snapshots.items(ws, frozen.id)
    draft = annotations.append(ws, annotations.open_draft(ws, drawing.id, "Ada"), [TOP_ROW])
    annotations.approve(ws, draft)
    publications.rename(ws, publications.named(ws, "Köln I"), "Köln 1")
    assert snapshots.items(ws, frozen.id) == before
    assert snapshots.freeze(ws, "Ada").id != frozen.id


def test_a_later_publication_never_moves_an_earlier_one(ws: Workspace) -> None:
    approved_drawing(ws, "a.png", "Köln I")
    snapshots.freeze(ws, "Ada")
    for number in range(9):
        approved_drawing(ws, f"b{number}.png", "Köln II")
    snapshots.freeze(ws, "Ada")
    splits = {found.name: found.split for found in publications.list_publications(ws)}
    assert splits == {"Köln I": "train", "Köln II": "validation"}


def test_a_rejected_redo_drops_the_drawing_from_the_next_snapshot(ws: Workspace) -> None:
    kept, dropped = approved_drawing(ws, "a.png"), approved_drawing(ws, "b.png")
    annotations.reject(ws, annotations.append(ws, annotations.open_draft(ws, dropped.id, "Ada"), [RIGHT_COLUMN]))
    frozen = snapshots.freeze(ws, "Ada")
    assert [item.drawing_id for item in snapshots.items(ws, frozen.id)] == [kept.id]


def test_a_snapshot_that_is_not_there_is_told(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no snapshot 7"):
        snapshots.get(ws, 7)


ITEMS = st.lists(
    st.builds(
        SnapshotItem,
        st.integers(1, 99),
        st.integers(1, 99),
        st.just("image"),
        st.sampled_from(["mask", "other mask"]),
        st.sampled_from(["Köln", "Bonn"]),
        st.sampled_from(["train", "test"]),
    ),
    unique_by=lambda item: item.drawing_id,
)


@given(ITEMS, st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_change_their_hash(items: list[SnapshotItem], shuffling: random.Random) -> None:
    shuffled = shuffling.sample(items, len(items))
    assert content_hash(shuffled) == content_hash(items)


@given(ITEMS, ITEMS)
def test_another_mask_or_split_is_another_hash(one: list[SnapshotItem], other: list[SnapshotItem]) -> None:
    def content(items: list[SnapshotItem]) -> set[tuple[int, int, str, str]]:
        return {(item.drawing_id, item.annotation_id, item.mask_sha256, item.split) for item in items}

    assert (content_hash(one) == content_hash(other)) == (content(one) == content(other))
