"""When more corrections stop making the model better: a saturating curve through a workspace's own retrainings.

No TensorFlow. See docs/decisions/stop-advice.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.learn.comparison import SAME_IOU

FEWEST_RETRAININGS = 3
_FEWEST_NEW = 10  # of the corrections that "the last" ones are
_SMALLEST_ERROR = 0.002  # of a measured gain: no run repeats another more exactly
_CERTAIN = 1.96
_SCALES = np.geomspace(3, 3000, 60)  # corrections after which the rest of the gain is a third (1/e) of what it was


@dataclass(frozen=True)
class Retraining:
    """A new model compared with the champion of then, on test drawings.

    `before` and `after` are the corrections that either was trained with, `gain` the new one's mean IoU minus the
    champion's with its standard error.
    """

    before: int
    after: int
    gain: float
    error: float


@dataclass(frozen=True)
class Gain:
    """So many corrections gained, or are to gain, so much mean IoU, give or take a standard error."""

    corrections: int
    iou: float
    error: float

    @property
    def is_certain(self) -> bool:
        """Whether it is more than chance, one way or the other."""
        return abs(self.iou) > _CERTAIN * self.error

    @property
    def at_most(self) -> float:
        return self.iou + _CERTAIN * self.error


@dataclass(frozen=True)
class Outlook:
    """What the last corrections gained, and what as many more probably will; None where nobody can tell."""

    last: Gain | None
    coming: Gain | None

    @property
    def is_enough(self) -> bool:
        """Whether more corrections will hardly make the model better."""
        return self.coming is not None and self.coming.iou < SAME_IOU and self.coming.at_most < 2 * SAME_IOU


def look_ahead(retrainings: Sequence[Retraining]) -> Outlook:
    """The outlook after these retrainings, the oldest first; those that learnt nothing new do not count."""
    useful = [one for one in retrainings if one.after > one.before]
    if not useful:
        return Outlook(None, None)
    last = _last_gain(useful)
    return Outlook(last, _coming_gain(useful, last.corrections) if len(useful) >= FEWEST_RETRAININGS else None)


def advise(outlook: Outlook) -> str:
    """The outlook in plain words."""
    last, coming = outlook.last, outlook.coming
    if last is None:
        return (
            "Too few retrainings to tell what more corrections will gain: none was compared with the model before it "
            "on test drawings yet."
        )
    gained = f"The last {_corrections(last.corrections)} gained {last.iou:.3f}"
    if last.iou < 0:
        gained = f"With the last {_corrections(last.corrections)} the model lost {-last.iou:.3f}"
    if not last.is_certain:
        gained += f" (give or take {_CERTAIN * last.error:.3f}, so it may be chance)"
    if coming is None:
        return f"{gained}. Too few retrainings to tell what the next will gain: it takes {FEWEST_RETRAININGS}."
    if outlook.is_enough:
        return f"{gained}; the next {coming.corrections} will hardly gain anything. The model has learnt what it can."
    if last.iou <= 0:
        return f"{gained}; the next {coming.corrections} may gain about {coming.iou:.3f}."
    if coming.iou > 0.8 * last.iou:
        return f"{gained}; the next {coming.corrections} will probably gain about as much."
    return f"{gained}; the next {coming.corrections} will probably gain less, about {coming.iou:.3f}."


def _last_gain(retrainings: Sequence[Retraining]) -> Gain:
    """Of the last retraining, and of those before it until they had enough corrections together."""
    corrections, gain, variance = 0, 0.0, 0.0
    for one in reversed(retrainings):
        if corrections >= _FEWEST_NEW:
            break
        corrections += one.after - one.before
        gain += one.gain
        variance += _error(one) ** 2
    return Gain(corrections, gain, float(np.sqrt(variance)))


def _coming_gain(retrainings: Sequence[Retraining], corrections: int) -> Gain:
    """What curves level - b exp(-n / scale) with b >= 0 say that were fitted to the gains; the better a fit, the more
    it counts. Each retraining measured a difference, so the level cancels out and b follows from least squares.
    """
    at = np.array([[one.before, one.after] for one in retrainings], np.float64)
    at -= at.min()  # which changes b alone
    gains = np.array([one.gain for one in retrainings])
    errors = np.array([_error(one) for one in retrainings])
    rises = _rise(at[:, 0], at[:, 1]) / errors  # (scales, retrainings)
    squares = (rises**2).sum(axis=1)
    heights = np.maximum(0, (rises * (gains / errors)).sum(axis=1) / squares)
    misfits = ((heights[:, None] * rises - gains / errors) ** 2).sum(axis=1)
    weights = np.exp(-(misfits - misfits.min()) / 2)
    weights /= weights.sum()
    ahead = _rise(at[-1:, 1], at[-1:, 1] + corrections)[:, 0]
    mean = float((weights * heights * ahead).sum())
    variance = float((weights * ((heights * ahead - mean) ** 2 + ahead**2 / squares)).sum())
    return Gain(corrections, mean, float(np.sqrt(variance)))


def _rise(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each curve of height 1 rises between two numbers of corrections, (scales, N)."""
    scales = _SCALES[:, None]
    return np.exp(-before / scales) - np.exp(-after / scales)


def _error(one: Retraining) -> float:
    return max(one.error, _SMALLEST_ERROR)


def _corrections(count: int) -> str:
    return "correction" if count == 1 else f"{count} corrections"
