"""The command line: `python -m core --help`.

Exit codes: 0 done; 1 something was refused, with a sentence on stderr; 2 the command was not understood.
Imports stand inside the commands, so that each starts with what it needs.
"""

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands import background, exchange, learning, reviewing
from core.commands.console import WorkspaceOption, chosen_settings, refuse
from core.errors import NotFoundError, OstrakonError
from core.settings import Settings

if TYPE_CHECKING:
    from core.infer.evaluation import Score
    from core.infer.reader import Reader

app = typer.Typer(
    help="""Ostrakon turns scanned pottery drawings into masks of the ceramic profile.

    With a workspace: add or import drawings, queue, accept, annotate, snapshot, train, export. Without one: predict
    and evaluate folders, render synthetic drawings. Exit codes: 0 done; 1 something was refused, with a sentence on
    stderr; 2 wrong usage. --json prints what there is to read as JSON on stdout.""",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ModelOption = Annotated[
    int | None, typer.Option("--model", help="Number of a model version in the workspace. Default: the shipped model.")
]


@app.callback()
def remember_workspace(context: typer.Context, workspace: WorkspaceOption = None) -> None:
    context.obj = workspace


@app.command()
def predict(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Images, PDFs, and folders of them.")],
    out: Annotated[Path, typer.Option(help="The folder for the masks.")],
    model: ModelOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the mask of each drawing as a PNG (0 and 255) at the drawing's full resolution."""
    from core.infer.folders import Refused, find_drawings, predict_files

    settings = chosen_settings(context, workspace)
    sources = find_drawings(paths, outside=out)
    if not sources:
        refuse("There are no images or PDFs in what was given. Name a drawing, or a folder of drawings.")
    refused = 0
    for outcome in predict_files(_reader(settings, model), sources, out, settings):
        if isinstance(outcome, Refused):
            refused += 1
            typer.echo(outcome.reason, err=True)
            continue
        note = " (another drawing has its name)" if outcome.was_renamed else ""
        typer.echo(
            f"{outcome.source} -> {outcome.mask}{note}, uncertainty {outcome.uncertainty:.2f}, {outcome.seconds:.2f} s"
        )
    if refused:
        raise typer.Exit(1)


@app.command()
def evaluate(
    context: typer.Context,
    images: Annotated[Path, typer.Option(help="The folder of the drawings.")],
    masks: Annotated[Path, typer.Option(help="The folder of their true masks, of the same names.")],
    ignore: Annotated[Path | None, typer.Option(help="A folder of masks of the pixels that do not count.")] = None,
    model: ModelOption = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the scores to this file, too.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Compare predicted masks with true ones: foreground IoU at full resolution."""
    from core.infer.evaluation import Score, evaluate_pairs, pair_by_stem

    for directory in (images, masks, *([ignore] if ignore else [])):
        if not directory.is_dir():
            refuse(f"{directory} is not a folder. Check the name.")
    settings = chosen_settings(context, workspace)
    pairs, unmatched = pair_by_stem(images, masks, ignore)
    for path in unmatched:
        typer.echo(f"{path} has no partner of the same name and is left out.", err=True)
    if not pairs:
        refuse(f"No drawing in {images} has a mask of the same name in {masks}. Name each mask like its drawing.")
    scores: list[Score] = []
    for outcome in evaluate_pairs(_reader(settings, model), pairs, settings):
        if isinstance(outcome, Score):
            scores.append(outcome)
            typer.echo(f"{outcome.iou:6.3f} {outcome.seconds:6.2f} s  {outcome.name}")
        else:
            typer.echo(outcome.reason, err=True)
    _report(scores, json_file)
    if len(scores) < len(pairs):
        raise typer.Exit(1)


@app.command()
def render(
    count: Annotated[int, typer.Option(min=1, help="How many drawings.")],
    out: Annotated[Path, typer.Option(help="The folder for images, masks and a contact sheet.")],
    seed: Annotated[int, typer.Option(help="The same seed draws the same drawings.")],
    outlines: Annotated[Path | None, typer.Option(help="A file of real outlines to draw from, too.")] = None,
    style: Annotated[str | None, typer.Option(help="Draw only this style of section.")] = None,
    beside: Annotated[Path | None, typer.Option(help="Show them among the real drawings of this folder, too.")] = None,
) -> None:
    """Draw synthetic pottery drawings with their exact masks."""
    from core.render.export import render_to_folder
    from core.render.outlines import load_outlines

    known = load_outlines(outlines) if outlines else None
    sheet = render_to_folder(count, out, seed=seed, outlines=known, style=style, beside=beside)
    typer.echo(f"{count} drawings in {out}, shown together on {sheet}")


@app.command()
def worker(context: typer.Context, workspace: WorkspaceOption = None) -> None:
    """Work on the workspace's jobs until there are none left."""
    from core.work.worker import run_worker

    run_worker(chosen_settings(context, workspace))


for commands in (exchange, reviewing, learning, background):
    commands.add_commands(app)


def main() -> None:
    """Run the command line; an error raised on purpose becomes its sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show stops nothing
    try:
        app()
    except OstrakonError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


def _reader(settings: Settings, model: int | None) -> "Reader":
    from core.infer.reader import load_reader

    if model is None:
        from core.infer.shipped import base_artefact

        return load_reader(base_artefact())
    from core.store import models
    from core.store.workspace import open_workspace

    if not settings.workspace.is_dir() and not settings.database_url:
        raise NotFoundError(f"There is no workspace at {settings.workspace}. Say where it is with --workspace.")
    workspace = open_workspace(settings)
    try:
        return load_reader(models.artefact(workspace, models.get(workspace, model)))
    finally:
        workspace.engine.dispose()


def _report(scores: "list[Score]", json_file: Path | None) -> None:
    import json

    from core.infer.evaluation import summarise
    from core.infer.folders import write_atomically

    if not scores:
        refuse("None of the drawings could be compared with its mask, for the reasons above.")
    summary = summarise(scores)
    typer.echo(
        f"{summary['mean_iou']:6.3f} mean, {summary['median_iou']:.3f} median, {summary['p10_iou']:.3f} worst tenth, "
        f"{len(scores)} drawings"
    )
    if json_file:
        write_atomically(json_file, json.dumps(summary, indent=1, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
