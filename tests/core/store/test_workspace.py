import multiprocessing
import os
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core.errors import StoreError, WorkspaceFormatError
from core.labels import DEFAULT_LABELS
from core.settings import Settings
from core.store import annotations, drawings, migrations, models, predictions, runs, snapshots
from core.store.database import reading, writing
from core.store.label_map import label_map
from core.store.migrations import NEWEST, revision
from core.store.tables import metadata
from core.store.workspace import Workspace, open_workspace
from tests.core.store import processes
from tests.core.store.samples import add_drawing

ROOT = Path(__file__).resolve().parents[3]
ARCHIVES = sorted((ROOT / "tests" / "archives").glob("workspace-*.zip"))


def test_a_new_workspace_is_made_where_it_was_asked_for(settings: Settings) -> None:
    ws = open_workspace(settings, base_model=None)
    with reading(ws.engine) as connection:
        assert revision(connection) == NEWEST
    assert settings.workspace.is_dir()
    assert drawings.count(ws) == 0
    assert models.champion(ws) is None
    ws.engine.dispose()


def test_opening_again_finds_what_was_there(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    again = open_workspace(ws.settings, base_model=None)
    assert drawings.get(again, drawing.id) == drawing
    again.engine.dispose()


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such folder names")
def test_a_workspace_may_lie_in_a_folder_of_any_name(tmp_path: Path) -> None:
    ws = open_workspace(Settings(workspace=tmp_path / "50%20 Töpfe? #1 & more"), base_model=None)
    drawing = add_drawing(ws)
    assert drawings.image_png(ws, drawing)
    ws.engine.dispose()
    assert [path.name for path in tmp_path.iterdir()] == ["50%20 Töpfe? #1 & more"]


def test_a_workspace_where_a_file_is_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a folder")
    with pytest.raises(StoreError, match=r"notes\.txt cannot be made here: choose another folder"):
        open_workspace(Settings(workspace=tmp_path / "notes.txt"))


def test_a_workspace_of_a_newer_ostrakon_is_refused_and_left_alone(ws: Workspace) -> None:
    with writing(ws.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WorkspaceFormatError, match=r"newer Ostrakon .*format is 9999.*Update Ostrakon"):
        open_workspace(ws.settings)
    with reading(ws.engine) as connection:
        assert revision(connection) == "9999"


def differences_from_the_code(ws: Workspace) -> list[object]:
    """What Alembic would migrate."""
    with reading(ws.engine) as connection:
        compared = {"compare_type": True, "compare_server_default": ws.engine.dialect.name == "sqlite"}
        return compare_metadata(MigrationContext.configure(connection, opts=compared), metadata)


def test_the_migrations_make_the_tables_that_the_code_uses(ws: Workspace) -> None:
    assert differences_from_the_code(ws) == []


def test_the_newest_format_is_that_of_the_last_migration() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_heads() == [NEWEST]
    numbers = [script.revision for script in scripts.walk_revisions()]
    assert numbers == sorted(numbers, reverse=True)


def test_opening_an_up_to_date_workspace_does_not_load_alembic(ws: Workspace) -> None:
    script = (
        "import sys; from pathlib import Path; from core.settings import Settings;"
        "from core.store.workspace import open_workspace;"
        "open_workspace(Settings(workspace=Path(sys.argv[1]), database_url=sys.argv[2]), base_model=None);"
        "assert 'core.store.migrations' in sys.modules;"
        "print([name for name in sys.modules if name.startswith('alembic')])"
    )
    command = [sys.executable, "-c", script, str(ws.settings.workspace), ws.settings.database_url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_processes_that_start_together_make_one_workspace_and_lose_nothing(settings: Settings) -> None:
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(4, timeout=60), context.Queue()
    workers = [context.Process(target=processes.work_at_once, args=(settings, start, results)) for _ in range(3)]
    for worker in workers:
        worker.start()
    start.wait()
    found = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(set(found)) == 1
    ws = open_workspace(settings, base_model=None)
    draft = annotations.open_draft(ws, found[0][1], "Ada")
    strokes = Counter(edit.points[0] for edit in annotations.edits(ws, draft))  # type: ignore[union-attr]
    assert strokes == {(worker.pid, number): 1 for worker in workers for number in range(10)}
    assert drawings.count(ws) == 1
    ws.engine.dispose()


def test_there_is_an_archive_of_every_format() -> None:
    assert [archive.stem for archive in ARCHIVES] == [f"workspace-{number:04}" for number in range(1, int(NEWEST) + 1)]


@pytest.mark.parametrize("archive", ARCHIVES, ids=[archive.stem for archive in ARCHIVES])
def test_an_archived_workspace_opens_with_everything_in_it(archive: Path, tmp_path: Path) -> None:
    """What is expected here was put in by scripts/archive_workspace.py."""
    with zipfile.ZipFile(archive) as content:
        content.extractall(tmp_path)
    ws = open_workspace(Settings(workspace=tmp_path), base_model=None)
    assert differences_from_the_code(ws) == []
    assert label_map(ws) == DEFAULT_LABELS
    found = [(drawing.name, drawing.publication, drawing.status) for drawing in drawings.find(ws, order="oldest")]
    assert found == [
        ("Schüssel 1.png", "Köln I", "approved"),
        ("Krug 2.png", "Köln II", "draft"),
        ("Topf 3.png", "Köln II", "rejected"),
        ("Deckel 4.png", "Köln II", "new"),
    ]
    approved, draft = (annotations.newest(ws, number) for number in (1, 2))
    assert approved is not None
    assert draft is not None
    assert annotations.mask(ws, approved).tolist() == [[0, 0, 0, 1], [0, 1, 1, 1], [0, 0, 0, 1]]
    assert (approved.author, approved.decided_by, approved.changed_pixels) == ("Ada", "Bea", 3)
    assert annotations.mask(ws, draft).tolist() == [[0, 0, 0, 1], [0, 1, 1, 1], [0, 0, 0, 1]]
    assert (draft.cursor, draft.edit_count) == (1, 2)
    assert annotations.mask(ws, annotations.redo(ws, draft)).tolist() == [[0] * 4] * 3
    shown = predictions.newest(ws, 1)
    assert shown is not None
    assert predictions.mask(ws, shown).tolist() == [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    has_findings = archive.stem >= "workspace-0004"
    assert (shown.features is not None, len(shown.findings), len(shown.places)) == (has_findings,) * 3
    reasons = [(drawing.reason, drawing.suspicion) for drawing in drawings.find(ws, order="oldest")]
    assert reasons == [("wall broken", 0.5) if has_findings else ("", 0.0)] * 3 + [("", 0.0)]
    champion = models.champion(ws)
    assert champion is not None
    assert (champion.name, models.weights(ws, champion)) == ("better", b"better weights")
    assert models.roll_back(ws, "Ada").name == "first"
    (run,) = runs.list_runs(ws)
    assert runs.get(ws, run.id).history == [{"loss": 0.5}, {"loss": 0.25}]
    (snapshot,) = snapshots.list_snapshots(ws)
    assert snapshots.freeze(ws, "Ada") == snapshot
    assert [item.split for item in snapshots.items(ws, snapshot.id)] == ["train"]
    assert all(drawings.image(ws, drawing).shape == (3, 4, 3) for drawing in drawings.find(ws))
    ws.engine.dispose()


def test_a_moved_workspace_works_where_it_is_now(ws: Workspace, tmp_path: Path) -> None:
    if ws.engine.dialect.name != "sqlite":
        pytest.skip("only a workspace that is one directory can be moved")
    drawing = add_drawing(ws)
    ws.engine.dispose()
    shutil.move(ws.settings.workspace, tmp_path / "elsewhere")
    moved = open_workspace(replace(ws.settings, workspace=tmp_path / "elsewhere"), base_model=None)
    assert drawings.image(moved, drawing).shape == (4, 6, 3)
    moved.engine.dispose()
