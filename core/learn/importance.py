"""Which of the varied settings mattered in a search."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.learn.tuning import Trial

ENOUGH_TRIALS = 8  # finished ones, before it can be said at all
_GROUPS = 3  # of a number: low, middle, high


def importances(trials: Sequence[Trial], varied: Sequence[str]) -> dict[str, float]:
    """How much of the differences between the scores each setting explains by itself, 0 to 1, the most first.

    Epsilon squared of a one-way analysis of variance (Kelley 1935), which allows for chance: a setting with many
    options does not look important for that alone. Empty as long as too few trials are finished to say.
    """
    finished = [trial for trial in trials if trial.score is not None]
    if len(finished) < ENOUGH_TRIALS:
        return {}
    scores = np.array([trial.score for trial in finished])
    shares = {name: _share([trial.choices[name] for trial in finished], scores) for name in varied}
    return dict(sorted(shares.items(), key=lambda share: -share[1]))


def _share(values: Sequence[Any], scores: np.ndarray) -> float:
    groups = _grouped(values)
    names = np.unique(groups)
    total = np.var(scores, ddof=1)
    if total == 0 or not 1 < len(names) < len(scores):
        return 0.0
    within = sum(float(((scores[groups == name] - scores[groups == name].mean()) ** 2).sum()) for name in names)
    return float(np.clip(1 - within / (len(scores) - len(names)) / total, 0.0, 1.0))


def _grouped(values: Sequence[Any]) -> np.ndarray:
    if isinstance(values[0], float):
        return np.argsort(np.argsort(values)) * _GROUPS // len(values)
    return np.array([str(value) for value in values])
