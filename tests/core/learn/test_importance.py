import numpy as np
import pytest

from core.learn.importance import importances
from core.learn.tuning import Trial


def trial(number: int, score: float | None, **choices) -> Trial:
    return Trial(number, "finished" if score is not None else "pruned", choices, score)


def test_setting_that_decides_comes_first_and_one_that_does_not_matter_gets_hardly_anything():
    rng = np.random.default_rng(0)
    trials = [
        trial(
            n,
            (0.9 if n % 2 else 0.3) + rng.normal(0, 0.01),
            loss=("dice", "focal")[n % 2],
            image_size=rng.choice([192, 256]),
        )
        for n in range(12)
    ]
    shares = importances(trials, ("image_size", "loss"))
    assert list(shares) == ["loss", "image_size"]
    assert shares["loss"] > 0.95
    assert shares["image_size"] < 0.3


def test_number_matters_by_being_low_or_high():
    trials = [trial(n, 0.5 + 0.04 * n, learning_rate=10 ** (-4 + n / 6)) for n in range(12)]
    assert importances(trials, ("learning_rate",))["learning_rate"] > 0.8


@pytest.mark.parametrize("scores", [[0.5] * 7, [0.5] * 7 + [None] * 5])
def test_nothing_is_said_on_too_few_finished_trials(scores):
    assert importances([trial(n, score, loss="dice") for n, score in enumerate(scores)], ("loss",)) == {}


def test_equal_scores_have_no_reason():
    trials = [trial(n, 0.5, loss=("dice", "focal")[n % 2]) for n in range(10)]
    assert importances(trials, ("loss",)) == {"loss": 0.0}
