"""Fitting the estimate of how wrong a reading is, on rendered drawings whose masks are known.

See core.infer.uncertainty for what is fitted. The base network is trained on drawings with small seeds, in order; the
drawings here have seeds far beyond them, and below those of tests and benchmarks.
"""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from core.infer.reader import load_reader
from core.infer.uncertainty import SIGNS, Estimator, stretch
from core.learn.accuracy import Drawings
from core.raster.metrics import foreground_iou
from core.render.drawing import render_drawing

FIRST_SEED = 9_000_000
KNOTS, BINS = 11, 12
PENALTY = 5.0
SEEDS_AT_ONCE = 10


@dataclass(frozen=True)
class Example:
    """One rendered drawing as it was read, its `iou` and what was thought of it before it was known.

    `first_pass` is 1 - soft IoU alone. `mirrored`, how far the mirror images are from the mask, is None, as is
    `mirrored_seconds`, unless it was asked for.
    """

    seed: int
    iou: float
    uncertainty: float
    first_pass: float
    signs: tuple[float, ...]
    seconds: float
    mirrored: float | None
    mirrored_seconds: float | None


def examples(
    artefact: bytes, drawings: Drawings, *, processes: int = 2, look_twice: bool = False
) -> Iterator[list[Example]]:
    """Read the drawings in that many processes of one thread each; a few examples at a time, in order."""
    seeds = drawings.seeds
    parts = [seeds[k : k + SEEDS_AT_ONCE] for k in range(0, len(seeds), SEEDS_AT_ONCE)]
    if processes < 2:
        yield from (read_some(artefact, drawings, part, look_twice) for part in parts)
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(read_some, repeat(artefact), repeat(drawings), parts, repeat(look_twice))


def read_some(artefact: bytes, drawings: Drawings, seeds: Sequence[int], look_twice: bool) -> list[Example]:
    """The examples of these seeds, one after the other on one thread."""
    import cv2

    cv2.setNumThreads(1)
    reader = load_reader(artefact, threads=1)
    found = []
    for seed in seeds:
        drawing = render_drawing(seed, size_px=drawings.size_px)
        reading = reader.read(drawing.image)
        started = time.perf_counter()
        mirrored = reader.second_look(drawing.image, reading) if look_twice else None
        found.append(
            Example(
                seed=seed,
                iou=foreground_iou(drawing.mask, reading.mask),
                uncertainty=reading.uncertainty,
                first_pass=reading.first_pass,
                signs=tuple(float(sign) for sign in reading.signs),
                seconds=reading.seconds,
                mirrored=mirrored,
                mirrored_seconds=time.perf_counter() - started if look_twice else None,
            )
        )
    return found


def fit_estimator(found: Sequence[Example]) -> Estimator:
    """The estimator that ranks these examples by their errors best, and says how large the errors are on average.

    Ridge regression of the error's rank on the stretched signs; drawings in which nothing was found do not count, as
    they are known to be wrong. Needs a hundred examples to be worth anything.
    """
    known = [example for example in found if any(example.signs)]
    signs = np.array([example.signs for example in known], np.float64)
    errors = 1 - np.array([example.iou for example in known])
    knots = _rising(np.quantile(signs, np.linspace(0, 1, KNOTS), axis=0).T)
    weights, intercept = _ridge(stretch(signs, knots), _ranks(errors))
    raw = Estimator(_rows(knots), tuple(weights.tolist()), intercept, (), ())
    scores, means = _calibration(raw.score(signs), errors, lowest=intercept - np.abs(weights).sum())
    return Estimator(raw.knots, raw.weights, intercept, scores, means)


def _ridge(stretched: NDArray[np.float64], target: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    centre = stretched.mean(axis=0)
    moved = stretched - centre
    penalty = PENALTY * np.eye(len(SIGNS))
    weights = np.linalg.solve(moved.T @ moved + penalty, moved.T @ (target - target.mean()))
    return weights, float(target.mean() - centre @ weights)


def _calibration(
    scores: NDArray[np.float64], errors: NDArray[np.float64], *, lowest: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The mean score and error of equally many examples each, rising, from no error at all to nothing right."""
    bins = np.array_split(np.argsort(scores), min(BINS, len(scores)))
    middle = [float(scores[some].mean()) for some in bins]
    means = np.maximum.accumulate([errors[some].mean() for some in bins])
    highest = max(middle) + (max(middle) - lowest)
    return (
        tuple(_rising(np.array([[lowest, *middle, highest]]))[0].tolist()),
        tuple(np.minimum(_rising(np.array([[0.0, *means, 1.0]]))[0], 1.0).tolist()),
    )


def _rising(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rows, each value a little above the one before it, where it was not."""
    step = 1e-4 * (rows[:, -1:] - rows[:, :1]) + 1e-9
    raised = rows + step * np.arange(rows.shape[1])
    return np.maximum.accumulate(raised, axis=1)


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 to 1, from the smallest to the largest."""
    from scipy import stats

    return np.asarray((stats.rankdata(values) - 0.5) / len(values))


def _rows(values: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(value, 6) for value in row) for row in values.tolist())
