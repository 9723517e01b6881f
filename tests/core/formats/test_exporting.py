"""Exports: everything, a filter or a snapshot; with images or without; whole or not at all."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from core.errors import InputError, LabelError, NotFoundError, SettingError, UnknownFormatError
from core.formats.exporting import WRITERS, Export, export_archive, export_beside
from core.formats.importing import Choices, import_archive
from core.labels import Label, LabelMap
from core.raster.images import read_pages
from core.store import annotations, drawings, publications, snapshots
from core.store.drawings import Filter
from core.store.exports import Selection
from core.store.label_map import set_label_map
from core.store.workspace import Workspace
from tests.core.formats.samples import (
    GOOD,
    RING,
    add_drawing,
    bring_in,
    coloured,
    newest_mask,
    outcomes,
    picture,
    png,
    silent,
    workspace_in,
    zipped,
)

APPROVED = Selection(Filter(status="approved"))


@pytest.fixture
def filled(ws: Workspace) -> Workspace:
    """Three drawings: a.png approved, b.png with a draft, c.png in another publication with nothing."""
    bring_in(ws, zipped({"labelmap.txt": GOOD["labelmap.txt"], **pair("a", 1)}), publication="Köln I")
    bring_in(ws, zipped({"labelmap.txt": GOOD["labelmap.txt"], **pair("b", 2)}), publication="Köln I", status="draft")
    add_drawing(ws, "Töpfe/c.png", 3, publication="Köln II")
    return ws


def pair(name: str, number: int) -> dict[str, bytes]:
    return {f"JPEGImages/{name}.png": picture(number), f"SegmentationClass/{name}.png": coloured(RING)}


def export(ws: Workspace, path: Path, selection: Selection = APPROVED, **how: object) -> zipfile.ZipFile:
    export_archive(ws, path, selection, Export(**how), on_progress=silent)  # type: ignore[arg-type]
    return zipfile.ZipFile(path)


def test_cvat_masks_are_laid_out_as_cvat_does(filled: Workspace, tmp_path: Path) -> None:
    with export(filled, tmp_path / "out.zip", Selection()) as archive:
        assert sorted(archive.namelist()) == [
            "ImageSets/Segmentation/default.txt",
            "JPEGImages/Töpfe/c.png",
            "JPEGImages/a.png",
            "JPEGImages/b.png",
            "SegmentationClass/a.png",
            "SegmentationObject/a.png",
            "labelmap.txt",
        ]
        assert archive.read("ImageSets/Segmentation/default.txt").decode() == "a\nb\nTöpfe/c\n"
        assert archive.read("labelmap.txt").decode() == (
            "# label:color_rgb:parts:actions\nbackground:0,0,0::\nprofile:250,50,83::\n"
        )
        assert archive.read("JPEGImages/a.png") == picture(1)
        with Pillow.open(io.BytesIO(archive.read("SegmentationClass/a.png"))) as mask:
            assert mask.mode == "RGB"
            assert (np.array(mask)[RING == 1] == (250, 50, 83)).all()
            assert not np.array(mask)[RING == 0].any()
        with Pillow.open(io.BytesIO(archive.read("SegmentationObject/a.png"))) as instances:
            assert instances.convert("RGB").getpixel((1, 1)) == (128, 0, 0)


def test_unapproved_masks_stay_here(filled: Workspace, tmp_path: Path) -> None:
    done = export_archive(filled, tmp_path / "out.zip", Selection(), Export(), on_progress=silent)
    assert (done.drawing_count, done.mask_count, done.renamed_count) == (3, 1, 0)


def test_images_can_stay_behind(filled: Workspace, tmp_path: Path) -> None:
    with export(filled, tmp_path / "out.zip", with_images=False) as archive:
        assert not [name for name in archive.namelist() if name.startswith("JPEGImages/")]


def test_filter_and_snapshot_choose_the_drawings(filled: Workspace, tmp_path: Path) -> None:
    cologne_2 = publications.named(filled, "Köln II").id
    with export(filled, tmp_path / "out.zip", Selection(Filter(publication_id=cologne_2))) as archive:
        assert "JPEGImages/Töpfe/c.png" in archive.namelist()
        assert "JPEGImages/a.png" not in archive.namelist()
    frozen = snapshots.freeze(filled, "Ada")
    changed = RING.copy()
    changed[0] = 1
    bring_in(filled, zipped({"labelmap.txt": GOOD["labelmap.txt"], "SegmentationClass/a.png": coloured(changed)}))
    with export(filled, tmp_path / "s.zip", Selection(snapshot_id=frozen.id), format="folder") as archive:
        mask = np.array(Pillow.open(io.BytesIO(archive.read("masks/a.png"))))
        assert (mask == RING * 255).all()


@pytest.mark.parametrize("kind", WRITERS)
def test_what_goes_out_comes_in_again(filled: Workspace, tmp_path: Path, kind: str) -> None:
    snapshots.freeze(filled, "Ada")
    export(filled, tmp_path / "out.zip", format=kind).close()
    again = import_archive(filled, tmp_path / "out.zip", Choices(author="Ada"), on_progress=silent)
    assert outcomes(again) == {"a.png": ("there", "known")}
    other = workspace_in(tmp_path / "other")
    report = import_archive(other, tmp_path / "out.zip", Choices(author="Ada"), on_progress=silent)
    assert outcomes(report) == {"a.png": ("new", "entered")}
    assert newest_mask(other, "a.png") == RING.tolist()
    other.engine.dispose()


def test_masks_of_turned_and_paged_scans_find_their_way_back(ws: Workspace, tmp_path: Path) -> None:
    """The file that came cannot go out as it is: other tools would turn it, or open the wrong page."""
    turned = Pillow.fromarray(np.arange(120, dtype=np.uint8).reshape(5, 8, 3))
    exif = Pillow.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    turned.save(stream, "JPEG", exif=exif)
    paged = io.BytesIO()
    pages = [Pillow.fromarray(np.full((5, 8), level, np.uint8)) for level in (200, 100)]
    pages[0].save(paged, "TIFF", save_all=True, append_images=pages[1:])
    for name, content in {"turned.jpg": stream.getvalue(), "book.tif": paged.getvalue()}.items():
        for page in read_pages(name, content, max_pixels=10**6, pdf_dpi=100):
            drawings.add(ws, content, page, publication="Köln", author="Ada")
    for drawing in drawings.find(ws):
        annotations.approve(ws, annotations.open_draft(ws, drawing.id, "Ada"))
    with export(ws, tmp_path / "out.zip") as archive:
        images = sorted(name for name in archive.namelist() if name.startswith("JPEGImages/"))
        assert images == ["JPEGImages/book-p2.png", "JPEGImages/book.png", "JPEGImages/turned.png"]
        with Pillow.open(io.BytesIO(archive.read("JPEGImages/turned.png"))) as image:
            assert image.size == (5, 8)
    for with_images in (True, False):
        export(ws, tmp_path / "out.zip", with_images=with_images).close()
        report = import_archive(ws, tmp_path / "out.zip", Choices(author="Ada"), on_progress=silent)
        assert {x.mask for x in report.findings} == {"known"}
        assert sorted(x.drawing_id or 0 for x in report.findings) == [1, 2, 3]


def test_drawings_of_one_name_get_names_of_their_own_and_that_is_counted(ws: Workspace, tmp_path: Path) -> None:
    for number, (name, publication) in enumerate(
        [("a.png", "I"), ("a.png", "II"), ("A.tif", "III"), ("../a.png", "IV")]
    ):
        add_drawing(ws, name, number, publication=publication)
    done = export_archive(ws, tmp_path / "out.zip", Selection(), Export(), on_progress=silent)
    assert done.renamed_count == 3
    with zipfile.ZipFile(done.path) as archive:
        listed = archive.read("ImageSets/Segmentation/default.txt").decode().split()
    assert listed == ["a", "a-2", "A-3", "a-4"]


def test_coco_says_who_and_where_from(filled: Workspace, tmp_path: Path) -> None:
    with export(filled, tmp_path / "out.zip", Selection(), format="coco") as archive:
        document = json.loads(archive.read("annotations/instances_default.json"))
    assert document["categories"] == [{"id": 1, "name": "profile", "supercategory": "", "color": "#fa3253"}]
    assert [(x["file_name"], x["publication"]) for x in document["images"]] == [
        ("a.png", "Köln I"),
        ("b.png", "Köln I"),
        ("Töpfe/c.png", "Köln II"),
    ]
    (annotation,) = document["annotations"]
    assert (annotation["area"], annotation["bbox"], annotation["iscrowd"]) == (9, [1, 1, 6, 3], 0)


def test_polygons_are_written_where_there_is_no_hole(filled: Workspace, tmp_path: Path) -> None:
    with export(filled, tmp_path / "out.zip", format="coco", polygons=True) as archive:
        document = json.loads(archive.read("annotations/instances_default.json"))
    assert [type(x["segmentation"]) for x in document["annotations"]] == [dict, list]
    with export(filled, tmp_path / "out.zip", format="cvat-images", polygons=True) as archive:
        text = archive.read("annotations.xml").decode()
    assert (text.count("<mask "), text.count("<polygon ")) == (1, 1)


def test_training_folder_needs_splits_and_keeps_them(filled: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError, match=r"“Köln I” has no split yet.*Make a snapshot first"):
        export(filled, tmp_path / "out.zip", format="training")
    assert not list(tmp_path.glob("*out.zip*"))
    snapshots.freeze(filled, "Ada")
    with export(filled, tmp_path / "out.zip", format="training") as archive:
        assert sorted(archive.namelist()) == ["labelmap.txt", "train/a.png", "trainannot/a.png"]


@pytest.mark.parametrize("name", ["a:b", "#a", " a", "a\nb"])
def test_names_that_a_label_map_cannot_hold_are_refused(ws: Workspace, tmp_path: Path, name: str) -> None:
    set_label_map(ws, LabelMap((Label(0, "background", (0, 0, 0)), Label(1, name, (1, 2, 3)))))
    add_drawing(ws)
    with pytest.raises(LabelError, match="Export as COCO"):
        export(ws, tmp_path / "out.zip", Selection())
    export(ws, tmp_path / "out.zip", Selection(), format="coco").close()


def test_nothing_selected_is_said_and_nothing_written(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing to export"):
        export(ws, tmp_path / "out.zip")
    with pytest.raises(NotFoundError, match="no snapshot 7"):
        export(ws, tmp_path / "out.zip", Selection(snapshot_id=7))
    with pytest.raises(SettingError, match="There is no format “yolo”"):
        Export("yolo")
    assert not list(tmp_path.glob("*out*"))


def test_place_that_cannot_be_written_is_said(filled: Workspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match="cannot be written"):
        export(filled, tmp_path / "file" / "out.zip")


def test_failed_export_leaves_the_one_before_as_it_was(filled: Workspace, tmp_path: Path) -> None:
    export(filled, tmp_path / "out.zip").close()
    before = (tmp_path / "out.zip").read_bytes()
    (blob,) = [
        x for x in (filled.settings.workspace / "blobs").rglob("*") if x.is_file() and x.read_bytes() == picture(1)
    ]
    blob.unlink()
    with pytest.raises(NotFoundError, match="missing"):
        export(filled, tmp_path / "out.zip")
    assert (tmp_path / "out.zip").read_bytes() == before
    assert [x.name for x in tmp_path.iterdir() if "out" in x.name] == ["out.zip"]


def test_same_export_is_the_same_file(filled: Workspace, tmp_path: Path) -> None:
    for name in ("1.zip", "2.zip"):
        export(filled, tmp_path / name).close()
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_exports_for_the_page_lie_in_the_workspace(filled: Workspace) -> None:
    done = export_beside(filled, APPROVED, Export("coco"), on_progress=silent)
    assert done.path == filled.settings.workspace / "exports" / "approved-coco.zip"
    assert done.path.is_file()


def test_two_classes_go_out_in_colours_where_numbers_would_be_unclear(ws: Workspace, tmp_path: Path) -> None:
    set_label_map(
        ws, LabelMap((Label(0, "background", (0, 0, 0)), Label(1, "wall", (250, 50, 83)), Label(2, "rim", (1, 2, 3))))
    )
    files = {"images/a.png": picture(1), "masks/a.png": png(RING * np.uint8(2))}
    bring_in(ws, zipped(files))
    with export(ws, tmp_path / "out.zip", format="folder") as archive:
        assert np.array(Pillow.open(io.BytesIO(archive.read("masks/a.png"))))[1, 1].tolist() == [1, 2, 3]
