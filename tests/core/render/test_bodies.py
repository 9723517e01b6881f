import cv2
import numpy as np
import pytest

from core.render.bodies import FAMILIES, body, invent_profile
from core.render.fractures import base_only, broken, rim_only, wall_only
from core.render.profile import Profile
from core.render.walls import walled


def whole(seed: int, family: str = "bowl") -> Profile:
    rng = np.random.default_rng(seed)
    return walled(body(family, rng), 0.06, family, rng)


def pieces_when_filled(profile: Profile) -> int:
    points = np.round((profile.ring[:, ::-1] + 0.5) * 300).astype(np.int32).reshape(-1, 1, 2)
    picture = np.zeros((1500, 700), np.uint8)
    cv2.fillPoly(picture, [points], 1)
    _, _, stats, _ = cv2.connectedComponentsWithStats(picture)
    return int((stats[1:, cv2.CC_STAT_AREA] > 0.02 * picture.sum()).sum())


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_one_piece_that_reaches_the_axis(family):
    for seed in range(4):
        profile = whole(seed, family)
        assert profile.reaches_axis
        assert abs(profile.ring[:, 1].min()) < 0.01
        assert pieces_when_filled(profile) == 1


def test_invented_profiles_stay_on_their_side_of_the_axis():
    for seed in range(60):
        assert invent_profile(np.random.default_rng(seed)).ring[:, 1].min() > -0.02


def test_a_broken_vessel_ends_above_the_cut_and_knows_what_it_lost():
    rim = broken(whole(1), 0.2, np.random.default_rng(0))
    assert not rim.reaches_axis
    assert rim.has_rim
    assert rim.outer[-1, 0] < 0.3
    assert len(rim.missing) == 2
    assert rim.missing[0][0].tolist() == rim.outer[-1].tolist()


def test_a_base_has_no_rim_and_still_reaches_the_axis():
    base = base_only(whole(2, "jar"), np.random.default_rng(0))
    assert not base.has_rim
    assert base.reaches_axis
    assert base.ring[:, 0].min() > 0.2


def test_a_piece_of_wall_has_neither_rim_nor_base():
    wall = wall_only(whole(3, "jar"), np.random.default_rng(0))
    assert not wall.has_rim
    assert not wall.reaches_axis
    assert wall.ring[:, 1].min() > 0.05


def test_a_rim_keeps_its_upper_edge():
    vessel = whole(4, "beaker")
    assert rim_only(vessel, np.random.default_rng(0)).rim_height == pytest.approx(vessel.rim_height)
