import json
from pathlib import Path

import pytest

from core.settings import Settings
from core.store import models
from core.store.workspace import Workspace, open_workspace
from tests.core.store.samples import register_model


@pytest.fixture
def base(tmp_path: Path) -> Path:
    directory = tmp_path / "base"
    directory.mkdir()
    write_base(directory, "base 1")
    return directory


def write_base(directory: Path, name: str) -> None:
    (directory / "artefact.zip").write_bytes(name.encode())
    (directory / "weights.h5").write_bytes(f"{name} weights".encode())
    (directory / "card.json").write_text(json.dumps({"name": name, "scores": {"iou": 0.75}}), encoding="utf-8")


def open_again(ws: Workspace, base: Path) -> list[tuple[int, str]]:
    again = open_workspace(ws.settings, base_model=base)
    again.engine.dispose()
    return [(version.id, version.name) for version in models.list_versions(ws)]


def test_the_shipped_model_is_the_first_champion(settings: Settings, base: Path) -> None:
    ws = open_workspace(settings, base_model=base)
    champion = models.champion(ws)
    assert champion is not None
    assert (champion.id, champion.name, champion.kind, champion.created_by) == (1, "base 1", "base", "Ostrakon")
    assert champion.scores == {"iou": 0.75}
    assert champion.card == {"name": "base 1", "scores": {"iou": 0.75}}
    assert (models.artefact(ws, champion), models.weights(ws, champion)) == (b"base 1", b"base 1 weights")
    ws.engine.dispose()


def test_opening_again_registers_nothing(ws: Workspace, base: Path) -> None:
    assert open_again(ws, base) == open_again(ws, base) == [(1, "base 1")]
    assert len(models.alias_history(ws)) == 1


def test_a_newer_shipped_model_is_registered_and_left_for_people_to_promote(ws: Workspace, base: Path) -> None:
    open_again(ws, base)
    write_base(base, "base 2")
    assert open_again(ws, base) == open_again(ws, base) == [(2, "base 2"), (1, "base 1")]
    assert models.champion(ws).name == "base 1"  # type: ignore[union-attr]


def test_a_deleted_shipped_model_does_not_come_back(ws: Workspace, base: Path) -> None:
    open_again(ws, base)
    other = register_model(ws)
    models.promote(ws, other.id, "Ada")
    models.delete(ws, 1)
    assert open_again(ws, base) == [(other.id, "first")]


@pytest.mark.parametrize("missing", ["artefact.zip", "weights.h5", "card.json"])
def test_without_a_complete_model_a_workspace_opens_without_one(settings: Settings, base: Path, missing: str) -> None:
    (base / missing).unlink()
    ws = open_workspace(settings, base_model=base)
    assert models.list_versions(ws) == []
    ws.engine.dispose()
