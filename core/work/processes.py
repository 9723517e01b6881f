"""Processes of this machine: which one holds a lease, whether it still runs, how politely, and how it is ended."""

import contextlib
import os
import socket
import sys
from dataclasses import dataclass
from subprocess import Popen, TimeoutExpired

import psutil

_SAME_START_SECONDS = 2.0  # clocks are set while processes run; no process id is given out again that soon
_POLITE_NICENESS = 10


@dataclass(frozen=True)
class Owner:
    """The process that holds a lease; `started` tells it from a later one with the same process id."""

    host: str
    pid: int
    started: float

    @classmethod
    def of_this_process(cls) -> "Owner":
        return cls(socket.gethostname(), os.getpid(), psutil.Process().create_time())

    @classmethod
    def parse(cls, text: str) -> "Owner":
        """The owner that `str` wrote. Raises ValueError for any other text."""
        host, pid, started = text.rsplit(" ", 2)
        return cls(host, int(pid), float(started))

    def __str__(self) -> str:
        return f"{self.host} {self.pid} {self.started}"

    def is_gone(self) -> bool:
        """True if the process certainly runs no more; of other machines that cannot be known."""
        return self.host == socket.gethostname() and not is_running(self.pid, self.started)


def is_running(pid: int, started: float) -> bool:
    """Whether the process that got `pid` at `started` still runs; a zombie does not."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < _SAME_START_SECONDS
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def give_way() -> None:
    """Let every other process go first, so that the pages stay quick; processes started from here do the same."""
    with contextlib.suppress(psutil.AccessDenied):
        if sys.platform == "win32":
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            psutil.Process().nice(max(psutil.Process().nice(), _POLITE_NICENESS))


def stop(process: "Popen[bytes]", *, patience_seconds: float) -> None:
    """End a process: ask it to terminate, then kill it. Returns when it is gone."""
    process.terminate()
    try:
        process.wait(patience_seconds)
    except TimeoutExpired:
        process.kill()
        process.wait()
