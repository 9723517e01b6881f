"""Ends: where the mask stops although the section on the drawing goes on, past its end or beside its face.

Of each bare stretch of the mask's border many signs speak for a fault or against it, none of them surely. They are
weighed: `python -m benchmarks.fit_ends` fits the weights, for filled, outlined and patterned sections apart.
"""

from typing import NamedTuple

import numpy as np

from core.raster.evidence import Evidence, Spot
from core.raster.signs import Signs, signs_of
from core.raster.stretches import Stretch, bare_stretches


class Weighing(NamedTuple):
    """What each sign counts, in the order of `Signs`, and how much all must come to before the check speaks up."""

    weights: Signs
    least: float


WEIGHINGS: dict[str, Weighing] = {
    "filled": Weighing(
        Signs(
            least_change=-3.05,
            change=-10.79,
            usual_change=-3.01,
            jump=2.54,
            like_1=1.77,
            like_3=-0.43,
            level_2=1.50,
            crossing=4.64,
            crossings=-3.65,
            thin=2.86,
            thin_line_near=-0.34,
            thin_wide=0.75,
            thick_like=3.37,
            thick_wide=0.13,
            uneven=-0.21,
            paper=-1.26,
            dark=0.00,
            long=1.44,
            size=0.02,
            cell=0.73,
        ),
        least=0.71,
    ),
    "outlined": Weighing(
        Signs(
            least_change=-2.85,
            change=-9.18,
            usual_change=-4.73,
            jump=9.98,
            like_1=1.25,
            like_3=2.30,
            level_2=0.82,
            crossing=4.05,
            crossings=-4.59,
            thin=-0.03,
            thin_line_near=3.33,
            thin_wide=1.40,
            thick_like=1.33,
            thick_wide=0.60,
            uneven=1.40,
            paper=-0.57,
            dark=-0.40,
            long=2.37,
            size=0.07,
            cell=2.47,
        ),
        least=2.53,
    ),
    "patterned": Weighing(
        Signs(
            least_change=-1.84,
            change=-4.90,
            usual_change=-0.17,
            jump=3.84,
            like_1=1.39,
            like_3=0.67,
            level_2=1.06,
            crossing=3.78,
            crossings=-2.07,
            thin=0.01,
            thin_line_near=1.47,
            thin_wide=0.34,
            thick_like=2.22,
            thick_wide=-0.91,
            uneven=0.27,
            paper=-0.50,
            dark=-0.78,
            long=0.99,
            size=-0.27,
            cell=1.36,
        ),
        least=1.35,
    ),
}
"""By the section's fill. `least` lets about 4 % of true masks be found fault with."""


def ink_left_out(evidence: Evidence) -> Spot | None:
    """Where the mask ends, or has lost a face of the wall, although the section goes on; None if it does nowhere."""
    weighing = WEIGHINGS[evidence.fill.kind]
    weighed = [(weigh(signs_of(evidence, stretch), weighing), stretch) for stretch in bare_stretches(evidence)]
    most, stretch = max(weighed, key=lambda one: one[0], default=(-np.inf, None))
    return _middle(stretch) if stretch is not None and most > weighing.least else None


def weigh(signs: Signs, weighing: Weighing) -> float:
    """How much the signs speak for a fault; what a sign counts where it is 1."""
    return float(np.dot(signs, weighing.weights))


def _middle(stretch: Stretch) -> Spot:
    row, column = stretch.border.pixels[stretch.places].mean(axis=0)
    return float(row), float(column)
