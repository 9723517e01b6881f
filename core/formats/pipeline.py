"""Work on many files at once: in order, with few of them in memory."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

LARGE_BYTES, LARGE_PIXELS = 16_000_000, 6_000_000
"""Files or images above either are worked on one at a time, so that memory holds a single large scan."""


def in_parallel(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """`work(item)` for all items, in their order; threads look ahead by a few. What `work` raises is raised here.

    Decoding, packing, hashing and syncing let other threads run, so threads use all processors.
    """
    workers = max(4, 2 * (os.cpu_count() or 1)) if (os.cpu_count() or 1) < 8 else 16
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


class OneLargeAtATime:
    """Lets any number of small things be worked on, and one large one."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    @contextmanager
    def admitted(self, *, size_bytes: int = 0, pixels: int = 0) -> Iterator[None]:
        if size_bytes <= LARGE_BYTES and pixels <= LARGE_PIXELS:
            yield
        else:
            with self._lock:
                yield
