"""Ends: where the mask stops although the section on the drawing goes on, past its end or beside its face.

Of each bare stretch of the mask's border many signs speak for a fault or against it, none of them surely. They and
their squares are weighed: `python -m benchmarks.fit_ends` fits the weights, for filled, outlined and patterned sections
apart.
"""

from typing import NamedTuple

import numpy as np

from core.raster.evidence import Evidence, Spot
from core.raster.signs import Signs, signs_of
from core.raster.stretches import Stretch, bare_stretches


class Weighing(NamedTuple):
    """What each sign counts, what its square counts, and what is added to them."""

    weights: Signs
    squares: Signs
    added: float


LEAST = 0.7
"""The log odds of a fault over which the check speaks up: at under 5 % of true masks."""

WEIGHINGS: dict[str, Weighing] = {
    "filled": Weighing(
        Signs(
            least_change=-15.61,
            change=-15.41,
            usual_change=-3.36,
            jump=1.00,
            like_1=1.64,
            like_3=-1.12,
            level_2=-0.88,
            crossing=1.65,
            crossings=-1.84,
            thin=-0.40,
            thin_line_near=-1.27,
            thin_wide=-0.53,
            thick_like=1.28,
            thick_wide=-0.11,
            uneven=-1.11,
            paper=-0.79,
            dark=0.63,
            long=0.91,
            size=-0.05,
            cell=1.52,
        ),
        Signs(
            least_change=25.69,
            change=23.18,
            usual_change=0.33,
            jump=3.78,
            like_1=0.53,
            like_3=0.69,
            level_2=2.25,
            crossing=2.18,
            crossings=-2.19,
            thin=2.76,
            thin_line_near=1.42,
            thin_wide=1.67,
            thick_like=1.77,
            thick_wide=0.12,
            uneven=0.64,
            paper=-0.23,
            dark=-0.16,
            long=0.18,
            size=-0.00,
            cell=-0.75,
        ),
        added=2.54,
    ),
    "outlined": Weighing(
        Signs(
            least_change=-8.28,
            change=-6.74,
            usual_change=1.36,
            jump=12.70,
            like_1=-1.61,
            like_3=3.60,
            level_2=0.27,
            crossing=3.62,
            crossings=-3.11,
            thin=-0.72,
            thin_line_near=0.50,
            thin_wide=2.54,
            thick_like=-0.65,
            thick_wide=-0.43,
            uneven=1.52,
            paper=0.56,
            dark=-0.41,
            long=1.42,
            size=-0.02,
            cell=3.46,
        ),
        Signs(
            least_change=9.96,
            change=-0.52,
            usual_change=-5.85,
            jump=-1.80,
            like_1=3.57,
            like_3=-1.50,
            level_2=0.49,
            crossing=0.60,
            crossings=-1.25,
            thin=0.40,
            thin_line_near=3.09,
            thin_wide=-0.74,
            thick_like=2.79,
            thick_wide=1.06,
            uneven=-0.20,
            paper=-0.31,
            dark=-0.02,
            long=1.04,
            size=0.01,
            cell=-1.03,
        ),
        added=-3.28,
    ),
    "patterned": Weighing(
        Signs(
            least_change=-5.13,
            change=-8.24,
            usual_change=1.77,
            jump=-2.31,
            like_1=-1.01,
            like_3=0.69,
            level_2=-0.26,
            crossing=1.09,
            crossings=-0.58,
            thin=-1.45,
            thin_line_near=0.56,
            thin_wide=0.06,
            thick_like=-0.01,
            thick_wide=-1.94,
            uneven=0.30,
            paper=-0.35,
            dark=-0.25,
            long=0.74,
            size=-0.67,
            cell=1.42,
        ),
        Signs(
            least_change=1.77,
            change=12.21,
            usual_change=-1.94,
            jump=9.93,
            like_1=3.32,
            like_3=0.08,
            level_2=1.39,
            crossing=2.73,
            crossings=-2.02,
            thin=1.66,
            thin_line_near=0.66,
            thin_wide=0.65,
            thick_like=1.85,
            thick_wide=1.20,
            uneven=-0.07,
            paper=-0.11,
            dark=-0.18,
            long=-0.07,
            size=0.04,
            cell=0.13,
        ),
        added=1.80,
    ),
}
"""By the section's fill."""


def ink_left_out(evidence: Evidence) -> Spot | None:
    """Where the mask ends, or has lost a face of the wall, although the section goes on; None if it does nowhere."""
    weighing = WEIGHINGS[evidence.fill.kind]
    weighed = [(weigh(signs_of(evidence, stretch), weighing), stretch) for stretch in bare_stretches(evidence)]
    most, stretch = max(weighed, key=lambda one: one[0], default=(-np.inf, None))
    return _middle(stretch) if stretch is not None and most > LEAST else None


def weigh(signs: Signs, weighing: Weighing) -> float:
    """The log odds that the stretch with these signs is a fault."""
    return float(np.dot(signs, weighing.weights) + np.dot(np.square(signs), weighing.squares)) + weighing.added


def _middle(stretch: Stretch) -> Spot:
    row, column = stretch.border.pixels[stretch.places].mean(axis=0)
    return float(row), float(column)
