"""Commands about what to correct next: status, queue, accept."""

from typing import Annotated

import typer

from core.commands.console import JsonOption, WorkspaceOption, answer, opened, progress, refuse, table
from core.infer.strategies import DEFAULT_STRATEGY, STRATEGIES


def add_commands(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(queue)
    app.command()(accept)


def status(context: typer.Context, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Where the project stands, whether correcting more is worth it, and how good the unreviewed masks probably are."""
    from core.work.advice import advice
    from core.work.overview import next_step, overview
    from core.work.remaining import compare_decided, quality

    ws = opened(context, workspace)
    now = overview(ws)
    step, outlook = next_step(now), advice(ws)
    compare_decided(ws, seconds=float("inf"))
    estimates = quality(ws)
    rows = [
        (one.name, one.estimate.count, f"{one.estimate.iou:.2f}", f"{one.estimate.low:.2f} to {one.estimate.high:.2f}")
        for one in estimates.publications
    ]
    lines = [
        f"{now.reviewed} of {now.drawings} drawings reviewed, {now.in_training} train",
        f"{step.reason} Next: {step.label}",
        *outlook.sentences,
        *([table([("publication", "not reviewed", "mean IoU, estimated", "probably"), *rows])] if rows else []),
    ]
    value = {
        "drawings": now.drawings,
        "reviewed": now.reviewed,
        "in_training": now.in_training,
        "statuses": now.statuses,
        "next": step,
        "advice": outlook.sentences,
        "estimates": estimates.publications,
        "mean_error": estimates.mean_error,
    }
    answer(value, as_json=as_json, text="\n".join(lines))


def queue(
    context: typer.Context,
    order: Annotated[str, typer.Option(help=f"One of: {', '.join(STRATEGIES)}.")] = DEFAULT_STRATEGY,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """The drawings that nobody decided about, what to correct first at the top, with the reason."""
    from core.store import drawings
    from core.work import review

    if order not in STRATEGIES:
        refuse(f"There is no order “{order}”. Choose one of: {', '.join(STRATEGIES)}.")
    ws = opened(context, workspace)
    found = drawings.get_all(ws, review.to_review(ws, review.order(ws, order))[:limit])
    rows = [
        (one.id, one.name, one.publication, "" if one.uncertainty is None else f"{one.uncertainty:.2f}", one.reason)
        for one in found
    ]
    answer(found, as_json=as_json, text=table([("id", "drawing", "publication", "uncertainty", "reason"), *rows]))


def accept(
    context: typer.Context,
    below: Annotated[float, typer.Option(min=0.0, max=1.0, help="The uncertainty under which a mask is accepted.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which ones.")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Approve the predictions that the model in use is surest of and that no check suspects, as they are.

    Look at some of them first, on the page Predictions. The history says that they were accepted in bulk.
    """
    from core.store import drawings
    from core.work import accepting

    ws = opened(context, workspace)
    surest = accepting.surest(ws, below=below).all
    names = [one.name for one in drawings.get_all(ws, [one.drawing_id for one in surest])]
    if dry_run:
        return answer({"accepted": 0, "surest": names}, as_json=as_json, text="\n".join(names))
    show = progress()
    accepted = accepting.accept_surest(
        ws, surest, ws.settings.author, report=lambda done: show(done, len(surest), "accepted")
    )
    text = f"{len(accepted)} of {len(surest)} predictions accepted."
    return answer({"accepted": len(accepted), "surest": names}, as_json=as_json, text=text)
