"""Bodies: the shapes that vessels have, from bowls to amphorae, invented from scratch."""

import numpy as np

from core.render.attachments import with_attachments
from core.render.curves import Curve, Generator, curve, resampled, rounded
from core.render.fractures import base_only, rim_only, wall_only
from core.render.profile import Profile
from core.render.walls import walled

FAMILIES = {"bowl": 4, "plate": 2, "jar": 4, "jug": 2, "amphora": 1, "beaker": 3, "cup": 2, "carinated": 3, "lid": 2}


def invent_profile(rng: Generator) -> Profile:
    """A procedural vessel, whole or only its rim, its base or a piece of its wall."""
    profile = _attempt(rng)
    for _ in range(8):
        if profile.is_sound:
            break
        profile = _attempt(rng)
    return profile


def _attempt(rng: Generator) -> Profile:
    family = str(rng.choice(list(FAMILIES), p=np.array(list(FAMILIES.values())) / sum(FAMILIES.values())))
    thickness = float(np.exp(rng.uniform(np.log(0.022), np.log(0.13))))
    if family in ("jar", "jug", "amphora"):
        thickness *= 0.75
    profile = walled(body(family, rng), thickness, family, rng)
    if family == "lid":
        return profile
    if family != "plate":
        profile = with_attachments(profile, thickness, rng)
    chance = rng.random()
    if chance < 0.44:
        return rim_only(profile, rng)
    if chance < 0.52:
        return base_only(profile, rng)
    return wall_only(profile, rng) if chance < 0.57 else profile


def body(family: str, rng: Generator) -> Curve:
    """The outside from rim to base corner."""
    u = rng.uniform
    if family in ("bowl", "cup"):
        h = u(0.35, 0.85) if family == "bowl" else u(0.9, 1.4)
        base = u(0.2, 0.5)
        points = [(0, 1), (u(0.15, 0.4) * h, u(0.88, 1.06)), (u(0.55, 0.8) * h, u(0.65, 0.9)), (h, base)]
    elif family == "plate":
        h = u(0.1, 0.3)
        points = [(0, 1), (u(0.1, 0.5) * h, u(0.75, 0.95)), (u(0.6, 0.9) * h, u(0.5, 0.75)), (h, u(0.25, 0.45))]
    elif family == "jar":
        h, rim = u(0.9, 1.8), u(0.45, 0.85)
        neck = rim * u(0.75, 1.0)
        points = [(0, rim), (u(0.06, 0.16), neck), (u(0.22, 0.35) * h, u(0.85, 0.98)), (u(0.4, 0.55) * h, 1.0)]
        points += [(u(0.7, 0.85) * h, u(0.6, 0.9)), (h, u(0.25, 0.6))]
    elif family == "jug":
        h, rim = u(1.6, 2.6), u(0.28, 0.6)
        points = [(0, rim), (0.12 * h, rim * u(0.7, 0.95)), (u(0.22, 0.32) * h, rim * u(0.7, 1.0))]
        points += [
            (u(0.38, 0.45) * h, u(0.75, 0.95)),
            (u(0.5, 0.65) * h, 1.0),
            (0.85 * h, u(0.6, 0.85)),
            (h, u(0.3, 0.6)),
        ]
    elif family == "amphora":
        h, rim = u(2.4, 3.6), u(0.25, 0.45)
        points = [(0, rim), (0.1 * h, rim * 0.8), (0.25 * h, rim * u(0.75, 0.95)), (u(0.31, 0.36) * h, u(0.7, 0.95))]
        points += [(0.5 * h, 1.0), (0.8 * h, u(0.4, 0.8)), (0.95 * h, 0.2), (h, u(0.1, 0.18))]
    elif family == "beaker":
        h = u(1.3, 2.6)
        points = [(0, u(0.85, 1)), (0.1 * h, u(0.75, 0.95)), (u(0.4, 0.7) * h, u(0.75, 1.0)), (h, u(0.4, 0.8))]
    elif family == "carinated":
        h = u(0.45, 1.2)
        edge = u(0.35, 0.65) * h
        points = [(0, u(0.8, 1.0)), (0.5 * edge, u(0.78, 0.92)), (edge, u(0.85, 1.0)), (h, u(0.2, 0.45))]
    elif rng.random() < 0.3:  # lid: a wide grip like a ring foot above a low cone
        h, grip = u(0.25, 0.55), u(0.25, 0.45)
        points = [(0, grip), (0.25 * h, grip * u(0.6, 0.85)), (0.4 * h, grip), (u(0.6, 0.8) * h, u(0.6, 0.85)), (h, 1)]
    else:  # lid: a knob above a dome
        h = u(0.2, 0.65)
        points = [
            (0, u(0.12, 0.25)),
            (0.15 * h, u(0.1, 0.22)),
            (0.3 * h, u(0.15, 0.3)),
            (u(0.5, 0.8) * h, u(0.6, 0.8)),
            (h, 1),
        ]
    iterations = int(rng.choice([1, 2, 4], p=[0.15, 0.25, 0.6] if family != "carinated" else [0.5, 0.4, 0.1]))
    return resampled(rounded(curve(points), iterations), 160)
