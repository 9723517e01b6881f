"""How well one number ranks drawings by another."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = Sequence[float] | NDArray[np.floating]


def spearman(one: Numbers, other: Numbers) -> float:
    """The rank correlation; nan where either is the same for all."""
    from scipy import stats

    return float(stats.spearmanr(one, other).statistic)


def share_of_worst_found(uncertainties: Numbers, ious: Numbers) -> float:
    """Which share of the worst fifth is among the most uncertain fifth."""
    fifth = max(1, len(ious) // 5)
    worst = np.argsort(ious, kind="stable")[:fifth]
    doubted = np.argsort(-np.asarray(uncertainties), kind="stable")[:fifth]
    return len(set(worst.tolist()) & set(doubted.tolist())) / fifth
