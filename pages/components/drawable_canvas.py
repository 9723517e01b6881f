"""The canvas of streamlit-drawable-canvas, which no other file knows; `OSTRAKON_CANVAS=drawable` chooses it.

Three layers, blended by the browser (look.css): the bare drawing; over it a tint that is neutral grey where
the mask is background; over that the strokes of this view, painted in tint or in neutral grey. So adding looks
like the mask and erasing looks like erasing while the mouse still moves, and nothing needs to be redrawn when a
stroke has been saved: strokes stay on the canvas until the view changes.

Fill, pick and cut only point: they come back as gestures, and the view that shows what they did is a new one.

A view is sent with a number, hidden in the place of an invisible rectangle that comes back with the strokes. So a
stroke is always read in the view it was drawn in, even when a new view was opened while it was on its way.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.errors import EditError
from core.labels import LabelMap
from core.raster.edits import Edit, Point, Polygon, Stroke
from core.raster.views import Window, tint_colour, tint_layer, window_jpeg
from core.store import annotations, drawings
from core.store.drawings import Drawing
from core.store.gestures import Gesture
from core.store.workspace import Workspace
from pages.components.browser import room
from pages.components.drawable_tools import Tool, choose_direction, choose_factor, choose_tool, chosen_tool
from pages.components.drawn import Act, Drawn, Sheet
from pages.components.errors import show_refusal

_VIEWS_KEPT = 5
_FLATNESS_PX = 0.1  # how far a chord may stay from the curve it stands for, on screen
OPACITY = 0.75
_CHROME_PX = 250  # what stands above and below the drawing
_SMALLEST_PX = 320
_MARKER_OFFSET = 10_000  # far outside every canvas
_MODES = {"brush": "freedraw", "polygon": "polygon", "fill": "point", "pick": "point", "cut": "line"}
_DOT_RADII = {"fill": 4, "pick": 5}  # a dot has no name of its own: its radius says which tool made it
_CUT_WIDTH_PX = 3


@dataclass(frozen=True)
class View:
    """A window of the drawing as it lies on the screen: fixed while people draw on it.

    `picture` is the bare drawing, `tint` what `core.raster.views.tint_layer` makes of the mask: encoded bytes.
    """

    number: int
    window: Window
    height_px: int
    width_px: int
    picture: bytes
    tint: bytes
    opacity: float


def pending(sheet: Sheet, labels: LabelMap, *, key: str) -> Drawn:
    """What was drawn on the canvas `key` and not yet accepted."""
    state = _state(key)
    value = st.session_state.get(key)
    drawing = (value.get("drawing") or {}).get("raw") if value else None
    return read_drawn(drawing, state["views"], state["marks"], labels, current=_current(state, sheet))


def accept(drawn: Drawn, *, key: str) -> None:
    """Remember that this is saved, so that it is not returned again."""
    if drawn.receipt:
        number, marks = drawn.receipt
        _state(key)["marks"][number] = marks


def show_canvas(ws: Workspace, sheet: Sheet, labels: LabelMap, label: int, *, key: str) -> None:
    """Show the tools and a view of the drawing, and let the tool that is chosen draw on it."""
    state = _state(key)
    above = st.container(key="tools", horizontal=True, horizontal_alignment="distribute")
    if sheet.refusal:
        show_refusal(sheet.refusal, sheet.number)
    # first the canvas: when a tool is shown as chosen, it must be what the mouse draws with
    _show(_current_view(ws, sheet, labels, state), chosen_tool(label), labels, key=key)
    with above:
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            choose_tool()
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            choose_factor(state["factor"], sheet.drawing.id, lambda factor: _zoom(state, sheet, factor))
            if state["factor"] > 1:
                choose_direction(lambda *direction: _pan(state, sheet, direction))


def _show(view: View, tool: Tool, labels: LabelMap, *, key: str) -> None:
    from streamlit_drawable_canvas import st_canvas  # registers itself, which only works in a running app

    is_cut = tool.shape == "cut"
    colour = cut_colour(tool.label) if is_cut else stroke_colour(labels, tool.label, view.opacity)
    widths_px = {"brush": round(tool.width_px), "cut": _CUT_WIDTH_PX}
    with st.container(horizontal_alignment="center"), st.container(key="mask_canvas", width=view.width_px):
        st.image(view.picture, width=view.width_px)
        with st.container(key="mask_canvas_tint"):
            st_canvas(
                fill_color=colour,
                stroke_color=colour,
                stroke_width=widths_px.get(tool.shape, 0),
                drawing_mode=_MODES[tool.shape],
                point_display_radius=_DOT_RADII.get(tool.shape, 1),
                background_image=view.tint,
                height=view.height_px,
                width=view.width_px,
                initial_drawing={"objects": [_marker(view.number)]},
                key=key,
            )


def _state(key: str) -> dict[str, Any]:
    fresh = {"views": {}, "marks": {}, "window": None, "factor": 1, "sheet": None}
    return st.session_state.setdefault(f"{key}/state", fresh)


def _current(state: dict[str, Any], sheet: Sheet) -> int:
    """The number of the view in which strokes are seen; one of them is late when the mask became another since."""
    number = max(state["views"], default=0)
    return number if state["sheet"] == sheet.number else number + 1


def _current_view(ws: Workspace, sheet: Sheet, labels: LabelMap, state: dict[str, Any]) -> View:
    """The view shown last, unless the mask, the window or the room for it became another."""
    number = max(state["views"], default=0)
    window = state["window"] or _whole(sheet)
    last = state["views"].get(number)
    size = window.size_on_screen(*_room())
    if not (
        last and state["sheet"] == sheet.number and last.window == window and size == (last.height_px, last.width_px)
    ):
        state["sheet"] = sheet.number
        state["views"][number + 1] = _view(ws, sheet, labels, window, number + 1)
        for old in list(state["views"])[:-_VIEWS_KEPT]:
            del state["views"][old]
            state["marks"].pop(old, None)
    return state["views"][max(state["views"])]


def _view(ws: Workspace, sheet: Sheet, labels: LabelMap, window: Window, number: int) -> View:
    height_px, width_px = window.size_on_screen(*_room())
    return View(
        number=number,
        window=window,
        height_px=height_px,
        width_px=width_px,
        picture=_picture(ws, sheet.drawing, sheet.drawing.image_sha256, window, height_px, width_px),
        tint=tint_layer(annotations.mask(ws, sheet.draft), labels, window, height_px, width_px, opacity=OPACITY),
        opacity=OPACITY,
    )


@st.cache_data(max_entries=24, show_spinner=False)
def _picture(
    _ws: Workspace, _drawing: Drawing, image_sha256: str, window: Window, height_px: int, width_px: int
) -> bytes:
    return window_jpeg(drawings.image_png(_ws, _drawing), window, height_px, width_px)


def _zoom(state: dict[str, Any], sheet: Sheet, factor: int) -> None:
    window = state["window"] or _whole(sheet)
    state["window"], state["factor"] = window.zoomed(factor, *_room(), within=_whole(sheet)), factor


def _pan(state: dict[str, Any], sheet: Sheet, direction: tuple[float, float]) -> None:
    state["window"] = (state["window"] or _whole(sheet)).moved(*direction, within=_whole(sheet))


def _whole(sheet: Sheet) -> Window:
    return Window(0, 0, sheet.drawing.height_px, sheet.drawing.width_px)


def _room() -> tuple[int, int]:
    """Height and width that there are for the drawing, in pixels of the screen."""
    height_px, width_px = room()
    return max(_SMALLEST_PX, height_px - _CHROME_PX), width_px


def stroke_colour(labels: LabelMap, label: int, opacity: float) -> str:
    red, green, blue = tint_colour(labels.labels[label], opacity)
    return f"#{red:02x}{green:02x}{blue:02x}"


def cut_colour(label: int) -> str:
    """Blue on paper, ink and tint alike; the label stands in its green."""
    return f"#00{label:02x}ff"


def read_drawn(
    drawing: Mapping[str, Any] | None,
    views: Mapping[int, View],
    accepted: Mapping[int, Sequence[str]],
    labels: LabelMap,
    *,
    current: int,
) -> Drawn:
    """What a canvas drawing holds beyond the strokes already accepted from its view.

    Accepted strokes are recognised by what they are, not counted: the browser may have emptied the canvas.
    """
    objects = list((drawing or {}).get("objects", []))
    number = _view_number(objects)
    if number is None or number not in views:
        return Drawn()
    strokes = [shape for shape in objects if shape.get("type") in ("Path", "Polygon", "Circle", "Line")]
    marks = tuple(_mark(shape) for shape in strokes)
    known = _common_length(marks, accepted.get(number, ()))
    acts: list[Act] = []
    refusal = ""
    for shape in strokes[known:]:
        try:
            acts.append(Act(to_edit(shape, views[number], labels)))
        except EditError as error:
            refusal = str(error)
    is_new = len(marks) > known
    return Drawn(tuple(acts), is_late=number != current, refusal=refusal, receipt=(number, marks) if is_new else None)


def to_edit(shape: Mapping[str, Any], view: View, labels: LabelMap) -> Edit | Gesture:
    """The edit or gesture in image pixels that a Fabric object drawn on `view` stands for.

    The label is read from the object's colour, so a tool changed meanwhile does not matter. Path and polygon
    points are canvas pixels as long as the object was not moved afterwards, whatever its bounding box says.
    Raises EditError for an object that was moved, has an unknown colour, or that no tool draws.
    """
    if (shape.get("scaleX"), shape.get("scaleY"), shape.get("angle"), shape.get("skewX"), shape.get("skewY")) != (
        (1, 1, 0, 0, 0)
    ):
        raise EditError("A stroke was turned or stretched after it was drawn. Undo it and draw it again.")
    across, down = view.window.width / view.width_px, view.window.height / view.height_px

    def in_image(points: Iterable[tuple[float, float]]) -> tuple[Point, ...]:
        return tuple(
            (round(view.window.row + y * down, 3), round(view.window.column + x * across, 3)) for x, y in points
        )

    if shape["type"] == "Line":
        return Gesture("cut", _label_of_cut(shape, labels), in_image(_ends(shape)))
    label = _label_of(shape, view, labels)
    if shape["type"] == "Circle":
        return Gesture(_tool_of_dot(shape), label, in_image([(shape["left"] + shape["radius"], shape["top"])]))
    if shape["type"] == "Polygon":
        return Polygon(in_image((point["x"], point["y"]) for point in shape["points"]), label=label)
    if shape["type"] == "Path":
        width_px = shape["strokeWidth"] * math.sqrt(across * down)
        return Stroke(in_image(flatten(shape["path"])), width_px=width_px, label=label)
    raise EditError(f"The canvas sent a {shape['type']}, which no tool draws. Draw it again.")


def flatten(path: Sequence[Sequence[Any]]) -> list[tuple[float, float]]:
    """Points (x, y) along a Fabric path of M, L and Q commands, close enough to look the same."""
    points: list[tuple[float, float]] = []
    for command, *numbers in path:
        if command in ("M", "L"):
            points.append((numbers[0], numbers[1]))
        elif command == "Q":
            points.extend(_along_curve(points[-1], (numbers[0], numbers[1]), (numbers[2], numbers[3])))
        else:
            raise EditError(f"The canvas sent a path with “{command}”, which no brush draws. Draw it again.")
    return points


def _along_curve(
    start: tuple[float, float], control: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """Points after `start` up to `end`; n chords stay within |start - 2 control + end| / (4 n^2) of the curve."""
    bend = math.hypot(start[0] - 2 * control[0] + end[0], start[1] - 2 * control[1] + end[1])
    chords = max(1, math.ceil(math.sqrt(bend / 4 / _FLATNESS_PX)))
    steps = [step / chords for step in range(1, chords + 1)]
    return [
        tuple((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in zip(start, control, end, strict=True))
        for t in steps
    ]


def _label_of(shape: Mapping[str, Any], view: View, labels: LabelMap) -> int:
    for label in labels.labels:
        if shape.get("stroke") == stroke_colour(labels, label.index, view.opacity):
            return label.index
    raise EditError("A stroke has a colour that belongs to no class of the label map. Undo it and draw it again.")


def _label_of_cut(shape: Mapping[str, Any], labels: LabelMap) -> int:
    for label in labels.foreground:
        if shape.get("stroke") == cut_colour(label.index):
            return label.index
    raise EditError("A cut has a colour that belongs to no class of the label map. Draw it again.")


def _tool_of_dot(shape: Mapping[str, Any]) -> str:
    for tool, radius in _DOT_RADII.items():
        if shape["radius"] == radius:
            return tool
    raise EditError("The canvas sent a circle, which no tool draws. Draw it again.")


def _ends(shape: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Points (x, y) where a Fabric line begins and ends; it counts them from its middle."""
    return [(shape["left"] + shape[f"x{end}"], shape["top"] + shape[f"y{end}"]) for end in (1, 2)]


def _mark(shape: Mapping[str, Any]) -> str:
    """What tells one object from another, and is the same whenever the browser sends it."""
    place = [shape.get(name) for name in ("left", "top", "radius", "x1", "y1", "x2", "y2")]
    return json.dumps(shape.get("path") or shape.get("points") or place)


def _marker(number: int) -> dict[str, Any]:
    return {"type": "Rect", "left": -_MARKER_OFFSET - number, "top": 0, "width": 1, "height": 1, "opacity": 0}


def _view_number(objects: Sequence[Mapping[str, Any]]) -> int | None:
    for shape in objects:
        if shape.get("type") == "Rect" and shape["left"] <= -_MARKER_OFFSET:
            return round(-_MARKER_OFFSET - shape["left"])
    return None


def _common_length(marks: Sequence[str], accepted: Sequence[str]) -> int:
    return next(
        (i for i, pair in enumerate(zip(marks, accepted, strict=False)) if pair[0] != pair[1]),
        min(len(marks), len(accepted)),
    )
