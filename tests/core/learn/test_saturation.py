import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.learn.saturation import Retraining, advise, look_ahead


def history(*steps: tuple[int, float], error: float = 0.002) -> list[Retraining]:
    """Retrainings one after the other, each with so many more corrections and so much gain."""
    found: list[Retraining] = []
    for more, gain in steps:
        before = found[-1].after if found else 0
        found.append(Retraining(before, before + more, gain, error))
    return found


def test_without_a_retraining_nobody_can_tell() -> None:
    outlook = look_ahead([])
    assert (outlook.last, outlook.coming, outlook.is_enough) == (None, None, False)
    assert advise(outlook).startswith("Too few retrainings to tell")


def test_two_retrainings_say_what_was_gained_but_not_what_comes() -> None:
    outlook = look_ahead(history((10, 0.05), (20, 0.02)))
    assert outlook.coming is None
    assert advise(outlook) == (
        "The last 20 corrections gained 0.020. Too few retrainings to tell what the next will gain: it takes 3."
    )


def test_gains_that_shrink_will_shrink_further() -> None:
    outlook = look_ahead(history((20, 0.04), (20, 0.02), (20, 0.01)))
    assert outlook.last is not None
    assert outlook.coming is not None
    assert (outlook.last.corrections, outlook.coming.corrections) == (20, 20)
    assert outlook.coming.iou == pytest.approx(0.005, abs=0.002)
    assert advise(outlook).startswith(
        "The last 20 corrections gained 0.010; the next 20 will probably gain less, about 0.00"
    )


def test_a_flat_curve_is_enough() -> None:
    outlook = look_ahead(history((20, 0.04), (20, 0.004), (20, 0.0), (20, 0.0), error=0.001))
    assert outlook.is_enough
    assert "the next 20 will hardly gain anything" in advise(outlook)


def test_gains_that_stay_will_stay() -> None:
    outlook = look_ahead(history((20, 0.02), (20, 0.02), (20, 0.02), (20, 0.02)))
    assert not outlook.is_enough
    assert "about as much" in advise(outlook)


def test_a_gain_within_its_error_is_called_chance() -> None:
    assert "(give or take 0.039, so it may be chance)" in advise(look_ahead(history((12, 0.02), error=0.02)))


def test_a_loss_is_called_one() -> None:
    said = advise(look_ahead(history((20, 0.03), (20, -0.02), (20, -0.03))))
    assert said.startswith("With the last 20 corrections the model lost 0.030; the next 20")


def test_small_retrainings_are_told_together() -> None:
    last = look_ahead(history((30, 0.05), (4, 0.002), (4, 0.003), (4, 0.001))).last
    assert last is not None
    assert (last.corrections, last.iou) == (12, pytest.approx(0.006))


def test_retrainings_without_new_corrections_do_not_count() -> None:
    same = Retraining(30, 30, 0.5, 0.002)
    assert look_ahead([same]).last is None
    assert look_ahead([*history((10, 0.05), (20, 0.02)), same]).coming is None


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(-0.2, 0.2)), min_size=3, max_size=12), st.integers(0, 100_000))
def test_what_comes_is_always_a_finite_gain_and_never_a_loss(steps: list[tuple[int, float]], known: int) -> None:
    moved = [Retraining(one.before + known, one.after + known, one.gain, one.error) for one in history(*steps)]
    coming = look_ahead(moved).coming
    assert coming is not None
    assert coming.iou >= 0
    assert np.isfinite([coming.iou, coming.error]).all()
    assert coming == look_ahead(history(*steps)).coming, "it does not matter how many corrections there were before"
