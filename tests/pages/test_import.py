"""Importing an export of another tool on the page Upload."""

import numpy as np
import pytest

from core.store import annotations, drawings, publications
from tests.core.formats.samples import GOOD, RING, coloured, picture, zipped
from tests.pages.conftest import button, words
from tests.pages.test_upload import PNG, upload

EXPORT = zipped({**GOOD, "SegmentationClass/lost.png": coloured(RING), "JPEGImages/bare.png": picture(9)})


def offered(show, content=EXPORT, name="Band 1.zip"):
    return upload(show("upload"), (name, content, "application/zip"))


def test_an_archive_is_named_and_reported_before_anything_is_written(show, ws, no_worker):
    app = offered(show)
    assert not app.exception
    assert "Band 1.zip: CVAT segmentation masks" in words(app)
    assert "2 drawings will come in, 1 with a mask." in words(app)
    assert "1 mask without a drawing." in [expander.label for expander in app.expander]
    assert drawings.count(ws) == 0


def test_one_button_imports_it_and_importing_again_changes_nothing(show, ws, no_worker):
    app = button(offered(show), "Import").click().run()
    assert not app.exception
    assert "Band 1.zip is imported" in words(app)
    assert {drawing.name: drawing.status for drawing in drawings.find(ws)} == {"a.png": "approved", "bare.png": "new"}
    assert [publication.name for publication in publications.list_publications(ws)] == ["Band 1"]
    app = upload(app, ("Band 1.zip", EXPORT, "application/zip"))
    assert button(app, "Import").disabled
    assert drawings.count(ws) == 2


def test_masks_can_wait_for_review(show, ws, no_worker):
    app = offered(show)
    next(x for x in app.segmented_control if x.label == "Masks become").set_value("review").run()
    button(app, "Import").click().run()
    drawing = next(drawing for drawing in drawings.find(ws) if drawing.name == "a.png")
    assert drawing.status == "new"
    draft = annotations.newest(ws, drawing.id)
    assert draft.is_draft
    assert annotations.mask(ws, draft).tolist() == RING.tolist()


def test_a_label_that_fits_no_class_can_become_one(show, ws, no_worker):
    labels = "background:0,0,0::\nhandle:9,99,200::\nprofile:250,50,83::\n"
    two = np.array([(0, 0, 0), (250, 50, 83), (9, 99, 200)], dtype=np.uint8)[RING * np.array([1, 2] * 4, np.uint8)]
    from tests.core.formats.samples import png

    app = offered(show, zipped({**GOOD, "labelmap.txt": labels, "SegmentationClass/a.png": png(two)}))
    chooser = next(x for x in app.selectbox if x.label == "“handle” becomes")
    assert chooser.value == "background"
    chooser.set_value("a new class").run()
    app = button(app, "Import").click().run()
    assert not app.exception
    revision = annotations.newest(ws, 1)
    assert annotations.mask(ws, revision).max() == 2


def test_splits_of_a_training_folder_are_kept(show, ws, no_worker):
    files = {"labelmap.txt": GOOD["labelmap.txt"]}
    for number, folder in enumerate(("train", "val", "test")):
        files |= {f"{folder}/{number}.png": picture(number), f"{folder}annot/{number}.png": coloured(RING)}
    app = button(offered(show, zipped(files)), "Import").click().run()
    assert not app.exception
    assert {x.name: x.split for x in publications.list_publications(ws)} == {
        "Band 1 (train)": "train",
        "Band 1 (validation)": "validation",
        "Band 1 (test)": "test",
    }


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("evil.zip", zipped({**GOOD, "../x.png": b"x"}), "points outside its ZIP"),
        ("twice.zip", zipped({**GOOD, "labelmap.txt": "a:1,2,3::\na:4,5,6::\n"}), "“a” twice"),
    ],
)
def test_an_archive_that_cannot_be_imported_is_a_sentence(show, ws, no_worker, name, content, sentence):
    app = offered(show, content, name)
    assert not app.exception
    assert sentence in words(app)
    app = button(app, "Leave it").click().run()
    assert sentence not in words(app)
    assert drawings.count(ws) == 0


def test_scans_beside_an_export_still_go_in_at_once(show, ws, no_worker):
    app = upload(show("upload"), ("scan.png", PNG, "image/png"), ("Band 1.zip", EXPORT, "application/zip"))
    assert "1 drawing went in." in words(app)
    assert "Band 1.zip: CVAT segmentation masks" in words(app)
