"""Exporting on the page Training set."""

import zipfile

from tests.pages.conftest import add_drawing, approve_drawing, button, words


def export(app, *, what=None, kind=None):
    chooser = {x.label: x for x in app.selectbox}
    if what:
        chooser["What"].set_value(next(option for option in chooser["What"].options if option.startswith(what)))
    if kind:
        chooser["Format"].set_value(kind)
    return button(app, "Make the ZIP").click().run()


def test_approved_drawings_go_out_as_cvat_with_one_click(show, ws):
    approve_drawing(ws, "Töpfe/a.png")
    add_drawing(ws, "b.png")
    app = export(show("training_set"))
    assert not app.exception
    assert "1 drawings" in words(app)
    with zipfile.ZipFile(ws.settings.workspace / "exports" / "approved-cvat.zip") as archive:
        assert "SegmentationClass/Töpfe/a.png" in archive.namelist()
        assert archive.read("labelmap.txt").decode().splitlines()[1:] == ["background:0,0,0::", "profile:250,50,83::"]


def test_all_drawings_go_out_and_unapproved_ones_are_said_to_have_no_mask(show, ws):
    approve_drawing(ws, "a.png")
    add_drawing(ws, "b.png")
    app = export(show("training_set"), what="All drawings", kind="coco")
    assert "2 drawings, 1 of them without an approved mask." in words(app)


def test_a_format_that_cannot_hold_it_says_what_to_do(show, ws):
    approve_drawing(ws, "a.png")
    app = export(show("training_set"), kind="training")
    assert not app.exception
    assert "Make a snapshot first" in words(app)


def test_drawings_of_one_publication_can_go_out_alone(show, ws):
    approve_drawing(ws, "a.png", "Müller")
    approve_drawing(ws, "b.png", "Evans")
    app = export(show("training_set"), what="“Evans”")
    assert not app.exception
    with zipfile.ZipFile(next((ws.settings.workspace / "exports").iterdir())) as archive:
        assert archive.read("ImageSets/Segmentation/default.txt").decode() == "b\n"
