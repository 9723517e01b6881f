"""Commands about what goes on behind the pages: jobs list, jobs cancel, disk."""

from typing import Annotated

import typer

from core.commands.console import JsonOption, WorkspaceOption, answer, opened, table

jobs_app = typer.Typer(help="Work in the background: what waits, runs or ended.", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    app.add_typer(jobs_app, name="jobs")
    app.command()(disk)


@jobs_app.command("list")
def list_jobs(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Jobs, the newest first."""
    from core.work import queue

    jobs = queue.list_jobs(opened(context, workspace), limit=limit)
    rows = [(job.id, job.kind, job.status, f"{job.progress:.0%}", job.error or job.message) for job in jobs]
    answer(jobs, as_json=as_json, text=table([("id", "kind", "status", "done", ""), *rows]))


@jobs_app.command("cancel")
def cancel_job(
    context: typer.Context,
    job_id: Annotated[int, typer.Argument(metavar="ID", help="Number of the job, from “jobs list”.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Ask a job to stop: one that waits is cancelled at once, one that runs within seconds."""
    from core.work import queue
    from core.work.training import TRAIN, cancel_training

    ws = opened(context, workspace)
    job = queue.get(ws, job_id)
    if job.kind == TRAIN:
        cancel_training(ws, job.payload["run_id"])
    else:
        queue.request_cancel(ws, job_id)
    typer.echo(f"Job {job_id}: {_state(queue.get(ws, job_id))}")


def disk(
    context: typer.Context,
    clean: Annotated[bool, typer.Option(help="Remove what can go; training makes it again.")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """What the workspace takes up on the disk, in bytes, and how many of them --clean frees."""
    from core.work import disk

    ws = opened(context, workspace)
    freed = disk.clean(ws) if clean else 0
    uses = disk.disk_use(ws)
    rows = [(use.kind, use.bytes, use.removable_bytes) for use in uses]
    told = f"\n{freed} bytes freed" if clean else ""
    answer(
        {"freed_bytes": freed, "uses": uses}, as_json=as_json, text=table([("what", "bytes", "can go"), *rows]) + told
    )


def _state(job: object) -> str:
    status = str(getattr(job, "status", ""))
    return "is asked to stop" if status == "running" else status
