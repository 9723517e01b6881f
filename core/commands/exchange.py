"""Commands that bring drawings and masks in and take them out: add, import, annotate, export, snapshot."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.commands.console import (
    JsonOption,
    WorkspaceOption,
    answer,
    complain,
    opened,
    opened_to_look,
    progress,
    refuse,
)
from core.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from core.formats.importing import Choices, Report
    from core.store.workspace import Workspace


class MaskStatus(str, Enum):
    """What imported masks become."""

    approved = "approved"
    review = "review"
    draft = "draft"


class Format(str, Enum):
    """The formats that go out."""

    cvat = "cvat"
    cvat_images = "cvat-images"
    coco = "coco"
    folder = "folder"
    training = "training"


class DrawingStatus(str, Enum):
    """The statuses of drawings."""

    new = "new"
    predicted = "predicted"
    draft = "draft"
    approved = "approved"
    rejected = "rejected"


_BECOME = "What masks become: approved; review, to wait for a person; or draft, somebody's unfinished work."
LabelOption = Annotated[
    list[str] | None,
    typer.Option(
        help="LABEL=CLASS: which class a label of the archive becomes; LABEL=+ makes a new class. Repeatable."
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only report what would happen; nothing is written.")]


def add_commands(app: typer.Typer) -> None:
    app.command()(add)
    app.command("import")(import_)
    app.command()(annotate)
    app.command()(export)
    app.command()(snapshot)


def add(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Images, PDFs, ZIPs of them, and folders.")],
    publication: Annotated[str, typer.Option(help="The book, plate series or archive they come from.")] = "",
    predict: Annotated[bool, typer.Option(help="Have the model read them, in the background.")] = True,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Add drawings to the workspace, which is made if it is not there.

    Files that are there already change nothing. Subfolders stay in the names. Exit code 1 if a file was refused;
    the others go in.
    """
    from core.formats.uploads import add_files
    from core.work.exchanging import have_read

    ws = opened(context, workspace, is_made=True)
    files = list(_files(paths))
    if not files:
        refuse("There are no images, PDFs or ZIPs in what was given. Name a drawing, or a folder of drawings.")
    show = progress()
    added, known, refused = [], [], []
    for done, (name, path) in enumerate(files, start=1):
        try:
            with path.open("rb") as file:
                report = add_files(
                    ws, [(name, file)], publication=publication, author=ws.settings.author, on_progress=_silent
                )
        except OSError as error:
            refused.append(f"{path} cannot be opened ({error.strerror}). Check the name and who may read it.")
            continue
        added += [drawing.id for drawing in report.added]
        known += [drawing.id for drawing in report.already_there]
        refused += [refusal.reason for refusal in report.refused]
        show(done, len(files), name)
    if predict:
        have_read(ws, added)
    text = f"{len(added)} drawings added, {len(known)} there already, {len(refused)} files refused."
    answer({"added": added, "already_there": known, "refused": refused}, as_json=as_json, text=text)
    complain(refused)
    if refused:
        raise typer.Exit(1)


def import_(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="A ZIP or folder: CVAT, COCO, training folder, images and masks.")],
    as_: Annotated[MaskStatus, typer.Option("--as", help=_BECOME)] = MaskStatus.approved,
    publication: Annotated[str, typer.Option(help="Where new drawings go. Default: the name of the archive.")] = "",
    split: Annotated[bool, typer.Option("--keep-split/--new-split", help="Keep the archive's splits, or not.")] = True,
    label: LabelOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Bring in drawings and masks that other tools exported.

    Reads CVAT “Segmentation mask 1.1” and “CVAT for images 1.1”, COCO, the original project's training folder, and
    folders called images and masks. Importing twice changes nothing; what somebody draws on is left alone. Exit code
    1 if a mask or image stayed behind; the rest comes in, and the reasons are on stderr.
    """
    from core.formats.importing import Choices
    from core.formats.names import plain_name

    is_look = dry_run or not source.exists()
    ws = opened_to_look(context, workspace) if is_look else opened(context, workspace, is_made=True)
    choices = Choices(
        status=as_.value,
        publication=publication or plain_name(source),
        author=ws.settings.author,
        keeps_splits=split,
        classes=_classes(label),
    )
    _bring_in(ws, source, choices, dry_run=dry_run, as_json=as_json)


def annotate(
    context: typer.Context,
    masks: Annotated[Path, typer.Option(help="A folder or ZIP of masks, named like their drawings.")],
    status: Annotated[MaskStatus, typer.Option(help=_BECOME)] = MaskStatus.approved,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Give drawings that are in the workspace the masks in a folder, matched by their names.

    Masks hold class numbers, 0 and 255, or the colours of the label map. Exit codes as for import.
    """
    from core.formats.importing import Choices

    ws = opened(context, workspace)
    choices = Choices(status=status.value, author=ws.settings.author, is_masks_only=True)
    _bring_in(ws, masks, choices, dry_run=dry_run, as_json=as_json)


def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The ZIP to write.")],
    format_: Annotated[Format, typer.Option("--format", help="How it is written.")] = Format.cvat,
    snapshot: Annotated[int | None, typer.Option(help="Export a snapshot, with the masks it was made of.")] = None,
    publication: Annotated[str, typer.Option(help="Only drawings of this publication.")] = "",
    status: Annotated[DrawingStatus | None, typer.Option(help="Only drawings of this status.")] = None,
    images: Annotated[bool, typer.Option(help="Pack the images, too.")] = True,
    polygons: Annotated[bool, typer.Option(help="Polygons where a part has no hole (cvat-images, coco).")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write drawings and their approved masks into one ZIP.

    Drawings without an approved mask are unlabelled in it. The ZIP is there whole or not at all.
    """
    from core.formats.exporting import Export, export_archive
    from core.store.drawings import Filter
    from core.store.exports import Selection
    from core.store.publications import list_publications

    how = Export(format_.value, with_images=images, polygons=polygons)
    ws = opened(context, workspace)
    publication_id = None
    if publication:
        ids = [known.id for known in list_publications(ws) if known.name == publication]
        if not ids:
            raise NotFoundError(f"There is no publication “{publication}” in this workspace. Check its name.")
        publication_id = ids[0]
    selection = Selection(Filter(publication_id=publication_id, status=status.value if status else None), snapshot)
    done = export_archive(ws, out, selection, how, on_progress=progress())
    renamed = f", {done.renamed_count} renamed because their names were taken" if done.renamed_count else ""
    answer(
        {
            "path": str(done.path),
            "drawings": done.drawing_count,
            "masks": done.mask_count,
            "renamed": done.renamed_count,
        },
        as_json=as_json,
        text=f"{done.drawing_count} drawings, {done.mask_count} with a mask{renamed} -> {done.path}",
    )


def snapshot(
    context: typer.Context,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Freeze the training set: all approved drawings with their masks and splits. The same set is the same snapshot."""
    from core.store import snapshots

    ws = opened(context, workspace)
    made = snapshots.freeze(ws, ws.settings.author, note)
    answer(made, as_json=as_json, text=f"Snapshot {made.id}: {made.drawing_count} drawings, {made.items_sha256[:12]}")


def _bring_in(ws: "Workspace", source: Path, choices: "Choices", *, dry_run: bool, as_json: bool) -> None:
    from core.formats.importing import report_archive
    from core.formats.summaries import left_behind, summarise
    from core.work.exchanging import import_archive

    go = report_archive if dry_run else import_archive
    report = go(ws, source, choices, on_progress=progress())
    labels = [f"  {x.label.name} -> {x.class_name}{'' if x.reason else ' (fits no class)'}" for x in report.labels]
    sentences = [sentence.text for sentence in summarise(report)]
    title = f"{report.name}: {report.format}" + (" (dry run, nothing is written)" if dry_run else "")
    answer(_as_json(report), as_json=as_json, text="\n".join([title, *labels, *sentences]))
    complain(name for sentence in summarise(report) if sentence.kind == "warning" for name in sentence.names)
    if left_behind(report) and not dry_run:
        raise typer.Exit(1)


def _as_json(report: "Report") -> dict[str, Any]:
    return {
        "name": report.name,
        "format": report.format,
        "is_done": report.is_done,
        "changes": report.change_count,
        "labels": [{"label": x.label.name, "class": x.class_name, "reason": x.reason} for x in report.labels],
        "splits": report.split_counts,
        "remarks": report.remarks,
        "drawings": report.findings,
    }


def _classes(label: list[str] | None) -> dict[str, str]:
    from core.formats.label_choices import NEW_CLASS

    chosen = {}
    for text in label or []:
        name, equals, class_name = text.rpartition("=")
        if not equals or not name or not class_name:
            raise InputError(f"--label {text} is not LABEL=CLASS. Name a label of the archive and one of your classes.")
        chosen[name] = NEW_CLASS if class_name == "+" else class_name
    return chosen


def _files(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    """Name and path of each file; those in folders are named by their path below the folder."""
    from core.infer.folders import SUFFIXES

    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        for inner in sorted(path.rglob("*")):
            relative = inner.relative_to(path)
            is_hidden = any(part.startswith(".") for part in relative.parts)
            if inner.suffix.casefold() in {*SUFFIXES, ".zip"} and inner.is_file() and not is_hidden:
                yield relative.as_posix(), inner


def _silent(done: int, total: int, name: str) -> None:
    """One file is no progress worth showing."""
