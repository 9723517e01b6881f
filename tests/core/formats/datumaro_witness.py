"""Run by an environment that has datumaro: writes and reads datasets the way CVAT's own converter does.

    python datumaro_witness.py write DIRECTORY    masks.npz, labels.json -> DIRECTORY/FORMAT/...
    python datumaro_witness.py read DIRECTORY     DIRECTORY/FORMAT/...   -> DIRECTORY/FORMAT.npz

Masks are class numbers of labels.json, 0 the background; names of arrays are names of drawings. Drawings called
"unlabelled..." have no annotation. Imports nothing of ours.
"""

import json
import sys
from pathlib import Path

import datumaro as dm
import numpy as np
from datumaro.components.media import Image

FORMATS = ("voc_segmentation", "cvat", "coco_instances")


def write(directory: Path) -> None:
    labels = json.loads((directory / "labels.json").read_text(encoding="utf-8"))
    masks = dict(np.load(directory / "masks.npz"))
    for kind in FORMATS:
        # Pascal VOC keeps the background among its labels, the others do not
        names = [x["name"] for x in labels] if kind == "voc_segmentation" else [x["name"] for x in labels[1:]]
        items = [_item(name, mask, labels, names) for name, mask in masks.items()]
        dataset = dm.Dataset.from_iterable(items, categories=names)
        options = {}
        if kind == "voc_segmentation":
            options["label_map"] = {x["name"]: [x["colour"], [], []] for x in labels}
        dataset.export(str(directory / kind), kind, save_media=True, **options)


def read(directory: Path) -> None:
    labels = json.loads((directory / "labels.json").read_text(encoding="utf-8"))
    index_of = {x["name"]: index for index, x in enumerate(labels)}
    for kind in FORMATS:
        if not (directory / kind).is_dir():
            continue
        dataset = dm.Dataset.import_from(str(directory / kind), kind)
        categories = dataset.categories()[dm.AnnotationType.label]
        masks = {}
        for item in dataset:
            mask = np.zeros(item.media.size if item.media else (0, 0), dtype=np.uint8)
            for annotation in sorted(item.annotations, key=lambda x: getattr(x, "z_order", 0)):
                if annotation.type == dm.AnnotationType.mask and annotation.label is not None:
                    mask[np.asarray(annotation.image, dtype=bool)] = index_of[categories[annotation.label].name]
                elif annotation.type == dm.AnnotationType.polygon:
                    region = annotation.to_mask(*mask.shape) if hasattr(annotation, "to_mask") else None
                    if region is not None:
                        mask[region] = index_of[categories[annotation.label].name]
            masks[item.id] = mask
        np.savez(directory / f"{kind}.npz", **masks)


def _item(name: str, mask: np.ndarray, labels: list, names: list) -> dm.DatasetItem:
    pixels = np.full((*mask.shape, 3), 255, dtype=np.uint8)
    pixels[mask > 0] = (20, 30, 40)
    pixels[0, 0] = [len(name), sum(name.encode()) % 256, mask.shape[0]]  # every drawing is another one
    annotations = []
    if not name.startswith("unlabelled"):
        for position, index in enumerate(sorted({int(x) for x in np.unique(mask)} - {0}), start=1):
            label = names.index(labels[index]["name"])
            annotations.append(dm.Mask(mask == index, label=label, id=position, group=position, z_order=position))
    return dm.DatasetItem(
        id=name, subset="default", media=Image.from_numpy(data=pixels, ext=".png"), annotations=annotations
    )


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))
