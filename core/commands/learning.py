"""Commands about training and model versions: train, tune, models list, promote, rollback, rule, import, export."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.commands.console import JsonOption, WorkspaceOption, answer, opened, progress, refuse, table
from core.errors import NotFoundError, SettingError

if TYPE_CHECKING:
    from core.learn.configuration import RunConfiguration
    from core.store.workspace import Workspace
    from core.work.queue import Job
    from core.work.tuning import Search

_LOOK_SECONDS = 0.5

models_app = typer.Typer(
    help="Model versions: what there is, which is in use, and how they travel.", no_args_is_help=True
)
VersionArgument = Annotated[int, typer.Argument(help="Number of the model version.")]
WaitOption = Annotated[bool, typer.Option(help="Wait until it is done.")]


def add_commands(app: typer.Typer) -> None:
    app.command()(train)
    app.command()(tune)
    app.add_typer(models_app, name="models")


def train(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="A JSON file with settings of the run.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, over the file. Repeatable.")] = None,
    wait: WaitOption = True,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Freeze the training set, train a model version on it, and compare that with the champion.

    Settings are those of the page Retrain: epochs, image_size, learning_rate, backbone, ... It is promoted only if the
    rule of the workspace says so.
    Ctrl-C stops waiting, not the training; “jobs cancel” stops that. Exit code 1 if the training failed.
    """
    from core.store import runs
    from core.work.starting import ensure_worker
    from core.work.training import start_training

    ws = opened(context, workspace)
    configuration = _configuration(ws, config, set_)
    run = start_training(ws, configuration, author=ws.settings.author)
    ensure_worker(ws)
    if wait and run.job_id is not None:
        _wait(ws, run.job_id)
    run = runs.get(ws, run.id)
    made = f", model version {run.model_version_id}" if run.model_version_id else ""
    answer(run, as_json=as_json, text=f"Run {run.id} on snapshot {run.snapshot_id}: {run.status}{made}")
    if run.status in ("failed", "cancelled"):
        refuse(run.error or f"Run {run.id} was cancelled.")


def tune(
    context: typer.Context,
    trials: Annotated[int, typer.Option(min=1, help="How many settings to try.")] = 20,
    vary: Annotated[str, typer.Option(help="Which settings, with commas between them. Default: all that can be.")] = "",
    config: Annotated[Path | None, typer.Option(help="A JSON file with the settings that stay.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE, over the file. Repeatable.")] = None,
    job: Annotated[int | None, typer.Option(help="Begin no search; show the one with this job number.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the best settings, for “train --config”.")] = None,
    wait: WaitOption = True,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Search for better settings: train with others again and again, and compare on drawings set aside.

    Can be varied: learning_rate, loss, decoder, augmentation, image_size, backbone. Test drawings take no part.
    Ctrl-C stops waiting, not the search; “jobs cancel” stops that. Exit code 1 if it failed.
    """
    from core.learn.tuning import VARIED, SearchPlan
    from core.work.starting import ensure_worker
    from core.work.tuning import look, start_search

    ws = opened(context, workspace)
    if job is None:
        varied = tuple(name.strip() for name in vary.split(",")) if vary else VARIED
        job = start_search(
            ws, SearchPlan(_configuration(ws, config, set_), varied, trials), author=ws.settings.author
        ).id
    ensure_worker(ws)
    if wait:
        _wait(ws, job)
    search = look(ws, job)
    if out is not None and search.best is not None:
        out.write_text(json.dumps(search.best.configuration, indent=1), encoding="utf-8")
    answer(search, as_json=as_json, text=_told(search))
    if search.job.status in ("failed", "cancelled"):
        refuse(search.job.error or f"Search {job} was cancelled.")


@models_app.command("list")
def list_models(context: typer.Context, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """All model versions, the latest first; * marks the champion."""
    from core.store import models

    ws = opened(context, workspace)
    champion = models.champion(ws)
    versions = models.list_versions(ws)
    rows = [
        (version.id, "*" if champion and version.id == champion.id else "", version.name, version.kind, _day(version))
        for version in versions
    ]
    text = table([("id", "", "name", "kind", "made"), *rows])
    value = {"champion": champion.id if champion else None, "versions": versions}
    answer(value, as_json=as_json, text=text)


@models_app.command("promote")
def promote_model(context: typer.Context, version: VersionArgument, workspace: WorkspaceOption = None) -> None:
    """Make a model version the champion; it then reads the drawings that nobody has worked on."""
    from core.work.promoting import promote

    ws = opened(context, workspace)
    promoted = promote(ws, version, ws.settings.author)
    typer.echo(f"Model version {promoted.id} (“{promoted.name}”) is the champion.")


@models_app.command("rollback")
def roll_back_model(context: typer.Context, workspace: WorkspaceOption = None) -> None:
    """Go back to the champion before this one."""
    from core.work.promoting import roll_back

    ws = opened(context, workspace)
    back = roll_back(ws, ws.settings.author)
    typer.echo(f"Model version {back.id} (“{back.name}”) is the champion again.")


@models_app.command("rule")
def promotion_rule(
    context: typer.Context,
    automatic: Annotated[
        bool | None, typer.Option("--automatic/--by-hand", help="Who decides about a new model version.")
    ] = None,
    tolerance: Annotated[
        float | None, typer.Option(help="Mean IoU by which it may be worse on a publication, from 0 to 1.")
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show who decides about a new model version, or change it for everybody in the workspace."""
    from core.learn.gate import PromotionRule
    from core.work import promoting

    ws = opened(context, workspace)
    known = promoting.promotion_rule(ws)
    rule = PromotionRule(
        known.is_automatic if automatic is None else automatic, known.tolerance if tolerance is None else tolerance
    )
    if rule != known:
        promoting.set_promotion_rule(ws, rule)
    whose = "by itself when it is certainly better" if rule.is_automatic else "when a person says so"
    text = f"A new model version becomes champion {whose}; tolerance {rule.tolerance:g} mean IoU."
    answer(rule, as_json=as_json, text=text)


@models_app.command("export")
def export_model(
    context: typer.Context,
    version: VersionArgument,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write a model version into one file, to be imported into another workspace."""
    from core.formats import model_files
    from core.store import models

    ws = opened(context, workspace)
    model_files.export_model(ws, models.get(ws, version), out)
    typer.echo(f"Model version {version} -> {out}")


@models_app.command("import")
def import_model(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file from “models export”, or .h5 weights of the original recipe.")],
    wait: WaitOption = True,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Register a model version from a file. It is not used before it is promoted."""
    from core.formats import model_files
    from core.work.importing import import_weights

    try:
        content = file.read_bytes()
    except OSError as error:
        raise NotFoundError(f"{file} cannot be opened ({error.strerror}). Check its name.") from error
    ws = opened(context, workspace, is_made=True)
    if file.suffix.lower() in (".h5", ".hdf5"):
        job = import_weights(ws, file.name, content, author=ws.settings.author)
        if wait:
            job = _wait(ws, job.id)
            if job.status != "finished":
                refuse(job.error or "The import was cancelled.")
        answer(job, as_json=as_json, text=f"Job {job.id}: {job.status} {job.result or ''}")
    else:
        version = model_files.import_model(ws, file.name, content, author=ws.settings.author)
        answer(version, as_json=as_json, text=f"Model version {version.id} (“{version.name}”)")


def _wait(ws: "Workspace", job_id: int) -> "Job":
    """The job when it has ended; a worker is started again should it go away."""
    from core.work import queue
    from core.work.starting import ensure_worker

    show = progress()
    while True:
        job = queue.get(ws, job_id)
        if not job.is_open:
            return job
        show(int(job.progress * 100), 100, job.message)
        ensure_worker(ws)
        time.sleep(_LOOK_SECONDS)


def _configuration(ws: "Workspace", config: Path | None, assignments: list[str] | None) -> "RunConfiguration":
    """The run that the product proposes, with what was set differently."""
    from core.learn.configuration import RunConfiguration
    from core.learn.usual import usual_configuration

    return RunConfiguration.from_dict({**usual_configuration(ws).to_dict(), **_settings(config, assignments or [])})


def _told(search: "Search") -> str:
    trials = sorted(search.trials, key=lambda trial: -(trial.score or 0.0))
    rows = [(one.number, one.status, "" if one.score is None else f"{one.score:.3f}", one.choices) for one in trials]
    mattered = [f"{name} explains {share:.0%} of the differences." for name, share in search.importances.items()]
    lines = [f"Search {search.job.id}: {search.job.status}", table([("trial", "", "IoU", ""), *rows]), *mattered]
    return "\n".join([*lines, search.doubt]).strip()


def _settings(config: Path | None, assignments: list[str]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if config is not None:
        try:
            settings = json.loads(config.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingError(f"{config} cannot be read as JSON ({error}). Correct it or leave it out.") from error
        if not isinstance(settings, dict):
            raise SettingError(f"{config} is not a JSON object such as {{“epochs”: 8}}. Correct it.")
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not equals:
            raise SettingError(f"--set {assignment} is not KEY=VALUE, such as epochs=8.")
        try:
            settings[key.strip()] = json.loads(text)
        except ValueError:
            settings[key.strip()] = text
    return settings


def _day(version: Any) -> str:
    return f"{version.created_at:%Y-%m-%d} by {version.created_by}"
