"""The canvas people draw on: the seam behind which one component can be exchanged for another.

A canvas is shown a sheet, the drawing with the mask of its draft, and gives back what was drawn on it as edits and
gestures in image pixels.
"""

from core.labels import LabelMap
from core.store.workspace import Workspace
from pages.components import drawable_canvas, own_canvas
from pages.components.drawn import Drawn, Sheet

_CANVASES = {"own": own_canvas, "drawable": drawable_canvas}


def pending(ws: Workspace, sheet: Sheet, labels: LabelMap) -> Drawn:
    """What was drawn and not yet accepted; ask before the buttons of the page act.

    Once it is saved, call `accept`; until then every call returns it again.
    Raises EditError for something from the browser that no tool draws.
    """
    return _CANVASES[ws.settings.canvas].pending(sheet, labels, key=_key(sheet))


def accept(ws: Workspace, sheet: Sheet, drawn: Drawn) -> None:
    """Remember that this is on the disk."""
    _CANVASES[ws.settings.canvas].accept(drawn, key=_key(sheet))


def mask_canvas(ws: Workspace, sheet: Sheet, labels: LabelMap, label: int) -> None:
    """Show the sheet and the tools, and let people draw on it with a class."""
    _CANVASES[ws.settings.canvas].show_canvas(ws, sheet, labels, label, key=_key(sheet))


def _key(sheet: Sheet) -> str:
    return f"canvas_{sheet.drawing.id}"
