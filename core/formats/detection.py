"""Tells in which format an archive or folder is, by what lies where in it."""

from contextlib import suppress
from typing import BinaryIO

from core.errors import InputError, UnknownFormatError
from core.formats import archives, coco, cvat_images, cvat_masks, folders, training_folder
from core.formats.coco import read_coco
from core.formats.cvat_images import read_cvat_images
from core.formats.cvat_masks import read_cvat_masks
from core.formats.files import Files
from core.formats.folders import read_folders, read_masks
from core.formats.incoming import Contents
from core.formats.label_maps import FILE_NAME as LABEL_MAP
from core.formats.training_folder import read_training_folder
from core.labels import LabelMap

_GLANCE_BYTES = 20_000


def read_contents(files: Files, labels: LabelMap) -> Contents:
    """What an archive brings, in whichever of the formats it is; `labels` are the workspace's.

    A folder around everything does not matter. Raises UnknownFormatError if it is in none of them, and what the
    format's reader raises.
    """
    found = _find(files, labels)
    if found is not None:
        return found
    nested = [remark for remark in files.remarks if "ZIP inside" in remark]
    raise UnknownFormatError(
        f"{files.name} is in no format that is read here: CVAT's “Segmentation mask 1.1” or “CVAT for images 1.1”, "
        "COCO, a training folder, or folders called images and masks. Export it again as one of these."
        + "".join(f" {remark}" for remark in nested[:3])
    )


def is_exchange(files: Files) -> bool:
    """Whether it is an export with masks, and not just a number of scans."""
    return _format(files) is not None


def has_marks_of_exchange(name: str, file: BinaryIO) -> bool:
    """Whether the names alone look like an export, for an archive that is not to be read any further."""
    with suppress(InputError), archives.opened(name, file) as archive:
        names = [entry.name for entry in archives.entries(archive)]
        return any(x.endswith((LABEL_MAP, cvat_images.FILE_NAME, ".json")) or cvat_masks.CLASSES in x for x in names)
    return False


def _find(files: Files, labels: LabelMap) -> Contents | None:
    found = _format(files)
    if found is None:
        return None
    kind, where = found
    if kind == coco.FORMAT:
        return read_coco(files, where)
    if kind == folders.FORMAT:
        if len(where) == 1:
            return read_masks(files, labels, root=where[0])
        return read_folders(files, where[0], where[1], labels)
    if kind == cvat_images.FORMAT:
        return read_cvat_images(files, where)
    read = {cvat_masks.FORMAT: read_cvat_masks, training_folder.FORMAT: read_training_folder}[kind]
    return read(files, where[0])


def _format(files: Files) -> tuple[str, list[str]] | None:
    """The format, and where its reader finds what it needs."""
    for root in _roots(files, LABEL_MAP):
        if any(name.startswith((root + cvat_masks.SUBSETS, root + cvat_masks.CLASSES)) for name in files.names):
            return cvat_masks.FORMAT, [root]
        if any(name.startswith(f"{root}{x}annot/") for name in files.names for x in ("train", "val", "test")):
            return training_folder.FORMAT, [root]
    for kind, ending, is_of_kind in (
        (cvat_images.FORMAT, ".xml", cvat_images.is_cvat_xml),
        (coco.FORMAT, ".json", coco.is_coco),
    ):
        documents = [name for name in files.names if name.lower().endswith(ending)]
        documents = [name for name in documents if is_of_kind(files.start(name, _GLANCE_BYTES))]
        if documents:
            return kind, documents
    pair = folders.find_folders(files)
    return (folders.FORMAT, list(pair)) if pair else None


def _roots(files: Files, file_name: str) -> list[str]:
    """The folders that hold a file of that name, the outermost first."""
    found = [name[: -len(file_name)] for name in files.names if name == file_name or name.endswith("/" + file_name)]
    return sorted(found, key=lambda root: (root.count("/"), root))
