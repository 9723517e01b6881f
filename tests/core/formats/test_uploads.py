import io
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from core.formats.uploads import File, Refusal, UploadReport, add_files, count, expand
from core.settings import Settings
from core.store import drawings
from core.store.workspace import Workspace, open_workspace
from tests.core.formats.test_archives import zipped
from tests.core.raster.files import encrypted_pdf, pdf, png_header, saved, tiff_with_damaged_page
from tests.core.store.full_disk import filled, needs_a_small_disk, small_disk

LIMIT = Settings(max_image_pixels=10_000, pdf_dpi=72)


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(workspace=tmp_path / "Töpfe", max_image_pixels=LIMIT.max_image_pixels, pdf_dpi=72)
    workspace = open_workspace(settings, base_model=None)
    yield workspace
    workspace.engine.dispose()


def drawn(level: int, *, side: int = 20) -> bytes:
    """A PNG of its own for each level."""
    return saved(Pillow.new("L", (side, side), level), "PNG")


def add(ws: Workspace, *files: tuple[str, bytes]) -> UploadReport:
    return add_files(ws, files, publication="Band II", author="Ada", on_progress=lambda done, total, name: None)


def names(report: UploadReport) -> tuple[list[str], list[str], list[str]]:
    return (
        [drawing.name for drawing in report.added],
        [drawing.name for drawing in report.already_there],
        [refusal.name for refusal in report.refused],
    )


def test_a_file_that_is_no_zip_passes_through() -> None:
    assert list(expand("Topf.png", b"pixels", settings=LIMIT)) == [File("Topf.png", b"pixels")]
    assert list(expand("Topf.png", io.BytesIO(b"pixels"), settings=LIMIT)) == [File("Topf.png", b"pixels")]


def test_a_file_name_arrives_composed() -> None:
    (upload,) = expand(unicodedata.normalize("NFD", "Gefäß.png"), b"pixels", settings=LIMIT)
    assert upload.name == "Gefäß.png"


def test_a_zip_gives_its_files_whatever_its_name_says() -> None:
    content = zipped([("Band 1/Gefäß.png", b"one"), ("Band 1/", b""), (".DS_Store", b""), ("b c.pdf", b"two")])
    expected = [File("Band 1/Gefäß.png", b"one"), File("b c.pdf", b"two")]
    assert list(expand("Funde.dat", content, settings=LIMIT)) == expected
    assert list(expand("Funde.zip", io.BytesIO(content), settings=LIMIT)) == expected


def test_what_is_unsafe_in_a_zip_is_refused_one_by_one_while_the_rest_goes_in() -> None:
    content = zipped([("a.png", b"one"), ("../b.png", b"two"), ("c.zip", b"three"), ("d.png", b"four")])
    first, outside, nested, last = expand("Funde.zip", content, settings=LIMIT)
    assert (first, last) == (File("a.png", b"one"), File("d.png", b"four"))
    assert isinstance(outside, Refusal)
    assert "../b.png points outside" in outside.reason
    assert isinstance(nested, Refusal)
    assert "c.zip is a ZIP inside a ZIP" in nested.reason


def test_an_entry_that_unpacks_enormously_is_refused_while_the_rest_goes_in() -> None:
    content = zipped([("bombe.png", bytes(2_000_000)), ("a.png", b"one")])
    bomb, rest = expand("Funde.zip", content, settings=LIMIT)
    assert isinstance(bomb, Refusal)
    assert bomb.reason.startswith("bombe.png would unpack to 2 MB")
    assert rest == File("a.png", b"one")


def test_many_entries_that_unpack_enormously_together_are_refused_from_there_on() -> None:
    settings = Settings(max_image_pixels=1)
    content = zipped([(f"{number}.png", bytes(1_000_000)) for number in range(108)])
    uploads = list(expand("Funde.zip", content, settings=settings))
    refusals = [upload for upload in uploads if isinstance(upload, Refusal)]
    assert refusals == uploads[104:]
    assert len(refusals) == 4
    assert "104.png is too much: Funde.zip unpacks to more" in refusals[0].reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped([("a.png", b"one")])[:20], "damaged or incomplete ZIP"),
        (b"not a zip", "is not a ZIP, or it is damaged"),
        (b"", "is not a ZIP, or it is damaged"),
        (zipped([]), "a ZIP without any files"),
        (zipped([("__MACOSX/._a.png", b""), ("leer/", b"")]), "a ZIP without any files"),
    ],
)
def test_a_zip_with_nothing_to_use_is_refused_as_a_whole(content: bytes, reason: str) -> None:
    (refusal,) = expand("Funde.zip", content, settings=LIMIT)
    assert isinstance(refusal, Refusal)
    assert refusal.name == "Funde.zip"
    assert refusal.reason.startswith("Funde.zip")
    assert reason in refusal.reason
    assert count("Funde.zip", content) == 1


def test_a_text_document_is_not_taken_apart() -> None:
    document = zipped([("[Content_Types].xml", b""), ("word/media/image1.png", b"")])
    assert list(expand("Katalog.docx", document, settings=LIMIT)) == [File("Katalog.docx", document)]
    assert count("Katalog.docx", document) == 1


def test_a_zip_is_unpacked_one_file_at_a_time() -> None:
    content = bytearray(zipped([("a.png", b"first"), ("b.png", b"later")], zipfile.ZIP_STORED))
    file = io.BytesIO(content)
    uploads = expand("Funde.zip", file, settings=LIMIT)
    assert next(uploads) == File("a.png", b"first")
    file.getbuffer()[content.index(b"later")] = 0  # what is damaged only now must not have been read yet
    assert isinstance(next(uploads), Refusal)


def test_files_become_drawings_of_the_publication(ws: Workspace) -> None:
    report = add(ws, ("Gefäß 1.png", drawn(10)), ("Band.pdf", pdf((30, 40, ""), (50, 60, "0 0 9 9 re f"))))
    assert names(report) == (["Gefäß 1.png", "Band.pdf", "Band.pdf"], [], [])
    assert [drawing.page for drawing in report.added] == [0, 0, 1]
    assert {(drawing.publication, drawing.added_by) for drawing in report.added} == {("Band II", "Ada")}
    assert [(drawing.width_px, drawing.height_px) for drawing in report.added] == [(20, 20), (30, 40), (50, 60)]
    assert (drawings.image(ws, report.added[0]) == 10).all()
    assert drawings.count(ws) == 3


def test_the_files_of_a_zip_become_drawings(ws: Workspace) -> None:
    report = add(ws, ("Funde.zip", zipped([("Tafel 1/ä.png", drawn(1)), ("Tafel 1/Liste.xlsx", b"PK\x03\x04")])))
    assert names(report) == (["Tafel 1/ä.png"], [], ["Tafel 1/Liste.xlsx"])


def test_the_same_bytes_are_the_same_drawing(ws: Workspace) -> None:
    first = add(ws, ("a.png", drawn(1)), ("b.png", drawn(2)))
    again = add(ws, ("anders.png", drawn(1)), ("c.png", drawn(3)), ("Funde.zip", zipped([("b.png", drawn(2))])))
    assert names(again) == (["c.png"], ["a.png", "b.png"], [])
    assert again.already_there == first.added
    assert drawings.count(ws) == 3


def test_what_cannot_be_used_is_refused_by_name_while_the_rest_goes_in(ws: Workspace) -> None:
    bad = [
        ("leer.png", b""),
        ("Notizen.txt", b"Scherben"),
        ("halb.png", drawn(1)[:-30]),
        ("riesig.png", png_header(50_000, 50_000)),
        ("geheim.pdf", encrypted_pdf()),
        ("kaputt.zip", b"PK\x03\x04"),
        ("Katalog.docx", zipped([("[Content_Types].xml", b"")])),
    ]
    report = add(ws, ("a.png", drawn(2)), *bad, ("b.png", drawn(3)))
    assert names(report) == (["a.png", "b.png"], [], [name for name, _ in bad])
    assert all(refusal.reason.startswith(refusal.name) for refusal in report.refused)
    assert all(refusal.reason.endswith(".") for refusal in report.refused)
    assert drawings.count(ws) == 2


def test_a_damaged_page_does_not_keep_the_others_out(ws: Workspace) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 20, 20), dtype=np.uint8)
    report = add(ws, ("Tafeln.tif", tiff_with_damaged_page(*map(Pillow.fromarray, noise), damaged=2)))
    assert [drawing.page for drawing in report.added] == [0, 1, 3]
    assert [refusal.reason.split(" is ")[0] for refusal in report.refused] == ["Tafeln.tif, page 3,"]


def test_progress_counts_every_file_with_those_in_zips(ws: Workspace) -> None:
    seen: list[tuple[int, int, str]] = []
    archive = zipped([("a.png", drawn(1)), ("../b.png", b""), (".DS_Store", b""), ("c.png", b"broken")])
    files = iter([("eins.pdf", pdf((30, 30, ""), (30, 30, ""))), ("Funde.zip", archive), ("leer.zip", b"")])
    add_files(ws, files, publication="Band II", author="Ada", on_progress=lambda *step: seen.append(step))
    assert seen == [
        (1, 5, "eins.pdf"),
        (2, 5, "a.png"),
        (3, 5, "../b.png"),
        (4, 5, "c.png"),
        (5, 5, "leer.zip"),
    ]


@needs_a_small_disk
def test_a_full_disk_stops_the_batch_and_keeps_what_went_in(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, 90, 90, 3), dtype=np.uint8)
    pictures = [saved(Pillow.fromarray(pixels), "PNG") for pixels in noise]
    with small_disk(tmp_path / "disk", size_kib=4096) as disk:
        settings = Settings(workspace=tmp_path / "w", blobs_url=(disk / "blobs").as_posix(), max_image_pixels=10_000)
        ws = open_workspace(settings, base_model=None)
        assert names(add(ws, ("a.png", pictures[0]))) == (["a.png"], [], [])
        with filled(disk):
            report = add(
                ws,
                ("a.png", pictures[0]),
                ("b.png", pictures[1]),
                ("Funde.zip", zipped([("c.png", pictures[2]), ("../d.png", b"")])),
            )
            assert names(report) == ([], ["a.png"], ["b.png", "c.png", "../d.png"])
            assert all("is full" in refusal.reason for refusal in report.refused[:2])
            assert report.refused[1].reason.startswith("c.png was not added")
            assert drawings.count(ws) == 1
        assert names(add(ws, ("b.png", pictures[1]))) == (["b.png"], [], [])
        ws.engine.dispose()
