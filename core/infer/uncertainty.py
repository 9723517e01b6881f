"""How wrong a reading probably is: an estimate of 1 - IoU from what the reading itself shows.

The network says with certainty what is wrong with certainty, so that its probabilities alone rank drawings badly. Other
signs count as well: whether the sizes it was read at agree, whether the border lies on ink, how the pieces look, and
what lies along the border at the drawing's own resolution (core.infer.border_signs). Each sign is stretched to its
usual range and they are added up; `scripts/fit_uncertainty.py` fits the weights on rendered drawings. No sign is one of
the network's own numbers but its probabilities, so that the weights hold for retrained networks. What each is worth is
in docs/decisions/uncertainty.md.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import CorruptWeightsError
from core.infer.border_signs import BORDER_SIGNS
from core.infer.probabilities import Probabilities
from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.windows import grey_of

Plane = NDArray[np.float32]

LOOKED_AT_PX = 288  # the long side at which signs are taken: every other pixel of what the network gives
RING_PX = 3  # how far beside the section ink is looked for, at that size
AROUND_PX = 5  # how far about a pixel its light is taken

READING_SIGNS = (
    "doubt",  # 1 - soft IoU of each size with the mask, the median
    "least doubt",  # 1 - soft IoU of a size with its own mask, the smallest
    "finest doubt",  # the same of the largest size
    "disagreement",  # 1 - IoU of the masks of two sizes, the mean
    "dropped",  # what the mask lost with its doubtful pieces, as a share of it
    "border without ink",  # share of the border that lies on no clear edge
    "sure inside",  # the lowest tenth of the section's probabilities
    "surest outside",  # probabilities outside, as a share of the section
    "spread outside",  # standard deviation of the sizes, the sum outside, as a share of the section
    "denied piece",  # the largest share of a piece that some size does not see
    "pieces",  # their number, as a logarithm
    "unclear border",  # doubtful pixels for each of the border
    "thick wall",  # half its width, the widest tenth, as a share of the drawing's long side
    "uneven fill",  # standard deviation of the darkness inside
    "uneven core",  # the same without the section's outermost pixels
    "uneven light",  # the same of the darkness about each pixel of the core
    "uneven rim",  # the same of the section's outermost pixels
    "ink beside",  # share of ink close beside the section
    "holes",  # as a share of the section
)
SIGNS = READING_SIGNS + BORDER_SIGNS


@dataclass(frozen=True)
class Estimator:
    """What makes signs an estimate of 1 - IoU.

    `knots` (len(SIGNS), K) are the usual values of each sign from the smallest to the largest. A sign becomes -1 to 1
    by its place among them, the sum with `weights` and `intercept` is the score. `scores` and `errors`, both rising,
    say how wrong readings of such a score are.
    """

    knots: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]
    intercept: float
    scores: tuple[float, ...]
    errors: tuple[float, ...]

    def score(self, signs: NDArray[np.floating]) -> NDArray[np.float64]:
        """One number of each reading, higher where it is more probably wrong: (N, len(SIGNS)) -> (N,)."""
        return self.intercept + stretch(signs, np.array(self.knots)) @ np.array(self.weights)

    def estimate(self, signs: NDArray[np.floating]) -> float:
        """The expected 1 - IoU of one reading, (len(SIGNS),) -> 0 to 1."""
        return float(np.interp(self.score(signs[None])[0], self.scores, self.errors))


def write_estimator(estimator: Estimator) -> str:
    """The estimator as JSON that people can read."""
    signs = [
        {"sign": sign, "weight": weight, "knots": list(knots)}
        for sign, weight, knots in zip(SIGNS, estimator.weights, estimator.knots, strict=True)
    ]
    rest = {name: value for name, value in asdict(estimator).items() if name not in ("knots", "weights")}
    return json.dumps({"signs": signs, **rest}, indent=1) + "\n"


def read_estimator(content: str) -> Estimator:
    """What `write_estimator` wrote. Raises CorruptWeightsError if it is damaged or about other signs than SIGNS."""
    try:
        values = json.loads(content)
        signs = values.pop("signs")
        if [sign["sign"] for sign in signs] != list(SIGNS):
            raise ValueError("other signs")
        return Estimator(
            knots=tuple(tuple(sign["knots"]) for sign in signs),
            weights=tuple(sign["weight"] for sign in signs),
            intercept=values["intercept"],
            scores=tuple(values["scores"]),
            errors=tuple(values["errors"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptWeightsError(
            "The weights of the uncertainty do not fit this Ostrakon. Install it again, or run "
            "python -m scripts.fit_uncertainty."
        ) from error


def stretch(signs: NDArray[np.floating], knots: NDArray[np.floating]) -> NDArray[np.float64]:
    """Each sign by its place among its knots, -1 to 1: (N, S) -> (N, S)."""
    places = np.linspace(-1, 1, knots.shape[1])
    return np.stack([np.interp(signs[:, k], knots[k], places) for k in range(knots.shape[0])], axis=1)


def signs_of(
    readings: Sequence[Probabilities], weighed: Probabilities, mask: Mask, image: Image, no_edge: float
) -> NDArray[np.float32]:
    """The first of a reading's signs, (len(READING_SIGNS),) float32; all zeros where the mask is empty.

    `readings` of the single sizes and what they weigh together are (h, w, C), `mask` (h, w) and the image (h, w, 3) of
    the same size; `no_edge` is ink_edges.share_without_edge.
    """
    step = max(1, round(max(mask.shape) / LOOKED_AT_PX))
    section = np.ascontiguousarray(mask[::step, ::step] > 0)
    if not section.any():
        return np.zeros(len(READING_SIGNS), np.float32)
    sizes = np.stack([1 - reading[::step, ::step, 0] for reading in readings])  # (sizes, h, w)
    foreground = 1 - weighed[::step, ::step, 0]
    values = (
        *_agreement(sizes, foreground, section),
        no_edge,
        *_probabilities(sizes, foreground, section),
        *_pieces(sizes, section),
        *_shape(foreground, section),
        *_ink(grey_of(np.ascontiguousarray(image[::step, ::step])), section),
        _holes(section),
    )
    return np.array(values, np.float32)


def _agreement(sizes: Plane, foreground: Plane, section: NDArray[np.bool_]) -> tuple[float, ...]:
    masks = sizes > 0.5
    doubts = [_soft_distance(one, section) for one in sizes]
    own = [_soft_distance(one, its) for one, its in zip(sizes, masks, strict=True)]
    pairs = [_distance(masks[a], masks[b]) for a in range(len(masks)) for b in range(a)]
    return (
        float(np.median(doubts)),
        min(own),
        own[0],
        float(np.mean(pairs)) if pairs else 0.0,
        _distance(foreground > 0.5, section),
    )


def _probabilities(sizes: Plane, foreground: Plane, section: NDArray[np.bool_]) -> tuple[float, ...]:
    inside = foreground[section]
    outside = float(foreground.sum() - inside.sum()) / len(inside)
    apart = sizes[:, (sizes.max(axis=0) > 0.01) & ~section]
    return float(np.percentile(inside, 10)), outside, float(apart.std(axis=0).sum()) / len(inside)


def _pieces(sizes: Plane, section: NDArray[np.bool_]) -> tuple[float, ...]:
    count, pieces = cv2.connectedComponents(section.astype(np.uint8), connectivity=8)
    number = np.asarray(pieces)[section] - 1
    area = np.bincount(number, minlength=count - 1)
    denied = np.bincount(number, weights=sizes[:, section].min(axis=0) <= 0.5, minlength=count - 1) / area
    return float(denied.max()), float(np.log(count))


def _shape(foreground: Plane, section: NDArray[np.bool_]) -> tuple[float, ...]:
    filled = section.astype(np.uint8)
    border = np.count_nonzero(section) - np.count_nonzero(cv2.erode(filled, np.ones((3, 3), np.uint8)))
    unclear = np.count_nonzero((foreground > 0.1) & (foreground < 0.9)) / max(1, border)
    depth = cv2.distanceTransform(filled, cv2.DIST_L2, 3)
    ridge = depth[(depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)))]
    return unclear, float(np.percentile(ridge, 90)) / max(section.shape)


def _ink(grey: NDArray[np.uint8], section: NDArray[np.bool_]) -> tuple[float, ...]:
    paper, ink = np.percentile(grey, (50, 1))
    darkness = np.clip((paper - grey) / max(paper - ink, 1.0), 0, 1).astype(np.float32)
    filled, near = section.astype(np.uint8), np.ones((3, 3), np.uint8)
    core = cv2.erode(filled, near) > 0
    rim, core = section & ~core, core if core.any() else section
    around = (2 * AROUND_PX + 1, 2 * AROUND_PX + 1)
    light = cv2.blur(darkness * core, around)[core] / cv2.blur(core.astype(np.float32), around)[core]
    ring = (cv2.dilate(filled, np.ones((2 * RING_PX + 1, 2 * RING_PX + 1), np.uint8)) > 0) & ~(
        cv2.dilate(filled, near) > 0
    )
    return (
        float(darkness[section].std()),
        float(darkness[core].std()),
        float(light.std()),
        float(darkness[rim].std()) if rim.any() else 0.0,
        float((darkness[ring] > 0.5).mean()) if ring.any() else 0.0,
    )


def _holes(section: NDArray[np.bool_]) -> float:
    """The area of the holes by that of the section."""
    outlines, _ = cv2.findContours(section.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = cv2.drawContours(np.zeros(section.shape, np.uint8), outlines, -1, 1, cv2.FILLED)
    return float(np.count_nonzero(filled) / np.count_nonzero(section) - 1)


def _soft_distance(foreground: Plane, section: NDArray[np.bool_]) -> float:
    both = float(foreground[section].sum())
    either = float(foreground.sum()) + np.count_nonzero(section) - both
    return 1.0 - both / either if either > 0 else 1.0


def _distance(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """1 - IoU of two masks; 0 where both are empty."""
    either = np.count_nonzero(one | other)
    return 1 - np.count_nonzero(one & other) / either if either else 0.0
