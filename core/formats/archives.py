"""ZIP archives from anybody: their entries under readable names, one at a time, and none that could do harm.

Nothing is unpacked to disk, so a path that points outside could not hurt; it is refused because nobody packs one by
accident. What an entry may expand to is bounded, so that reading it cannot fill the memory.
"""

import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from core.errors import UnreadableImageError, UnsafeArchiveError

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
OFFICE_ENTRIES = {"[Content_Types].xml", "mimetype"}
JUNK = re.compile(r"(^|/)(__MACOSX/|\._|(\.DS_Store|Thumbs\.db|desktop\.ini)$)")
UTF_8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
CHUNK_BYTES = 1 << 20

DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)
"""What `zipfile` raises over a damaged entry."""

MAX_ENTRIES = 300_000
"""An archive of a hundred thousand drawings with two masks each; Python needs about 0.2 GB to list them."""

_END, _END_64, _LOCATOR_64, _INDEX_ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
_END_BYTES, _LONGEST_COMMENT, _INDEX_ENTRY_BYTES, _LONGEST_USUAL_ENTRY_BYTES = 22, 65_535, 46, 300


@dataclass(frozen=True)
class Entry:
    """One file in an archive; `name` is its path there, with / and composed umlauts."""

    name: str
    info: zipfile.ZipInfo

    @property
    def declared_bytes(self) -> int:
        return self.info.file_size


def is_archive(file: BinaryIO) -> bool:
    """Whether the content begins as a ZIP does; leaves the file at its start."""
    file.seek(0)
    signature = file.read(4)
    file.seek(0)
    return signature in SIGNATURES


@contextmanager
def opened(name: str, file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive, open for `entries` and `read_entry`.

    Raises UnreadableImageError if its index is damaged, UnsafeArchiveError if it lists more than MAX_ENTRIES files.
    """
    _refuse_long_index(name, file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, struct.error, NotImplementedError, OSError, ValueError, EOFError) as error:
        raise UnreadableImageError(f"{name} is a damaged or incomplete ZIP. Download or pack it again.") from error
    with archive:
        yield archive


def is_office_document(archive: zipfile.ZipFile) -> bool:
    """Whether the ZIP is really a text or a table; Word, Excel and OpenOffice files are ZIPs inside."""
    return not OFFICE_ENTRIES.isdisjoint(archive.namelist())


def entries(archive: zipfile.ZipFile) -> list[Entry]:
    """The files in the archive, in its order, without folders and what systems add unasked."""
    named = [Entry(_readable_name(info), info) for info in archive.infolist()]
    return [entry for entry in named if not entry.name.endswith("/") and not JUNK.search(entry.name)]


def read_entry(archive: zipfile.ZipFile, entry: Entry, *, max_bytes: int) -> bytes:
    """The content of one entry.

    Raises UnsafeArchiveError for a path outside the archive, a link, an encrypted or nested archive, and more than
    `max_bytes`; UnreadableImageError for damaged content.
    """
    if is_nested(entry):
        raise UnsafeArchiveError(
            f"{entry.name} is a ZIP inside a ZIP. Unpack the outer one and add the inner one by itself."
        )
    return read_member(archive, entry, max_bytes=max_bytes)


def read_member(archive: zipfile.ZipFile, entry: Entry, *, max_bytes: int) -> bytes:
    """The same where an archive in the archive is expected."""
    _refuse_unsafe(entry, max_bytes)
    try:
        # In chunks, as reading all at once unpacks all that is there, even when the archive declares less. In chunks
        # it ends at the declared size, and the checksum tells that there was more.
        with archive.open(entry.info) as stream:
            return b"".join(iter(partial(stream.read, CHUNK_BYTES), b""))
    except DAMAGES as error:
        raise UnreadableImageError(
            f"{entry.name} is damaged inside its ZIP. Pack it again, or add the file by itself."
        ) from error


def composed(name: str) -> str:
    """A file name with composed umlauts; macOS takes them apart."""
    return unicodedata.normalize("NFC", name)


def refuse_hostile(entry: Entry) -> None:
    """Raises UnsafeArchiveError for a path outside the archive, a link or an encrypted entry: nobody means well."""
    name, info = entry.name, entry.info
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise UnsafeArchiveError(f"{name} points outside its ZIP. Unpack the ZIP and add the file by itself.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnsafeArchiveError(f"{name} is only a link to another file. Add the file it points at.")
    if info.flag_bits & ENCRYPTED_FLAG:
        raise UnsafeArchiveError(f"{name} is protected by a password. Unpack the ZIP and add the file by itself.")


def is_nested(entry: Entry) -> bool:
    """Whether the entry is an archive itself."""
    return entry.name.lower().endswith(".zip")


def _refuse_unsafe(entry: Entry, max_bytes: int) -> None:
    refuse_hostile(entry)
    name, info = entry.name, entry.info
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnsafeArchiveError(f"{name} is packed in an unusual way. Pack it again as an ordinary ZIP.")
    if info.file_size > max_bytes:
        raise UnsafeArchiveError(
            f"{name} would unpack to {info.file_size / 1e6:,.0f} MB, more than the {max_bytes / 1e6:,.0f} MB that are "
            "accepted here. If it is a real scan, add the file by itself."
        )


def _readable_name(info: zipfile.ZipInfo) -> str:
    """The path of an entry as a person wrote it.

    Without the UTF-8 flag a name is in code page 437 (ZIP specification, appendix D), where the German umlauts are as
    in Windows' 850. macOS writes UTF-8 without the flag; hardly any text in a code page is valid UTF-8 by chance.
    """
    name = info.filename
    if not info.flag_bits & UTF_8_FLAG:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return composed(name.replace("\\", "/"))


def _refuse_long_index(name: str, file: BinaryIO) -> None:
    """Count the index's entries before Python makes objects of them; what it says of its own length is not believed."""
    place = _index_place(file)
    if place is None:
        return  # no ZIP at all: `zipfile` finds the words for it
    start, length = place
    count = 0
    file.seek(start)
    index = file.read(min(length, MAX_ENTRIES * _LONGEST_USUAL_ENTRY_BYTES))
    position = 0
    while index[position : position + 4] == _INDEX_ENTRY and position + _INDEX_ENTRY_BYTES <= len(index):
        position += _INDEX_ENTRY_BYTES + sum(struct.unpack_from("<HHH", index, position + 28))
        count += 1
        if count > MAX_ENTRIES:
            break
    file.seek(0)
    if count > MAX_ENTRIES or len(index) < length:
        raise UnsafeArchiveError(
            f"{name} lists more than {MAX_ENTRIES:,} files, which is more than is read from one ZIP. "
            "Spread its files over several ZIPs, or unpack it and import the folder on the command line."
        )


def _index_place(file: BinaryIO) -> tuple[int, int] | None:
    """Where the index starts and how long it is (ZIP specification, 4.3.12 to 4.3.16)."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    tail_start = max(0, size - _END_BYTES - _LONGEST_COMMENT)
    file.seek(tail_start)
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or end + _END_BYTES > len(tail):
        return None
    length: int = struct.unpack_from("<L", tail, end + 12)[0]
    stop = tail_start + end
    locator = tail[max(0, end - 20) : end]
    if locator[:4] == _LOCATOR_64 and len(locator) == 20:
        file.seek(min(struct.unpack_from("<Q", locator, 8)[0], size))
        record = file.read(56)
        if record[:4] != _END_64 or len(record) < 56:
            file.seek(max(0, stop - 20 - 56))  # something stands before the ZIP, and positions count from its start
            record = file.read(56)
        if record[:4] == _END_64 and len(record) == 56:
            length = struct.unpack_from("<Q", record, 40)[0]
            stop = stop - 20 - 56
    return (stop - length, length) if stop >= length else None
