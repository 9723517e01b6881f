"""How good predictions are that nobody has looked at: estimated from those that people decided.

A monotone calibration (isotonic regression) turns the uncertainty of a prediction into the IoU to expect; each
publication is as much harder or easier than that as its own decided drawings say. See docs/decisions/stop-advice.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Ids = NDArray[np.int64]

FEWEST_HELD_OUT = 5  # with fewer decided drawings a publication's mean IoU is no truth to test an estimate on
_MOST_HELD_OUT = 40  # publications; more take time and tell nothing new
_STEP = 0.01  # uncertainties that differ by less count as one
_PRIOR_UNCERTAINTY = np.linspace(0.0, 1.0, 21)  # the reader gives an estimate of 1 - IoU: as good as 10 drawings
_PRIOR_WEIGHT = 0.5
_PRIOR_SPREAD = 0.6  # of a publication's errors, as a share of those expected; as good as three publications
_PRIOR_PUBLICATIONS = 3.0
_PRIOR_DISPERSION = 0.15  # variance of one drawing's error in units of the error expected; as good as 10 drawings
_PRIOR_DRAWINGS = 10.0
_CERTAIN = 1.96  # standard deviations either side: 95 %


@dataclass(frozen=True)
class Decided:
    """Predictions whose drawings people decided: each one's uncertainty, its IoU with the approved mask, and the id of
    its publication; all (N,).
    """

    uncertainty: Numbers
    iou: Numbers
    publications: Ids

    def __len__(self) -> int:
        return len(self.iou)

    def only(self, chosen: NDArray[np.bool_]) -> "Decided":
        return Decided(self.uncertainty[chosen], self.iou[chosen], self.publications[chosen])

    def of(self, publication_id: int) -> "Decided":
        return self.only(self.publications == publication_id)


NOTHING = Decided(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))


@dataclass(frozen=True)
class Calibration:
    """The IoU to expect at some uncertainties, both (K,); between them on straight lines, beyond them as at the end."""

    uncertainty: Numbers
    iou: Numbers

    def expected_iou(self, uncertainty: Numbers) -> Numbers:
        """The IoU to expect, (N,) within 0 to 1; where the uncertainty is higher it is never higher."""
        return np.interp(uncertainty, self.uncertainty, self.iou)


@dataclass(frozen=True)
class Estimate:
    """The mean IoU to expect of the `count` predictions of a publication that nobody decided about.

    In 19 of 20 cases the truth should lie from `low` to `high`. `decided` drawings of the publication were known.
    """

    publication_id: int
    count: int
    decided: int
    iou: float
    low: float
    high: float


@dataclass(frozen=True)
class HeldOut:
    """A publication estimated as if none of its drawings were decided, and what its mean IoU really is."""

    publication_id: int
    count: int
    estimated: float
    low: float
    high: float
    true: float

    @property
    def error(self) -> float:
        return abs(self.estimated - self.true)


@dataclass(frozen=True)
class Fitted:
    """What decided drawings teach: the calibration, and how far publications and single drawings are from it.

    `spread` is the standard deviation of a publication's factor on the error expected, `dispersion` the variance of a
    drawing's error in units of it. `left_out` has, for the largest publications, the calibration without them.
    """

    decided: Decided
    calibration: Calibration
    spread: float
    dispersion: float
    left_out: Mapping[int, Calibration]


def calibrate(uncertainty: Numbers, iou: Numbers) -> Calibration:
    """Isotonic regression of IoU on uncertainty, (N,) each, over what the reader itself says: IoU = 1 - uncertainty.

    With no pairs it is that; it counts for as much as ten drawings. Pool adjacent violators: Ayer et al. 1955.
    """
    at = np.concatenate([np.clip(uncertainty, 0, 1), _PRIOR_UNCERTAINTY])
    found = np.concatenate([np.clip(iou, 0, 1), 1 - _PRIOR_UNCERTAINTY])
    weights = np.concatenate([np.ones(len(iou)), np.full(len(_PRIOR_UNCERTAINTY), _PRIOR_WEIGHT)])
    bins = np.rint(at / _STEP).astype(int)
    sums = np.zeros((bins.max() + 1, 3))
    np.add.at(sums, bins, weights[:, None] * np.stack([np.ones(len(at)), found, at], axis=1))
    sums = sums[sums[:, 0] > 0]
    blocks = _pool([(float(weight), float(total)) for weight, total, _ in sums])
    iou = np.repeat([total / weight for weight, total, _ in blocks], [size for _, _, size in blocks])
    return Calibration(sums[:, 2] / sums[:, 0], np.clip(iou, 0, 1))


def fit(decided: Decided) -> Fitted:
    """Errors (1 - IoU) as they lie around those expected from the uncertainty; with nothing decided, the priors."""
    calibration = _calibrated(decided)
    expected = 1 - calibration.expected_iou(decided.uncertainty)
    left_out = {name: _calibrated(decided.only(decided.publications != name)) for name in _large_publications(decided)}
    prior = _PRIOR_DRAWINGS * max(_STEP, float(expected.mean()) if len(decided) else 0.1)
    squares = float(((1 - decided.iou - expected) ** 2).sum())
    dispersion = (squares + _PRIOR_DISPERSION * prior) / (float(expected.sum()) + prior)
    offs = [_squared_factor(decided.of(name), without, dispersion) for name, without in left_out.items()]
    spread = (sum(offs) + _PRIOR_PUBLICATIONS * _PRIOR_SPREAD**2) / (len(offs) + _PRIOR_PUBLICATIONS)
    return Fitted(decided, calibration, float(np.sqrt(spread)), dispersion, left_out)


def estimate_remaining(fitted: Fitted, uncertainty: Numbers, publications: Ids) -> list[Estimate]:
    """What to expect of predictions with these uncertainties in these publications, (N,) each; by publication id."""
    found = []
    for publication_id in np.unique(publications).tolist():
        remaining = uncertainty[publications == publication_id]
        own = fitted.decided.of(publication_id)
        iou, low, high = _expect(fitted, own, remaining)
        found.append(Estimate(publication_id, len(remaining), len(own), iou, low, high))
    return found


def hold_out(fitted: Fitted) -> list[HeldOut]:
    """Each publication with enough decided drawings, estimated from all the others: how far such estimates are off."""
    found = []
    for publication_id, without in fitted.left_out.items():
        own = fitted.decided.of(publication_id)
        expected = _expect(replace(fitted, calibration=without), NOTHING, own.uncertainty)
        found.append(HeldOut(publication_id, len(own), *expected, true=float(own.iou.mean())))
    return found


def mean_error(held_out: Sequence[HeldOut]) -> float:
    """Mean absolute error of the estimates of a publication's mean IoU; nan without any."""
    return float(np.mean([one.error for one in held_out])) if held_out else float("nan")


def _pool(bins: Sequence[tuple[float, float]]) -> list[tuple[float, float, int]]:
    """Weight and weighted IoU of bins in the order of their uncertainty, merged until the mean IoU never rises; the
    third number is how many bins became one.
    """
    pooled: list[tuple[float, float, int]] = []
    for weight, total in bins:
        size = 1
        while pooled and total * pooled[-1][0] > pooled[-1][1] * weight:
            before = pooled.pop()
            weight, total, size = before[0] + weight, before[1] + total, before[2] + size
        pooled.append((weight, total, size))
    return pooled


def _squared_factor(own: Decided, without: Calibration, dispersion: float) -> float:
    """How far, squared, a publication's factor is from 1, beyond what its few drawings make it be by chance."""
    expected = float((1 - without.expected_iou(own.uncertainty)).sum())
    off = float((1 - own.iou).sum()) / max(expected, _STEP) - 1
    return max(0.0, off**2 - dispersion / max(expected, _STEP))


def _expect(fitted: Fitted, own: Decided, uncertainty: Numbers) -> tuple[float, float, float]:
    """Mean IoU to expect, and the ends of its interval, of a publication with the decided drawings `own`.

    A publication's factor on the error has mean 1 before its own drawings are seen (a gamma distribution): with them it
    moves towards what they show, the more of them there are.
    """
    errors = 1 - fitted.calibration.expected_iou(uncertainty)
    shape = 1 / max(fitted.spread, 1e-3) ** 2
    seen = float((1 - own.iou).sum()) / fitted.dispersion
    expected = float((1 - fitted.calibration.expected_iou(own.uncertainty)).sum()) / fitted.dispersion
    factor = (shape + seen) / (shape + expected)
    variance = (shape + seen) / (shape + expected) ** 2
    mean = float(errors.mean())
    reach = _CERTAIN * float(np.sqrt(variance * mean**2 + fitted.dispersion * factor * mean / len(errors)))
    iou = 1 - factor * mean
    return tuple(float(np.clip(value, 0, 1)) for value in (iou, iou - reach, iou + reach))  # type: ignore[return-value]


def _large_publications(decided: Decided) -> list[int]:
    """The largest publications of those with enough decided drawings."""
    ids, counts = np.unique(decided.publications, return_counts=True)
    largest = np.argsort(-counts, kind="stable")[:_MOST_HELD_OUT]
    return [int(ids[place]) for place in sorted(largest) if counts[place] >= FEWEST_HELD_OUT]


def _calibrated(decided: Decided) -> Calibration:
    return calibrate(decided.uncertainty, decided.iou)
