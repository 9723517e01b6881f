"""How good the predictions probably are that nobody reviewed, publication by publication, without their truth."""

import logging
import time
from dataclasses import dataclass

from core.errors import CorruptBlobError, MaskSizeError, NotFoundError
from core.infer.quality import Decided, Estimate, HeldOut, estimate_remaining, fit, hold_out, mean_error
from core.learn.evaluation import class_iou
from core.store import agreements, annotations, predictions, publications
from core.store.annotations import Annotation
from core.store.predictions import Prediction
from core.store.workspace import Workspace

log = logging.getLogger(__name__)

_COMPARED_AT_MOST = 500  # decided drawings: more would change no estimate
_AT_ONCE = 8


@dataclass(frozen=True)
class PublicationEstimate:
    """What to expect of a publication's predictions that nobody decided about."""

    name: str
    estimate: Estimate


@dataclass(frozen=True)
class Quality:
    """Estimates by publication, the worst first, and how far such estimates are off where the truth is known.

    They rest on `decided` drawings; `unseen` more were approved without a look and count for nothing.
    """

    publications: tuple[PublicationEstimate, ...]
    held_out: tuple[HeldOut, ...]
    decided: int
    unseen: int

    @property
    def mean_error(self) -> float | None:
        """None where no publication has enough decided drawings to test an estimate on."""
        return mean_error(self.held_out) if self.held_out else None


def is_comparison_due(ws: Workspace) -> bool:
    """Whether `compare_decided` has something to do."""
    return bool(agreements.missing(ws, 1, among=_COMPARED_AT_MOST))


def compare_decided(ws: Workspace, *, seconds: float) -> bool:
    """Compare predictions with the masks that people approved since, for about so long; whether any are left."""
    give_up = time.monotonic() + seconds
    while waiting := agreements.missing(ws, _AT_ONCE, among=_COMPARED_AT_MOST):
        for approved in waiting:
            if time.monotonic() > give_up:
                return True
            shown = agreements.untaught_prediction(ws, approved)
            iou = None if shown is None else _iou(ws, approved, shown)
            agreements.save(ws, approved.id, shown.id if shown else None, iou)
    return False


def quality(ws: Workspace) -> Quality:
    """How good the predictions probably are that nobody decided about; see `compare_decided`."""
    known, waiting = agreements.agreements(ws), agreements.unreviewed(ws)
    fitted = fit(Decided(known.uncertainty, known.iou, known.publications))
    names = {publication.id: publication.name for publication in publications.list_publications(ws)}
    found = [
        PublicationEstimate(names[one.publication_id], one)
        for one in estimate_remaining(fitted, waiting.uncertainty, waiting.publications)
        if one.publication_id in names
    ]
    found.sort(key=lambda one: one.estimate.iou)
    return Quality(tuple(found), tuple(hold_out(fitted)), len(known.iou), known.unseen)


def _iou(ws: Workspace, approved: Annotation, shown: Prediction) -> float | None:
    """None where one of the masks cannot be read: one damaged file shall not keep all others from being compared."""
    try:
        return class_iou(annotations.mask(ws, approved), predictions.mask(ws, shown))
    except (CorruptBlobError, MaskSizeError, NotFoundError) as error:
        log.warning("annotation %d is not compared: %s", approved.id, error)
        return None
