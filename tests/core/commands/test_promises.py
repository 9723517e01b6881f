"""What docs/command-line.md promises to scripts is what they get."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.store.runs import Run as TrainingRun
from core.work.tuning import Search
from tests.core.commands.conftest import Run
from tests.core.formats.samples import GOOD, zipped

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "command-line.md").read_text(encoding="utf-8")


def promised(command: str) -> set[str]:
    """The fields in the row of the table that begins with this command."""
    (row,) = [line for line in PAGE.splitlines() if line.startswith("|") and f"`{command}`" in line.split("|")[1]]
    return set(re.findall(r"`(\w+)`", row.split("|")[2]))


def fields(value: Any) -> set[str]:
    """The fields of an object, and of the objects in its first lists."""
    if isinstance(value, list):
        return fields(value[0])
    below = [x[0] for x in value.values() if isinstance(x, list) and x and isinstance(x[0], dict)]
    return set(value).union(*map(set, below))


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    """Commands on a workspace with a drawing that is approved and one that the model is to read."""
    (tmp_path / "task.zip").write_bytes(zipped(GOOD))
    run("import", tmp_path / "task.zip")
    run("add", tmp_path / "task.zip")
    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "task.zip"],
        ["annotate", "--masks", "task.zip", "--dry-run"],
        ["add", "task.zip"],
        ["export", "--out", "out.zip"],
        ["snapshot"],
        ["status"],
        ["queue"],
        ["accept", "--below", "0.1"],
        ["models", "list"],
        ["models", "rule"],
        ["jobs", "list"],
        ["disk"],
    ],
)
def test_promised_fields_are_there(filled: Run, tmp_path: Path, monkeypatch, arguments: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    name = " ".join(word for word in arguments[:2] if word.isalpha())
    _, told, _ = filled(*arguments, "--json")
    assert promised(name) <= fields(json.loads(told))


def test_fields_of_what_takes_long_are_those_of_its_values() -> None:
    assert promised("train") <= set(TrainingRun.__dataclass_fields__)
    assert promised("tune") <= set(Search.__dataclass_fields__)
