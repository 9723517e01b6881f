"""How well the uncertainty tells which readings are wrong: `python -m benchmarks.uncertainty [--count 500] [--twice]`.

Rendered drawings of 250 to 4500 px that nothing was trained or fitted on. For each sign, the plain first pass, and the
estimate that is stored: the rank correlation (Spearman) with 1 - IoU and which share of the worst fifth is among the
most uncertain fifth; the correlation within the good (IoU of 0.9 and over) and the others says where it comes from.
--twice adds the second look at the mirror image. Last, what it costs. Result: docs/decisions/uncertainty.md.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from benchmarks.inference import MEGAPIXELS, drawings_of, in_turns
from core.infer import features
from core.infer.border_signs import border_signs
from core.infer.doubt import doubtful_places
from core.infer.ink_edges import clear_difference, share_without_edge
from core.infer.reader import Reader, load_reader, read_at_sizes, weigh
from core.infer.scales import proportional_size, scale_image
from core.infer.shipped import base_artefact
from core.infer.uncertainty import SIGNS, signs_of
from core.learn.accuracy import Drawings
from core.learn.estimator import Example, examples
from core.learn.ranking import share_of_worst_found, spearman
from core.raster.images import Image

GOOD_IOU = 0.9


def print_row(name: str, values: Sequence[float], found: Sequence[Example]) -> None:
    """Correlation over all, recall, correlation among the good and among the others; a sign may speak either way."""
    ious, doubts = np.array([one.iou for one in found]), np.array(values, np.float64)
    doubts = -doubts if spearman(doubts, 1 - ious) < 0 else doubts
    is_good = ious >= GOOD_IOU
    within = [f"{spearman(doubts[some], 1 - ious[some]):8.2f}" for some in (is_good, ~is_good)]
    recall = share_of_worst_found(doubts.tolist(), ious.tolist())
    print(f"{name:26} {spearman(doubts, 1 - ious):8.3f} {recall:8.2f} {' '.join(within)}")


def print_calibration(found: Sequence[Example]) -> None:
    """Estimated and true mean error of five equal groups, from the surest."""
    order = np.argsort([one.uncertainty for one in found])
    estimated, true = (
        [float(np.mean([value(found[k]) for k in group])) for group in np.array_split(order, 5)]
        for value in (lambda one: one.uncertainty, lambda one: 1 - one.iou)
    )
    print("estimated mean error of each fifth:", " ".join(f"{value:.3f}" for value in estimated))
    print("     true mean error of each fifth:", " ".join(f"{value:.3f}" for value in true))


def print_cost(reader: Reader, image: Image, rounds: int) -> None:
    """What of a reading's time is spent on the uncertainty, the places and the features."""
    small = scale_image(image, *proportional_size(*image.shape[:2], max(reader.contract.sizes)))
    readings, pooled = read_at_sizes(reader.network, reader.contract, small)
    verdict, clear = weigh(readings), clear_difference(small)
    no_edge, mask = share_without_edge(verdict.mask, small, clear), reader.read(image).mask
    parts = {
        "signs of the reading": lambda: signs_of(readings, verdict.probabilities, verdict.mask, small, no_edge),
        "signs of the border": lambda: border_signs(mask, image),
        "doubtful places": lambda: doubtful_places(verdict.probabilities, verdict.mask, *image.shape[:2]),
        "features": lambda: features.project(pooled),
        "the whole reading": lambda: reader.read(image),
    }
    medians = 1000 * np.median(in_turns(rounds, *parts.values()), axis=0)
    print(f"a drawing of {MEGAPIXELS} megapixels:")
    for name, milliseconds in zip(parts, medians, strict=True):
        print(f"{milliseconds:8.1f} ms  {name}")
    print(
        f"{100 * medians[:-1].sum() / (medians[-1] - medians[:-1].sum()):8.1f} %   more than without them (target: 10)"
    )


def print_worth(found: Sequence[Example]) -> None:
    """A row for each sign, for the first pass, and for what is made of all."""
    ious = [one.iou for one in found]
    print(f"\nmean IoU {np.mean(ious):.3f}, {np.mean(np.array(ious) < GOOD_IOU):.0%} under {GOOD_IOU}")
    print(f"{'':26} {'spearman':>8} {'recall':>8} {'good':>8} {'others':>8}")
    for number, sign in enumerate(SIGNS):
        print_row(sign, [one.signs[number] for one in found], found)
    print_row("first pass (1 - soft IoU)", [one.first_pass for one in found], found)
    print_row("ESTIMATE (0.85, 0.65)", [one.uncertainty for one in found], found)
    if found[0].mirrored is not None:
        mirrored = np.array([one.mirrored for one in found])
        print_row("second look alone", mirrored.tolist(), found)
        both = rankdata([one.uncertainty for one in found]) + rankdata(mirrored)
        print_row("estimate and second look", both.tolist(), found)
        print(f"a second look takes {np.median([one.mirrored_seconds / one.seconds for one in found]):.2f} readings")
    print_calibration(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500, help="0: only what it costs")
    parser.add_argument("--first-seed", type=int, default=10_100_000, help="as on the card")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--twice", action="store_true", help="also read the mirror images")
    parser.add_argument("--artefact", type=Path, help="default: the shipped base model")
    options = parser.parse_args()
    artefact = options.artefact.read_bytes() if options.artefact else base_artefact()
    drawings, started = Drawings(options.count, options.first_seed), time.monotonic()
    found: list[Example] = []
    for some in examples(artefact, drawings, processes=options.processes, look_twice=options.twice):
        found += some
        print(f"\r{len(found)} of {options.count}, {time.monotonic() - started:.0f} s", end="", flush=True)
    if found:
        print_worth(found)
    print_cost(load_reader(artefact), drawings_of(MEGAPIXELS, 1)[0], options.rounds)


if __name__ == "__main__":
    main()
