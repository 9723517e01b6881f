"""Independent witnesses: datumaro, CVAT's own converter library, and pycocotools read what we write, and write for us.

datumaro pins older versions of what we use, so it lives in an environment of its own, see docs/decisions. What it
wrote once is kept in tests/archives, and read here in any case.
"""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.formats import rle
from core.formats.coco import CocoWriter
from core.formats.cvat_images import CvatImagesWriter
from core.formats.cvat_masks import CvatMasksWriter
from core.formats.detection import read_contents
from core.formats.files import opened_files
from core.formats.label_choices import choose_classes, class_table
from core.formats.outgoing import Writer
from tests.core.formats.samples import RING, THREE_LABELS, outgoing, write

ROOT = Path(__file__).resolve().parents[3]
ARCHIVES = ROOT / "tests" / "archives"
SCRIPT = Path(__file__).with_name("datumaro_witness.py")
PLACES = (os.environ.get("OSTRAKON_WITNESS_PYTHON", ""), ".witness/bin/python", ".witness/Scripts/python.exe")
WITNESS = next((ROOT / place for place in PLACES if place and (ROOT / place).exists()), None)
needs_datumaro = pytest.mark.skipif(
    WITNESS is None,
    reason="datumaro is not there: python -m venv .witness && .witness/bin/pip install -r requirements-witness.txt",
)
LABELS = [{"name": label.name, "colour": list(label.colour)} for label in THREE_LABELS.labels]
HANDLED = np.where(RING == 1, np.arange(8, dtype=np.uint8)[np.newaxis] % 2 + 1, 0).astype(np.uint8)
MASKS = {"Band 1/Töpfe 2": RING, "b": HANDLED, "Gefäß 3. Schale": np.ascontiguousarray(RING.T)}
KINDS = {"voc_segmentation": CvatMasksWriter, "cvat": CvatImagesWriter, "coco_instances": CocoWriter}


def witness(command: str, folder: Path) -> None:
    done = subprocess.run(
        [str(WITNESS), "-W", "ignore", str(SCRIPT), command, str(folder)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def masks_read(path: Path) -> dict[str, list[list[int]] | None]:
    """The masks of an archive in classes of THREE_LABELS, by name; None for an unlabelled drawing."""
    found: dict[str, list[list[int]] | None] = {}
    with opened_files(path) as files:
        contents = read_contents(files, THREE_LABELS)
        classes = class_table(choose_classes(contents.labels, THREE_LABELS, {}), THREE_LABELS)
        for item in contents.items:
            assert item.image_name is not None, "the witness saved images"
            name = item.name.removesuffix(".png")
            found[name] = classes[item.mask(MASKS[name].shape).indices].tolist() if item.mask else None
    return found


EXPECTED = {**{name: mask.tolist() for name, mask in MASKS.items()}, "unlabelled": None}


@pytest.mark.parametrize("kind", KINDS)
def test_what_datumaro_wrote_once_is_read_to_the_pixel(kind: str) -> None:
    assert masks_read(ARCHIVES / f"datumaro-{kind}.zip") == EXPECTED


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which datumaro wrote what it was given, and read what we wrote in ours/."""
    folder = tmp_path_factory.mktemp("witness")
    ours = folder / "ours"
    for place in (folder, ours):
        place.mkdir(exist_ok=True)
        (place / "labels.json").write_text(json.dumps(LABELS), encoding="utf-8")
    np.savez(folder / "masks.npz", **MASKS, unlabelled=RING)
    witness("write", folder)
    for polygons in (False, True):
        for kind, writer in KINDS.items():
            _unpack_ours(ours / ("polygons" if polygons else "masks"), kind, writer(THREE_LABELS, polygons=polygons))
    for way in ("masks", "polygons"):
        (ours / way / "labels.json").write_text(json.dumps(LABELS), encoding="utf-8")
        witness("read", ours / way)
    return folder


def _unpack_ours(place: Path, kind: str, writer: Writer) -> None:
    items = [outgoing(number, name, mask) for number, (name, mask) in enumerate(MASKS.items(), start=1)]
    items.append(outgoing(9, "unlabelled", None))
    path = write(place / f"{kind}.zip", writer, items)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(place / kind)


@needs_datumaro
@pytest.mark.parametrize("kind", KINDS)
def test_what_datumaro_writes_is_read_to_the_pixel(exchanged: Path, kind: str) -> None:
    assert masks_read(exchanged / kind) == EXPECTED


@needs_datumaro
@pytest.mark.parametrize("kind", KINDS)
def test_datumaro_reads_what_we_write_to_the_pixel(exchanged: Path, kind: str) -> None:
    read = np.load(exchanged / "ours" / "masks" / f"{kind}.npz")
    assert {name: read[name].tolist() for name in MASKS} == {name: mask.tolist() for name, mask in MASKS.items()}
    assert not read["unlabelled"].any()


@needs_datumaro
@pytest.mark.parametrize("kind", ["cvat", "coco_instances"])
def test_datumaro_reads_our_polygons_and_keeps_the_holes(exchanged: Path, kind: str) -> None:
    """Rasterisers differ at the border of a polygon; what has a hole is no polygon and must be the same."""
    read = np.load(exchanged / "ours" / "polygons" / f"{kind}.npz")
    ring = read["Band 1/Töpfe 2"]
    assert ring[:, :5].tolist() == RING[:, :5].tolist()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools on NumPy 2
def test_pycocotools_reads_our_coco_and_agrees_about_areas_and_boxes(tmp_path: Path, capsys) -> None:
    from pycocotools.coco import COCO

    items = [outgoing(number, name, mask) for number, (name, mask) in enumerate(MASKS.items(), start=1)]
    path = write(tmp_path / "out.zip", CocoWriter(THREE_LABELS), items)
    with zipfile.ZipFile(path) as archive:
        archive.extract("annotations/instances_default.json", tmp_path)
    coco = COCO(str(tmp_path / "annotations" / "instances_default.json"))
    for number, mask in enumerate(MASKS.values(), start=1):
        read = np.zeros_like(mask)
        for annotation in coco.loadAnns(coco.getAnnIds(imgIds=[number])):
            region = coco.annToMask(annotation).astype(bool)
            assert region.sum() == annotation["area"]
            rows, columns = np.nonzero(region)
            box = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
            assert annotation["bbox"] == box
            read[region] = annotation["category_id"]
        assert read.tolist() == mask.tolist()


@settings(max_examples=60)
@given(arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_runs_are_those_of_pycocotools(region: np.ndarray) -> None:
    from pycocotools import mask as coco_masks

    encoded = coco_masks.encode(np.asfortranarray(region.astype(np.uint8)))
    runs = rle.runs_of(region.T)
    assert rle.to_text(runs) == encoded["counts"].decode()
    assert rle.from_text(encoded["counts"].decode()) == runs
    assert rle.region_of(runs, region.shape[1], region.shape[0]).T.tolist() == region.tolist()


def test_long_runs_are_those_of_pycocotools() -> None:
    from pycocotools import mask as coco_masks

    region = np.zeros((1200, 900), dtype=np.uint8)
    region[100:1100, 300:310] = 1
    region[5, 5] = 1
    text = coco_masks.encode(np.asfortranarray(region))["counts"].decode()
    assert rle.to_text(rle.runs_of(region.T.astype(bool))) == text
