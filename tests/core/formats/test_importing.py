"""Imports: the report, the import itself, and that doing it again changes nothing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import LabelError, SettingError, StorageFullError, UnknownFormatError
from core.formats.importing import Choices, holds_masks, import_archive, report_archive
from core.formats.label_choices import NEW_CLASS
from core.formats.summaries import summarise
from core.labels import LabelMap
from core.raster.edits import Polygon
from core.store import annotations, drawings, publications, snapshots
from core.store.drawings import Filter
from core.store.label_map import label_map, set_label_map
from core.store.workspace import Workspace
from tests.core.formats.samples import (
    GOOD,
    RING,
    THREE_LABELS,
    VOC_LABELS,
    add_drawing,
    bring_in,
    coloured,
    look,
    newest_mask,
    outcomes,
    picture,
    png,
    silent,
    source,
    workspace_in,
    zipped,
)
from tests.core.store.full_disk import filled, needs_a_small_disk, small_disk

TOP_ROW = Polygon(((0, 0), (0, 8), (1, 8), (1, 0)), 1)
ROOT = Path(__file__).resolve().parents[3]


def masks_only(**masks: bytes) -> bytes:
    named = {f"SegmentationClass/{name}.png": content for name, content in masks.items()}
    return zipped({"labelmap.txt": VOC_LABELS, **named})


def dump(ws: Workspace) -> list[str]:
    """Everything in the database, to see that nothing changed."""
    with ws.engine.connect() as connection:
        return list(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]


def test_report_says_what_the_import_then_does(ws: Workspace) -> None:
    content = zipped({**GOOD, "JPEGImages/bare.png": picture(2)})
    told = look(ws, content)
    assert drawings.count(ws) == 0
    assert not told.is_done
    done = bring_in(ws, content)
    assert outcomes(told) == outcomes(done) == {"a.png": ("new", "entered"), "bare.png": ("new", "none")}
    assert told.change_count == done.change_count == 2
    assert done.is_done
    assert newest_mask(ws, "a.png") == RING.tolist()


def test_importing_twice_changes_nothing(ws: Workspace) -> None:
    content = zipped({**GOOD, "JPEGImages/bare.png": picture(2), "SegmentationClass/lost.png": coloured(RING)})
    for status in ("review", "draft", "approved"):
        bring_in(ws, content, status=status)
        before = dump(ws)
        again = bring_in(ws, content, status=status)
        assert dump(ws) == before
        assert again.change_count == 0


@pytest.mark.parametrize(
    ("status", "drawing_status", "is_draft"),
    [("approved", "approved", False), ("review", "new", True), ("draft", "draft", True)],
)
def test_masks_become_what_the_person_chose(ws: Workspace, status: str, drawing_status: str, is_draft: bool) -> None:
    bring_in(ws, zipped(GOOD), status=status, publication="Köln II")
    (drawing,) = drawings.find(ws)
    revision = annotations.newest(ws, drawing.id)
    assert revision is not None
    assert (drawing.status, revision.is_draft, drawing.publication) == (drawing_status, is_draft, "Köln II")
    assert (revision.author, revision.comment) == ("Ada", "imported from Band 1.zip")
    assert snapshots.training_count(ws) == (status == "approved")


def test_draft_on_an_imported_mask_can_be_drawn_in_and_undone(ws: Workspace) -> None:
    bring_in(ws, zipped(GOOD), status="review")
    draft = annotations.open_draft(ws, 1, "Bea")
    draft = annotations.append(ws, draft, [TOP_ROW])
    assert annotations.mask(ws, draft)[0].tolist() == [1] * 8
    draft = annotations.undo(ws, draft)
    assert annotations.mask(ws, draft).tolist() == RING.tolist()
    approved = annotations.approve(ws, annotations.redo(ws, draft), author="Bea")
    assert approved.changed_pixels == 8


def test_what_waits_for_review_can_be_approved_by_a_second_import(ws: Workspace) -> None:
    bring_in(ws, zipped(GOOD), status="review")
    report = bring_in(ws, zipped(GOOD), status="approved")
    assert outcomes(report) == {"a.png": ("there", "entered")}
    assert drawings.get(ws, 1).status == "approved"
    assert len(annotations.history(ws, 1)) == 1
    assert outcomes(bring_in(ws, zipped(GOOD), status="review")) == {"a.png": ("there", "known")}


def test_drawing_that_somebody_works_on_is_left_alone(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    draft = annotations.append(ws, annotations.open_draft(ws, drawing.id, "Bea"), [TOP_ROW])
    report = bring_in(ws, masks_only(a=coloured(RING)))
    assert outcomes(report) == {"a": ("there", "in work")}
    assert annotations.newest(ws, drawing.id) == draft


def test_old_export_does_not_undo_what_was_corrected_since(ws: Workspace) -> None:
    bring_in(ws, zipped(GOOD))
    draft = annotations.append(ws, annotations.open_draft(ws, 1, "Bea"), [TOP_ROW])
    corrected = annotations.approve(ws, draft)
    report = bring_in(ws, zipped(GOOD))
    assert outcomes(report) == {"a.png": ("there", "known")}
    assert annotations.newest(ws, 1) == corrected


def test_corrected_mask_replaces_an_approved_one_which_stays_in_the_history(ws: Workspace) -> None:
    bring_in(ws, zipped(GOOD))
    corrected = RING.copy()
    corrected[0, 0] = 1
    report = bring_in(ws, masks_only(a=coloured(corrected)))
    assert outcomes(report) == {"a": ("there", "entered")}
    assert newest_mask(ws, "a.png") == corrected.tolist()
    assert [revision.status for revision in annotations.history(ws, 1)] == ["approved", "approved"]


def test_masks_alone_find_their_drawings_by_name(ws: Workspace) -> None:
    add_drawing(ws, "Tafel 1/Gefäß 3.tif", 1)
    add_drawing(ws, "Abb. 1.png", 2)
    add_drawing(ws, "twice/b.png", 3)
    add_drawing(ws, "Twice/B.png", 4)
    add_drawing(ws, "x/c.png", 5)
    add_drawing(ws, "y/c.png", 6)
    masks = {"gefäß 3": 1, "Abb. 1": 1, "Twice/B": 1, "c": 1, "Abb 1": 1}
    report = bring_in(ws, masks_only(**{name: coloured(RING) for name in masks}))
    assert outcomes(report) == {
        "gefäß 3": ("there", "entered"),
        "Abb. 1": ("there", "entered"),
        "Twice/B": ("there", "entered"),
        "c": ("missing", "missing"),
        "Abb 1": ("missing", "missing"),
    }
    assert {x.drawing_id for x in report.those(mask="entered")} == {1, 2, 4}
    sentences = {x.name: (x.sentence, x.partner) for x in report.those(drawing="missing")}
    assert sentences["c"][0] == "2 drawings are called c."
    assert sentences["Abb 1"][1] == "Abb. 1.png"


def test_undeclared_colours_are_snapped_and_counted(ws: Workspace) -> None:
    nearly = np.array([(0, 0, 0), (250, 50, 83)], dtype=np.uint8)[RING]
    nearly[1, 1] = (240, 60, 90)
    nearly[0, 0] = (9, 9, 9)
    report = bring_in(ws, zipped({**GOOD, "SegmentationClass/a.png": png(nearly)}))
    assert report.snapped_pixels == 2
    assert newest_mask(ws, "a.png") == RING.tolist()


@pytest.mark.parametrize("share", [1.0, 0.95])
def test_mask_that_is_nearly_all_foreground_is_reported_and_not_trained_on(ws: Workspace, share: float) -> None:
    mask = np.ones((10, 10), dtype=np.uint8)
    mask.ravel()[: round(100 * (1 - share))] = 0
    content = zipped({**GOOD, "SegmentationClass/a.png": coloured(mask), "JPEGImages/a.png": picture(1, (10, 10))})
    report = bring_in(ws, content)
    assert outcomes(report) == {"a.png": ("new", "inverted")}
    assert snapshots.training_count(ws) == 0
    turned = bring_in(ws, content, classes={"background": "profile", "a_profile": "background"})
    assert outcomes(turned) == {"a.png": ("there", "entered")}
    assert newest_mask(ws, "a.png") == (1 - mask).tolist()


def test_mask_of_another_size_is_reported_and_the_rest_comes_in(ws: Workspace) -> None:
    files = {**GOOD, "JPEGImages/b.png": picture(2), "SegmentationClass/b.png": coloured(np.ascontiguousarray(RING.T))}
    report = bring_in(ws, zipped(files))
    assert outcomes(report) == {"a.png": ("new", "entered"), "b.png": ("new", "size")}
    assert "5 x 8 pixels, its drawing 8 x 5" in report.those(mask="size")[0].sentence


def test_two_masks_for_one_picture_clash(ws: Workspace) -> None:
    files = {**GOOD, "JPEGImages/copy.png": picture(1), "SegmentationClass/copy.png": coloured(RING)}
    report = bring_in(ws, zipped(files))
    assert outcomes(report) == {"a.png": ("new", "entered"), "copy.png": ("there", "clash")}
    assert drawings.count(ws) == 1


def test_images_of_one_stem_share_no_mask(ws: Workspace) -> None:
    report = bring_in(ws, zipped({**GOOD, "JPEGImages/a.jpg": png(np.zeros((5, 8, 3), np.uint8), suffix="JPEG")}))
    assert outcomes(report) == {"a.png": ("new", "clash"), "a.jpg": ("new", "clash")}
    assert "a.jpg and a.png would share the mask" in report.findings[0].sentence


def test_labels_map_by_name_by_colour_or_as_the_person_says(ws: Workspace) -> None:
    set_label_map(ws, THREE_LABELS)
    labels = "HANDLE:1,1,1::\nother:250,50,83::\nstrange:5,6,7::\npaper:0,0,0::\n"
    pixels = np.zeros((5, 8, 3), np.uint8)
    pixels[0], pixels[1], pixels[2] = (1, 1, 1), (250, 50, 83), (5, 6, 7)
    content = zipped({**GOOD, "labelmap.txt": labels, "SegmentationClass/a.png": png(pixels)})
    report = look(ws, content)
    assert [(x.label.name, x.class_name, x.reason) for x in report.labels] == [
        ("paper", "paper", "background"),
        ("HANDLE", "handle", "same name"),
        ("other", "wall", "same colour"),
        ("strange", "paper", ""),
    ]
    bring_in(ws, content, classes={"strange": "wall", "other": "paper"})
    assert [row[0] for row in newest_mask(ws, "a.png")] == [2, 0, 1, 0, 0]


def test_mask_of_labels_that_fit_no_class_stays_behind_rather_than_become_empty(ws: Workspace) -> None:
    labels = "rim:1,1,1::\nwall:9,9,9::\npaper:0,0,0::\n"
    masks = {"SegmentationClass/a.png": coloured(RING, (9, 9, 9))}
    content = zipped({**GOOD, **masks, "labelmap.txt": labels})
    for report in (look(ws, content), bring_in(ws, content)):
        assert outcomes(report) == {"a.png": ("new", "unfit")}
        assert "“wall”" in report.findings[0].sentence
        assert [x.text for x in summarise(report) if x.kind == "warning"] == [
            "1 mask of labels that fit no class: left out.",
            "“rim” and “wall” fit no class and become background: say which class they are.",
        ]
    assert annotations.newest(ws, drawings.find(ws, limit=1)[0].id) is None
    report = bring_in(ws, content, classes={"wall": "profile", "rim": "background"})
    assert outcomes(report) == {"a.png": ("there", "entered")}
    assert [x for x in summarise(report) if x.kind == "warning"] == []


def test_label_that_fits_no_class_is_told_where_others_fit(ws: Workspace) -> None:
    labels = VOC_LABELS + "handle:9,99,200::\n"
    pixels = np.zeros((5, 8, 3), np.uint8)
    pixels[0], pixels[1] = (9, 99, 200), (250, 50, 83)
    content = zipped({**GOOD, "labelmap.txt": labels, "SegmentationClass/a.png": png(pixels)})
    report = look(ws, content)
    assert outcomes(report) == {"a.png": ("new", "entered")}
    assert "“handle” fits no class and becomes background: say which class it is." in [
        x.text for x in summarise(report)
    ]


def test_label_can_become_a_new_class(ws: Workspace) -> None:
    labels = VOC_LABELS + "handle:9,99,200::\n"
    pixels = np.zeros((5, 8, 3), np.uint8)
    pixels[0] = (9, 99, 200)
    content = zipped({**GOOD, "labelmap.txt": labels, "SegmentationClass/a.png": png(pixels)})
    look(ws, content, classes={"handle": NEW_CLASS})
    assert label_map(ws).class_count == 2
    for _ in range(2):
        bring_in(ws, content, classes={"handle": NEW_CLASS})
    assert [(x.name, x.colour) for x in label_map(ws).labels[2:]] == [("handle", (9, 99, 200))]
    assert newest_mask(ws, "a.png")[0] == [2] * 8


def test_labels_and_classes_that_there_are_not_are_refused(ws: Workspace) -> None:
    with pytest.raises(LabelError, match="The archive has no label “x”"):
        look(ws, zipped(GOOD), classes={"x": "profile"})
    with pytest.raises(LabelError, match="no class “x”"):
        look(ws, zipped(GOOD), classes={"a_profile": "x"})
    with pytest.raises(SettingError, match="cannot be imported as “maybe”"):
        Choices(status="maybe")


def test_splits_are_kept_or_newly_decided(ws: Workspace, tmp_path: Path) -> None:
    files = {"labelmap.txt": VOC_LABELS}
    for number, split in enumerate(("train", "val", "test")):
        files |= {f"{split}/{number}.png": picture(number), f"{split}annot/{number}.png": coloured(RING)}
    publications.named(ws, "Band (test)")
    report = bring_in(ws, zipped(files), publication="Band")
    assert report.split_counts == {"train": 1, "validation": 1, "test": 1}
    kept = {x.name: x.split for x in publications.list_publications(ws)}
    assert kept == {"Band (test)": "test", "Band (train)": "train", "Band (validation)": "validation"}
    new = {
        name: content if isinstance(content, str) or "annot" in name else picture(9 + position)
        for position, (name, content) in enumerate(files.items())
    }
    bring_in(ws, zipped(new), publication="Neu", keeps_splits=False)
    assert {x.name: x.split for x in publications.list_publications(ws)}["Neu"] is None


def test_decided_split_stays_and_that_is_said(ws: Workspace) -> None:
    add_drawing(ws, "old.png", 77, publication="Band")
    bring_in(ws, masks_only(old=coloured(RING)))
    snapshots.freeze(ws, "Ada")
    files = {"labelmap.txt": VOC_LABELS, "test/n.png": picture(1), "testannot/n.png": coloured(RING)}
    report = bring_in(ws, zipped(files), publication="Band")
    assert [x.split for x in publications.list_publications(ws)] == ["train"]
    assert any("“Band” has another split than test already" in remark for remark in report.remarks)


def test_import_that_is_killed_goes_on_where_it_was(ws: Workspace, tmp_path: Path) -> None:
    files = {"labelmap.txt": VOC_LABELS}
    for number in range(150):
        files |= {f"JPEGImages/{number}.png": picture(number), f"SegmentationClass/{number}.png": coloured(RING)}
    path = tmp_path / "many.zip"
    path.write_bytes(zipped(files))
    script = (
        "import os, sys; from pathlib import Path\n"
        "from core.formats.importing import Choices, import_archive\n"
        "from tests.core.formats.samples import workspace_in\n"
        "die = lambda done, total, name: os._exit(9) if done == 100 else None\n"
        "import_archive(workspace_in(Path(sys.argv[1])), Path(sys.argv[2]), Choices(), on_progress=die)\n"
    )
    ws.engine.dispose()
    done = subprocess.run([sys.executable, "-c", script, ws.settings.workspace, path], cwd=ROOT, timeout=60)
    assert done.returncode == 9
    came = drawings.count(ws)
    assert 0 < came < 150
    assert drawings.count(ws, Filter(status="approved")) == came
    report = import_archive(ws, path, Choices(author="Ada"), on_progress=silent)
    assert len(report.those(drawing="there", mask="known")) == came
    assert drawings.count(ws, Filter(status="approved")) == 150
    assert len({name for name, _ in outcomes(report).items()}) == 150


@needs_a_small_disk
def test_full_disk_stops_the_import_with_a_sentence_and_importing_again_goes_on(tmp_path: Path) -> None:
    files = {f"{place}/{n}.png": c for n in range(9) for place, c in (("images", picture(n)), ("masks", png(RING)))}
    with small_disk(tmp_path / "disk", size_kib=4_000) as disk:
        ws = workspace_in(disk / "ws")
        with filled(disk), pytest.raises(StorageFullError, match="is full"):
            bring_in(ws, zipped(files))
        assert drawings.count(ws) == 0
        assert bring_in(ws, zipped(files)).change_count == 9
        ws.engine.dispose()


def test_folders_on_disk_are_read_like_archives(ws: Workspace, tmp_path: Path) -> None:
    for name, content in {"images/a.png": picture(1), "masks/a.png": png(RING * 255), ".hidden/x.png": b"no"}.items():
        (tmp_path / "Band" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "Band" / name).write_bytes(content)
    report = import_archive(ws, tmp_path / "Band", Choices(author="Ada"), on_progress=silent)
    assert outcomes(report) == {"a.png": ("new", "entered")}
    assert newest_mask(ws, "a.png") == RING.tolist()


def test_what_is_no_export_is_told_from_one(tmp_path: Path) -> None:
    assert holds_masks(source(zipped(GOOD)))
    assert holds_masks(source(zipped({**GOOD, "../x": b""})))
    assert not holds_masks(source(zipped({"a.png": picture(), "b/c.png": picture(2)})))
    assert not holds_masks(source(b"no zip"))


def test_plain_scans_are_no_export(ws: Workspace) -> None:
    with pytest.raises(UnknownFormatError, match="in no format that is read here"):
        report_archive(ws, source(zipped({"a.png": picture()})), Choices(), on_progress=silent)


def test_progress_is_told_for_every_drawing(ws: Workspace) -> None:
    told: list[tuple[int, int]] = []
    files = {f"{place}/{n}.png": c for n in range(5) for place, c in (("images", picture(n)), ("masks", png(RING)))}
    import_archive(
        ws,
        source(zipped(files)),
        Choices(author="Ada"),
        on_progress=lambda done, total, name: told.append((done, total)),
    )
    assert told == [(number, 5) for number in range(1, 6)]


def test_label_map_of_the_workspace_is_left_alone(ws: Workspace) -> None:
    before: LabelMap = label_map(ws)
    bring_in(ws, zipped(GOOD))
    assert label_map(ws) == before


def test_another_image_of_a_known_name_comes_in_and_that_is_said(ws: Workspace) -> None:
    add_drawing(ws, "a.png", 99)
    report = bring_in(ws, zipped(GOOD))
    assert outcomes(report) == {"a.png": ("new", "entered")}
    assert "1 drawing with the name of one that is here, but another image." in [x.text for x in summarise(report)]
