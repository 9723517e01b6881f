import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event, insert

from core.errors import CorruptBlobError, NotFoundError, StaleVersionError, StorageFullError
from core.raster.edits import Stroke
from core.raster.images import Page, read_pages
from core.settings import Settings
from core.store import annotations, drawings, publications
from core.store.annotations import Annotation
from core.store.database import now, writing
from core.store.drawings import EVERYTHING, Filter
from core.store.tables import drawing
from core.store.workspace import Workspace, open_workspace
from tests.core.store.full_disk import filled, needs_a_small_disk, small_disk
from tests.core.store.samples import add_drawing, predict, register_model

IMAGE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def names(found: list[drawings.Drawing]) -> list[str]:
    return [one.name for one in found]


def test_an_added_drawing_is_there_with_all_that_is_known_of_it(ws: Workspace) -> None:
    added = drawings.add(ws, b"bytes", Page("Taf. 3 Ko\u0308ln.png", 2, IMAGE), publication="Köln I", author="Ada")
    assert added.is_new
    found = drawings.get(ws, added.drawing.id)
    assert found == added.drawing
    assert (found.name, found.page, found.publication) == ("Taf. 3 K\u00f6ln.png", 2, "Köln I")
    assert (found.width_px, found.height_px, found.status, found.in_training) == (6, 4, "new", True)
    assert (found.added_by, found.model_version_id, found.uncertainty) == ("Ada", None, None)
    assert found.source_sha256 == hashlib.sha256(b"bytes").hexdigest()
    assert (drawings.image(ws, found) == IMAGE).all()
    assert drawings.source(ws, found) == b"bytes"
    (small,) = read_pages("thumbnail", drawings.thumbnail(ws, found), max_pixels=100_000, pdf_dpi=72)
    assert small.image.shape == (4, 6, 3)


def test_the_same_bytes_are_the_same_drawing(ws: Workspace) -> None:
    first = drawings.add(ws, b"bytes", Page("a.png", 0, IMAGE), publication="Köln I", author="Ada")
    again = drawings.add(ws, b"bytes", Page("b.png", 0, IMAGE), publication="Köln II", author="Bea")
    assert not again.is_new
    assert again.drawing == first.drawing
    assert drawings.count(ws) == 1
    assert [found.name for found in publications.list_publications(ws)] == ["Köln I"]


def test_each_page_of_a_file_is_a_drawing(ws: Workspace) -> None:
    pages = [Page("book.pdf", number, IMAGE) for number in range(3)]
    added = [drawings.add(ws, b"pdf", page, publication="Köln", author="Ada") for page in pages]
    assert [one.is_new for one in added] == [True, True, True]
    assert [one.drawing.page for one in added] == [0, 1, 2]


def test_a_drawing_without_a_name_gets_one(ws: Workspace) -> None:
    added = drawings.add(ws, b"bytes", Page("", 0, IMAGE), publication="", author="Ada")
    assert (added.drawing.name, added.drawing.publication) == ("unnamed", "unnamed")


def test_a_drawing_that_is_not_there_is_told(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no drawing 7"):
        drawings.get(ws, 7)


def test_a_damaged_image_is_noticed(ws: Workspace) -> None:
    found = add_drawing(ws)
    blob = ws.settings.workspace / "blobs" / found.image_sha256[:2] / found.image_sha256
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    with pytest.raises(CorruptBlobError):
        drawings.image(ws, found)


def test_drawings_are_found_page_by_page_in_the_order_asked_for(ws: Workspace) -> None:
    version = register_model(ws)
    for name, uncertainty in (("c.png", 0.1), ("A.png", 0.9), ("b.png", None)):
        found = add_drawing(ws, name)
        if uncertainty is not None:
            predict(ws, found.id, version.id, uncertainty=uncertainty)
    assert names(drawings.find(ws)) == ["b.png", "A.png", "c.png"]
    assert names(drawings.find(ws, order="oldest")) == ["c.png", "A.png", "b.png"]
    assert names(drawings.find(ws, order="name")) == ["A.png", "b.png", "c.png"]
    assert names(drawings.find(ws, order="uncertain")) == ["A.png", "c.png", "b.png"]
    assert names(drawings.find(ws, limit=2)) == ["b.png", "A.png"]
    assert names(drawings.find(ws, limit=2, offset=2)) == ["c.png"]


def test_filters_narrow_what_is_found_and_counted(ws: Workspace) -> None:
    version = register_model(ws)
    koeln = add_drawing(ws, "Schüssel 1_a.png", publication="Köln")
    add_drawing(ws, "Topf 10%.png", publication="Köln")
    add_drawing(ws, "SCHÜSSEL 2.png", publication="Bonn")
    predict(ws, koeln.id, version.id)
    expected = {
        Filter(): ["SCHÜSSEL 2.png", "Topf 10%.png", "Schüssel 1_a.png"],
        Filter(publication_id=koeln.publication_id): ["Topf 10%.png", "Schüssel 1_a.png"],
        Filter(status="predicted"): ["Schüssel 1_a.png"],
        Filter(status="approved"): [],
        Filter(model_version_id=version.id): ["Schüssel 1_a.png"],
        Filter(text=" schu\u0308ssel "): ["SCHÜSSEL 2.png", "Schüssel 1_a.png"],
        Filter(text="%"): ["Topf 10%.png"],
        Filter(text="_"): ["Schüssel 1_a.png"],
        Filter(status="new", text="schüssel"): ["SCHÜSSEL 2.png"],
    }
    assert {wanted: names(drawings.find(ws, wanted)) for wanted in expected} == expected
    assert {wanted: drawings.count(ws, wanted) for wanted in expected} == {
        wanted: len(found) for wanted, found in expected.items()
    }


def test_many_drawings_come_in_the_order_they_were_asked_for(ws: Workspace) -> None:
    first, second, third = (add_drawing(ws, name) for name in ("a.png", "b.png", "c.png"))
    found = drawings.get_all(ws, [third.id, 999, first.id, second.id])
    assert names(found) == ["c.png", "a.png", "b.png"]


def test_more_drawings_than_a_statement_has_room_for_are_found(ws: Workspace) -> None:
    added = add_drawing(ws)
    assert drawings.get_all(ws, [*range(1_000, 301_000), added.id]) == [added]


def test_a_change_of_what_somebody_else_changed_is_refused(ws: Workspace) -> None:
    seen = add_drawing(ws)
    with writing(ws.engine) as connection:
        drawings.change(connection, seen.id, seen.version, in_training=False)
    with (
        pytest.raises(StaleVersionError, match=r"Abb\. 1\.png was changed by somebody else"),
        writing(ws.engine) as connection,
    ):
        drawings.change(connection, seen.id, seen.version, in_training=True)
    assert not drawings.get(ws, seen.id).in_training


def fill_with_drawings(ws: Workspace, how_many: int) -> None:
    """Many rows at once, without their blobs."""
    places = [publications.named(ws, f"Publication {number}").id for number in range(20)]
    version = register_model(ws)
    rows = [
        {
            "name": f"Abb. {number}",
            "search_name": f"abb. {number}",
            "page": 0,
            "publication_id": places[number % 20],
            "source_sha256": f"{number:064x}",
            "image_sha256": f"{number:064x}",
            "thumbnail_sha256": f"{number:064x}",
            "width_px": 3000,
            "height_px": 2000,
            "status": drawings.STATUSES[number // 20 % 5],
            "in_training": True,
            "model_version_id": version.id if number % 3 else None,
            "uncertainty": number / how_many if number % 3 else None,
            "added_at": now(),
            "added_by": "Ada",
        }
        for number in range(how_many)
    ]
    with writing(ws.engine) as connection:
        connection.execute(insert(drawing), rows)


@contextmanager
def query_plans(ws: Workspace) -> Iterator[list[str]]:
    """The plans of all SELECTs within the block, each as one text."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    plans: list[str] = []
    event.listen(ws.engine, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        event.remove(ws.engine, "before_cursor_execute", note)
    with ws.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith("SELECT"):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                plans.append("\n".join(row[3] for row in rows))


@pytest.fixture
def big_ws(tmp_path: Path) -> Iterator[Workspace]:
    ws = open_workspace(Settings(workspace=tmp_path / "big"), base_model=None)
    fill_with_drawings(ws, 10_000)
    yield ws
    ws.engine.dispose()


def test_pages_of_ten_thousand_drawings_are_read_from_an_index(big_ws: Workspace) -> None:
    publication = publications.named(big_ws, "Publication 3")
    filters = [
        EVERYTHING,
        Filter(status="approved"),
        Filter(publication_id=publication.id),
        Filter(publication_id=publication.id, status="draft"),
    ]
    with query_plans(big_ws) as plans:
        pages = [drawings.find(big_ws, wanted, limit=20, offset=40) for wanted in filters]
        pages += [drawings.find(big_ws, order=order, limit=20, offset=9_000) for order in drawings.ORDERS]
    assert [len(page) for page in pages] == [20] * len(pages)
    assert len(plans) == len(pages)
    for plan in plans:
        assert "TEMP B-TREE" not in plan, "the database would sort all drawings to show twenty"
    for plan in plans[1:4]:
        assert re.search(r"SEARCH drawing USING INDEX", plan), "the database would read all drawings to show twenty"


def test_counting_ten_thousand_drawings_reads_an_index_only(big_ws: Workspace) -> None:
    publication = publications.named(big_ws, "Publication 3")
    filters = {
        EVERYTHING: 10_000,
        Filter(status="approved"): 2_000,
        Filter(publication_id=publication.id): 500,
        Filter(publication_id=publication.id, status="approved"): 100,
        Filter(text="bb. 99"): 111,
    }
    with query_plans(big_ws) as plans:
        assert {wanted: drawings.count(big_ws, wanted) for wanted in filters} == filters
        assert drawings.count_undecided(big_ws) == sum(
            drawings.count(big_ws, Filter(status=status)) for status in drawings.UNDECIDED
        )
    assert len(plans) == len(filters) + 1 + len(drawings.UNDECIDED)
    for plan in plans:
        assert "USING COVERING INDEX" in plan


@needs_a_small_disk
def test_a_full_disk_refuses_a_drawing_whole_and_takes_it_once_there_is_space(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 3 * 1024) as disk:
        ws = open_workspace(Settings(workspace=disk / "ws"), base_model=None)
        kept = add_drawing(ws, "kept.png")
        blobs = sorted(path.name for path in (disk / "ws" / "blobs").rglob("*") if path.is_file())
        with filled(disk), pytest.raises(StorageFullError, match="free some space"):
            drawings.add(ws, bytes(100_000), Page("big.png", 0, IMAGE), publication="Köln I", author="Ada")
        assert drawings.find(ws) == [kept]
        assert sorted(path.name for path in (disk / "ws" / "blobs").rglob("*") if path.is_file()) == blobs
        assert drawings.add(ws, bytes(100_000), Page("big.png", 0, IMAGE), publication="Köln I", author="Ada").is_new
        ws.engine.dispose()


def append_if_there_is_space(ws: Workspace, draft: Annotation, stroke: Stroke) -> Annotation | None:
    try:
        return annotations.append(ws, draft, [stroke])
    except StorageFullError:
        return None


@needs_a_small_disk
def test_a_database_on_a_full_disk_refuses_edits_with_a_sentence_and_loses_none(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 3 * 1024) as disk:
        settings = Settings(workspace=disk, blobs_url=(tmp_path / "blobs").as_posix())
        ws = open_workspace(settings, base_model=None)
        draft = annotations.open_draft(ws, add_drawing(ws).id, "Ada")
        stroke = Stroke(tuple((1.0, column / 1000) for column in range(500)), 1.0, 1)
        with filled(disk):
            while (saved := append_if_there_is_space(ws, draft, stroke)) is not None:
                draft = saved
            assert annotations.get(ws, draft.id) == draft
        assert annotations.append(ws, draft, [stroke]).cursor == draft.cursor + 1
        ws.engine.dispose()
