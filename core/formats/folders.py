"""Plain folders: images/ and masks/ with files of the same path but for the extension; or masks alone.

Masks hold class numbers, or 0 and 255, or the colours of the workspace's label map, as greyscale, palette or RGB.
"""

import re
from collections.abc import Sequence
from typing import Any

from core.formats.files import Files
from core.formats.incoming import Contents, ForeignLabel, Incoming
from core.formats.mask_pictures import WHITE, ColourTable, encode_colours, encode_levels
from core.formats.outgoing import ArchiveWriter, Encoded, Outgoing, colours_of
from core.formats.pairs import Stems, mask_source, pair, pictures_in
from core.labels import LabelMap
from core.raster.masks import Mask

FORMAT = "folders of images and masks"
IMAGES, MASKS = "images/", "masks/"
IMAGE_FOLDERS = re.compile(r"(images?|imgs?|drawings?|scans?|jpegimages|bilder|zeichnungen)", re.IGNORECASE)
MASK_FOLDERS = re.compile(
    r"(masks?|annotations?|annot|labels?|gt|truth|ground_?truth|segmentationclass|masken)", re.IGNORECASE
)
_MASK_ENDINGS = ("_mask", "-mask", "_masks", "_seg")


def find_folders(files: Files) -> tuple[str, ...] | None:
    """The folder of images and that of masks beside it, or a folder of masks alone, each ending with /; or None."""
    folders = {name[: name.rfind("/", 0, len(name)) + 1] for name in files.names}
    parents = sorted({folder[: end + 1] for folder in folders for end, c in enumerate(folder) if c == "/"})
    found: dict[str, dict[str, str]] = {}
    for folder in parents:
        above, _, last = folder.rstrip("/").rpartition("/")
        for kind, pattern in (("images", IMAGE_FOLDERS), ("masks", MASK_FOLDERS)):
            if pattern.fullmatch(last):
                found.setdefault(above, {}).setdefault(kind, folder)
    both = [(kinds["images"], kinds["masks"]) for kinds in found.values() if len(kinds) == 2]
    if both:
        return both[0]
    pictures = [name for stem in pictures_in(files, "").values() for name in stem]
    alone = [kinds["masks"] for kinds in found.values() if "masks" in kinds]
    return next(((folder,) for folder in alone if all(name.startswith(folder) for name in pictures)), None)


def read_folders(files: Files, images: str, masks: str, labels: LabelMap) -> Contents:
    """What a folder of images and one of masks bring, each ending with /."""
    return _read(files, pictures_in(files, images), pictures_in(files, masks), images, labels)


def read_masks(files: Files, labels: LabelMap, *, root: str = "") -> Contents:
    """Masks alone, for drawings that are in the workspace already: every picture is a mask."""
    return _read(files, {}, pictures_in(files, root), "", labels)


def _read(files: Files, images: Stems, masks: Stems, image_folder: str, labels: LabelMap) -> Contents:
    foreign = tuple(ForeignLabel(label.name, label.colour) for label in labels.labels)
    table = ColourTable(foreign, also=[(WHITE, 1)])
    named = _like_images(images, masks)
    items: Sequence[Incoming] = pair(
        images,
        named,
        source=lambda name: mask_source(files, name, table),
        stems=sorted({*images, *named}),
        image_folder=image_folder,
    )
    return Contents(FORMAT, foreign, tuple(items), tuple(files.remarks))


def _like_images(images: Stems, masks: Stems) -> Stems:
    """The masks by the stems of images: a_mask belongs to a, unless there is an image a_mask."""
    named: Stems = {}
    for stem, names in masks.items():
        shorter = next((stem[: -len(x)] for x in _MASK_ENDINGS if stem.casefold().endswith(x)), None)
        belongs = shorter is not None and stem not in images and (shorter in images or not images)
        named.setdefault(shorter if belongs and shorter else stem, []).extend(names)
    return named


class FolderWriter:
    """Writes the same, with 0 and 255 where there is a single class, else in the colours of the label map."""

    def __init__(self, labels: LabelMap, *, polygons: bool = False) -> None:
        self._labels = labels

    def encode(self, item: Outgoing) -> Encoded:
        if item.mask is None and item.image is None:
            return Encoded(())
        files = [] if item.image is None else [(IMAGES + item.file_name, item.image)]
        if item.mask is not None:
            files.append((f"{MASKS}{item.stem}.png", self._picture(item.mask)))
        return Encoded(tuple(files))

    def note(self, record: Any) -> None:
        """Nothing beside the files."""

    def finish(self, archive: ArchiveWriter) -> None:
        """Nothing beside the files."""

    def _picture(self, mask: Mask) -> bytes:
        is_simple = self._labels.class_count == 2
        return encode_levels(mask, 255) if is_simple else encode_colours(mask, colours_of(self._labels))
