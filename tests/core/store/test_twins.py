"""The same plate in two publications, and snapshots that keep it on one side."""

import numpy as np
import pytest
from sqlalchemy import update

from core.raster.images import Page, encode_png, resize
from core.render.drawing import render_drawing
from core.store import drawings, publications, snapshots
from core.store.database import writing
from core.store.tables import drawing
from core.store.workspace import Workspace
from tests.core.store.samples import approve_drawing

SEEDS = {"plate": 10_080_001, "jar": 10_080_002, "bowl": 10_080_003, "lid": 10_080_004, "jug": 10_080_005}


def add_plate(ws: Workspace, what: str, publication: str, *, times: float = 1.0) -> int:
    """The id of an approved drawing of one of five vessels, scanned `times` as large."""
    image = render_drawing(SEEDS[what], size_px=240).image
    image = resize(image, round(image.shape[0] * times), round(image.shape[1] * times))
    image = np.ascontiguousarray(image)
    page = Page(f"{what}.png", 0, image)
    added = drawings.add(ws, encode_png(image), page, publication=publication, author="Ada").drawing
    approve_drawing(ws, added.id)
    return added.id


@pytest.fixture
def books(ws: Workspace) -> Workspace:
    """Three books: the first trains, the second validates, the third tests."""
    for what, publication in (("plate", "Köln I"), ("jug", "Köln I"), ("jar", "Köln II"), ("bowl", "Köln III")):
        add_plate(ws, what, publication)
    snapshots.freeze(ws, "Ada")
    return ws


def names_of(ws: Workspace, snapshot: snapshots.Snapshot) -> list[tuple[str, str]]:
    items = snapshots.items(ws, snapshot.id)
    return [(drawings.get(ws, item.drawing_id).name, item.split) for item in items]


def test_a_plate_that_is_trained_on_is_left_out_of_the_test_and_named(books: Workspace) -> None:
    twin = add_plate(books, "plate", "Köln III", times=1.3)
    frozen = snapshots.freeze(books, "Ada")
    assert names_of(books, frozen)[0] == ("plate.png", "train")
    assert names_of(books, frozen)[2:] == [("jar.png", "validation"), ("bowl.png", "test")]
    (left_out,) = frozen.left_out
    assert (left_out.drawing_id, left_out.publication, left_out.twin_publication) == (twin, "Köln III", "Köln I")
    assert snapshots.get(books, frozen.id).left_out == frozen.left_out


def test_a_plate_that_was_ever_trained_on_does_not_test_later(books: Workspace) -> None:
    (item,) = (item for item in snapshots.training_items(books) if item.name == "plate.png")
    snapshots.take_out(books, item)
    add_plate(books, "lid", "Köln I")
    add_plate(books, "plate", "Köln III", times=0.8)
    frozen = snapshots.freeze(books, "Ada")
    assert [one.name for one in frozen.left_out] == ["plate.png"]
    assert ("lid.png", "train") in names_of(books, frozen)


def test_validation_gives_way_to_training_and_the_test_to_validation(books: Workspace) -> None:
    add_plate(books, "plate", "Köln II", times=1.2)
    add_plate(books, "jar", "Köln III", times=1.2)
    frozen = snapshots.freeze(books, "Ada")
    assert [(one.publication, one.twin_publication) for one in frozen.left_out] == [
        ("Köln II", "Köln I"),
        ("Köln III", "Köln II"),
    ]


def test_twins_within_one_publication_stay(books: Workspace) -> None:
    add_plate(books, "plate", "Köln I", times=1.2)
    assert snapshots.freeze(books, "Ada").left_out == ()


def test_drawings_of_an_earlier_ostrakon_get_their_fingerprints_when_needed(books: Workspace) -> None:
    twin = add_plate(books, "plate", "Köln III", times=1.3)
    with writing(books.engine) as connection:
        connection.execute(update(drawing).values(fingerprint=None))
    assert [one.drawing_id for one in snapshots.freeze(books, "Ada").left_out] == [twin]


def test_no_publication_is_ever_on_two_sides(books: Workspace) -> None:
    splits = {one.name: one.split for one in publications.list_publications(books)}
    for _, what in zip(range(3), ("lid", "jar", "bowl"), strict=True):
        add_plate(books, what, "Köln I", times=0.9)
    items = snapshots.items(books, snapshots.freeze(books, "Ada").id)
    assert all(item.split == splits[item.publication] for item in items)
