"""The original project's training folder: images and masks of each split in folders of their own.

    labelmap.txt  train/ trainannot/  val/ valannot/  test/ testannot/

Pairs have the same name but for the extension; masks are in the colours of labelmap.txt.
"""

from typing import Any

from core.errors import UnknownFormatError
from core.formats.files import Files
from core.formats.incoming import Contents, Incoming
from core.formats.label_maps import FILE_NAME, MAX_BYTES, read_label_map, write_label_map
from core.formats.mask_pictures import ColourTable, encode_colours
from core.formats.outgoing import ArchiveWriter, Content, Encoded, Outgoing, colours_of
from core.formats.pairs import mask_source, pair, pictures_in
from core.labels import LabelMap

FORMAT = "training folder"
FOLDERS = {"train": "train", "validation": "val", "test": "test"}


def read_training_folder(files: Files, root: str) -> Contents:
    """What a training folder brings whose labelmap.txt lies in `root`. Raises LabelError."""
    labels = read_label_map(root + FILE_NAME, files.read(root + FILE_NAME, max_bytes=MAX_BYTES))
    table = ColourTable(labels)
    items: list[Incoming] = []
    for split, folder in FOLDERS.items():
        images = pictures_in(files, f"{root}{folder}/")
        masks = pictures_in(files, f"{root}{folder}annot/")
        items += pair(
            images,
            masks,
            source=lambda name: mask_source(files, name, table),
            stems=sorted({*images, *masks}),
            image_folder=f"{root}{folder}/",
            split=split,
        )
    return Contents(FORMAT, labels, tuple(items), tuple(files.remarks))


class TrainingFolderWriter:
    """Writes the same; what has no mask or no split yet cannot be in it and is left out."""

    def __init__(self, labels: LabelMap, *, polygons: bool = False) -> None:
        self._label_map = write_label_map(labels)
        self._colours = colours_of(labels)

    def encode(self, item: Outgoing) -> Encoded:
        if item.mask is None:
            return Encoded(())
        if item.split is None:
            raise UnknownFormatError(
                f"“{item.publication}” has no split yet, and a training folder needs one. Make a snapshot first "
                "and export that."
            )
        folder = FOLDERS[item.split]
        files: list[tuple[str, Content]] = []
        files.append((f"{folder}annot/{item.stem}.png", encode_colours(item.mask, self._colours)))
        if item.image is not None:
            files.append((f"{folder}/{item.file_name}", item.image))
        return Encoded(tuple(files))

    def note(self, record: Any) -> None:
        """Nothing beside the files."""

    def finish(self, archive: ArchiveWriter) -> None:
        archive.add_text(FILE_NAME, self._label_map)
