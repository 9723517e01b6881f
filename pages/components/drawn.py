"""What goes to a canvas and what comes back, whichever component it is."""

from dataclasses import dataclass
from typing import Any

from core.raster.edits import Edit
from core.store.annotations import Annotation
from core.store.drawings import Drawing
from core.store.gestures import Gesture


@dataclass(frozen=True)
class Sheet:
    """What lies on a canvas: a drawing, and the mask of its draft; another `number`, and it is to be shown anew.

    `refusal` says why the last thing drawn is no edit; "" if it is one.
    """

    drawing: Drawing
    draft: Annotation
    number: int
    refusal: str = ""


@dataclass(frozen=True)
class Act:
    """One thing that was drawn or pointed at, in image pixels.

    `mark` is the browser's own name for it, by which it is recognised when it is sent again; "" where it has none.
    `draft_id` is the draft it was drawn on, None if it can only be the open one.
    """

    made: Edit | Gesture
    mark: str = ""
    draft_id: int | None = None


@dataclass(frozen=True)
class Drawn:
    """What was drawn since the last call, in order.

    `is_late` says that the canvas does not show it: it was drawn on a view that is gone. `refusal` says what could
    not be understood. `receipt` is what the canvas needs to know all this again once it is saved; None when there is
    nothing.
    """

    acts: tuple[Act, ...] = ()
    is_late: bool = False
    refusal: str = ""
    receipt: Any = None
