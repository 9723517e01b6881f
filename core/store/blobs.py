"""Content-addressed bytes: what is stored under its sha256 cannot change, only be there or not."""

import contextlib
import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from core.errors import CorruptBlobError, NotFoundError, StorageFullError, StoreError

FULL_DISK = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


class Blobs:
    """Blobs under `url`: a local directory, or anything fsspec has a file system for.

    The blob abcdef... lies at ab/abcdef... A blob is there completely or not at all: it is written to a
    temporary name, synced, then moved.
    """

    def __init__(self, url: str) -> None:
        filesystem, self._root = fsspec.core.url_to_fs(url)
        self._filesystem: Any = filesystem
        self._is_local = isinstance(filesystem, LocalFileSystem)

    def put(self, content: bytes) -> str:
        """Store `content`, durably, and return its sha256; storing it again changes nothing.

        Raises StorageFullError when the disk is full; nothing half-written is left behind.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        with self._speaking_plainly():
            if not self._holds(sha256, len(content)):
                self._write_locally(sha256, content) if self._is_local else self._write_elsewhere(sha256, content)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes stored under `sha256`.

        Raises NotFoundError if there are none, CorruptBlobError if they are not those that were stored.
        """
        with self._speaking_plainly():
            try:
                content: bytes = self._filesystem.cat_file(self._path(sha256))
            except FileNotFoundError as error:
                raise NotFoundError(f"The file {self._path(sha256)} is missing. Put it back from a backup.") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise CorruptBlobError(f"The file {self._path(sha256)} is damaged. Put it back from a backup.")
        return content

    def has(self, sha256: str) -> bool:
        return bool(self._filesystem.isfile(self._path(sha256)))

    def sizes(self) -> dict[str, int]:
        """The bytes of every blob by its sha256; looks at every file."""
        found = self._filesystem.find(self._root, detail=True).values()
        return {entry["name"].rpartition("/")[2]: entry["size"] for entry in found}

    def remove(self, sha256: str) -> None:
        """Forget a blob; one that is not there is forgotten already."""
        with contextlib.suppress(FileNotFoundError):
            self._filesystem.rm_file(self._path(sha256))

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256}"

    def _holds(self, sha256: str, size: int) -> bool:
        """Whether the blob is there with its length; a cut-off one is written again."""
        try:
            return bool(self._filesystem.info(self._path(sha256))["size"] == size)
        except FileNotFoundError:
            return False

    def _write_locally(self, sha256: str, content: bytes) -> None:
        target = Path(self._path(sha256))
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{sha256}.{uuid.uuid4().hex}.tmp")
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._move_into_place(temporary, target, len(content))
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_directory(target.parent)
        _sync_directory(target.parent.parent)

    def _move_into_place(self, temporary: Path, target: Path, size: int) -> None:
        try:
            temporary.replace(target)
        except PermissionError:  # on Windows, while somebody reads the same blob: then it is there already
            if not self._holds(target.name, size):
                raise
            temporary.unlink()

    def _write_elsewhere(self, sha256: str, content: bytes) -> None:
        temporary = f"{self._root}/.{sha256}.{uuid.uuid4().hex}.tmp"
        self._filesystem.makedirs(f"{self._root}/{sha256[:2]}", exist_ok=True)
        try:
            with self._filesystem.open(temporary, "wb") as file:
                file.write(content)
            self._filesystem.mv(temporary, self._path(sha256))
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                self._filesystem.rm_file(temporary)
            raise

    @contextmanager
    def _speaking_plainly(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in FULL_DISK:
                raise StorageFullError(
                    f"The disk of {self._root} is full. Nothing was changed: free some space on it and try again."
                ) from error
            raise StoreError(
                f"{self._root} cannot be read or written ({error}). Check the disk and who may use it."
            ) from error


def _sync_directory(directory: Path) -> None:
    """Make a move in `directory` survive a power cut, where the platform can (Windows cannot and need not)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # some file systems refuse to sync a directory
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
