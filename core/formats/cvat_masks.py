"""CVAT's “Segmentation mask 1.1”: a ZIP like Pascal VOC, with masks in the colours of its labelmap.txt.

labelmap.txt
ImageSets/Segmentation/SUBSET.txt    one path a line, without extension
SegmentationClass/PATH.png           colours of classes
SegmentationObject/PATH.png          colours of instances, which we write and do not need
JPEGImages/PATH.EXT                  where images were saved
"""

from typing import Any

from core.errors import UnknownFormatError
from core.formats.archives import composed
from core.formats.files import Files
from core.formats.incoming import Contents, Incoming, split_of
from core.formats.label_maps import FILE_NAME, MAX_BYTES, read_label_map, write_label_map
from core.formats.mask_pictures import ColourTable, encode_colours
from core.formats.names import stem_of
from core.formats.outgoing import ArchiveWriter, Content, Encoded, LongText, Outgoing, colours_of
from core.formats.pairs import mask_source, pair, pictures_in
from core.labels import Colour, LabelMap
from core.raster.masks import Mask

FORMAT = "CVAT segmentation masks"
SUBSETS, CLASSES, OBJECTS, IMAGES = (
    "ImageSets/Segmentation/",
    "SegmentationClass/",
    "SegmentationObject/",
    "JPEGImages/",
)
MAX_LIST_BYTES = 64_000_000


def read_cvat_masks(files: Files, root: str) -> Contents:
    """What an export brings whose labelmap.txt lies in `root` ("" or ending with /).

    What a subset lists without a mask is unlabelled; a mask that no subset lists is taken as well. Raises LabelError.
    """
    labels = read_label_map(root + FILE_NAME, files.read(root + FILE_NAME, max_bytes=MAX_BYTES))
    table = ColourTable(labels)
    images, masks = pictures_in(files, root + IMAGES), pictures_in(files, root + CLASSES)
    subset_of = _subsets(files, root, known={*images, *masks})
    stems = sorted({*subset_of, *images, *masks})
    items: list[Incoming] = []
    for stem in stems:
        subset = subset_of.get(stem)
        found = pair(
            images,
            masks,
            source=lambda name: mask_source(files, name, table),
            stems=[stem],
            image_folder=root + IMAGES,
            split=split_of(subset) if subset else None,
        )
        items += found or [Incoming(stem, split=split_of(subset or ""))]
    return Contents(FORMAT, labels, tuple(items), tuple(files.remarks))


class CvatMasksWriter:
    """Writes the same; subsets are called as CVAT calls splits."""

    def __init__(self, labels: LabelMap, *, polygons: bool = False) -> None:
        self._label_map = write_label_map(labels)
        self._colours = colours_of(labels)
        self._subsets: dict[str, LongText] = {}

    def encode(self, item: Outgoing) -> Encoded:
        files: list[tuple[str, Content]] = []
        if item.mask is not None:
            files.append((f"{CLASSES}{item.stem}.png", encode_colours(item.mask, self._colours)))
            files.append((f"{OBJECTS}{item.stem}.png", _instances(item.mask)))
        if item.image is not None:
            files.append((IMAGES + item.file_name, item.image))
        return Encoded(tuple(files), (CVAT_SUBSETS[item.split], item.stem))

    def note(self, record: Any) -> None:
        subset, stem = record
        if subset not in self._subsets:
            self._subsets[subset] = LongText()
        self._subsets[subset].write(stem + "\n")

    def finish(self, archive: ArchiveWriter) -> None:
        archive.add_text(FILE_NAME, self._label_map)
        for subset in sorted(self._subsets) or ["default"]:
            archive.add_text(f"{SUBSETS}{subset}.txt", self._subsets.get(subset, ""))


CVAT_SUBSETS = {"train": "train", "validation": "val", "test": "test", None: "default"}


def _subsets(files: Files, root: str, *, known: set[str]) -> dict[str, str]:
    """Path -> the subset it is in; listed twice, the first in order of the alphabet counts."""
    subset_of: dict[str, str] = {}
    for name in files.names:
        if not name.startswith(root + SUBSETS) or not name.endswith(".txt"):
            continue
        subset = name[len(root + SUBSETS) : -len(".txt")]
        try:
            text = files.read(name, max_bytes=MAX_LIST_BYTES).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UnknownFormatError(f"{name} is not a text in UTF-8. Export it again.") from error
        for line in text.split("\n"):
            listed = composed(line.strip())
            if listed:  # without an extension, though some tools write one
                has_extension = listed not in known and stem_of(listed) in known
                subset_of.setdefault(stem_of(listed) if has_extension else listed, subset)
    return subset_of


def _instances(mask: Mask) -> bytes:
    """A PNG of the mask with one instance for each class, in the palette of Pascal VOC."""
    return encode_colours(mask, [_voc_colour(index) for index in range(256)], is_palette=True)


def _voc_colour(index: int) -> Colour:
    """Colour `index` of the palette of Pascal VOC: its bits, spread over the channels from the highest on."""
    channels = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            channels[channel] |= ((index >> (3 * bit + channel)) & 1) << (7 - bit)
    return channels[0], channels[1], channels[2]
