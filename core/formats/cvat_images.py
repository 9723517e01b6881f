"""“CVAT for images 1.1”: annotations.xml with shapes for every image, and images/ beside it where they were saved.

A mask is given by its runs along the rows of a box, a polygon by its points; what has a higher z_order lies on top.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from core.errors import LabelError, UnknownFormatError, UnsafeArchiveError
from core.formats.archives import composed
from core.formats.documents import MAX_BYTES
from core.formats.files import Files
from core.formats.incoming import Contents, ForeignLabel, Incoming, background_first, split_of
from core.formats.outgoing import ArchiveWriter, Encoded, LongText, Outgoing
from core.formats.rle import region_of, runs_of
from core.formats.shapes import Part, connected_parts, fill_polygon, number, painted, whole_classes
from core.labels import Colour, LabelMap
from core.raster.masks import Mask

FORMAT = "CVAT for images"
FILE_NAME, IMAGES = "annotations.xml", "images/"
AREAS = ("mask", "polygon")
SHAPES = ("box", "polyline", "points", "ellipse", "cuboid", "skeleton")
_NOT_IN_XML = re.compile("[^\t\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUBSETS = {"train": "Train", "validation": "Validation", "test": "Test"}


def read_cvat_images(files: Files, documents: Sequence[str]) -> Contents:
    """What these XML files bring, of which there may be one for each subset; images lie beside them, or in images/.

    An image without areas is unlabelled, unless we wrote that its mask is empty; shapes that are no areas are left out
    with a remark. Raises UnknownFormatError for a text that is not this format, UnsafeArchiveError for XML made to do
    harm.
    """
    labels: list[ForeignLabel] = []
    images: list[tuple[str, Element]] = []
    left_out: Counter[str] = Counter()
    for name in documents:
        for element in _elements(name, files.read(name, max_bytes=MAX_BYTES)):
            if element.tag == "label":
                label = ForeignLabel((element.findtext("name") or "").strip(), _colour(element.findtext("color")))
                _add_label(labels, label)
            elif element.tag == "track":
                raise UnknownFormatError(f"{name} annotates a video. Export it as “CVAT for images 1.1” instead.")
            else:
                images.append((name[: name.rfind("/") + 1], element))
                left_out.update(shape.tag for shape in element if shape.tag in SHAPES)
                for shape in _areas(element):
                    _add_label(labels, ForeignLabel(shape.get("label", "")))
    ordered = background_first(labels)
    remarks = [f"{count} × “{tag}” are no areas and are left out." for tag, count in sorted(left_out.items())]
    items = tuple(_incoming(files, root, image, ordered) for root, image in images)
    return Contents(FORMAT, ordered, items, (*files.remarks, *remarks))


class CvatImagesWriter:
    """Writes the same: one mask for each class of a drawing, or with `polygons` its parts as far as they have no hole.

    Polygons cannot hold holes; parts with holes stay masks.
    """

    def __init__(self, labels: LabelMap, *, polygons: bool = False) -> None:
        _refuse_unwritable(labels)
        self._labels = labels
        self._polygons = polygons
        self._images = LongText()
        self._count = 0

    def encode(self, item: Outgoing) -> Encoded:
        subset = f" subset={quoteattr(_SUBSETS[item.split])}" if item.split else ""
        parts = () if item.mask is None else connected_parts(item.mask) if self._polygons else whole_classes(item.mask)
        shapes = "".join(self._shape(part) for part in parts)
        is_empty = ' is_empty="1"' if item.mask is not None and not shapes else ""  # CVAT passes over what is ours
        record = (
            f" name={quoteattr(item.file_name)}{subset}{is_empty}"
            f' width="{item.width_px}" height="{item.height_px}">\n{shapes}  </image>\n'
        )
        files = () if item.image is None else ((IMAGES + item.file_name, item.image),)
        return Encoded(files, record)

    def note(self, record: Any) -> None:
        self._images.write(f'  <image id="{self._count}"{record}')
        self._count += 1

    def finish(self, archive: ArchiveWriter) -> None:
        labels = "".join(
            f"<label><name>{escape(label.name)}</name><color>#{bytes(label.colour).hex()}</color>"
            "<type>any</type><attributes></attributes></label>\n"
            for label in self._labels.labels
        )
        meta = f"  <meta><task><size>{self._count}</size><labels>\n{labels}</labels></task></meta>\n"
        start = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
        archive.add_text(FILE_NAME, start, meta, self._images, "</annotations>\n")

    def _shape(self, part: Part) -> str:
        label = quoteattr(self._labels.labels[part.label].name)
        if self._polygons and not part.has_holes:
            points = ";".join(f"{column:g},{row:g}" for row, column in part.rings[0].tolist())
            return f'    <polygon label={label} source="manual" occluded="0" points="{points}" z_order="0"></polygon>\n'
        height, width = part.region.shape
        runs = ", ".join(map(str, runs_of(part.region)))
        return (
            f'    <mask label={label} source="manual" occluded="0" rle="{runs}" left="{part.left}" top="{part.top}" '
            f'width="{width}" height="{height}" z_order="0"></mask>\n'
        )


def _refuse_unwritable(labels: LabelMap) -> None:
    for label in labels.labels:
        if _NOT_IN_XML.search(label.name) or label.name != label.name.strip():
            raise LabelError(
                f"XML cannot hold the name “{label.name!r}” with its control characters or blanks. Export as COCO."
            )


def is_cvat_xml(start: bytes) -> bool:
    """Whether an XML file begins as CVAT's does."""
    return re.search(rb"<annotations[\s>]", start[:4000]) is not None


def _elements(name: str, content: bytes) -> Iterator[Element]:
    """The labels, images and tracks, in their order; each is forgotten by the parser when it has been given out."""
    path: list[Element] = []
    try:
        events = defusedxml.ElementTree.iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True)
        for event, element in events:
            if event == "start":
                path.append(element)
                if path[0].tag != "annotations":
                    raise UnknownFormatError(f"{name} is XML, but not of CVAT. Export as “CVAT for images 1.1”.")
                continue
            path.pop()
            is_label = element.tag == "label" and path and path[-1].tag == "labels"
            if is_label or (len(path) == 1 and element.tag in ("image", "track")):
                yield element
                path[-1].remove(element)
    except DefusedXmlException as error:
        raise UnsafeArchiveError(f"{name} defines entities, which no export does. It was made to do harm.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise UnknownFormatError(f"{name} is damaged XML ({error}). Export it again.") from error


def _incoming(files: Files, root: str, image: Element, labels: tuple[ForeignLabel, ...]) -> Incoming:
    name = composed(image.get("name", "")) or "unnamed"
    places = [place for place in (root + IMAGES + name, root + name) if place in files.known]
    split = split_of(image.get("subset", ""))
    areas = _areas(image)
    image_name = places[0] if places else None
    if not areas and image.get("is_empty") != "1":
        return Incoming(name, image_name, split=split)
    index_of = {label.name: index for index, label in enumerate(labels)}
    ordered = sorted(areas, key=_z_order)
    painters = [partial(_paint, dict(shape.attrib), index_of[shape.get("label", "")]) for shape in ordered]
    return Incoming(name, image_name, painted(name, _size(image), painters), split)


def _areas(image: Element) -> list[Element]:
    return [shape for shape in image if shape.tag in AREAS]


def _add_label(labels: list[ForeignLabel], label: ForeignLabel) -> None:
    if label.name not in [known.name for known in labels]:
        labels.append(label)


def _paint(attributes: dict[str, str], label: int, mask: Mask) -> None:
    if "points" in attributes:
        pairs = [pair.split(",") for pair in attributes["points"].split(";") if pair.strip()]
        if any(len(pair) != 2 for pair in pairs):
            raise UnknownFormatError("a point is not a pair of numbers")
        fill_polygon(mask, [(number(x), number(y)) for x, y in pairs], label)
        return
    left, top, width, height = (int(number(attributes.get(x))) for x in ("left", "top", "width", "height"))
    if left < 0 or top < 0 or width < 1 or height < 1 or left + width > mask.shape[1] or top + height > mask.shape[0]:
        raise UnknownFormatError("its box lies outside the image")
    try:
        runs = [int(run) for run in attributes.get("rle", "").split(",")]
    except ValueError as error:
        raise UnknownFormatError("a run length is not a whole number") from error
    mask[top : top + height, left : left + width][region_of(runs, height, width)] = label


def _z_order(shape: Element) -> int:
    try:
        return int(shape.get("z_order", "0"))
    except ValueError:
        return 0


def _size(image: Element) -> tuple[int, int]:
    try:
        return int(image.get("height", "")), int(image.get("width", ""))
    except ValueError:
        return 0, 0


def _colour(text: str | None) -> Colour | None:
    if text is None or not re.fullmatch(r"#[0-9a-fA-F]{6}", text.strip()):
        return None
    red, green, blue = bytes.fromhex(text.strip()[1:])
    return red, green, blue
