"""Imports: first a report of what would happen, then the same for good, in small transactions that can be resumed."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

from core.errors import InputError, SettingError, UnsafeArchiveError
from core.formats.detection import has_marks_of_exchange, is_exchange, read_contents
from core.formats.examining import Examined, Examiner, Finding
from core.formats.files import Files, opened_files
from core.formats.folders import read_masks
from core.formats.incoming import Contents, Incoming
from core.formats.label_choices import LabelChoice, choose_classes, make_new_classes
from core.formats.partners import Partners
from core.store import imports
from core.store.imports import IMPORT_STATUSES, Arrival
from core.store.label_map import label_map
from core.store.publications import UNNAMED
from core.store.workspace import Workspace

Source: TypeAlias = Path | tuple[str, BinaryIO]
OnProgress = Callable[[int, int, str], None]
"""Gets how many are done, how many there are, and the name of the last one."""

_BATCH = 32
_PARTNERS_LOOKED_FOR = 200


@dataclass(frozen=True)
class Choices:
    """What a person decides about an import.

    `status` is what masks become, one of IMPORT_STATUSES. New drawings go to `publication`; where the archive has
    splits and `keeps_splits`, to one for each split. `classes` maps labels of the archive to classes, where the
    proposal is not right. With `is_masks_only` every picture is a mask for a drawing that is there.
    """

    status: str = imports.APPROVED
    publication: str = ""
    author: str = "anonymous"
    keeps_splits: bool = True
    classes: Mapping[str, str] = field(default_factory=dict)
    is_masks_only: bool = False

    def __post_init__(self) -> None:
        if self.status not in IMPORT_STATUSES:
            raise SettingError(f"Masks cannot be imported as “{self.status}”. Choose: {', '.join(IMPORT_STATUSES)}.")


@dataclass(frozen=True)
class Report:
    """What an import will do, or has done. `split_counts` counts drawings by the split the archive gives them."""

    name: str
    format: str
    labels: tuple[LabelChoice, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    split_counts: Mapping[str, int]
    is_done: bool = False

    def those(self, *, drawing: str | None = None, mask: str | None = None) -> list[Finding]:
        """The findings of that kind."""
        return [x for x in self.findings if drawing in (None, x.drawing) and mask in (None, x.mask)]

    @property
    def snapped_pixels(self) -> int:
        return sum(finding.snapped_pixels for finding in self.findings)

    @property
    def change_count(self) -> int:
        """How many drawings are added or get a mask."""
        return sum(finding.drawing == "new" or finding.mask == "entered" for finding in self.findings)


def holds_masks(source: Source) -> bool:
    """Whether this is an export of another tool, to be imported, rather than a number of scans, to be added."""
    try:
        with opened_files(source) as files:
            return is_exchange(files)
    except UnsafeArchiveError:
        return not isinstance(source, Path) and has_marks_of_exchange(*source)
    except InputError:
        return False


def report_archive(ws: Workspace, source: Source, choices: Choices, *, on_progress: OnProgress) -> Report:
    """What importing this archive or folder would do; nothing is written.

    Raises UnknownFormatError, UnsafeArchiveError, UnreadableImageError or LabelError when nothing can be imported.
    """
    with _read(ws, source, choices) as (files, contents):
        labels = choose_classes(contents.labels, label_map(ws), choices.classes)
        examiner = Examiner(ws, files, labels, status=choices.status, is_stored=False)
        findings = [examined.finding for examined in _watched(examiner, contents, on_progress)]
        return _report(files, contents, labels, _with_partners(findings, examiner.drawing_names()))


def import_archive(ws: Workspace, source: Source, choices: Choices, *, on_progress: OnProgress) -> Report:
    """Import what can be imported, and tell of each drawing what became of it.

    Entered in transactions of a few dozen: whatever stops it, what is in stays in, and importing again goes on from
    there. Importing what is there changes nothing. Raises like `report_archive`, and StorageFullError.
    """
    with _read(ws, source, choices) as (files, contents):
        labels = choose_classes(contents.labels, label_map(ws), choices.classes)
        make_new_classes(ws, labels)
        examiner = Examiner(ws, files, labels, status=choices.status, is_stored=True)
        places = _Places(ws, files, contents, choices)
        comment = f"imported from {files.name}"
        findings: list[Finding] = []
        batch: list[Examined] = []
        for examined in _watched(examiner, contents, on_progress):
            batch.append(examined)
            if len(batch) == _BATCH:
                findings += _enter(ws, batch, places, choices, comment)
                batch = []
        findings += _enter(ws, batch, places, choices, comment)
        findings = _with_partners(findings, examiner.drawing_names())
        report = _report(files, contents, labels, findings)
        return replace(report, is_done=True, remarks=(*report.remarks, *places.remarks))


@contextmanager
def _read(ws: Workspace, source: Source, choices: Choices) -> Iterator[tuple[Files, Contents]]:
    with opened_files(source) as files:
        labels = label_map(ws)
        yield files, read_masks(files, labels) if choices.is_masks_only else read_contents(files, labels)


def _watched(examiner: Examiner, contents: Contents, on_progress: OnProgress) -> Iterator[Examined]:
    total = len(contents.items)
    for done, examined in enumerate(examiner.examine_all(contents.items), start=1):
        yield examined
        on_progress(done, total, examined.item.name)


def _enter(ws: Workspace, batch: list[Examined], places: "_Places", choices: Choices, comment: str) -> list[Finding]:
    arrivals = {
        position: Arrival(
            name=examined.item.name,
            publication_id=places.of(examined.item) if examined.finding.drawing == "new" else 0,
            image=examined.image,
            drawing_id=examined.finding.drawing_id,
            mask=examined.mask,
        )
        for position, examined in enumerate(batch)
        if examined.image is not None or examined.mask is not None
    }
    entered = imports.enter(ws, list(arrivals.values()), status=choices.status, author=choices.author, comment=comment)
    findings = [examined.finding for examined in batch]
    for position, outcome in zip(arrivals, entered, strict=True):
        was = findings[position]
        drawing = "new" if outcome.is_new else "there"
        findings[position] = replace(was, drawing=drawing, drawing_id=outcome.drawing_id, mask=outcome.mask or was.mask)
    return findings


class _Places:
    """The publication of each new drawing: its own, or the one that was chosen; one for each split that is kept."""

    def __init__(self, ws: Workspace, files: Files, contents: Contents, choices: Choices) -> None:
        self._ws = ws
        self._keeps_splits = choices.keeps_splits
        self._default = choices.publication or UNNAMED
        self._ids: dict[tuple[str, str | None], int] = {}
        self.remarks: list[str] = []
        splits: dict[str, set[str | None]] = {}
        for item in contents.items:
            splits.setdefault(item.publication or self._default, set()).add(item.split)
        self._mixed = {name for name, of_name in splits.items() if len(of_name) > 1}

    def of(self, item: Incoming) -> int:
        split = item.split if self._keeps_splits else None
        name = item.publication or self._default
        if split is not None and name in self._mixed:
            name = f"{name} ({split})"
        if (name, split) not in self._ids:
            self._ids[name, split], is_kept = imports.publication_with_split(self._ws, name, split)
            if not is_kept:
                self.remarks.append(f"“{name}” has another split than {split} already, and keeps it.")
        return self._ids[name, split]


def _with_partners(findings: list[Finding], names: list[str]) -> list[Finding]:
    missing = [position for position, finding in enumerate(findings) if finding.drawing == "missing"]
    partners = Partners(names) if missing else None
    for position in missing[:_PARTNERS_LOOKED_FOR]:
        if partners is not None:
            findings[position] = replace(findings[position], partner=partners.likeliest(findings[position].name))
    return findings


def _report(files: Files, contents: Contents, labels: tuple[LabelChoice, ...], findings: list[Finding]) -> Report:
    split_counts = Counter(item.split for item in contents.items if item.split)
    return Report(files.name, contents.format, labels, tuple(findings), contents.remarks, split_counts)
