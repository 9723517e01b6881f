"""What each format may look like: subsets, subfolders, palettes, sorted label maps, z-order, and what is left out."""

import io
import json

import numpy as np
import pytest
from PIL import Image as Pillow

from core.errors import MaskSizeError
from core.formats.detection import read_contents
from core.formats.files import opened_files
from core.formats.incoming import Contents, Incoming
from core.formats.rle import to_text
from core.labels import DEFAULT_LABELS, LabelMap
from tests.core.formats.samples import GOOD, RING, THREE_LABELS, VOC_LABELS, coloured, picture, png, source, zipped


def contents(files: dict[str, bytes | str], labels: LabelMap = DEFAULT_LABELS) -> Contents:
    with opened_files(source(zipped(files))) as opened:
        return read_contents(opened, labels)


def masks(files: dict[str, bytes | str], labels: LabelMap = DEFAULT_LABELS) -> dict[str, list[list[int]] | None]:
    with opened_files(source(zipped(files))) as opened:
        found = read_contents(opened, labels)
        return {x.name: x.mask(RING.shape).indices.tolist() if x.mask else None for x in found.items}


def by_name(found: Contents) -> dict[str, Incoming]:
    return {item.name: item for item in found.items}


def palette_png(mask: np.ndarray, *colours: tuple[int, int, int]) -> bytes:
    shown = Pillow.new("P", (mask.shape[1], mask.shape[0]))
    shown.putdata(mask.ravel().tolist())
    shown.putpalette([channel for colour in colours for channel in colour])
    stream = io.BytesIO()
    shown.save(stream, "PNG")
    return stream.getvalue()


def test_background_is_found_by_name_or_colour_and_never_by_its_line() -> None:
    for labels in (
        "a_profile:250,50,83::\nbackground:0,0,0::\n",
        "background:0,0,0::\nprofile:250,50,83::\n",
        "\n# comment\nprofile:250,50,83:part:action\nzz:0,0,0::\n\n",
        "profile:250,50,83::\n",
    ):
        found = masks({**GOOD, "labelmap.txt": labels})
        assert found == {"a.png": RING.tolist()}, labels
    white_paper = {**GOOD, "labelmap.txt": "Background:255,255,255::\nprofile:0,0,0::\n"}
    white_paper["SegmentationClass/a.png"] = png((1 - RING) * np.uint8(255))
    assert masks(white_paper) == {"a.png": RING.tolist()}


def test_png_of_any_kind_holds_the_same_mask() -> None:
    red = (250, 50, 83)
    rgba = np.zeros((*RING.shape, 4), np.uint8)
    rgba[RING == 1] = (*red, 255)
    for content in (
        coloured(RING),
        palette_png(RING, (0, 0, 0), red),
        palette_png(RING * np.uint8(3), (0, 0, 0), (1, 1, 1), (2, 2, 2), red),
        png(rgba),
        png(RING),
        png(RING * np.uint8(255)),
        png(RING.astype(bool)),
        png(RING.astype(np.uint16) * 257 * 255),
        png(np.array([(0, 0, 0), red], np.uint8)[RING], suffix="TIFF"),
    ):
        assert masks({**GOOD, "SegmentationClass/a.png": content}) == {"a.png": RING.tolist()}


def test_numbers_of_classes_are_told_from_grey_colours() -> None:
    numbers = {**GOOD, "labelmap.txt": "background:0,0,0::\na:9,9,9::\nb:200,200,200::\n"}
    assert masks({**numbers, "SegmentationClass/a.png": png(RING * np.uint8(2))}) == {"a.png": (RING * 2).tolist()}
    assert masks({**numbers, "SegmentationClass/a.png": png(RING * np.uint8(9))}) == {"a.png": RING.tolist()}


def test_subsets_subfolders_and_unlabelled_images_of_cvat() -> None:
    found = contents(
        {
            "task/labelmap.txt": VOC_LABELS,
            "task/ImageSets/Segmentation/Train.txt": "Band 1/a\r\nbare\r\nb.png\r\n",
            "task/ImageSets/Segmentation/my subset.txt": "c\n",
            "task/SegmentationClass/Band 1/a.png": coloured(RING),
            "task/SegmentationClass/b.png": coloured(RING),
            "task/SegmentationClass/c.png": coloured(RING),
            "task/SegmentationClass/unlisted.png": coloured(RING),
            "task/JPEGImages/Band 1/a.JPG": picture(),
        }
    )
    items = by_name(found)
    assert {name: (x.split, x.mask is not None) for name, x in items.items()} == {
        "Band 1/a.JPG": ("train", True),
        "bare": ("train", False),
        "b": ("train", True),
        "c": (None, True),
        "unlisted": (None, True),
    }
    assert items["Band 1/a.JPG"].image_name == "task/JPEGImages/Band 1/a.JPG"


def test_mask_for_a_drawing_of_another_size_is_refused_unseen() -> None:
    with opened_files(source(zipped(GOOD))) as opened:
        (item,) = read_contents(opened, DEFAULT_LABELS).items
        assert item.mask is not None
        with pytest.raises(MaskSizeError, match="8 x 5 pixels, its drawing 9 x 5"):
            item.mask((5, 9))


XML = """<annotations><version>1.1</version><meta><task><labels>
<label><name>handle</name><color>#0963c8</color></label><label><name>wall</name></label></labels></task></meta>
<image id="0" name="Band/a.png" width="8" height="5" subset="Test">
  <mask label="handle" source="manual" rle="1, 2, 1" left="1" top="2" width="2" height="2" z_order="2"/>
  <polygon label="wall" points="0,0;8,0;8,5;0,5" z_order="1"/>
  <polyline label="wall" points="0,0;8,0"/><box label="wall" xtl="0" ytl="0" xbr="1" ybr="1"/>
</image>
<image id="1" name="bare.png" width="8" height="5"></image></annotations>"""


def test_shapes_of_cvat_are_painted_in_z_order() -> None:
    found = contents({"annotations.xml": XML, "images/Band/a.png": picture()})
    items = by_name(found)
    handle, wall = (next(i for i, x in enumerate(found.labels) if x.name == name) for name in ("handle", "wall"))
    assert items["Band/a.png"].mask is not None
    painted = items["Band/a.png"].mask(RING.shape).indices
    expected = np.full(RING.shape, wall)
    expected[2, 2] = expected[3, 1] = handle
    assert painted.tolist() == expected.tolist()
    assert (items["Band/a.png"].split, items["Band/a.png"].image_name) == ("test", "images/Band/a.png")
    assert items["bare.png"].mask is None
    assert found.remarks == (
        "1 × “box” are no areas and are left out.",
        "1 × “polyline” are no areas and are left out.",
    )
    assert found.labels[handle].colour == (9, 99, 200)


def coco(annotations: list[object], **more: object) -> str:
    images = [{"id": "x1", "file_name": "Band\\a.png", "height": 5, "width": 8}]
    return json.dumps({"images": images, "categories": [{"id": 7, "name": "wall"}], "annotations": annotations, **more})


def test_coco_in_all_its_ways_of_writing_a_region() -> None:
    square = np.zeros((5, 8), dtype=np.uint8)
    square[1:3, 2:5] = 1
    runs = [11, 2, 3, 2, 3, 2, 17]
    for segmentation in (
        {"size": [5, 8], "counts": runs},
        {"size": [5, 8], "counts": to_text(runs)},
        [[2, 1, 5, 1, 5, 3, 2, 3]],
        [[2, 1, 4, 1, 4, 3, 2, 3], [4, 1, 5, 1, 5, 3, 4, 3]],
    ):
        annotation = {"image_id": "x1", "category_id": 7, "segmentation": segmentation}
        assert masks({"a/instances_train.json": coco([annotation])}) == {"Band/a.png": square.tolist()}


def test_coco_leaves_out_what_has_no_area_and_says_so() -> None:
    box = {"image_id": "x1", "category_id": 7, "bbox": [1, 1, 2, 2], "segmentation": []}
    stray = {"image_id": "nowhere", "category_id": 7, "segmentation": [[0, 0, 1, 0, 1, 1]]}
    found = contents({"instances_val.json": coco([box, stray]), "images/sub/Band/a.png": picture()})
    (item,) = found.items
    assert (item.mask, item.split, item.image_name) == (None, "validation", "images/sub/Band/a.png")
    assert found.remarks == ("Left out: 2 annotations without an area, an image or a category.",)


def test_background_among_coco_categories_is_the_background() -> None:
    categories = [{"id": 0, "name": "Background"}, {"id": 7, "name": "wall"}]
    everything = {"image_id": "x1", "category_id": 0, "segmentation": [[0, 0, 8, 0, 8, 5, 0, 5]]}
    assert masks({"a.json": coco([everything], categories=categories)}) == {"Band/a.png": (RING * 0).tolist()}


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (RING, RING),
        (RING * np.uint8(255), RING),
        (RING.astype(bool), RING),
        (RING * np.uint8(2), RING * 2),
        (np.array([(0, 0, 0), (9, 99, 200)], np.uint8)[RING], RING * 2),
    ],
)
def test_plain_masks_hold_numbers_black_and_white_or_colours(pixels: np.ndarray, expected: np.ndarray) -> None:
    files = {"scans/Bilder/a.jpeg": picture(), "scans/Masken/a_mask.png": png(pixels)}
    assert masks(files, THREE_LABELS) == {"a.jpeg": expected.tolist()}


def test_black_and_white_is_not_counted_as_snapped_and_grey_edges_are() -> None:
    grey = RING * np.uint8(255)
    grey[0, 0], grey[1, 1] = 20, 230
    with opened_files(source(zipped({"images/a.png": picture(), "masks/a.png": png(grey)}))) as opened:
        (item,) = read_contents(opened, DEFAULT_LABELS).items
        assert item.mask is not None
        read = item.mask(RING.shape)
    assert (read.indices.tolist(), read.snapped_pixels) == (RING.tolist(), 2)


def test_training_folder_keeps_its_splits_and_pairs_by_name() -> None:
    found = contents(
        {
            "set/labelmap.txt": VOC_LABELS,
            "set/train/a.jpg": picture(1),
            "set/trainannot/a.png": coloured(RING),
            "set/val/b.png": picture(2),
            "set/testannot/c.png": coloured(RING),
        }
    )
    assert {x.name: (x.split, x.image_name, x.mask is not None) for x in found.items} == {
        "a.jpg": ("train", "set/train/a.jpg", True),
        "b.png": ("validation", "set/val/b.png", False),
        "c": ("test", None, True),
    }
    assert found.format == "training folder"


def test_folder_of_masks_alone_is_for_drawings_that_are_there() -> None:
    found = contents({"Band 1/masks/Töpfe/a_mask.png": png(RING), "Band 1/readme.txt": "by Ada"})
    assert [(x.name, x.image_name, x.mask is not None) for x in found.items] == [("Töpfe/a", None, True)]
