"""What leaves a workspace, and the archive it goes into."""

import os
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from core.errors import InputError
from core.labels import LabelMap
from core.raster.masks import Mask

_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # so that the same export is the same file
_TEXT_IN_MEMORY = 1 << 20


Content: TypeAlias = bytes | Callable[[], bytes]
"""The bytes of a file, or what reads them when it is their turn."""


@dataclass(frozen=True)
class Outgoing:
    """One drawing on its way out.

    `stem` is its path in the archive without an extension, unlike that of any other; `suffix` the extension its image
    has or would have. `mask` is None for a drawing without an approved mask, `image` where images stay behind.
    """

    number: int
    stem: str
    suffix: str
    height_px: int
    width_px: int
    publication: str
    split: str | None
    mask: Mask | None
    image: Content | None

    @property
    def file_name(self) -> str:
        return self.stem + self.suffix


@dataclass(frozen=True)
class Encoded:
    """Files for the archive, and what the format has to write down about the drawing (None for nothing)."""

    files: tuple[tuple[str, Content], ...]
    record: Any = None


class Writer(Protocol):
    """Turns drawings into the files of one format: `encode` in any thread, the rest in one, in this order."""

    def encode(self, item: Outgoing) -> Encoded: ...

    def note(self, record: Any) -> None: ...

    def finish(self, archive: "ArchiveWriter") -> None: ...


class ArchiveWriter:
    """A ZIP that is written entry by entry; images are stored as they are, texts are packed."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, content: Content) -> None:
        self._archive.writestr(_entry(name, zipfile.ZIP_STORED), content() if callable(content) else content)

    def add_text(self, name: str, *texts: "str | LongText") -> None:
        """A text file of these parts, in UTF-8."""
        with self._archive.open(_entry(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as stream:
            for text in texts:
                for piece in [text.encode()] if isinstance(text, str) else text.pieces():
                    stream.write(piece)


class LongText:
    """A text that grows beyond what should be in memory; it is kept in a file that goes with it."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_TEXT_IN_MEMORY)  # noqa: SIM115  closed when it is read
        self.is_empty = True

    def write(self, text: str) -> None:
        self.is_empty = False
        self._file.write(text.encode())

    def pieces(self) -> Iterator[bytes]:
        self._file.seek(0)
        with self._file:
            while piece := self._file.read(1 << 20):
                yield piece


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """A ZIP that is at `path` when the block ends: whole and on the disk, or not at all.

    Raises InputError with a sentence if it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                yield ArchiveWriter(archive)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror or error}). Choose another place or free space."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def colours_of(labels: LabelMap) -> list[tuple[int, int, int]]:
    return [label.colour for label in labels.labels]


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _TIMESTAMP)
    info.compress_type = compression
    info.external_attr = 0o644 << 16
    return info
