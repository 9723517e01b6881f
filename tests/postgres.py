"""A PostgreSQL server of the tests' own, started where its programs are installed and stopped afterwards."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

START_SECONDS = 60
ACCOUNT = "postgres"  # the server refuses to run as root; Debian's package brings this account


def why_not() -> str:
    """Why no server can be started here, or ""."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed"
    if sys.platform == "win32":
        return "the tests do not start PostgreSQL on Windows"
    return "" if _program("initdb") else "PostgreSQL is not installed"


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """The URL of an empty database on 127.0.0.1 that nobody else uses."""
    with tempfile.TemporaryDirectory(prefix="ostrakon-postgres-") as place:
        _give_away(place)
        data, log, port = f"{place}/data", Path(place) / "log", _free_port()
        subprocess.run(
            [_program("initdb"), "-D", data, "-U", ACCOUNT, "--auth=trust", "--encoding=UTF8", "--no-sync"],
            check=True, capture_output=True, cwd=place, user=_account(),
        )  # fmt: skip
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            command = [_program("postgres"), "-D", data, "-p", str(port), *arguments]
            server = subprocess.Popen(command, stdout=output, stderr=output, cwd=place, user=_account())
        try:
            url = f"postgresql+psycopg://{ACCOUNT}@127.0.0.1:{port}/postgres"
            _wait(url, server, log)
            yield url
        finally:
            server.terminate()
            server.wait(30)


def _program(name: str) -> str:
    """Debian keeps the server's programs off the PATH."""
    debian = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    return shutil.which(name) or max(map(str, debian), default="")


def _account() -> str | None:
    return ACCOUNT if os.geteuid() == 0 else None


def _give_away(place: str) -> None:
    if os.geteuid() == 0:
        shutil.chown(place, ACCOUNT)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    engine = create_engine(url)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            engine.connect().close()
            engine.dispose()
            return
        except OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace")) from None
            time.sleep(0.1)
