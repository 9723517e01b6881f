"""Reads a drawing: finds its mask at full resolution with a model version's artefact.

The drawing is given to the network at each of the contract's sizes, at every other one as its mirror image. The sizes'
probabilities are averaged, the surer ones counting for more; pieces that the network itself doubts are dropped; only
then is the rest enlarged to the drawing's size and compared, and its border moved onto clear ink within a pixel of the
network. What each step gains is in docs/decisions/reading.md.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.infer import features
from core.infer.artefact import Contract, read_artefact
from core.infer.border_signs import border_signs
from core.infer.components import drop_doubtful
from core.infer.doubt import doubtful_places
from core.infer.engine import Network, compile_network
from core.infer.ink_edges import clear_difference, move_onto_ink, share_without_edge
from core.infer.probabilities import (
    Probabilities,
    most_probable,
    resize_probabilities,
    to_mask,
    uncertainty,
    weigh_by_certainty,
)
from core.infer.scales import pad_image, padded_size, paper_colour, proportional_size, scale_image
from core.infer.shipped import shipped_estimator
from core.infer.uncertainty import Estimator, signs_of
from core.raster.images import Image
from core.raster.masks import Mask
from core.raster.places import Place


@dataclass(frozen=True)
class Reading:
    """What a model makes of one drawing.

    `probabilities` (h, w, C) are the network's own, at the largest size it was read at; `mask` (H, W) is at the
    drawing's full resolution. `uncertainty` estimates 1 - IoU, 0 (sure) to 1, from the `signs` (see uncertainty.SIGNS);
    `first_pass` is how far the single readings are from the mask, which is one of them. `features` (32,) of unit
    length are near each other where drawings look alike to the model; `doubtful` are the places to look at first.
    """

    probabilities: Probabilities
    mask: Mask
    uncertainty: float
    first_pass: float
    signs: NDArray[np.float32]
    seconds: float
    features: NDArray[np.float32]
    doubtful: list[Place]


@dataclass(frozen=True)
class Verdict:
    """Several readings as one, all (h, w, C) at the largest size; `kept` and `mask` (h, w) without doubtful pieces.

    `doubt` is how far from the mask the readings are (see probabilities.uncertainty), the median.
    """

    probabilities: Probabilities
    kept: Probabilities
    mask: Mask
    doubt: float


@dataclass(frozen=True)
class Reader:
    """A loaded model; for one thread at a time."""

    contract: Contract
    network: Network
    estimator: Estimator

    def read(self, image: Image) -> Reading:
        """The reading of a drawing of any size and aspect, from 1x1 pixel up."""
        started = time.perf_counter()
        small = scale_image(image, *proportional_size(image.shape[0], image.shape[1], max(self.contract.sizes)))
        readings, pooled = read_at_sizes(self.network, self.contract, small)
        verdict = weigh(readings)
        clear = clear_difference(small)
        no_edge = share_without_edge(verdict.mask, small, clear)
        mask = to_mask(verdict.kept, image.shape[0], image.shape[1])
        reach_px = max(1, round(max(mask.shape) / max(self.contract.sizes)))
        mask = move_onto_ink(mask, image, reach_px=reach_px, clear=clear)
        first_signs = signs_of(readings, verdict.probabilities, verdict.mask, small, no_edge)
        signs = np.concatenate([first_signs, border_signs(mask, image)])
        return Reading(
            probabilities=verdict.probabilities,
            mask=mask,
            uncertainty=self.estimator.estimate(signs) if mask.any() else 1.0,
            first_pass=verdict.doubt,
            signs=signs,
            features=features.project(pooled) if self.network.feature_count else features.describe(small),
            doubtful=doubtful_places(verdict.probabilities, verdict.mask, *mask.shape),
            seconds=time.perf_counter() - started,
        )

    def second_look(self, image: Image, reading: Reading) -> float:
        """How far the drawing's mirror image, read in turn, is from its reading: 1 - soft IoU, 0 to 1.

        A second opinion about the drawing for the price of a second reading.
        """
        small = scale_image(image, *proportional_size(image.shape[0], image.shape[1], max(self.contract.sizes)))
        mirrored = weigh_by_certainty(read_at_sizes(self.network, self.contract, small[:, ::-1])[0])
        return uncertainty(mirrored[:, ::-1], most_probable(drop_doubtful(reading.probabilities)))


def load_reader(content: bytes, *, threads: int = 0) -> Reader:
    """The artefact in `content`, ready to read drawings on `threads` threads (0: one for each CPU core).

    Raises CorruptWeightsError if the artefact is damaged.
    """
    artefact = read_artefact(content)
    return Reader(artefact.contract, compile_network(artefact, threads=threads), shipped_estimator())


def read_at_sizes(
    network: Network, contract: Contract, image: Image
) -> tuple[list[Probabilities], list[NDArray[np.float32]]]:
    """What the network finds at each of the contract's sizes, all brought to the largest of them, and its features.

    Another size and the mirror image are two ways to ask twice. Both at once gain more than either at the same cost.
    """
    sizes = [
        proportional_size(image.shape[0], image.shape[1], long_side)
        for long_side in sorted(contract.sizes, reverse=True)
    ]
    paper = paper_colour(image)
    readings, pooled = [], []
    for position, (height, width) in enumerate(sizes):
        image = scale_image(image, height, width)  # from size to size, as scaling the whole drawing takes longest
        sheet = pad_image(image, *padded_size(height, width, contract.stride), paper)
        reading, features_at_size = _infer(network, sheet, mirrored=position % 2 == 1)
        readings.append(resize_probabilities(reading[:height, :width], *sizes[0]))
        pooled.append(features_at_size)
    return readings, pooled


def weigh(readings: Sequence[Probabilities]) -> Verdict:
    """What several readings say together, without the pieces that they doubt."""
    probabilities = weigh_by_certainty(readings)
    kept = drop_doubtful(probabilities)
    mask = most_probable(kept)
    return Verdict(probabilities, kept, mask, float(np.median([uncertainty(reading, mask) for reading in readings])))


def _infer(network: Network, sheet: Image, *, mirrored: bool) -> tuple[Probabilities, NDArray[np.float32]]:
    across = slice(None, None, -1 if mirrored else 1)
    probabilities, pooled = network.infer_with_features(sheet[None, :, across].astype(np.float32))
    return probabilities[0, :, across], pooled[0]
