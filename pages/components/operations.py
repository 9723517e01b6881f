"""What can be done to the whole mask with one press, in a popover beside the tools."""

from collections.abc import Callable

import streamlit as st

from core.store.gestures import Gesture

_OPERATIONS = (
    ("Snap to the ink", ":material/center_focus_strong:", "snap", "The border moves onto the ink's outer edge nearby"),
    ("Smooth", ":material/line_curve:", "smooth", "Jagged borders become even"),
    ("Fill holes", ":material/circle:", "fill holes", "All of them, that of a handle too"),
    ("Remove specks", ":material/grain:", "remove specks", "Tiny pieces apart from the rest go"),
    ("Keep the largest", ":material/filter_center_focus:", "keep largest", "All other parts go"),
    ("Grow by 1 px", ":material/add_circle:", "grow", "The border moves outwards"),
    ("Shrink by 1 px", ":material/do_not_disturb_on:", "shrink", "The border moves inwards"),
    ("Back to the prediction", ":material/history:", "prediction", "As the model saw it; undo returns to your mask"),
    ("Start from empty", ":material/check_box_outline_blank:", "empty", "No mask at all; undo brings it back"),
)
_NUMBERS = {  # tool -> field of the gesture, what it is, what it is where nothing is said
    "remove specks": ("smallest_px", "Pixels that a piece needs to stay", "as usual"),
    "keep largest": ("count", "How many parts stay", "1 part"),
}


def choose_operation(label: int, do: Callable[[Gesture], None]) -> None:
    """A popover of operations for a class."""
    with st.popover("More", type="tertiary", help="Change the whole mask"), st.container(gap=None):
        for name, icon, tool, tooltip in _OPERATIONS:
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                key = f"operation_{tool.replace(' ', '_')}"
                place = st.container(width="content")
                details = _details(tool, f"{key}_number")
                with place:
                    gesture = Gesture(tool, label, **details)
                    st.button(name, icon=icon, help=tooltip, key=key, type="tertiary", on_click=do, args=[gesture])


def _details(tool: str, key: str) -> dict[str, int]:
    """The number that an operation may be given, asked beside it."""
    if tool not in _NUMBERS:
        return {}
    name, label, usual = _NUMBERS[tool]
    number = st.number_input(
        label, 1, 1_000_000, None, placeholder=usual, key=key, width=120, label_visibility="collapsed", help=label
    )
    return {} if number is None else {name: number}
