"""COCO instances: JSON with images, categories, and annotations that are run lengths or polygons.

Runs go down the columns of the whole image, as a list or packed into text. Polygons cannot hold holes, so runs are
what is written unless asked otherwise. Beside COCO's own fields we keep a colour for each category, the publication,
and whether a drawing has an empty mask, which is not the same as none.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from core.errors import UnknownFormatError
from core.formats.archives import composed
from core.formats.documents import read_json
from core.formats.files import Files
from core.formats.incoming import Contents, ForeignLabel, Incoming, background_first, split_of
from core.formats.outgoing import ArchiveWriter, Encoded, LongText, Outgoing
from core.formats.rle import from_text, region_of, runs_of, to_text
from core.formats.shapes import Part, connected_parts, fill_polygon, number, painted, whole_classes
from core.labels import Colour, LabelMap
from core.raster.masks import Mask

FORMAT = "COCO"
FOLDER, IMAGES = "annotations/", "images/"
_SUBSETS = {"train": "train", "validation": "val", "test": "test", None: "default"}
_CATEGORY, _IMAGE, _ANNOTATION = ("id", "name"), ("id", "file_name", "height", "width"), ("image_id", "category_id")


def is_coco(start: bytes) -> bool:
    """Whether a JSON file may be COCO, told from its beginning."""
    return start.lstrip()[:1] == b"{" and any(
        word in start for word in (b'"images"', b'"annotations"', b'"info"', b'"categories"')
    )


def read_coco(files: Files, documents: Sequence[str]) -> Contents:
    """What COCO files bring; those of several subsets belong together, and name the subset in their file names.

    An image without annotations is unlabelled. Raises UnknownFormatError for a file that breaks the format.
    """
    labels: list[ForeignLabel] = []
    drafts: list[tuple[dict[str, Any], list[tuple[str, Any]], str | None]] = []
    skipped = 0
    for document_name in documents:
        document = read_json(files, document_name)
        categories = _categories(document_name, document)
        labels += [label for label in categories.values() if label.name not in {known.name for known in labels}]
        images = {_key(x["id"]): x for x in _records(document_name, document, "images", _IMAGE)}
        shapes: dict[str, list[tuple[str, Any]]] = {key: [] for key in images}
        for annotation in _records(document_name, document, "annotations", _ANNOTATION):
            key, category = _key(annotation["image_id"]), categories.get(_key(annotation["category_id"]))
            if key in shapes and category is not None and annotation.get("segmentation"):
                shapes[key].append((category.name, annotation["segmentation"]))
            else:
                skipped += 1
        subset = split_of(document_name.rsplit("/", 1)[-1].removesuffix(".json").rsplit("_", 1)[-1])
        drafts += [(image, shapes[key], subset) for key, image in images.items()]
    ordered = background_first(labels)
    index_of = {label.name: index for index, label in enumerate(ordered)}
    places = _Places(files)
    items = tuple(_incoming(places, *draft, index_of) for draft in drafts)
    what = "1 annotation" if skipped == 1 else f"{skipped:,} annotations"
    remarks = [f"Left out: {what} without an area, an image or a category."] if skipped else []
    return Contents(FORMAT, ordered, items, (*files.remarks, *remarks))


class CocoWriter:
    """Writes the same; a file for each split. With `polygons` parts without holes are polygons."""

    def __init__(self, labels: LabelMap, *, polygons: bool = False) -> None:
        self._labels = labels
        self._polygons = polygons
        self._images: dict[str, LongText] = {}
        self._annotations: dict[str, LongText] = {}
        self._annotation_count = 0

    def encode(self, item: Outgoing) -> Encoded:
        image = {
            "id": item.number,
            "file_name": item.file_name,
            "height": item.height_px,
            "width": item.width_px,
            "publication": item.publication,
            "is_empty": item.mask is not None and not item.mask.any(),
        }
        parts: Iterable[Part] = ()
        if item.mask is not None:
            parts = connected_parts(item.mask) if self._polygons else whole_classes(item.mask)
        annotations = [self._annotation(item, part) for part in parts]
        files = () if item.image is None else ((IMAGES + item.file_name, item.image),)
        return Encoded(files, (_SUBSETS[item.split], image, annotations))

    def note(self, record: Any) -> None:
        subset, image, annotations = record
        if subset not in self._images:
            self._images[subset], self._annotations[subset] = LongText(), LongText()
        _write(self._images[subset], image)
        for annotation in annotations:
            self._annotation_count += 1
            _write(self._annotations[subset], {"id": self._annotation_count, **annotation})

    def finish(self, archive: ArchiveWriter) -> None:
        categories = [
            {"id": x.index, "name": x.name, "supercategory": "", "color": "#" + bytes(x.colour).hex()}
            for x in self._labels.foreground
        ]
        start = f'{{"info": {{"description": "Ostrakon"}}, "licenses": [], "categories": {_dumped(categories)},\n'
        for subset in sorted(self._images) or ["default"]:
            images, annotations = self._images.get(subset, ""), self._annotations.get(subset, "")
            texts = (start, '"images": [', images, '],\n"annotations": [', annotations, "]}\n")
            archive.add_text(f"{FOLDER}instances_{subset}.json", *texts)

    def _annotation(self, item: Outgoing, part: Part) -> dict[str, Any]:
        height, width = part.region.shape
        return {
            "image_id": item.number,
            "category_id": part.label,
            "segmentation": self._segmentation(item, part),
            "area": int(np.count_nonzero(part.region)),
            "bbox": [part.left, part.top, width, height],
            "iscrowd": 0,
        }

    def _segmentation(self, item: Outgoing, part: Part) -> Any:
        if self._polygons and not part.has_holes:
            return [ring[:, ::-1].ravel().tolist() for ring in part.rings]
        region = np.zeros((item.width_px, item.height_px), dtype=np.bool_)  # on its side: columns are rows of memory
        height, width = part.region.shape
        region[part.left : part.left + width, part.top : part.top + height] = part.region.T
        return {"size": [item.height_px, item.width_px], "counts": to_text(runs_of(region))}


class _Places:
    """Where the images of a COCO archive are: by their path below any images folder, or by their bare name."""

    def __init__(self, files: Files) -> None:
        self._by_end: dict[str, list[str]] = {}
        for name in files.names:
            parts = name.split("/")
            for start in range(len(parts)):
                self._by_end.setdefault("/".join(parts[start:]), []).append(name)

    def of(self, file_name: str) -> str | None:
        found = self._by_end.get(file_name, [])
        return found[0] if len(found) == 1 else next((name for name in found if name == file_name), None)


def _incoming(
    places: _Places,
    image: Mapping[str, Any],
    shapes: list[tuple[str, Any]],
    split: str | None,
    index_of: Mapping[str, int],
) -> Incoming:
    name = composed(str(image["file_name"]).replace("\\", "/")) or "unnamed"
    publication = image["publication"] if isinstance(image.get("publication"), str) else None
    mask = None
    if shapes or image.get("is_empty") is True:
        painters = [partial(_paint, segmentation, index_of[label]) for label, segmentation in shapes]
        mask = painted(name, (_whole(image["height"]), _whole(image["width"])), painters)
    return Incoming(name, places.of(name), mask, split, publication)


def _paint(segmentation: Any, label: int, mask: Mask) -> None:
    if isinstance(segmentation, dict):
        height, width = mask.shape
        if segmentation.get("size") not in ([height, width], (height, width)):
            raise UnknownFormatError(f"its size is {str(segmentation.get('size'))[:40]} in an image of {mask.shape}")
        counts = segmentation.get("counts")
        runs = from_text(counts) if isinstance(counts, str) else counts
        if not isinstance(runs, list):
            raise UnknownFormatError("it has no runs")
        mask[region_of(runs, width, height).T] = label
    elif isinstance(segmentation, list):
        for ring in segmentation:
            if not isinstance(ring, list) or len(ring) % 2:
                raise UnknownFormatError("a polygon is not a list of pairs of numbers")
            values = [number(value) for value in ring]
            fill_polygon(mask, zip(values[0::2], values[1::2], strict=True), label)
    else:
        raise UnknownFormatError("it is neither run lengths nor polygons")


def _categories(name: str, document: Mapping[str, Any]) -> dict[str, ForeignLabel]:
    return {
        _key(x["id"]): ForeignLabel(str(x["name"]), _colour(x.get("color")))
        for x in _records(name, document, "categories", _CATEGORY)
    }


def _records(name: str, document: Mapping[str, Any], key: str, fields: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The records of a list in the document. Raises UnknownFormatError if one lacks a field."""
    records = document.get(key)
    if not isinstance(records, list):
        raise UnknownFormatError(f"{name} has no list of {key}, so it is no COCO file. Export it again as COCO 1.0.")
    for record in records:
        if not isinstance(record, dict) or any(field not in record for field in fields):
            raise UnknownFormatError(f"{name} has an entry in {key} without {', '.join(fields)}. Export it again.")
        yield record


def _key(value: Any) -> str:
    return str(value)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _colour(value: Any) -> Colour | None:
    try:
        red, green, blue = bytes.fromhex(str(value).removeprefix("#"))
    except ValueError:
        return None
    return red, green, blue


def _write(text: LongText, value: Any) -> None:
    text.write(("" if text.is_empty else ",\n") + _dumped(value))


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
