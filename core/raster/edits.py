"""Edits: what a person changes in a mask, as values in image pixels, replayed on the server to the pixel.

Points are (row, column); the centre of pixel (row, column) is (row + 0.5, column + 0.5). Label 0 erases, any other
label adds that class. A new tool is a frozen dataclass with a `kind`, its `labels` and a `paint` method, listed in
`KINDS`; a tool that looks at the drawing returns a `Region` instead. Edits live in `shapes` (drawn by hand), `tidy`
(operations on the mask) and `regions` (fill, pick, cut, snap, back to the prediction).
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeAlias

from core.errors import EditError
from core.raster.checks import Point
from core.raster.masks import Mask
from core.raster.regions import Region, difference, region
from core.raster.shapes import MAX_WIDTH_PX, Clear, Lasso, Polygon, Rectangle, Stroke
from core.raster.tidy import FillHoles, Grow, KeepLargest, RemoveSpecks, Smooth

__all__ = [
    "EDIT_FORMAT",
    "KINDS",
    "MAX_WIDTH_PX",
    "Clear",
    "Edit",
    "FillHoles",
    "Grow",
    "KeepLargest",
    "Lasso",
    "Point",
    "Polygon",
    "Rectangle",
    "Region",
    "RemoveSpecks",
    "Smooth",
    "Stroke",
    "apply",
    "back_to",
    "from_json",
    "region",
    "replay",
    "to_json",
]

EDIT_FORMAT = 1

Edit: TypeAlias = (
    Stroke | Polygon | Rectangle | Lasso | Clear | FillHoles | RemoveSpecks | KeepLargest | Grow | Smooth | Region
)
KINDS: Mapping[str, type[Edit]] = {
    edit.kind: edit
    for edit in (
        Stroke,
        Polygon,
        Rectangle,
        Lasso,
        Clear,
        FillHoles,
        RemoveSpecks,
        KeepLargest,
        Grow,
        Smooth,
        Region,
    )
}


def apply(mask: Mask, edit: Edit) -> Mask:
    """A new mask with the edit made; parts of the edit outside the drawing are left out."""
    return replay(mask, [edit])


def replay(base: Mask, edits: Iterable[Edit]) -> Mask:
    """A new mask: the base with all edits made in their order. The same edits always give the same mask.

    Raises EditError for a region that was made on a drawing of another size.
    """
    mask = base.copy()
    for edit in edits:
        edit.paint(mask)
    return mask


def back_to(mask: Mask, prediction: Mask) -> Region:
    """The edit that makes the prediction's mask of a mask; it can be undone like any other."""
    return difference(mask, prediction, "return to the prediction")


def to_json(edit: Edit) -> dict[str, Any]:
    """The edit as plain lists, numbers and strings; `from_json` gives an equal edit back."""
    values = {field.name: _listed(getattr(edit, field.name)) for field in fields(edit)}
    return {"format": EDIT_FORMAT, "kind": edit.kind, **values}


def from_json(document: Mapping[str, Any]) -> Edit:
    """The edit that `to_json` wrote.

    Raises EditError if it was written by a newer Ostrakon, lacks something, or could not be made in the first place.
    """
    if not isinstance(document, Mapping):
        raise EditError("A correction of this drawing is unreadable. Undo it and draw it again.")
    written_format, kind = document.get("format"), document.get("kind")
    if not isinstance(written_format, int) or written_format < 1:
        raise EditError("A correction of this drawing does not say its format. Undo it and draw it again.")
    if written_format > EDIT_FORMAT:
        raise EditError("A correction of this drawing was made with a newer Ostrakon. Update Ostrakon to open it.")
    if not isinstance(kind, str) or kind not in KINDS:
        raise EditError(f"A correction of this drawing is of the unknown kind “{kind}”. Undo it and draw it again.")
    names = [field.name for field in fields(KINDS[kind])]
    missing = [name for name in names if name not in document]
    if missing:
        raise EditError(f"A {kind} on this drawing lacks its {' and '.join(missing)}. Undo it and draw it again.")
    return KINDS[kind](**{name: document[name] for name in names})


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value
