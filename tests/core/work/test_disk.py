from core.store import models, runs, snapshots
from core.store.workspace import Workspace
from core.work.disk import clean, disk_use
from core.work.training import feature_directory, run_directory
from tests.core.work.pottery import add_drawings, add_model, approve


def fill(workspace: Workspace) -> tuple[int, int]:
    """Approved drawings, a model, caches, and checkpoints of a run that ended and of one that is open; their ids."""
    approve(workspace, *add_drawings(workspace, 1))
    add_model(workspace)
    snapshot = snapshots.freeze(workspace, "Ada")
    ended, still_open = (runs.create(workspace, snapshot.id, {}, seed=0, author="Ada").id for _ in range(2))
    runs.cancel(workspace, ended)
    for run_id in (ended, still_open):
        run_directory(workspace, run_id).mkdir(parents=True)
        (run_directory(workspace, run_id) / "checkpoint.npz").write_bytes(b"x" * 1000)
    feature_directory(workspace).mkdir(parents=True)
    (feature_directory(workspace) / "entry").write_bytes(b"x" * 500)
    return ended, still_open


def test_every_byte_of_a_workspace_has_a_kind(workspace: Workspace) -> None:
    fill(workspace)
    uses = disk_use(workspace)
    everything = sum(path.stat().st_size for path in workspace.settings.workspace.rglob("*") if path.is_file())
    assert sum(use.bytes for use in uses) == everything
    found = {use.kind: (use.bytes, use.removable_bytes) for use in uses}
    assert found["checkpoints"] == (2000, 1000)
    assert found["caches"] == (500, 500)
    assert found["drawings"][0] > 0 == found["drawings"][1]
    assert found["models"][0] > 0
    assert found["corrections"][0] > 0


def test_cleaning_takes_what_nobody_needs_and_nothing_else(workspace: Workspace) -> None:
    ended, still_open = fill(workspace)
    before = {use.kind: use.bytes for use in disk_use(workspace)}
    assert clean(workspace) == 1500
    assert not run_directory(workspace, ended).exists()
    assert (run_directory(workspace, still_open) / "checkpoint.npz").exists()
    after = {use.kind: use.bytes for use in disk_use(workspace)}
    kept = ("drawings", "corrections", "models")
    assert {kind: after[kind] for kind in kept} == {kind: before[kind] for kind in kept}
    champion = models.champion(workspace)
    assert champion is not None
    assert models.artefact(workspace, champion)
    assert clean(workspace) == 0
