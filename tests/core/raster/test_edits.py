import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.errors import EditError
from core.raster.edits import (
    EDIT_FORMAT,
    KINDS,
    MAX_WIDTH_PX,
    Clear,
    Edit,
    FillHoles,
    Grow,
    KeepLargest,
    Lasso,
    Point,
    Polygon,
    Rectangle,
    RemoveSpecks,
    Smooth,
    Stroke,
    apply,
    back_to,
    from_json,
    region,
    replay,
    to_json,
)
from core.raster.masks import Mask, empty_mask

coordinates = st.integers(-24, 96).map(lambda eighths: eighths / 8)
points = st.tuples(coordinates, coordinates)
widths = st.integers(1, 64).map(lambda eighths: eighths / 8)
classes = st.integers(0, 255)
strokes = st.builds(Stroke, st.lists(points, min_size=1, max_size=5).map(tuple), widths, classes)
polygons = st.builds(Polygon, st.lists(points, min_size=3, max_size=7).map(tuple), classes)
edits = st.one_of(strokes, polygons, st.just(Clear()))
classes_but_background = st.integers(1, 255)
lassos = st.builds(Lasso, st.lists(points, min_size=3, max_size=7).map(tuple), classes)
rectangles = st.builds(Rectangle, st.tuples(points, points), classes)
tidying = st.one_of(
    st.builds(FillHoles, classes_but_background, st.integers(1, 9)),
    st.builds(RemoveSpecks, classes_but_background, st.integers(1, 9)),
    st.builds(KeepLargest, classes_but_background, st.integers(1, 3)),
    st.builds(Grow, classes_but_background, st.integers(-2, 2)),
    st.builds(Smooth, classes_but_background, st.integers(1, 3)),
)
regions = st.builds(
    lambda area, label: region(area, label, "fill", gap_px=3.0),
    arrays.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))),
    classes,
)
edits = st.one_of(edits, lassos, rectangles, tidying)
masks = arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def drawn(edit: Edit, height: int, width: int) -> list[list[int]]:
    return apply(empty_mask(height, width), edit).tolist()


def test_a_point_is_a_disc() -> None:
    assert drawn(Stroke(((2.5, 2.5),), 3.0, 1), 5, 5) == [
        [0, 0, 0, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 1, 1, 1, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 0, 0, 0],
    ]
    assert drawn(Stroke(((2.5, 2.5),), 2.0, 1), 5, 5) == [
        [0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0],
    ]


def test_a_line_is_as_wide_as_its_brush_and_round_at_its_ends() -> None:
    assert drawn(Stroke(((2.0, 3.0), (2.0, 6.0)), 4.0, 9), 4, 9) == [
        [0, 0, 9, 9, 9, 9, 9, 0, 0],
        [0, 9, 9, 9, 9, 9, 9, 9, 0],
        [0, 9, 9, 9, 9, 9, 9, 9, 0],
        [0, 0, 9, 9, 9, 9, 9, 0, 0],
    ]


def test_a_pixel_exactly_at_the_border_of_a_stroke_belongs_to_it() -> None:
    assert drawn(Stroke(((0.5, 0.5), (0.5, 2.5)), 2.0, 1), 2, 4) == [[1, 1, 1, 1], [1, 1, 1, 0]]


def test_a_polygon_holds_the_pixels_whose_centre_is_inside() -> None:
    assert drawn(Polygon(((0, 0), (0, 4), (4, 0)), 1), 4, 4) == [
        [1, 1, 1, 0],
        [1, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 0],
    ]
    assert drawn(Polygon(((1, 1), (1, 3), (3, 3), (3, 1)), 1), 4, 4) == [
        [0, 0, 0, 0],
        [0, 1, 1, 0],
        [0, 1, 1, 0],
        [0, 0, 0, 0],
    ]


def test_a_polygon_that_crosses_itself_is_empty_where_it_covers_twice() -> None:
    outer_and_inner = ((0, 0), (0, 5), (5, 5), (5, 0), (0, 0), (1, 1), (1, 4), (4, 4), (4, 1), (1, 1))
    assert drawn(Polygon(outer_and_inner, 1), 5, 5) == [
        [1, 1, 1, 1, 1],
        [1, 0, 0, 0, 1],
        [1, 0, 0, 0, 1],
        [1, 0, 0, 0, 1],
        [1, 1, 1, 1, 1],
    ]


@given(st.lists(points, min_size=1, max_size=4), widths)
def test_a_stroke_is_exact(line: list[Point], width_px: float) -> None:
    mask = empty_mask(7, 8)
    expected = [[int(_is_near(row, column, line, width_px)) for column in range(8)] for row in range(7)]
    assert apply(mask, Stroke(tuple(line), width_px, 1)).tolist() == expected


@given(st.lists(points, min_size=3, max_size=6))
def test_a_polygon_is_exact(corners: list[Point]) -> None:
    expected = [[int(_is_inside(row, column, corners)) for column in range(8)] for row in range(7)]
    assert apply(empty_mask(7, 8), Polygon(tuple(corners), 1)).tolist() == expected


@given(points, points, st.lists(points, min_size=1, max_size=3), st.lists(points, min_size=1, max_size=3))
def test_polygons_that_share_an_edge_overlap_like_the_polygon_without_it(
    start: Point, end: Point, one_side: list[Point], other_side: list[Point]
) -> None:
    def flipped(corners: tuple[Point, ...]) -> np.ndarray:
        return apply(empty_mask(9, 9), Polygon(corners, 1)).astype(bool)

    joined = flipped((start, *one_side, end, *other_side))
    parts = flipped((start, *one_side, end)) ^ flipped((end, *other_side, start))
    assert np.array_equal(joined, parts)


@given(
    st.floats(-20, 30), st.floats(-20, 30), st.floats(-20, 30), st.floats(-20, 30), st.floats(0, 50, exclude_min=True)
)
def test_a_stroke_of_any_numbers_is_the_same_drawn_from_either_end(
    row: float, column: float, end_row: float, end_column: float, width_px: float
) -> None:
    there = Stroke(((row, column), (end_row, end_column)), width_px, 1)
    back = Stroke(((end_row, end_column), (row, column)), width_px, 1)
    assert drawn(there, 9, 9) == drawn(back, 9, 9)


def test_a_long_stroke_over_a_large_drawing_is_continuous() -> None:
    line = tuple((1000 + 900 * math.sin(step / 40), 2.0 * step) for step in range(1000))
    mask = apply(empty_mask(2000, 2000), Stroke(line, 5.0, 1))
    assert mask.any(axis=0).all()
    rows, columns = np.nonzero(mask)
    assert np.abs(rows + 0.5 - (1000 + 900 * np.sin((columns + 0.5) / 80))).max() < 2.5 * 25


def test_what_reaches_over_the_edge_of_the_drawing_is_cut_off() -> None:
    assert drawn(Stroke(((-5, 1.5), (20, 1.5)), 1.0, 1), 3, 3) == [[0, 1, 0]] * 3
    assert drawn(Polygon(((-9, -9), (-9, 99), (99, 99), (99, -9)), 1), 2, 2) == [[1, 1], [1, 1]]


def test_an_edit_beside_the_drawing_changes_nothing() -> None:
    for edit in (
        Stroke(((-5, -5), (-5, 20)), 3.0, 1),
        Stroke(((1, 50),), 3.0, 1),
        Polygon(((0, 9), (0, 12), (3, 12)), 1),
    ):
        assert drawn(edit, 3, 3) == [[0, 0, 0]] * 3


def test_label_zero_erases_and_leaves_the_rest() -> None:
    mask = np.array([[1, 2, 3]], np.uint8)
    assert apply(mask, Stroke(((0.5, 1.5),), 1.0, 0)).tolist() == [[1, 0, 3]]
    assert apply(mask, Polygon(((0, 0), (0, 2), (1, 2), (1, 0)), 0)).tolist() == [[0, 0, 3]]


def test_clearing_leaves_background_only() -> None:
    assert apply(np.array([[1, 2], [3, 0]], np.uint8), Clear()).tolist() == [[0, 0], [0, 0]]


@given(masks, edits)
def test_an_edit_leaves_its_base_as_it_was(base: Mask, edit: Edit) -> None:
    before = base.copy()
    apply(base, edit)
    assert np.array_equal(base, before)


@given(masks, st.lists(edits, max_size=5))
def test_replaying_twice_gives_the_same_mask(base: Mask, made: list[Edit]) -> None:
    assert np.array_equal(replay(base, made), replay(base, made))


@given(masks, st.lists(edits, max_size=4), st.lists(edits, max_size=4))
def test_replaying_in_two_goes_is_replaying_in_one(base: Mask, first: list[Edit], then: list[Edit]) -> None:
    assert np.array_equal(replay(base, first + then), replay(replay(base, first), then))


@given(masks, strokes | polygons)
def test_erasing_along_the_same_line_leaves_no_pixel_of_it(base: Mask, edit: Stroke | Polygon) -> None:
    document = {**to_json(edit), "label": 0}
    touched = np.array(drawn(from_json({**document, "label": 1}), *base.shape), bool)
    after = replay(base, [edit, from_json(document)])
    assert not after[touched].any()
    assert np.array_equal(after[~touched], base[~touched])


@given(masks, edits)
def test_an_edit_writes_no_class_but_its_own(base: Mask, edit: Edit) -> None:
    after = apply(base, edit)
    assert after.dtype == np.uint8
    assert set(after[after != base].tolist()) <= {0, *edit.labels}


def test_an_edit_works_on_a_view_of_a_larger_mask() -> None:
    view = np.zeros((4, 8), np.uint8)[:, ::2]
    assert apply(view, Stroke(((0.5, 1.5), (3.5, 1.5)), 1.0, 1)).tolist() == [[0, 1, 0, 0]] * 4


@given(masks, tidying)
def test_tidying_leaves_other_classes_alone(base: Mask, edit: Edit) -> None:
    others = (base > 0) & (base != edit.labels[0])
    assert np.array_equal(apply(base, edit)[others], base[others])


@given(masks, masks)
def test_back_to_the_prediction_gives_its_mask(base: Mask, prediction: Mask) -> None:
    if base.shape != prediction.shape:
        with pytest.raises(EditError, match="same drawing"):
            back_to(base, prediction)
    else:
        assert np.array_equal(apply(base, back_to(base, prediction)), prediction)


def test_every_kind_of_edit_is_tried_here() -> None:
    tried = {Stroke, Polygon, Clear, Lasso, Rectangle, FillHoles, RemoveSpecks, KeepLargest, Grow, Smooth}
    assert set(KINDS) == {edit.kind for edit in tried} | {"region"}


any_float = st.floats(-1e6, 1e6)
any_points = st.lists(st.tuples(any_float, any_float), min_size=3, max_size=5).map(tuple)


@given(
    st.one_of(
        st.builds(Stroke, any_points, st.floats(0, MAX_WIDTH_PX, exclude_min=True), classes),
        st.builds(Polygon, any_points, classes),
        st.just(Clear()),
        st.builds(Lasso, any_points, classes),
        st.builds(Rectangle, st.tuples(st.tuples(any_float, any_float), st.tuples(any_float, any_float)), classes),
        tidying,
        regions,
    )
)
def test_an_edit_survives_json(edit: Edit) -> None:
    document = json.loads(json.dumps(to_json(edit), allow_nan=False))
    assert document["format"] == EDIT_FORMAT
    assert from_json(document) == edit


def test_the_stored_form_of_an_edit_stays_as_it_is() -> None:
    assert to_json(Stroke(((1, 2.5),), 3, 4)) == {
        "format": 1,
        "kind": "stroke",
        "points": [[1.0, 2.5]],
        "width_px": 3.0,
        "label": 4,
    }
    assert to_json(Polygon(((0, 0), (0, 1), (1, 1)), 0)) == {
        "format": 1,
        "kind": "polygon",
        "points": [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
        "label": 0,
    }
    assert to_json(Clear()) == {"format": 1, "kind": "clear"}


STROKE = {"format": 1, "kind": "stroke", "points": [[1, 2]], "width_px": 3, "label": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": 2}, "newer Ostrakon"),
        ({"format": None}, "does not say its format"),
        ({"format": "1"}, "does not say its format"),
        ({"kind": "magic"}, "unknown kind “magic”"),
        ({"kind": ["stroke"]}, "unknown kind"),
        ({"points": []}, "at least one point"),
        ({"points": None}, "not a pair of numbers"),
        ({"points": 5}, "not a pair of numbers"),
        ({"points": "ab"}, "not a pair of numbers"),
        ({"points": [[1]]}, "not a pair of numbers"),
        ({"points": [[1, 2, 3]]}, "not a pair of numbers"),
        ({"points": [["1", 2]]}, "not a pair of numbers"),
        ({"points": [[True, 2]]}, "not a pair of numbers"),
        ({"points": [[math.nan, 2]]}, "nowhere near the drawing"),
        ({"points": [[math.inf, 2]]}, "nowhere near the drawing"),
        ({"points": [[10**400, 2]]}, "nowhere near the drawing"),
        ({"points": [[1, -2e6]]}, "nowhere near the drawing"),
        ({"width_px": 0}, "cannot be 0 pixels wide"),
        ({"width_px": -1}, "cannot be -1 pixels wide"),
        ({"width_px": 2001}, "cannot be 2001 pixels wide"),
        ({"width_px": math.nan}, "pixels wide"),
        ({"width_px": "3"}, "not a number"),
        ({"width_px": None}, "not a number"),
        ({"label": -1}, "numbered 0 to 255"),
        ({"label": 256}, "numbered 0 to 255"),
        ({"label": 1.0}, "numbered 0 to 255"),
        ({"label": True}, "numbered 0 to 255"),
        ({"kind": "polygon"}, "at least 3 points"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_refused(change: dict[str, Any], reason: str) -> None:
    assert isinstance(from_json(STROKE), Stroke)
    with pytest.raises(EditError) as refusal:
        from_json({**STROKE, **change})
    assert reason in str(refusal.value)


@pytest.mark.parametrize("field", ["format", "kind", "points", "width_px", "label"])
def test_an_incomplete_edit_is_refused(field: str) -> None:
    with pytest.raises(EditError):
        from_json({name: value for name, value in STROKE.items() if name != field})


@pytest.mark.parametrize("document", [None, [], "stroke", 1])
def test_an_edit_that_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(EditError, match="unreadable"):
        from_json(document)


def test_an_edit_is_checked_where_it_is_made() -> None:
    with pytest.raises(EditError):
        Stroke((), 3.0, 1)
    with pytest.raises(EditError):
        Polygon(((0, 0), (1, 1)), 1)


def test_numbers_of_numpy_are_taken() -> None:
    stroke = Stroke(np.array([[1, 2], [3, 4]]), np.float32(2), np.uint8(1))  # type: ignore[arg-type]
    assert stroke == Stroke(((1.0, 2.0), (3.0, 4.0)), 2.0, 1)
    assert json.dumps(to_json(stroke))


def _is_near(row: int, column: int, line: list[Point], width_px: float) -> bool:
    """The definition of a stroke in exact arithmetic, one pixel at a time."""
    y, x = row + Fraction(1, 2), column + Fraction(1, 2)
    for start, end in zip(line, line[1:] or line, strict=False):
        below, aside = y - Fraction(start[0]), x - Fraction(start[1])
        down, right = Fraction(end[0]) - Fraction(start[0]), Fraction(end[1]) - Fraction(start[1])
        length = down**2 + right**2
        share = max(Fraction(0), min(Fraction(1), (below * down + aside * right) / length)) if length else Fraction(0)
        if (below - share * down) ** 2 + (aside - share * right) ** 2 <= Fraction(width_px) ** 2 / 4:
            return True
    return False


def _is_inside(row: int, column: int, corners: list[Point]) -> bool:
    """The even-odd rule in exact arithmetic: how many edges lie left of the pixel's centre, or under it."""
    y, x = row + Fraction(1, 2), column + Fraction(1, 2)
    crossings = 0
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        if (start[0] <= y) != (end[0] <= y):
            slope = (Fraction(end[1]) - Fraction(start[1])) / (Fraction(end[0]) - Fraction(start[0]))
            crossings += x >= Fraction(start[1]) + (y - Fraction(start[0])) * slope
    return crossings % 2 == 1
