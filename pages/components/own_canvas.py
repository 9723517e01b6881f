"""Our own canvas: the whole drawing and its mask in the browser, where zoom, pan and strokes need no answer.

The browser part is canvas/. It gets the picture once a drawing, the mask whenever the server made another one of it,
and paints strokes on that itself, to the pixel as `core.raster.scanlines` does. What was drawn comes back at once, and
is kept in the browser until it is acknowledged here; `canvas/outbox.js` tells how.
"""

import base64
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime

from core.errors import EditError
from core.labels import LabelMap
from core.raster.checks import checked_float, checked_points
from core.raster.edits import Edit, Lasso, Polygon, Rectangle, Stroke
from core.raster.views import packed_mask, screen_picture, shrinkage
from core.store import annotations, drawings, predictions
from core.store.annotations import Annotation
from core.store.drawings import Drawing
from core.store.gestures import Gesture
from core.store.predictions import Prediction
from core.store.workspace import Workspace
from pages.components.drawn import Act, Drawn, Sheet
from pages.components.next_drawing import next_to_show
from pages.components.pixels import pixels

_SOURCES = Path(__file__).with_name("canvas")
_SCRIPTS = (  # one module in the browser; each file uses those before it
    "raster.js",
    "layers.js",
    "view.js",
    "outbox.js",
    "tools.js",
    "toolbar.js",
    "overview.js",
    "marks.js",
    "pen.js",
    "pointer.js",
    "keys.js",
    "sight.js",
    "studio.js",
)
_POINTING = ("fill", "pick", "cut")


def pending(sheet: Sheet, labels: LabelMap, *, key: str) -> Drawn:
    """What was drawn on the canvas `key` and not yet accepted."""
    value = st.session_state.get(key)
    return read_told((value or {}).get("drawn"), _state(key)["heard"], labels, sheet.drawing.id)


def accept(drawn: Drawn, *, key: str) -> None:
    """Remember that this is saved, and tell the browser so."""
    if drawn.receipt:
        _state(key)["heard"] = drawn.receipt


def show_canvas(ws: Workspace, sheet: Sheet, labels: LabelMap, label: int, *, key: str) -> None:
    """Show the drawing with its mask and the tools, and let people draw with them."""
    html, css, script = _files()
    component = st.components.v2.component("ostrakon_canvas", html=html, css=css, js=script)
    component(
        key=key,
        data=_told(ws, sheet, labels, label, _state(key), _ahead(ws, sheet, key)),
        default={"drawn": None, "ahead": None},
        on_drawn_change=lambda: None,
        on_ahead_change=lambda: None,
    )


def read_told(told: Any, heard: tuple[str, int], labels: LabelMap, drawing_id: int) -> Drawn:
    """What the browser tells beyond what was heard: (the name of its page, number of the last act).

    An act that no tool makes is left out and leaves a refusal; whatever it is, it must not come again.
    """
    if not isinstance(told, Mapping) or told.get("drawing") != drawing_id:
        return Drawn()
    client = str(told.get("client"))
    last = heard[1] if client == heard[0] else 0
    acts: list[Act] = []
    refusal = ""
    newest = last
    for said in told.get("acts") or []:
        if not isinstance(said, Mapping) or not isinstance(said.get("n"), int) or said["n"] <= last:
            continue
        newest = max(newest, said["n"])
        try:
            acts.append(Act(to_edit(said, labels), str(said.get("mark", ""))[:64], _number(said.get("draft"))))
        except EditError as error:
            refusal = str(error)
    return Drawn(tuple(acts), refusal=refusal, receipt=(client, newest) if newest > last else None)


def to_edit(said: Mapping[str, Any], labels: LabelMap) -> Edit | Gesture:
    """The edit or gesture that the browser means; points are (row, column) in pixels of the drawing.

    Raises EditError for an unknown tool or class, and for whatever no edit can be made of.
    """
    tool, label = said.get("tool"), said.get("label")
    if not isinstance(label, int) or not 0 <= label < labels.class_count:
        raise EditError("This was drawn for a class that the label map does not have. Load the page again.")
    points = said.get("points")
    if tool in _POINTING:
        return _gesture(said, label)
    if tool == "stroke":
        return Stroke(points, said.get("width_px"), label)
    if tool in ("polygon", "lasso"):
        return (Polygon if tool == "polygon" else Lasso)(points, label)
    if tool == "rectangle":
        return Rectangle(points, label)
    raise EditError(f"The browser sent “{tool}”, which no tool draws. Load the page again and draw it anew.")


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _gesture(said: Mapping[str, Any], label: int) -> Gesture:
    tool, gap_px, away = said["tool"], said.get("gap_px"), said.get("away")
    points = checked_points(said.get("points"), "click", at_least=2 if tool == "cut" else 1)
    if len(points) > (2 if tool == "cut" else 1) or label == 0:
        raise EditError("The browser sent a click that no tool makes. Load the page again and repeat it.")
    side = None if away is None else checked_points([away], "click", at_least=1)[0]
    try:
        gap = None if gap_px is None else checked_float(gap_px)
    except TypeError as error:
        raise EditError("The gaps that Fill bridges are not a number. Choose them again.") from error
    return Gesture(tool, label, points, gap_px=gap, away=side)


def _ahead(ws: Workspace, sheet: Sheet, key: str) -> str | None:
    """Where the next drawing's picture is, once the browser has shown this one.

    Its mask and this drawing's pixels, for the tools that look at them, are then made ready, too.
    """
    if (st.session_state.get(key) or {}).get("ahead") != sheet.drawing.id:
        return None
    pixels(ws, sheet.drawing)
    upcoming = next_to_show(ws, sheet.drawing.id)
    if upcoming is None:
        return None
    read = predictions.newest(ws, upcoming.id)
    if read:
        _packed_prediction(ws, read, read.mask_sha256, shrinkage(upcoming.height_px, upcoming.width_px))
    return picture_url(ws, upcoming)


def _told(
    ws: Workspace, sheet: Sheet, labels: LabelMap, label: int, state: dict[str, Any], ahead: str | None
) -> dict[str, Any]:
    """All that the browser needs to know, complete each time: it may miss what was told in between."""
    drawing = sheet.drawing
    shrink = shrinkage(drawing.height_px, drawing.width_px)
    read = predictions.newest(ws, drawing.id)
    if state["mask"] is None or state["mask"]["number"] != sheet.number:
        client, through = state["heard"]
        runs = base64.b64encode(_packed_mask(ws, sheet.draft, read, shrink)).decode()
        state["mask"] = {"number": sheet.number, "runs": runs, "client": client, "through": through}
    return {
        "session": state["session"],
        "drawing": drawing.id,
        "name": _name(ws, drawing),
        "draft": sheet.draft.id,
        "height": drawing.height_px,
        "width": drawing.width_px,
        "shrink": shrink,
        "picture": picture_url(ws, drawing),
        "upcoming": ahead,
        "prediction": _prediction_url(ws, read, shrink) if read else None,
        "mask": state["mask"],
        "places": [asdict(place) for place in read.places] if read and sheet.draft.parent_id is None else [],
        "heard": {"client": state["heard"][0], "n": state["heard"][1]},
        "labels": [{"index": x.index, "name": x.name, "colour": x.colour} for x in labels.foreground],
        "label": label,
        "refusal": {"number": sheet.number, "text": sheet.refusal} if sheet.refusal else None,
    }


def _packed_mask(ws: Workspace, draft: Annotation, read: Prediction | None, shrink: int) -> bytes:
    if read and not draft.cursor and draft.parent_id is None and draft.prediction_id == read.id:
        return _packed_prediction(ws, read, read.mask_sha256, shrink)
    return packed_mask(annotations.mask(ws, draft), shrink)


def _name(ws: Workspace, drawing: Drawing) -> str:
    """Tells this drawing from all others that one browser ever sees under this address, in other workspaces too."""
    place = f"{ws.settings.workspace.resolve()} {ws.settings.database_url} {drawing.image_sha256}"
    return hashlib.sha256(place.encode()).hexdigest()[:16]


def _state(key: str) -> dict[str, Any]:
    fresh = {"session": uuid.uuid4().hex, "heard": ("", 0), "mask": None}
    return st.session_state.setdefault(f"{key}/state", fresh)


def picture_url(ws: Workspace, drawing: Drawing) -> str:
    content, mimetype = _picture(ws, drawing, drawing.image_sha256)
    return _served(content, mimetype, f"picture-{drawing.image_sha256}")


def _prediction_url(ws: Workspace, read: Prediction, shrink: int) -> str:
    content = _packed_prediction(ws, read, read.mask_sha256, shrink)
    return _served(content, "application/octet-stream", f"prediction-{read.mask_sha256}")


@st.cache_resource(max_entries=6, show_spinner=False)  # shared, not copied: it is bytes
def _picture(_ws: Workspace, _drawing: Drawing, image_sha256: str) -> tuple[bytes, str]:
    return screen_picture(drawings.image_png(_ws, _drawing), shrinkage(_drawing.height_px, _drawing.width_px))


@st.cache_resource(max_entries=6, show_spinner=False)
def _packed_prediction(_ws: Workspace, _read: Prediction, mask_sha256: str, shrink: int) -> bytes:
    return packed_mask(predictions.mask(_ws, _read), shrink)


def _served(content: bytes, mimetype: str, name: str) -> str:
    """A path on this server under which the content is found; Streamlit keeps it while the session shows it."""
    url = runtime.get_instance().media_file_mgr.add(content, mimetype, f"ostrakon/{name}", file_name=name)
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}{url}" if base else url


@cache
def _files() -> tuple[str, str, str]:
    script = "\n".join((_SOURCES / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    page, look = ((_SOURCES / name).read_text(encoding="utf-8") for name in ("canvas.html", "canvas.css"))
    return page, look, script
