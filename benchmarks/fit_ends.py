"""Fits the weights of core/raster/ends.py, and prints them as they stand there: `python -m benchmarks.fit_ends`.

Ink is left out in the true masks of rendered drawings as in `benchmarks.sanity`, on seeds that it does not judge by.
Every bare stretch of a mask's border is an example: of a fault where the true section goes on beyond it. Found and
false alarms are of drawings that were not fitted to: five fits in turn leave out a fifth. 1400 drawings take 5 minutes.
"""

import argparse
from multiprocessing import get_context
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.sanity import FIRST_SEED, drawing_of
from core.raster.ends import LEAST, WEIGHINGS
from core.raster.evidence import Evidence, evidence_of
from core.raster.signs import Signs, signs_of
from core.raster.stretches import Stretch, bare_stretches
from tests.core.raster.planted_faults import FAULTS, plant, wall_of

FAULTS_EACH = 2
FOLDS = 5
RIDGE = 2.0
FAULTY_WEIGHT = 0.6
"""Of the stretches of masks with a fault, for a drawing has two of those."""

SHARES = (0.02, 0.03, 0.035, 0.04, 0.045, 0.05)


class Example(NamedTuple):
    """A mask's bare stretches: their signs, float (N, M), and which of them are faults, bool (N,)."""

    seed: int
    fill: str
    is_true: bool
    signs: np.ndarray
    is_fault: np.ndarray


class Weighed(NamedTuple):
    """What a mask comes to, and whether it is true."""

    is_true: bool
    comes_to: float


def examples_of(seed: int) -> list[Example]:
    cv2.setNumThreads(1)
    drawing = drawing_of(seed)
    wall, number = wall_of(drawing.mask), list(FAULTS).index("ink")
    masks = [drawing.mask]
    for attempt in range(FAULTS_EACH):
        rng = np.random.default_rng([seed, number + 100 * attempt])
        mask = plant("ink", drawing.image, drawing.mask, rng, wall=wall)
        masks += [] if mask is None else [mask]
    return [_example(seed, mask is drawing.mask, evidence_of(mask, drawing.image), drawing.mask) for mask in masks]


def _example(seed: int, is_true: bool, evidence: Evidence, truth: np.ndarray) -> Example:
    stretches = bare_stretches(evidence)
    signs = np.array([signs_of(evidence, one) for one in stretches]).reshape(-1, len(Signs._fields))
    is_fault = np.array([_is_fault(evidence, one, truth) for one in stretches], bool)
    return Example(seed, evidence.fill.kind, is_true, signs, is_fault)


def _is_fault(evidence: Evidence, stretch: Stretch, truth: np.ndarray) -> bool:
    """Whether the true section goes on beyond the most of a stretch."""
    beyond = stretch.border.pixels[stretch.places] + 3 * stretch.border.out[stretch.places]
    return float(np.mean([truth[evidence.on_drawing((row, column))] > 0 for row, column in beyond])) > 0.5


def fitted(examples: list[Example]) -> np.ndarray:
    """What each sign counts, what its square does, and last what is added: a logistic regression by Newton's method."""
    signs = with_squares(np.concatenate([one.signs for one in examples]))
    is_fault = np.concatenate([one.is_fault for one in examples]).astype(float)
    counts = np.concatenate([np.full(len(one.signs), 1.0 if one.is_true else FAULTY_WEIGHT) for one in examples])
    spread = signs.std(axis=0) + 1e-6
    inputs = np.column_stack([signs / spread, np.ones(len(signs))])
    ridge = RIDGE * np.eye(inputs.shape[1])
    ridge[-1, -1] = 0
    weights = np.zeros(inputs.shape[1])
    for _ in range(25):
        chance = 1 / (1 + np.exp(-(inputs @ weights).clip(-30, 30)))
        curve = inputs.T @ (inputs * (counts * chance * (1 - chance) + 1e-9)[:, np.newaxis]) + ridge
        weights += np.linalg.solve(curve, inputs.T @ (counts * (is_fault - chance)) - ridge @ weights)
    return np.append(weights[:-1] / spread, weights[-1])


def with_squares(signs: np.ndarray) -> np.ndarray:
    return np.hstack([signs, signs**2])


def most(example: Example, weights: np.ndarray) -> float:
    """The log odds of the stretch that looks most like a fault."""
    return float((with_squares(example.signs) @ weights[:-1] + weights[-1]).max(initial=-99.0))


def unseen(examples: list[Example]) -> list[Weighed]:
    """What the masks come to with weights that were fitted to other drawings."""
    weighed = []
    for fold in range(FOLDS):
        weights = fitted([one for one in examples if one.seed % FOLDS != fold])
        weighed += [Weighed(one.is_true, most(one, weights)) for one in examples if one.seed % FOLDS == fold]
    return weighed


def print_weighing(fill: str, examples: list[Example]) -> None:
    """As a line of Python for core/raster/ends.py."""
    *weights, added = fitted(examples)
    signs, squares = (
        ", ".join(f"{name}={weight:.2f}" for name, weight in zip(Signs._fields, some, strict=True))
        for some in np.split(np.array(weights), 2)
    )
    print(f'    "{fill}": Weighing(Signs({signs}), Signs({squares}), added={added:.2f}),')


def print_worth(weighed: dict[str, list[Weighed]]) -> None:
    """What is found at so many false alarms in all, and at the `LEAST` that core/raster/ends.py has."""
    masks = [one for some in weighed.values() for one in some]
    for share in SHARES:
        least = float(np.quantile([one.comes_to for one in masks if one.is_true], 1 - share))
        print(f"LEAST = {least:.2f}: {_found_and_alarms(masks, least)}")
    for fill, some in {"as chosen, all": masks, **weighed}.items():
        print(f"{fill}: {_found_and_alarms(some, LEAST)}")


def _found_and_alarms(masks: list[Weighed], least: float) -> str:
    found, alarms = (
        np.mean([one.comes_to > least for one in masks if one.is_true is is_true]) for is_true in (False, True)
    )
    return f"{found:.1%} found, {alarms:.1%} false alarms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1400)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED + 100_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.count)
    with get_context("spawn").Pool(options.processes) as pool:
        examples = [one for some in pool.imap_unordered(examples_of, seeds, chunksize=4) for one in some]
    by_fill = {fill: [one for one in examples if one.fill == fill] for fill in WEIGHINGS}
    for fill, some in by_fill.items():
        print_weighing(fill, some)
    print_worth({fill: unseen(some) for fill, some in by_fill.items()})


if __name__ == "__main__":
    main()
