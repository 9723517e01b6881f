import numpy as np
import pytest

from core.render.bodies import invent_profile
from core.render.curves import Curve, curve
from core.render.profile import Profile, crosses_itself


def wall(outer: Curve, inner: Curve) -> Profile:
    return Profile(outer, inner, np.stack([inner[0], outer[0]]), np.stack([outer[-1], inner[-1]]), reaches_axis=False)


def test_a_wall_is_as_thick_as_its_two_sides_are_apart():
    straight = wall(curve([(0, 1), (2, 1)]), curve([(0, 0.9), (2, 0.9)]))
    assert straight.wall == pytest.approx(0.1)
    assert straight.is_sound


def test_a_wall_that_runs_through_itself_is_not_sound():
    crossed = wall(curve([(0, 1), (1, 0.8), (2, 1)]), curve([(0, 0.9), (1, 0.9), (2, 0.9)]))
    assert crosses_itself(crossed.ring)
    assert not crossed.is_sound


def test_a_wall_beyond_the_axis_or_thicker_than_long_is_not_sound():
    assert not wall(curve([(0, 0.1), (2, 0.1)]), curve([(0, -0.1), (2, -0.1)])).is_sound
    assert not wall(curve([(0, 1), (0.2, 1)]), curve([(0, 0.7), (0.2, 0.7)])).is_sound


def test_invented_profiles_are_sound():
    assert all(invent_profile(np.random.default_rng(seed)).is_sound for seed in range(100))
