import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFoundError, StaleVersionError, StoreError
from core.store import publications
from core.store.database import now, reading, writing
from core.store.publications import TARGET_PERCENT, decide_splits, neediest_split
from core.store.tables import publication
from core.store.workspace import Workspace
from tests.core.store.samples import add_drawing


def test_a_name_makes_a_publication_once_however_it_is_typed(ws: Workspace) -> None:
    first = publications.named(ws, "Ko\u0308ln I")
    assert first.name == "K\u00f6ln I"
    assert publications.named(ws, " K\u00f6ln  I ") == first
    assert publications.named(ws, "Köln II") != first


def test_a_blank_name_is_unnamed(ws: Workspace) -> None:
    assert publications.named(ws, "  ").name == "unnamed"


def test_publications_are_listed_by_name_with_their_drawings(ws: Workspace) -> None:
    publications.named(ws, "Zypern")
    add_drawing(ws, "a.png", publication="Athen")
    add_drawing(ws, "b.png", publication="Athen")
    listed = [(found.name, found.drawing_count, found.split) for found in publications.list_publications(ws)]
    assert listed == [("Athen", 2, None), ("Zypern", 0, None)]


def test_a_publication_that_is_not_there_is_told(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no publication 7"):
        publications.get(ws, 7)


def test_renaming_keeps_the_drawings(ws: Workspace) -> None:
    drawing = add_drawing(ws, publication="Kölm")
    renamed = publications.rename(ws, publications.named(ws, "Kölm"), "Köln")
    assert (renamed.name, renamed.id, renamed.drawing_count) == ("Köln", drawing.publication_id, 1)


def test_renaming_what_somebody_else_renamed_is_refused(ws: Workspace) -> None:
    seen = publications.named(ws, "Kölm")
    publications.rename(ws, seen, "Köln")
    with pytest.raises(StaleVersionError, match="changed by somebody else"):
        publications.rename(ws, seen, "Bonn")
    assert [found.name for found in publications.list_publications(ws)] == ["Köln"]


def test_two_publications_cannot_have_one_name(ws: Workspace) -> None:
    publications.named(ws, "Köln")
    with pytest.raises(StoreError, match="already a publication called “Köln”"):
        publications.rename(ws, publications.named(ws, "Bonn"), "Köln")


@pytest.mark.parametrize(
    ("train", "validation", "test", "expected"),
    [
        (0, 0, 0, "train"),
        (5, 0, 0, "validation"),  # validation and test lack the same: the order decides
        (5, 1, 0, "test"),
        (5, 5, 5, "train"),
        (7, 2, 1, "test"),
        (14, 3, 3, "train"),  # all on target
    ],
)
def test_the_next_publication_goes_where_most_is_missing(train: int, validation: int, test: int, expected: str) -> None:
    assert neediest_split({"train": train, "validation": validation, "test": test}) == expected


@given(st.lists(st.integers(1, 50), min_size=3))
def test_no_split_gets_further_above_its_target_than_one_publication(sizes: list[int]) -> None:
    counts = dict.fromkeys(TARGET_PERCENT, 0)
    for size in sizes:
        counts[neediest_split(counts)] += size
    for split, percent in TARGET_PERCENT.items():
        assert counts[split] * 100 <= percent * sum(counts.values()) + 100 * max(sizes)


def split_publications(ws: Workspace, approved: dict[str, int]) -> dict[str, str | None]:
    ids = {publications.named(ws, name).id: count for name, count in approved.items()}
    with writing(ws.engine) as connection:
        decide_splits(connection, ids)
    return {found.name: found.split for found in publications.list_publications(ws)}


def test_splits_are_decided_in_the_order_of_creation(ws: Workspace) -> None:
    for name in ("Zypern", "Athen", "Milet", "Bonn"):
        publications.named(ws, name)
    assert split_publications(ws, {"Athen": 3, "Zypern": 9, "Milet": 3}) == {
        "Zypern": "train",
        "Athen": "validation",
        "Milet": "test",
        "Bonn": None,
    }


def test_a_split_never_changes(ws: Workspace) -> None:
    split_publications(ws, {"Athen": 1})
    assert split_publications(ws, {"Athen": 1000, "Bonn": 1}) == {"Athen": "train", "Bonn": "validation"}


def test_many_publications_can_be_split_at_once(ws: Workspace) -> None:
    with writing(ws.engine) as connection:
        rows = [{"name": f"Taf. {number}", "created_at": now()} for number in range(400)]
        connection.execute(publication.insert(), rows)
    with reading(ws.engine) as connection:
        ids = list(connection.execute(publication.select().with_only_columns(publication.c.id)).scalars())
    with writing(ws.engine) as connection:
        decide_splits(connection, dict.fromkeys(ids, 1))
    splits = [found.split for found in publications.list_publications(ws)]
    assert {split: splits.count(split) for split in TARGET_PERCENT} == {"train": 280, "validation": 60, "test": 60}
