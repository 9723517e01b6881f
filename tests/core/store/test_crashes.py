"""Processes are really killed here, at moments nobody chose."""

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.settings import Settings
from core.store import annotations, drawings
from core.store.database import reading, writing
from core.store.workspace import Workspace, open_workspace
from tests.core.store.samples import add_drawing

ROOT = Path(__file__).resolve().parents[3]
KILLS, AT_ONCE = 10, 5


def work_until_killed(settings: Settings, batch: int) -> list[str]:
    """The lines that tests.core.store.working printed before it was killed, soon after the first."""
    command = [sys.executable, "-m", "tests.core.store.working"]
    arguments = [str(settings.workspace), settings.database_url, str(batch)]
    process = subprocess.Popen(command + arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline()]
    killer = threading.Timer(random.uniform(0, 0.5), process.kill)
    killer.start()
    lines += process.stdout.readlines()
    killer.join()
    process.stdout.close()
    assert process.wait() != 0, "it was to be killed, not to end"
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]


def missing_blobs(ws: Workspace) -> Iterator[str]:
    for drawing in drawings.find(ws, limit=10_000):
        for sha256 in (drawing.source_sha256, drawing.image_sha256, drawing.thumbnail_sha256):
            if not ws.blobs.has(sha256):
                yield sha256


def test_nothing_that_was_acknowledged_is_lost_however_often_processes_are_killed(ws: Workspace) -> None:
    said: list[list[str]] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for first in range(0, KILLS, AT_ONCE):
            said += threads.map(work_until_killed, [ws.settings] * AT_ONCE, range(first, first + AT_ONCE))
            check_integrity(ws)
    found = {drawing.name: drawing for drawing in drawings.find(ws, limit=100_000)}
    for batch, lines in enumerate(said):
        assert {line.removeprefix("drawing ") for line in lines if line.startswith("drawing")} <= set(found)
        acknowledged = sum(line.startswith("edit") for line in lines)
        draft = annotations.newest(ws, found[f"drawn on {batch}.png"].id)
        assert draft is not None
        stored = [edit.points[0] for edit in annotations.edits(ws, draft)]  # type: ignore[union-attr]
        assert stored == [(batch, number) for number in range(draft.edit_count)]
        assert 1 <= acknowledged <= draft.edit_count <= acknowledged + 1
    assert list(missing_blobs(ws)) == []


def check_integrity(ws: Workspace) -> None:
    if ws.engine.dialect.name == "sqlite":
        with reading(ws.engine) as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_after_a_kill_the_next_writer_does_not_wait(settings: Settings) -> None:
    ws = open_workspace(settings, base_model=None)
    work_until_killed(settings, 0)
    with writing(ws.engine) as connection:
        assert connection.in_transaction()
    ws.engine.dispose()


def test_a_drawing_whose_row_was_lost_in_a_crash_goes_in_again_over_its_blobs(ws: Workspace) -> None:
    blobs = [ws.blobs.put(b"Abb. 1.png")]
    found = add_drawing(ws, "Abb. 1.png")
    assert found.source_sha256 == blobs[0]
    assert drawings.source(ws, found) == b"Abb. 1.png"


def test_leftovers_of_a_killed_upload_disturb_nobody(ws: Workspace) -> None:
    found = add_drawing(ws)
    folder = ws.settings.workspace / "blobs" / found.source_sha256[:2]
    (folder / f".{found.source_sha256}.0123.tmp").write_bytes(b"half")
    assert drawings.source(ws, found) == found.name.encode()
    assert add_drawing(ws) == found
