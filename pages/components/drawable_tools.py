"""The tools above the canvas of streamlit-drawable-canvas: what to draw with, and which part of the drawing to see."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

_WIDTHS_PX = (2, 120)
_FIRST_WIDTH_PX = 24
_FACTORS = (1, 2, 4, 8)
_DIRECTIONS = (
    (":material/arrow_back:", "Left", (0, -0.5)),
    (":material/arrow_upward:", "Up", (-0.5, 0)),
    (":material/arrow_downward:", "Down", (0.5, 0)),
    (":material/arrow_forward:", "Right", (0, 0.5)),
)


@dataclass(frozen=True)
class Tool:
    """A brush, polygon, fill, pick or cut for one label; brushes and polygons erase with label 0.

    The width is the brush's, in pixels of the screen.
    """

    shape: str = "brush"
    label: int = 1
    width_px: float = 20


@dataclass(frozen=True)
class _Button:
    name: str
    icon: str
    shortcut: str
    shape: str
    is_eraser: bool
    help: str


_TOOLS = (
    _Button("Add", ":material/brush:", "B", "brush", False, "Paint what belongs to the mask"),
    _Button("Erase", ":material/ink_eraser:", "E", "brush", True, "Wipe out what does not belong to the mask"),
    _Button("Fill", ":material/colors:", "F", "fill", False, "Click between the lines of a section: it is filled"),
    _Button(
        "Pick", ":material/colorize:", "K", "pick", False, "Click on a black, grey or hatched section: it is taken"
    ),
    _Button("Trim", ":material/content_cut:", "T", "cut", False, "Draw a line across: the smaller side goes"),
    _Button(
        "Area", ":material/polyline:", "P", "polygon", False, "Click corner by corner; the first one again adds it"
    ),
    _Button(
        "Cut out", ":material/remove_selection:", "O", "polygon", True, "Click corner by corner; the first again cuts"
    ),
)


def chosen_tool(label: int) -> Tool:
    """The tool that is chosen in this session; known before `choose_tool` shows the choice."""
    chosen = next(button for button in _TOOLS if button.name == st.session_state.setdefault("tool", _TOOLS[0].name))
    width_px = st.session_state.get("brush_width", st.session_state.get("brush_px", _FIRST_WIDTH_PX))
    return Tool(chosen.shape, 0 if chosen.is_eraser else label, width_px)


def choose_tool() -> None:
    """The tools, and the width of the brush."""
    for button in _TOOLS:
        is_chosen = st.session_state["tool"] == button.name
        st.button(
            button.name,
            icon=button.icon,
            shortcut=button.shortcut,
            help=button.help,
            type="secondary" if is_chosen else "tertiary",
            key=f"tool_{button.name}" + ("_chosen" if is_chosen else ""),
            on_click=st.session_state.update,
            kwargs={"tool": button.name},
        )
    st.session_state["brush_px"] = st.slider(
        "Brush width",
        *_WIDTHS_PX,
        value=st.session_state.get("brush_px", _FIRST_WIDTH_PX),
        width=110,
        label_visibility="collapsed",
        key="brush_width",
        help="Brush width",
    )


def choose_factor(factor: int, drawing_id: int, zoom: Callable[[int], None]) -> None:
    """How many times as large as the whole drawing it is shown."""
    key = f"zoom_{drawing_id}"
    st.segmented_control(
        "Zoom",
        _FACTORS,
        format_func=lambda x: "Whole" if x == 1 else f"{x}×",
        default=factor,
        required=True,
        label_visibility="collapsed",
        key=key,
        on_change=lambda: zoom(st.session_state[key]),
    )


def choose_direction(pan: Callable[[float, float], None]) -> None:
    """Where to move what is in view: (down, right) as fractions of it."""
    for icon, name, direction in _DIRECTIONS:
        st.button("", icon=icon, key=f"pan_{name}", type="tertiary", help=name, on_click=pan, args=direction)
