import io
import stat
import struct
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError, UnreadableImageError, UnsafeArchiveError
from core.formats import archives

PLENTY = 10_000_000


def zipped(files: Iterable[tuple[str | zipfile.ZipInfo, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


def names_in(content: bytes) -> list[str]:
    with archives.opened("Funde.zip", io.BytesIO(content)) as archive:
        return [entry.name for entry in archives.entries(archive)]


def read_first(content: bytes, *, max_bytes: int = PLENTY) -> bytes:
    with archives.opened("Funde.zip", io.BytesIO(content)) as archive:
        return archives.read_entry(archive, archives.entries(archive)[0], max_bytes=max_bytes)


def with_raw_name(name: bytes, content: bytes = b"x") -> bytes:
    """A ZIP whose only entry has exactly these bytes as its name, without the UTF-8 flag."""
    return zipped([("?" * len(name), content)]).replace(b"?" * len(name), name)


def test_an_entry_is_read_under_its_path() -> None:
    content = zipped([("Band 1/Tafel 12 (oben).png", b"pixels")])
    assert names_in(content) == ["Band 1/Tafel 12 (oben).png"]
    assert read_first(content) == b"pixels"


def test_entries_keep_their_order_and_folders_are_no_entries() -> None:
    assert names_in(zipped([("b.png", b""), ("a/", b""), ("a/a.png", b"")])) == ["b.png", "a/a.png"]


def test_umlauts_arrive_composed_however_they_were_written() -> None:
    assert names_in(zipped([("Töpfe/Gefäß.png", b"")])) == ["Töpfe/Gefäß.png"]
    assert names_in(zipped([(unicodedata.normalize("NFD", "Gefäß.png"), b"")])) == ["Gefäß.png"]
    assert names_in(with_raw_name("Gefäß.png".encode("cp437"))) == ["Gefäß.png"]
    assert names_in(with_raw_name(unicodedata.normalize("NFD", "Gefäß.png").encode())) == ["Gefäß.png"]


def test_backslashes_of_old_programs_are_folders() -> None:
    assert names_in(with_raw_name(rb"Tafeln\1.png")) == ["Tafeln/1.png"]


def test_what_systems_add_unasked_is_passed_over() -> None:
    junk = ["__MACOSX/._a.png", ".DS_Store", "Tafeln/.DS_Store", "Tafeln/Thumbs.db", "Tafeln/._a.png", "desktop.ini"]
    assert names_in(zipped([(name, b"") for name in [*junk, "Tafeln/a.png"]])) == ["Tafeln/a.png"]


@pytest.mark.parametrize("name", ["../a.png", "a/../../b.png", "/etc/a.png", "C:/a.png", r"..\a.png", r"C:\a.png"])
def test_a_path_that_points_outside_is_refused(name: str) -> None:
    with pytest.raises(UnsafeArchiveError, match="points outside its ZIP"):
        read_first(with_raw_name(name.encode()))


def test_two_dots_inside_a_name_are_no_path() -> None:
    assert read_first(zipped([("Tafel 3..4.png", b"x")])) == b"x"


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("a.png")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(UnsafeArchiveError, match=r"^a.png is only a link"):
        read_first(zipped([(link, b"/etc/passwd")]))


def test_an_encrypted_entry_is_refused() -> None:
    content = bytearray(zipped([("a.png", b"x")]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    with pytest.raises(UnsafeArchiveError, match=r"^a.png is protected by a password"):
        read_first(bytes(content))


def test_a_zip_inside_a_zip_is_refused() -> None:
    with pytest.raises(UnsafeArchiveError, match=r"^innen.ZIP is a ZIP inside a ZIP"):
        read_first(zipped([("innen.ZIP", zipped([("a.png", b"x")]))]))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_refused(compression: int) -> None:
    with pytest.raises(UnsafeArchiveError, match="ordinary ZIP"):
        read_first(zipped([("a.png", b"x" * 100)], compression))


def test_an_entry_is_refused_for_the_size_it_declares() -> None:
    content = zipped([("a.png", bytes(2_000_001))])
    assert len(read_first(content, max_bytes=2_000_001)) == 2_000_001
    with pytest.raises(UnsafeArchiveError, match=r"^a.png would unpack to 2 MB, more than the 2 MB"):
        read_first(content, max_bytes=2_000_000)


def test_an_entry_that_declares_too_little_is_refused_before_it_fills_the_memory() -> None:
    size = 100_000_000
    content = bytearray(zipped([("a.png", bytes(size))]))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(signature) + offset
        assert struct.unpack_from("<I", content, at) == (size,)
        struct.pack_into("<I", content, at, 1000)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableImageError, match=r"^a.png is damaged inside its ZIP"):
            read_first(bytes(content))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size / 10


def test_damaged_content_is_refused() -> None:
    content = zipped([("a.png", b"pixels")], zipfile.ZIP_STORED).replace(b"pixels", b"pixelz", 1)
    with pytest.raises(UnreadableImageError, match=r"^a.png is damaged inside its ZIP"):
        read_first(content)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_truncated_zip_is_refused(share: float) -> None:
    content = zipped([("a.png", b"pixels" * 100)])
    with pytest.raises(UnreadableImageError, match=r"^Funde.zip is a damaged or incomplete ZIP"):
        read_first(content[: int(len(content) * share)])


def test_a_zip_is_known_by_its_content() -> None:
    assert archives.is_archive(io.BytesIO(zipped([("a", b"")])))
    assert archives.is_archive(io.BytesIO(zipped([])))
    assert not archives.is_archive(io.BytesIO(b"\x89PNG\r\n\x1a\n" + zipped([("a", b"")])))
    assert not archives.is_archive(io.BytesIO(b""))


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6))
def test_damage_anywhere_ends_in_bytes_or_a_sentence(damage: list[tuple[int, int]]) -> None:
    content = bytearray(zipped([("Töpfe/a.png", b"pixels" * 20), ("b.png", b"x")]))
    for position, value in damage:
        content[position % len(content)] = value
    try:
        with archives.opened("Funde.zip", io.BytesIO(content)) as archive:
            for entry in archives.entries(archive):
                assert len(archives.read_entry(archive, entry, max_bytes=PLENTY)) <= PLENTY
    except InputError as refusal:
        sentence = str(refusal)
    else:
        return
    assert sentence.endswith(".")
