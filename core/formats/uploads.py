"""Uploads: whatever people drop on the page -> drawings in the workspace, and a sentence for each file that is not."""

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

from core.errors import InputError, StoreError, UnreadableImageError, UnsafeArchiveError
from core.formats import archives
from core.raster.images import read_pages
from core.settings import Settings
from core.store import drawings
from core.store.drawings import Added, Drawing
from core.store.workspace import Workspace

BYTES_PER_PIXEL = 6
"""An uncompressed scan in colour with 16 bits: the most that one entry of a ZIP may need for each allowed pixel."""

METADATA_BYTES = 1 << 20
"""What an entry may need besides its pixels."""

LARGEST_SCANS_PER_ARCHIVE = 100
"""A ZIP may unpack to as much as this many of the largest scans allowed, or any number of smaller ones."""


@dataclass(frozen=True)
class File:
    """A file that is worth reading as an image or a PDF."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Refusal:
    """A file that does not go in, and the sentence that says why and what to do."""

    name: str
    reason: str


Upload: TypeAlias = File | Refusal


@dataclass(frozen=True)
class UploadReport:
    """What became of a batch; a file with several pages is several drawings."""

    added: tuple[Drawing, ...]
    already_there: tuple[Drawing, ...]
    refused: tuple[Refusal, ...]


def expand(name: str, content: bytes | BinaryIO, *, settings: Settings) -> Iterator[Upload]:
    """The file itself, or when it is a ZIP the files in it, one at a time so that memory holds only one of them.

    Never raises for what is in a file: what cannot be used is a Refusal.
    """
    name, file = archives.composed(name), _as_file(content)
    try:
        if _is_to_be_expanded(name, file):
            yield from _expand_archive(name, file, settings)
        else:
            yield File(name, file.read())
    except InputError as error:
        yield Refusal(name, str(error))


def count(name: str, content: bytes | BinaryIO) -> int:
    """How many uploads `expand` will give, told from the index of a ZIP alone."""
    file = _as_file(content)
    with suppress(InputError):
        if _is_to_be_expanded(name, file):
            with archives.opened(name, file) as archive:
                return max(1, len(archives.entries(archive)))
    return 1


def add_files(
    workspace: Workspace,
    files: Iterable[tuple[str, bytes | BinaryIO]],
    *,
    publication: str,
    author: str,
    on_progress: Callable[[int, int, str], None],
) -> UploadReport:
    """Add every page of every file, ZIPs expanded, as drawings of one publication.

    A file or page that cannot be used is refused and the rest goes in. When the workspace cannot store any more, what
    went in stays and all that remains is refused. After each file, `on_progress` gets how many are done, how many
    there are, ZIPs expanded, and the file's name.
    """
    batch = list(files)
    total = sum(count(name, content) for name, content in batch)
    outcomes: list[Added | Refusal] = []
    trouble: StoreError | None = None
    uploads = (upload for name, content in batch for upload in expand(name, content, settings=workspace.settings))
    for done, upload in enumerate(uploads, start=1):
        if isinstance(upload, Refusal):
            outcomes.append(upload)
        elif trouble is not None:
            outcomes.append(_not_stored(upload, trouble))
        else:
            try:
                for outcome in _add_pages(workspace, upload, publication=publication, author=author):
                    outcomes.append(outcome)  # one by one: what is stored before trouble comes is reported as added
            except StoreError as error:
                trouble = error
                outcomes.append(_not_stored(upload, trouble))
        on_progress(done, total, upload.name)
    return _report(outcomes)


def _add_pages(workspace: Workspace, file: File, *, publication: str, author: str) -> Iterator[Added | Refusal]:
    settings = workspace.settings
    try:
        pages = read_pages(file.name, file.content, max_pixels=settings.max_image_pixels, pdf_dpi=settings.pdf_dpi)
    except InputError as error:
        yield Refusal(file.name, str(error))
        return
    while True:
        try:
            page = next(pages)
        except StopIteration:
            return
        except InputError as error:  # the pages after a refused one can still be read
            yield Refusal(file.name, str(error))
        else:
            yield drawings.add(workspace, file.content, page, publication=publication, author=author)


def _not_stored(file: File, trouble: StoreError) -> Refusal:
    return Refusal(file.name, f"{file.name} was not added. {trouble}")


def _report(outcomes: list[Added | Refusal]) -> UploadReport:
    arrivals = [outcome for outcome in outcomes if isinstance(outcome, Added)]
    return UploadReport(
        added=tuple(arrival.drawing for arrival in arrivals if arrival.is_new),
        already_there=tuple(arrival.drawing for arrival in arrivals if not arrival.is_new),
        refused=tuple(outcome for outcome in outcomes if isinstance(outcome, Refusal)),
    )


def _is_to_be_expanded(name: str, file: BinaryIO) -> bool:
    """Whether to look inside: a ZIP, but not an office document. Raises UnreadableImageError for a damaged ZIP."""
    if not archives.is_archive(file):
        if name.lower().endswith(".zip"):
            raise UnreadableImageError(f"{name} is not a ZIP, or it is damaged. Download or pack it again.")
        return False
    with archives.opened(name, file) as archive:
        is_office_document = archives.is_office_document(archive)
    file.seek(0)
    return not is_office_document


def _expand_archive(name: str, file: BinaryIO, settings: Settings) -> Iterator[Upload]:
    max_bytes = BYTES_PER_PIXEL * settings.max_image_pixels + METADATA_BYTES
    left_bytes = LARGEST_SCANS_PER_ARCHIVE * max_bytes
    with archives.opened(name, file) as archive:
        entries = archives.entries(archive)
        if not entries:
            raise UnreadableImageError(f"{name} is a ZIP without any files. Pack it again.")
        for entry in entries:
            try:
                left_bytes -= min(entry.declared_bytes, max_bytes)
                if left_bytes < 0:
                    raise UnsafeArchiveError(
                        f"{entry.name} is too much: {name} unpacks to more than is accepted from one ZIP. "
                        "Spread its files over several ZIPs."
                    )
                yield File(entry.name, archives.read_entry(archive, entry, max_bytes=max_bytes))
            except InputError as error:
                yield Refusal(entry.name, str(error))


def _as_file(content: bytes | BinaryIO) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content
