"""Fit the estimate of how wrong a reading is: python -m scripts.fit_uncertainty

    python -m scripts.fit_uncertainty [--count 1200] [--first-seed 9000000] [--processes 2] [--artefact FILE]

To be run after the base model was exchanged; it writes models/uncertainty.json. `python -m benchmarks.uncertainty`
then says on other drawings what it is worth.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from core.infer.shipped import base_artefact
from core.infer.uncertainty import write_estimator
from core.learn.accuracy import Drawings
from core.learn.base import write_whole
from core.learn.estimator import FIRST_SEED, Example, examples, fit_estimator
from core.learn.ranking import share_of_worst_found, spearman
from core.learn.rendered import RESERVED_SEEDS
from core.settings import MODELS_DIRECTORY


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1200)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--artefact", type=Path, help="default: the shipped base model")
    parser.add_argument("--out", type=Path, default=MODELS_DIRECTORY / "uncertainty.json")
    options = parser.parse_args()
    if options.first_seed + options.count > RESERVED_SEEDS:
        parser.error(f"seeds from {RESERVED_SEEDS} on are for tests and benchmarks")
    artefact = options.artefact.read_bytes() if options.artefact else base_artefact()
    found: list[Example] = []
    started = time.monotonic()
    for some in examples(artefact, Drawings(options.count, options.first_seed), processes=options.processes):
        found += some
        print(f"{len(found)} of {options.count}, {time.monotonic() - started:.0f} s", flush=True)
    estimator = fit_estimator(found)
    write_whole(options.out, write_estimator(estimator).encode())
    known = [example for example in found if any(example.signs)]
    errors, scores = [1 - one.iou for one in known], estimator.score(np.array([one.signs for one in known]))
    recall = share_of_worst_found(scores.tolist(), [one.iou for one in known])
    print(
        f"{options.out} is written; on the drawings it was fitted to, rank correlation {spearman(scores, errors):.3f},"
    )
    print(f"{recall:.2f} of the worst fifth are among the most uncertain fifth")


if __name__ == "__main__":
    main()
