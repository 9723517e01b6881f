"""Gestures: what a click or a press means for a draft; the tools themselves are tested in tests/core/raster."""

import numpy as np
import pytest

from core.errors import EditError
from core.raster.edits import Grow, KeepLargest, Polygon, Region, Stroke, apply
from core.raster.images import Page
from core.raster.masks import Mask
from core.store import annotations, drawings
from core.store.annotations import Annotation
from core.store.gestures import TOOLS, Gesture, meant
from core.store.workspace import Workspace
from tests.core.store.samples import PREDICTED, add_drawing, predict, register_model

HEIGHT, WIDTH = 60, 80
BOX = np.zeros((HEIGHT, WIDTH), bool)
BOX[10:50, 20:40] = True  # border included
ON_PAPER, ON_LINE, IN_BOX, ON_SECTION = (5.5, 5.5), (10.5, 30.5), (30.5, 30.5), (30.5, 60.5)
WHOLE_BOX = Polygon(((10, 20), (10, 40), (50, 40), (50, 20)), label=1)


@pytest.fixture
def draft(ws: Workspace) -> Annotation:
    """Of a drawing of an outlined section, and of a solid one at its right."""
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    image[10:50, 20:40] = 0
    image[12:48, 22:38] = 255
    image[15:45, 55:67] = 0
    page = Page("Abb. 2.png", 0, image)
    drawing = drawings.add(ws, b"Abb. 2", page, publication="Köln I", author="Ada").drawing
    return annotations.open_draft(ws, drawing.id, "Ada")


def after(ws: Workspace, draft: Annotation, *made: Gesture | Stroke | Polygon) -> Mask:
    for one in made:
        draft = annotations.append(ws, draft, [meant(ws, draft, one)])
    return annotations.mask(ws, draft)


def test_fill_takes_the_section_between_the_lines_and_the_lines(ws: Workspace, draft: Annotation) -> None:
    mask = after(ws, draft, Gesture("fill", 1, (IN_BOX,)))
    assert np.count_nonzero(mask.astype(bool) != BOX) <= 16  # its corners are rounded


def test_pick_takes_the_dark_section(ws: Workspace, draft: Annotation) -> None:
    mask = after(ws, draft, Gesture("pick", 1, (ON_SECTION,)))
    assert mask[16:44, 56:66].all()
    assert mask.sum() < 31 * 13


def test_the_edit_remembers_where_was_clicked(ws: Workspace, draft: Annotation) -> None:
    edit = meant(ws, draft, Gesture("fill", 1, (IN_BOX,)))
    assert isinstance(edit, Region)
    assert (edit.tool, edit.settings) == ("fill", {"point": [30.5, 30.5]})


def test_cut_takes_the_smaller_side_away(ws: Workspace, draft: Annotation) -> None:
    mask = after(ws, draft, WHOLE_BOX, Gesture("cut", 1, ((20, 10), (20, 50))))
    assert not mask[10:19].any()
    assert mask[21:50, 20:40].all()


@pytest.mark.parametrize(
    "gesture",
    [
        Gesture("fill", 1, (ON_PAPER,)),
        Gesture("fill", 1, (ON_LINE,)),
        Gesture("fill", 1, ((-1, 5),)),
        Gesture("pick", 1, (ON_PAPER,)),
        Gesture("pick", 1, ((5, WIDTH),)),
        Gesture("cut", 1, ((20, 10), (20, 50))),
        Gesture("snap", 1),
        Gesture("prediction", 1),
        Gesture("empty", 1),
    ],
    ids=lambda gesture: f"{gesture.tool} {gesture.points}",
)
def test_what_cannot_be_meant_is_refused_and_stores_nothing(ws: Workspace, draft: Annotation, gesture: Gesture) -> None:
    with pytest.raises(EditError):
        meant(ws, draft, gesture)
    assert annotations.get(ws, draft.id) == draft


def test_a_second_click_in_the_same_section_says_that_it_changes_nothing(ws: Workspace, draft: Annotation) -> None:
    click = Gesture("fill", 1, (IN_BOX,))
    draft = annotations.append(ws, draft, [meant(ws, draft, click)])
    with pytest.raises(EditError, match="like this already"):
        meant(ws, draft, click)


def test_strokes_are_what_they_are_unless_they_are_slips(ws: Workspace, draft: Annotation) -> None:
    assert meant(ws, draft, WHOLE_BOX) is WHOLE_BOX
    with pytest.raises(EditError, match="crosses itself"):
        meant(ws, draft, Polygon(((0, 0), (40, 40), (0, 40), (40, 0)), label=1))


def test_operations_on_the_whole_mask_are_edits_like_others(ws: Workspace, draft: Annotation) -> None:
    speck, hole = Stroke(((5.5, 5.5),), 1, 1), Stroke(((30.5, 30.5),), 4, 0)
    drawn = after(ws, draft, WHOLE_BOX, speck, hole)
    draft = annotations.newest(ws, draft.drawing_id)

    def changed_by(tool: str) -> Mask:
        return apply(drawn, meant(ws, draft, Gesture(tool, 1))).astype(bool)

    assert changed_by("fill holes")[30, 30]
    assert not drawn[30, 30]
    assert not changed_by("keep largest")[5, 5]
    assert meant(ws, draft, Gesture("grow", 1)) == Grow(1, 1)
    assert changed_by("grow").sum() > drawn.sum() > changed_by("shrink").sum()
    assert not changed_by("empty").any()
    assert not changed_by("smooth")[5, 5]


def test_specks_are_measured_by_the_drawing(ws: Workspace, draft: Annotation) -> None:
    with pytest.raises(EditError, match="like this already"):  # on so small a drawing one pixel is none
        after(ws, draft, WHOLE_BOX, Stroke(((5.5, 5.5),), 1, 1), Gesture("remove specks", 1))


def test_a_person_may_say_what_is_a_speck_and_how_many_parts_remain(ws: Workspace, draft: Annotation) -> None:
    speck, dot = Stroke(((5.5, 5.5),), 1, 1), Stroke(((5.5, 70.5),), 3, 1)
    mask = after(ws, draft, WHOLE_BOX, speck, dot, Gesture("remove specks", 1, smallest_px=2))
    assert not mask[5, 5]
    assert mask[5, 70]
    draft = annotations.newest(ws, draft.drawing_id)
    assert meant(ws, draft, Gesture("keep largest", 1, count=1)) == KeepLargest(1, 1)
    with pytest.raises(EditError, match="like this already"):
        meant(ws, draft, Gesture("keep largest", 1, count=2))
    with pytest.raises(EditError, match="number of parts"):
        meant(ws, draft, Gesture("keep largest", 1, count=0))


def test_the_clicked_side_of_a_cut_goes(ws: Workspace, draft: Annotation) -> None:
    mask = after(ws, draft, WHOLE_BOX, Gesture("cut", 1, ((20, 10), (20, 50)), away=(40.5, 30.5)))
    assert mask[11:19, 21:39].all()
    assert not mask[21:].any()


def test_a_fill_bridges_gaps_as_wide_as_was_chosen(ws: Workspace) -> None:
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    image[10:50, 20:40] = 0
    image[12:48, 22:38] = 255
    image[8:13, 27:33] = 255
    page = Page("Abb. 3.png", 0, image)
    drawing = drawings.add(ws, b"Abb. 3", page, publication="Köln I", author="Ada").drawing
    draft = annotations.open_draft(ws, drawing.id, "Ada")
    with pytest.raises(EditError, match="not closed"):
        meant(ws, draft, Gesture("fill", 1, (IN_BOX,), gap_px=2))
    edit = meant(ws, draft, Gesture("fill", 1, (IN_BOX,), gap_px=12))
    assert isinstance(edit, Region)
    assert edit.settings == {"point": [30.5, 30.5], "gap_px": 12}


def test_a_pick_sees_what_the_model_read_and_any_class_may_be_picked(ws: Workspace) -> None:
    wall = np.zeros((120, 160), np.uint8)
    wall[20:100, 20:50] = 1
    image = np.full((120, 160, 3), 255, np.uint8)
    image[wall > 0] = image[30:90, 50:140] = 0  # a wall, and paint as dark
    drawing = drawings.add(ws, b"Abb. 4", Page("Abb. 4.png", 0, image), publication="Köln I", author="Ada").drawing
    draft = annotations.open_draft(ws, drawing.id, "Ada")
    click = Gesture("pick", 2, ((60.5, 35.5),))
    by_ink = apply(annotations.mask(ws, draft), meant(ws, draft, click))
    predict(ws, drawing.id, register_model(ws).id, mask=wall)
    edit = meant(ws, draft, click)
    seen = apply(np.zeros_like(wall), edit)
    assert by_ink[60, 120] == 2
    assert not seen[:, 56:].any()
    assert (seen[22:98, 22:48] == 2).all()


def test_snap_moves_the_border_onto_the_ink(ws: Workspace, draft: Annotation) -> None:
    narrow = Polygon(((12, 22), (12, 38), (48, 38), (48, 22)), label=1)
    mask = after(ws, draft, narrow, Gesture("snap", 1))
    assert mask[11, 30] == 1
    assert mask.sum() > 36 * 16


def test_back_to_the_prediction_is_an_edit_too(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    predict(ws, drawing.id, register_model(ws).id)
    draft = annotations.open_draft(ws, drawing.id, "Ada")
    mask = after(ws, draft, Gesture("empty", 1), Gesture("prediction", 1))
    assert (mask == PREDICTED).all()
    assert annotations.newest(ws, drawing.id).cursor == 2


def test_every_tool_is_named_here() -> None:
    assert set(TOOLS) == {
        "fill", "pick", "cut", "snap", "fill holes", "remove specks", "grow", "shrink", "smooth", "keep largest",
        "empty", "prediction",
    }  # fmt: skip
