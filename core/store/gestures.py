"""Gestures: what a person points at or asks for on the page Correct, and the edit that it means for a draft.

The tools look at the drawing, its mask or its prediction once, here; the edit that comes out needs none of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from core.errors import EditError
from core.raster.checks import Point
from core.raster.cut import cut
from core.raster.edits import (
    Clear,
    Edit,
    FillHoles,
    Grow,
    KeepLargest,
    RemoveSpecks,
    Smooth,
    apply,
    back_to,
    region,
)
from core.raster.expected import Foreground, expected_foreground
from core.raster.fill import fill
from core.raster.images import Image
from core.raster.intent import refuse_slip
from core.raster.masks import Mask
from core.raster.pick import pick
from core.raster.snap import snap
from core.store import annotations, drawings, predictions
from core.store.annotations import Annotation
from core.store.drawings import Drawing
from core.store.workspace import Workspace

Look: TypeAlias = Callable[[Workspace, Drawing], Image]

SPECK_SHARE = 1e-4
"""A piece below this share of the drawing is a speck: 24 x 24 pixels on a scan of 3000 x 2000."""


@dataclass(frozen=True)
class Gesture:
    """A tool of `TOOLS` used for one class, and where: `points` are (row, column) in pixels of the drawing.

    Fill and pick need one point, cut the ends of its line, the others none. The rest are choices of one tool each,
    None being the tool's own: fill bridges gaps of up to `gap_px`, cut takes the side away that holds `away`, keep
    largest keeps `count` parts, remove specks removes what has fewer than `smallest_px` pixels.
    """

    tool: str
    label: int
    points: tuple[Point, ...] = ()
    gap_px: float | None = None
    away: Point | None = None
    count: int | None = None
    smallest_px: int | None = None


@dataclass(frozen=True)
class _Sight:
    """What a tool may look at: one draft, and its mask as it is now."""

    ws: Workspace
    draft: Annotation
    mask: Mask
    look: Look

    @property
    def image(self) -> Image:
        return self.look(self.ws, drawings.get(self.ws, self.draft.drawing_id))

    def foreground(self, label: int) -> Foreground | None:
        """How probably each place belongs to a class, as the model read it and people drew it since; None if unread.

        What people erased says nothing: one may start from an empty mask.
        """
        prediction = predictions.newest(self.ws, self.draft.drawing_id)
        if prediction is None:
            return None
        probabilities = predictions.probabilities(self.ws, prediction)
        return expected_foreground(probabilities, self.mask, label)


def meant(ws: Workspace, draft: Annotation, made: Edit | Gesture, *, look: Look = drawings.image) -> Edit:
    """The edit that a stroke, an outline or a gesture means; nothing is stored yet. `look` gives a drawing's pixels.

    Raises EditError, with the reason as a sentence, where it can only be a slip: see `refuse_slip`, `fill`, `pick`,
    `cut` and `snap`; and for a gesture that would change nothing.
    """
    if not isinstance(made, Gesture):
        drawing = drawings.get(ws, draft.drawing_id)
        refuse_slip(made, drawing.height_px, drawing.width_px)
        return made
    sight = _Sight(ws, draft, annotations.mask(ws, draft), look)
    edit = TOOLS[made.tool](sight, made)
    if np.array_equal(apply(sight.mask, edit), sight.mask):
        raise EditError("The mask is like this already: nothing has changed.")
    return edit


def _fill(sight: _Sight, made: Gesture) -> Edit:
    (point,) = made.points
    area = fill(sight.image, point, gap_px=made.gap_px, foreground=sight.foreground(made.label))
    gap_setting = {} if made.gap_px is None else {"gap_px": made.gap_px}
    return region(area, made.label, "fill", point=list(point), **gap_setting)


def _pick(sight: _Sight, made: Gesture) -> Edit:
    (point,) = made.points
    area = pick(sight.image, point, foreground=sight.foreground(made.label))
    return region(area, made.label, "pick", point=list(point))


def _remove_specks(sight: _Sight, made: Gesture) -> Edit:
    usual_px = max(1, round(SPECK_SHARE * sight.mask.size))
    return RemoveSpecks(made.label, usual_px if made.smallest_px is None else made.smallest_px)


def _return_to_prediction(sight: _Sight, _: Gesture) -> Edit:
    prediction = predictions.newest(sight.ws, sight.draft.drawing_id)
    if prediction is None:
        raise EditError("The model has not read this drawing yet. Start it on the page Predict.")
    return back_to(sight.mask, predictions.mask(sight.ws, prediction))


TOOLS: Mapping[str, Callable[[_Sight, Gesture], Edit]] = {
    "fill": _fill,
    "pick": _pick,
    "cut": lambda sight, made: cut(sight.mask, made.points, made.label, away=made.away),
    "snap": lambda sight, made: snap(sight.image, sight.mask, made.label),
    "fill holes": lambda _, made: FillHoles(made.label),
    "remove specks": _remove_specks,
    "grow": lambda _, made: Grow(made.label, 1),
    "shrink": lambda _, made: Grow(made.label, -1),
    "smooth": lambda _, made: Smooth(made.label),
    "keep largest": lambda _, made: KeepLargest(made.label, 1 if made.count is None else made.count),
    "empty": lambda _, __: Clear(),
    "prediction": _return_to_prediction,
}
