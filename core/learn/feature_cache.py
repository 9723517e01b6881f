"""Features that were computed once, kept in a folder of bounded size under the address of what they were made from."""

import contextlib
import hashlib
import logging
import os
import time
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Arrays = tuple[NDArray[np.generic], ...]

MAX_BYTES = 4_000_000_000
MEMORY_BYTES = 400_000_000
_ROOM_SHARE = 0.1  # of the folder that is freed when it is full, so that this is not done at every entry


def address(*parts: str) -> str:
    """The name of what was made from these parts, in this order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class FeatureCache:
    """Arrays by address: the latest in memory, the others in `directory`, where the oldest make room for new ones.

    A cache may lose anything at any time and nothing else does: a damaged entry is made again, and a disk that is full
    or cannot be written only costs time. Processes may share a directory. Without one, all is kept in memory alone.
    """

    def __init__(
        self, directory: Path | None = None, *, max_bytes: int = MAX_BYTES, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._directory, self._max_bytes, self._memory_bytes = directory, max_bytes, memory_bytes
        self._recent: OrderedDict[str, Arrays] = OrderedDict()
        self._recent_bytes = 0
        self._stored_bytes = sum(size for _, size, _ in self._entries())
        self._may_write = directory is not None
        self.made_count, self.making_seconds = 0, 0.0  # entries that were not here, and what making them took

    def get(self, name: str, make: Callable[[], Sequence[NDArray[np.generic]]]) -> Arrays:
        """The arrays of that address, made now if they are not here."""
        arrays = self._recent.pop(name, None)
        if arrays is not None:
            self._recent[name] = arrays
            return arrays
        arrays = self._read(name)
        if arrays is None:
            started = time.monotonic()
            arrays = tuple(make())
            self.making_seconds += time.monotonic() - started
            self.made_count += 1
            self._write(name, arrays)
        self._remember(name, arrays)
        return arrays

    def _path(self, name: str) -> Path:
        assert self._directory is not None
        return self._directory / name[:2] / f"{name}.npz"

    def _read(self, name: str) -> Arrays | None:
        if self._directory is None:
            return None
        path = self._path(name)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = tuple(stored[f"arr_{number}"] for number in range(len(stored.files)))
            os.utime(path)  # so that it is not the oldest any more
        except FileNotFoundError:
            return None
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            log.warning("%s is damaged and is made anew: %s", path, error)
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        return arrays

    def _write(self, name: str, arrays: Arrays) -> None:
        if not self._may_write:
            return
        path = self._path(name)
        temporary = path.with_name(f".{name}.{os.getpid()}.tmp")
        size = sum(array.nbytes for array in arrays)
        try:
            if self._stored_bytes + size > self._max_bytes:
                self._make_room(size)
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                np.savez(file, *arrays)
            temporary.replace(path)
            self._stored_bytes += path.stat().st_size
        except OSError as error:
            log.warning("features are no longer kept in %s: %s", self._directory, error)
            self._may_write = False
            with contextlib.suppress(OSError):
                temporary.unlink()

    def _remember(self, name: str, arrays: Arrays) -> None:
        self._recent[name] = arrays
        self._recent_bytes += sum(array.nbytes for array in arrays)
        while self._recent_bytes > self._memory_bytes:
            _, dropped = self._recent.popitem(last=False)
            self._recent_bytes -= sum(array.nbytes for array in dropped)

    def _make_room(self, size: int) -> None:
        """Remove the entries that were not used for the longest time, and what a killed process left behind."""
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        for used_at, entry_size, path in entries:
            is_left_behind = path.suffix == ".tmp" and time.time() - used_at > 3600
            if total + size > self._max_bytes * (1 - _ROOM_SHARE) or is_left_behind:
                with contextlib.suppress(OSError):
                    path.unlink()
                    total -= entry_size
        self._stored_bytes = total

    def _entries(self) -> list[tuple[float, int, Path]]:
        """(when it was last used, bytes, path) of each file."""
        entries = []
        for path in self._directory.glob("??/*") if self._directory is not None else ():
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                entries.append((status.st_mtime, status.st_size, path))
        return entries
