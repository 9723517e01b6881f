"""What all commands share: where the workspace is, how they answer, and how they refuse."""

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from core.errors import NotFoundError
from core.settings import Settings

if TYPE_CHECKING:
    from core.store.workspace import Workspace

WorkspaceOption = Annotated[Path | None, typer.Option("--workspace", help="The workspace directory.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON on stdout.")]

_NAMES_SHOWN = 20


def chosen_settings(context: typer.Context, workspace: Path | None) -> Settings:
    """Settings of the environment, with the workspace that was named before or behind the command."""
    settings = Settings.from_environment()
    chosen = workspace or context.find_root().obj
    return dataclasses.replace(settings, workspace=chosen.expanduser().resolve()) if chosen else settings


def opened(context: typer.Context, workspace: Path | None, *, is_made: bool = False) -> "Workspace":
    """The workspace until the command ends; only with `is_made` one that is not there yet. Raises NotFoundError."""
    from core.store.workspace import open_workspace

    settings = chosen_settings(context, workspace)
    if not is_made and not settings.workspace.is_dir() and not settings.database_url:
        raise NotFoundError(f"There is no workspace at {settings.workspace}. Say where it is with --workspace.")
    ws = open_workspace(settings)
    context.call_on_close(ws.engine.dispose)
    return ws


def opened_to_look(context: typer.Context, workspace: Path | None) -> "Workspace":
    """The same for what writes nothing: an empty workspace that is gone when the command ends, if there is none yet."""
    settings = chosen_settings(context, workspace)
    if settings.workspace.is_dir() or settings.database_url:
        return opened(context, workspace)
    return opened(context, Path(context.with_resource(TemporaryDirectory())))


def answer(value: Any, *, as_json: bool, text: str) -> None:
    """Print the value as JSON, or the text."""
    if as_json:
        is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")  # Windows pipes a code page
        text = json.dumps(value, ensure_ascii=not is_unicode, indent=1, default=_plain)
    typer.echo(text)


def complain(sentences: Iterable[str]) -> None:
    """Sentences on stderr, the first few of many."""
    told = list(sentences)
    for sentence in told[:_NAMES_SHOWN]:
        typer.echo(sentence, err=True)
    if len(told) > _NAMES_SHOWN:
        typer.echo(f"... and {len(told) - _NAMES_SHOWN} more.", err=True)


def refuse(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(1)


def progress() -> Callable[[int, int, str], None]:
    """Shows how far something is on a terminal, and nothing where the output goes elsewhere."""
    if not sys.stderr.isatty():
        return lambda done, total, name: None

    def show(done: int, total: int, name: str) -> None:
        typer.echo(f"\r\x1b[K{done} of {total}  {name[:50]}", err=True, nl=done >= total)

    return show


def table(rows: Iterable[Iterable[object]]) -> str:
    """Rows as text in columns."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)
    return "\n".join(lines)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
