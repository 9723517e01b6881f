"""In which order drawings are best corrected: plain functions of what the model said of each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

_ARCHIVE_COUNTS_AS = 10  # drawings, in the mean of a publication: two odd drawings are not yet a style
_CHOSEN_ONE_BY_ONE = 300  # more than a day's work: what comes after them is ordered anew before anybody gets there


@dataclass(frozen=True)
class Candidates:
    """What is known of N drawings; row i of every array is about the same one.

    `uncertainty` estimates 1 - IoU in 0..1 and is NaN where nothing is predicted yet. `suspicion` in 0..1 is how
    surely a check found the mask wrong. `features` are vectors of unit length, zeros where unknown.
    """

    ids: NDArray[np.int64]  # (N,)
    uncertainty: NDArray[np.float32]  # (N,)
    suspicion: NDArray[np.float32]  # (N,)
    publications: NDArray[np.int64]  # (N,)
    features: NDArray[np.float32]  # (N, 32)


Strategy: TypeAlias = Callable[[Candidates, int], NDArray[np.intp]]
"""(candidates, seed) -> every row once, what to correct first comes first.

The same seed gives the same order, and rows that are alike keep the order they came in.
"""


def most_uncertain(candidates: Candidates, seed: int = 0) -> NDArray[np.intp]:
    """The least certain first; what is not predicted yet comes last."""
    return np.argsort(-candidates.uncertainty, kind="stable")  # NaN sorts last


def most_instructive(candidates: Candidates, seed: int = 0) -> NDArray[np.intp]:
    """Uncertain ones, unlike each other, of publications that are uncertain as a whole; the rest by uncertainty.

    Each choice is the largest product of the drawing's uncertainty, its publication's mean uncertainty (where that is
    high, the model does not know the style, and one correction teaches something of all), the cosine distance to the
    nearest one chosen before (farthest-first traversal, as in Sener and Savarese 2018, weighted), and 1 / sqrt(1 +
    those chosen before from the same publication). Drawings without features are as far from all others as unrelated
    ones. What it gains is measured in docs/decisions/active-learning.md.
    """
    by_uncertainty = most_uncertain(candidates, seed)
    read = by_uncertainty[: np.count_nonzero(~np.isnan(candidates.uncertainty))]
    chosen = read[_spread(candidates, read)]
    is_left = np.ones(len(by_uncertainty), bool)
    is_left[chosen] = False
    return np.concatenate([chosen, by_uncertainty[is_left[by_uncertainty]]])


def probably_wrong(candidates: Candidates, seed: int = 0) -> NDArray[np.intp]:
    """What the checks suspect first, the surest suspicion at the top; among equals the least certain first."""
    by_uncertainty = most_uncertain(candidates, seed)
    return by_uncertainty[np.argsort(-candidates.suspicion[by_uncertainty], kind="stable")]


def random(candidates: Candidates, seed: int = 0) -> NDArray[np.intp]:
    """Any order: what the others are measured against, and a fair sample."""
    return np.random.default_rng(seed).permutation(len(candidates.ids)).astype(np.intp)


def in_order(candidates: Candidates, seed: int = 0) -> NDArray[np.intp]:
    """As they were added."""
    return np.argsort(candidates.ids, kind="stable")


STRATEGIES: Mapping[str, Strategy] = {
    "probably wrong": probably_wrong,
    "most uncertain": most_uncertain,
    "most instructive": most_instructive,
    "random": random,
    "in order": in_order,
}
DEFAULT_STRATEGY = "probably wrong"


def _spread(candidates: Candidates, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which of the rows to take, one after the other: positions in `rows`, at most _CHOSEN_ONE_BY_ONE of them."""
    features, uncertainty = candidates.features[rows], candidates.uncertainty[rows]
    publications, publication = np.unique(candidates.publications[rows], return_inverse=True)
    worth = uncertainty * _means(uncertainty, publication)[publication]
    taken = np.zeros(len(publications), np.float32)
    distance = np.ones(len(rows), np.float32)
    chosen = np.empty(min(len(rows), _CHOSEN_ONE_BY_ONE), np.intp)
    for number in range(len(chosen)):
        gain = worth * distance / np.sqrt(1 + taken)[publication]
        gain[chosen[:number]] = -1
        best = chosen[number] = np.argmax(gain)
        taken[publication[best]] += 1
        np.minimum(distance, np.maximum(1 - features @ features[best], 0), out=distance)
    return chosen


def _means(uncertainty: NDArray[np.float32], publication: NDArray[np.intp]) -> NDArray[np.float64]:
    """The mean uncertainty of each publication, as if some more of its drawings had that of the archive."""
    of_archive = uncertainty.sum() / max(1, len(uncertainty))
    sums, counts = np.bincount(publication, uncertainty), np.bincount(publication)
    return (sums + _ARCHIVE_COUNTS_AS * of_archive) / (counts + _ARCHIVE_COUNTS_AS)
