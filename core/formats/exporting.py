"""Exports: drawings and their approved masks, streamed into one ZIP on the disk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.errors import NotFoundError, SettingError, UnreadableImageError
from core.formats.coco import CocoWriter
from core.formats.cvat_images import CvatImagesWriter
from core.formats.cvat_masks import CvatMasksWriter
from core.formats.folders import FolderWriter
from core.formats.names import IMAGE_SUFFIXES, FreeNames, export_stem, suffix_of
from core.formats.outgoing import Content, Encoded, Outgoing, Writer, new_archive
from core.formats.pictures import opened_picture, orientation
from core.formats.pipeline import LARGE_BYTES, OneLargeAtATime, in_parallel
from core.formats.training_folder import TrainingFolderWriter
from core.store import exports
from core.store.exports import Exportable, Selection
from core.store.label_map import label_map
from core.store.workspace import Workspace

WRITERS: dict[str, Callable[..., Writer]] = {
    "cvat": CvatMasksWriter,
    "cvat-images": CvatImagesWriter,
    "coco": CocoWriter,
    "folder": FolderWriter,
    "training": TrainingFolderWriter,
}
"""The formats that are written, by the names they have on the command line."""


@dataclass(frozen=True)
class Export:
    """How drawings go out; `polygons` holds for the formats that have shapes, where a part has no hole."""

    format: str = "cvat"
    with_images: bool = True
    polygons: bool = False

    def __post_init__(self) -> None:
        if self.format not in WRITERS:
            raise SettingError(f"There is no format “{self.format}”. Choose one of: {', '.join(WRITERS)}.")


@dataclass(frozen=True)
class Exported:
    """What went out: drawings, how many of them had an approved mask, and how many names were changed to differ."""

    path: Path
    drawing_count: int
    mask_count: int
    renamed_count: int


def export_archive(
    ws: Workspace,
    path: Path,
    selection: Selection,
    how: Export,
    *,
    on_progress: Callable[[int, int, str], None],
) -> Exported:
    """Write a ZIP with the drawings of the selection; it is there when this returns, whole or not at all.

    A drawing without an approved mask goes out unlabelled, as the format has it; an unapproved mask stays here.
    Raises NotFoundError when nothing is selected, InputError when the format cannot hold it or the disk refuses.
    """
    total = exports.count(ws, selection)
    if not total:
        raise NotFoundError("No drawing is selected, so there is nothing to export. Choose others.")
    writer: Writer = WRITERS[how.format](label_map(ws), polygons=how.polygons)
    packer = _Packer(ws, writer, with_images=how.with_images)
    mask_count = done = 0
    with new_archive(path) as archive:
        for done, (item, encoded) in enumerate(in_parallel(packer.pack, packer.named(selection)), start=1):
            for name, content in encoded.files:
                archive.add(name, content)
            if encoded.record is not None:
                writer.note(encoded.record)
            mask_count += item.mask_sha256 is not None
            on_progress(done, max(total, done), item.name)
        writer.finish(archive)
    return Exported(path, done, mask_count, packer.names.changed_count)


def export_beside(
    ws: Workspace, selection: Selection, how: Export, *, on_progress: Callable[[int, int, str], None]
) -> Exported:
    """The same into the folder exports of the workspace, where the next one of its kind replaces it."""
    what = selection.wanted.status or "all"
    if selection.wanted.publication_id is not None:
        what = f"{what}-of-publication-{selection.wanted.publication_id}"
    if selection.snapshot_id is not None:
        what = f"snapshot-{selection.snapshot_id}"
    path = ws.settings.workspace / "exports" / f"{what}-{how.format}.zip"
    return export_archive(ws, path, selection, how, on_progress=on_progress)


@dataclass(frozen=True)
class _Named:
    item: Exportable
    number: int
    stem: str


class _Packer:
    """Reads drawings from the workspace and encodes them, from several threads."""

    def __init__(self, ws: Workspace, writer: Writer, *, with_images: bool) -> None:
        self._ws, self._writer, self._with_images = ws, writer, with_images
        self._large = OneLargeAtATime()
        self.names = FreeNames()

    def named(self, selection: Selection) -> Iterator[_Named]:
        for number, item in enumerate(exports.exportables(self._ws, selection), start=1):
            yield _Named(item, number, self.names.give(export_stem(item.name, item.page)))

    def pack(self, named: _Named) -> tuple[Exportable, Encoded]:
        item = named.item
        with self._large.admitted(pixels=item.height_px * item.width_px):
            suffix, image = self._image(item) if self._with_images else (_likely_suffix(item), None)
            outgoing = Outgoing(
                number=named.number,
                stem=named.stem,
                suffix=suffix,
                height_px=item.height_px,
                width_px=item.width_px,
                publication=item.publication,
                split=item.split,
                mask=exports.mask(self._ws, item),
                image=image,
            )
            return item, self._writer.encode(outgoing)

    def _image(self, item: Exportable) -> tuple[str, Content]:
        """The file as it was added, if it is an upright picture by itself; else its pixels as PNG."""
        if _likely_suffix(item) == suffix_of(item.name):
            content = self._ws.blobs.get(item.source_sha256)
            if _is_upright_picture(content, item):
                return suffix_of(item.name), self._kept(content, item.source_sha256)
        return ".png", self._kept(self._ws.blobs.get(item.image_sha256), item.image_sha256)

    def _kept(self, content: bytes, sha256: str) -> Content:
        """A large file is read again when its turn comes, rather than to wait for it in memory."""
        return content if len(content) <= LARGE_BYTES else partial(self._ws.blobs.get, sha256)


def _likely_suffix(item: Exportable) -> str:
    suffix = suffix_of(item.name)
    return suffix if item.page == 0 and suffix.casefold() in IMAGE_SUFFIXES else ".png"


def _is_upright_picture(content: bytes, item: Exportable) -> bool:
    try:
        with opened_picture(item.name, content) as picture:
            is_single = getattr(picture, "n_frames", 1) == 1
            is_upright = orientation(item.name, picture) == 1
            return is_single and is_upright and picture.size == (item.width_px, item.height_px)
    except UnreadableImageError:  # a PDF, or whatever else the pixels came from
        return False
