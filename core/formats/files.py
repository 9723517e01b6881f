"""Files of an archive or of a folder on disk: names first, contents when they are asked for."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from core.errors import UnreadableImageError, UnsafeArchiveError
from core.formats import archives
from core.formats.archives import composed

MAX_EXPANSION, HARMLESS_BYTES = 200, 2_000_000_000
"""An archive that unpacks to so many times its size is a bomb, unless what comes out is small anyway."""


class Files(Protocol):
    """Named files, read one at a time, from any thread. Names have / and composed umlauts, sorted; `known`
    are the same as a set. `remarks` are sentences about files that are left out before anybody looks at what they hold.
    """

    name: str
    names: list[str]
    known: frozenset[str]
    remarks: list[str]

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """The content of a file. Raises UnsafeArchiveError, UnreadableImageError."""
        ...

    def start(self, name: str, count: int) -> bytes:
        """The first bytes of a file, to see what it is; none where it cannot be read."""
        ...

    def size(self, name: str) -> int:
        """How long the file says it is, in bytes."""
        ...


class ArchiveFiles:
    """The files in a ZIP.

    Raises UnsafeArchiveError for an archive made to do harm: nothing in it is worth having then.
    """

    def __init__(self, name: str, file: BinaryIO, opened: "archives.zipfile.ZipFile") -> None:
        self.name = name
        self._archive = opened
        entries = archives.entries(opened)
        for entry in entries:
            archives.refuse_hostile(entry)
        _refuse_bomb(name, file, sum(entry.declared_bytes for entry in entries))
        times = Counter(entry.name for entry in entries)
        self._entries = {entry.name: entry for entry in entries if times[entry.name] == 1}
        nested = sorted(name for name, entry in self._entries.items() if archives.is_nested(entry))
        self.names = sorted(self._entries.keys() - set(nested))
        self.known = frozenset(self.names)
        self.remarks = [f"{twice} is in the ZIP twice: neither is used." for twice in times if times[twice] > 1]
        self.remarks += [f"{inner} is a ZIP inside the ZIP and is left out: import it by itself." for inner in nested]

    def read(self, name: str, *, max_bytes: int) -> bytes:
        return archives.read_entry(self._archive, self._entries[name], max_bytes=max_bytes)

    def start(self, name: str, count: int) -> bytes:
        try:
            with self._archive.open(self._entries[name].info) as stream:
                return stream.read(count)
        except archives.DAMAGES:
            return b""

    def size(self, name: str) -> int:
        return self._entries[name].declared_bytes


class FolderFiles:
    """The files in a folder on disk and below it, without hidden ones."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.resolve().name
        self._paths: dict[str, Path] = {}
        self.remarks: list[str] = []
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if not path.is_file() or any(part.startswith(".") for part in relative.parts):
                continue
            self._paths[composed(relative.as_posix())] = path
        self.names = sorted(self._paths)
        self.known = frozenset(self.names)

    def read(self, name: str, *, max_bytes: int) -> bytes:
        path = self._paths[name]
        try:
            if path.stat().st_size > max_bytes:
                raise UnsafeArchiveError(f"{path} is larger than the {max_bytes / 1e6:,.0f} MB that are accepted here.")
            return path.read_bytes()
        except OSError as error:
            raise UnreadableImageError(f"{path} cannot be opened ({error.strerror}). Check who may read it.") from error

    def start(self, name: str, count: int) -> bytes:
        try:
            with self._paths[name].open("rb") as file:
                return file.read(count)
        except OSError:
            return b""

    def size(self, name: str) -> int:
        return self._paths[name].stat().st_size


@contextmanager
def opened_files(source: Path | tuple[str, BinaryIO]) -> Iterator[Files]:
    """The files of a folder, of a ZIP on disk, or of a named ZIP that is open already.

    Raises UnreadableImageError for what is neither, UnsafeArchiveError for a ZIP made to do harm.
    """
    if isinstance(source, tuple):
        with archives.opened(*source) as archive:
            yield ArchiveFiles(source[0], source[1], archive)
    elif source.is_dir():
        yield FolderFiles(source)
    elif not source.exists():
        raise UnreadableImageError(f"{source} does not exist. Check the name.")
    else:
        with _opened_path(source) as file, archives.opened(source.name, file) as archive:
            yield ArchiveFiles(source.name, file, archive)


@contextmanager
def _opened_path(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableImageError(f"{path} cannot be opened ({error.strerror}). Check who may read it.") from error
    with file:
        if not archives.is_archive(file):
            raise UnreadableImageError(f"{path} is neither a folder nor a ZIP. Name an exported archive or a folder.")
        yield file


def _refuse_bomb(name: str, file: BinaryIO, declared_bytes: int) -> None:
    file.seek(0, 2)
    if declared_bytes > max(HARMLESS_BYTES, MAX_EXPANSION * file.tell()):
        raise UnsafeArchiveError(
            f"{name} would unpack to {declared_bytes / 1e9:,.1f} GB, far more than an archive of drawings does. "
            "Do not unpack it unless you know where it comes from."
        )
