"""What lies open on the page Correct: one drawing and its draft, as this session last saw them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.errors import EditError, FrozenError, NotFoundError, StaleVersionError
from core.raster.edits import Edit
from core.store import annotations, asides, drawings, gestures
from core.store.annotations import Annotation
from core.store.drawings import Drawing
from core.store.gestures import Gesture, Look
from core.store.workspace import Workspace
from pages.components.drawn import Act, Drawn, Sheet

_IDLE_SECONDS = 30.0  # a longer pause is no work


@dataclass(frozen=True)
class Desk:
    """`holder` is the tab that has the lease; `touched` is when (time.monotonic) somebody last did something here.

    `notice` tells what somebody else did meanwhile; `aside` is the version that keeps what was drawn here therefore,
    and `has_parted` says that the page does not show yet how things are now.
    `refusal` tells why the last thing that was drawn or asked for is no edit. `number` counts how often the mask
    became another one than the canvas shows: while it stays, all that was done are strokes that are in view already.
    """

    drawing: Drawing
    draft: Annotation
    number: int = 1
    touched: float = 0.0
    holder: str = ""
    notice: str = ""
    aside: Annotation | None = None
    has_parted: bool = False
    refusal: str = ""

    @property
    def sheet(self) -> Sheet:
        return Sheet(self.drawing, self.draft, self.number, self.refusal)

    @property
    def seconds(self) -> float:
        """Seconds of work since something was last done here; a long pause counts as a short one."""
        return min(time.monotonic() - self.touched, _IDLE_SECONDS)


def open_desk(ws: Workspace, drawing: Drawing, author: str, before: Desk | None, *, holder: str = "") -> Desk:
    """The drawing's draft on the desk; if `before` is the same drawing, what it said is still there."""
    draft = annotations.open_draft(ws, drawing.id, author)
    number = before.number + 1 if before else 1
    if before and before.drawing.id == drawing.id:
        known = replace(before, drawing=drawing, draft=draft, number=number, holder=holder)
        return replace(known, aside=None, has_parted=False)
    return Desk(drawing, draft, number, touched=time.monotonic(), holder=holder)


def draw(ws: Workspace, desk: Desk, drawn: Drawn, author: str, look: Look = drawings.image) -> Desk:
    """The desk with all that was drawn saved; what is refused vanishes from the canvas and leaves its reason.

    After a gesture there is a new mask to show. What is saved already, because the browser sent it again, is left
    out; and the same thing twice in a row (a double click) counts once. What was drawn on a draft that somebody
    decided since, or that went on elsewhere, becomes a version of its own. `look` gives a drawing's pixels.
    """
    acts = _new_acts(ws, desk, drawn)
    is_amiss = bool(drawn.refusal or (acts and drawn.is_late))
    done = replace(_seen_anew(desk) if is_amiss else desk, refusal=drawn.refusal)
    for act in acts:
        done = _do(ws, done, act, author, look)
    return done


def ask(ws: Workspace, desk: Desk, gesture: Gesture, author: str, look: Look = drawings.image) -> Desk:
    """The desk with an operation on the whole mask done."""
    return draw(ws, desk, Drawn((Act(gesture),)), author, look)


def save(
    ws: Workspace,
    desk: Desk,
    edits: Sequence[Edit],
    author: str,
    *,
    is_late: bool = False,
    marks: Sequence[str] = (),
) -> Desk:
    """The desk with the edits on the disk; `is_late` says that the canvas does not show them yet.

    If somebody else went on meanwhile, nobody's work is overwritten and none is dropped: the desk shows how far they
    are, and the edits are kept in a version of their own, `aside`, unless it was these very edits that were saved.
    """
    if desk.aside is not None:
        return replace(desk, aside=asides.extend(ws, desk.aside, edits, marks=marks))
    try:
        told = {"author": author, "seconds": desk.seconds, "holder": desk.holder}
        draft = annotations.append(ws, desk.draft, edits, **told, marks=marks)
    except (StaleVersionError, FrozenError):
        if marks and annotations.known_marks(ws, desk.drawing.id, marks) == set(marks):
            return replace(_caught_up(ws, desk, author), notice="")
        return _set_aside(ws, desk, desk.draft, edits, author, marks)
    saved = replace(desk, draft=draft, touched=time.monotonic(), notice="")
    return _seen_anew(saved) if is_late else saved


def decide(ws: Workspace, desk: Desk, decision: str, author: str) -> Desk:
    """The desk with its draft "approved" or "rejected"; it still lies there if somebody else went on meanwhile."""
    act = {"approved": annotations.approve, "rejected": annotations.reject}[decision]
    try:
        return replace(desk, draft=act(ws, desk.draft, author=author, seconds=desk.seconds, holder=desk.holder))
    except (StaleVersionError, FrozenError):
        return _caught_up(ws, desk, author)


def leave(ws: Workspace, desk: Desk) -> None:
    """Count the time that was spent on a drawing which is put off."""
    annotations.spend(ws, desk.draft, desk.seconds)


def _new_acts(ws: Workspace, desk: Desk, drawn: Drawn) -> list[Act]:
    """What was drawn without what is saved already, and without the second of two equal acts."""
    marks = [act.mark for act in drawn.acts if act.mark]
    known = annotations.known_marks(ws, desk.drawing.id, marks) if marks else set()
    acts = [act for act in drawn.acts if act.mark not in known]
    return [act for before, act in zip([None, *acts], acts, strict=False) if before is None or before.made != act.made]


def _do(ws: Workspace, desk: Desk, act: Act, author: str, look: Look) -> Desk:
    try:
        seen = desk.draft if act.draft_id in (None, desk.draft.id) else annotations.get(ws, act.draft_id)
        edit = gestures.meant(ws, desk.aside or seen, act.made, look=look)
    except (EditError, NotFoundError) as error:
        return replace(_seen_anew(desk), refusal=str(error))
    marks = [act.mark] if act.mark else []
    if seen.id != desk.draft.id and desk.aside is None:
        return _set_aside(ws, desk, seen, [edit], author, marks)
    return save(ws, desk, [edit], author, is_late=isinstance(act.made, Gesture), marks=marks)


def _set_aside(
    ws: Workspace, desk: Desk, seen: Annotation, edits: Sequence[Edit], author: str, marks: Sequence[str]
) -> Desk:
    aside = asides.set_aside(ws, seen, edits, author=author, seconds=desk.seconds, marks=marks)
    return replace(_caught_up(ws, desk, author), aside=aside, touched=time.monotonic())


def undo(ws: Workspace, desk: Desk, author: str) -> Desk:
    return _moved(ws, desk, annotations.undo, author)


def redo(ws: Workspace, desk: Desk, author: str) -> Desk:
    return _moved(ws, desk, annotations.redo, author)


def _moved(ws: Workspace, desk: Desk, move, author: str) -> Desk:
    try:
        draft = move(ws, desk.draft, seconds=desk.seconds, holder=desk.holder)
    except (StaleVersionError, FrozenError):
        return _caught_up(ws, desk, author)
    return _seen_anew(replace(desk, draft=draft, touched=time.monotonic(), notice="", refusal=""))


def _caught_up(ws: Workspace, desk: Desk, author: str) -> Desk:
    """The desk as somebody else left the drawing."""
    theirs = annotations.get(ws, desk.draft.id)
    draft = annotations.open_draft(ws, desk.drawing.id, author)
    notice = "" if theirs == desk.draft else f"{_happened(ws, theirs)} This is how it looks now."
    return _seen_anew(replace(desk, draft=draft, notice=notice, has_parted=True))


def _happened(ws: Workspace, theirs: Annotation) -> str:
    if theirs.is_draft and not theirs.edit_count:
        return "The model has read this drawing again meanwhile."
    what = {"draft": "went on with", annotations.ASIDE: "chose another version of"}.get(theirs.status, theirs.status)
    return f"{annotations.last_touched_by(ws, theirs)} {what} this drawing meanwhile."


def _seen_anew(desk: Desk) -> Desk:
    """The desk with a mask that the canvas does not show yet."""
    return replace(desk, number=desk.number + 1)
