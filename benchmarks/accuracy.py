"""How right the masks are: `python -m benchmarks.accuracy [--count 500] [--images DIR --masks DIR] [--artefact FILE]`.

On a folder of drawings with masks, and on rendered drawings whose seeds were never trained on (10,000,000 and up).
With `--kept DIR` a run that was cut off goes on where it was. The drawings of the model card are --first-seed 10100000.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.infer.evaluation import Score, evaluate_pairs, pair_by_stem
from core.infer.reader import load_reader
from core.infer.shipped import base_artefact
from core.learn.accuracy import Accuracy, Drawings, measure, rank_correlation, recall_of_worst_fifth
from core.settings import Settings

HEADER = f"{'foreground IoU':18} {'n':>5} {'mean':>7} {'median':>7} {'p10':>7} {'worst':>7} {'border px':>10}"


def line(name: str, ious: Sequence[float], borders: Sequence[float] = ()) -> str:
    border = f"{np.median(borders):10.2f}" if borders else ""
    tenth = np.percentile(ious, 10)
    return f"{name:18} {len(ious):5} {np.mean(ious):7.3f} {np.median(ious):7.3f} {tenth:7.3f} {min(ious):7.3f} {border}"


def print_folder(artefact: bytes, images: Path, masks: Path) -> None:
    pairs, _ = pair_by_stem(images, masks)
    outcomes = evaluate_pairs(load_reader(artefact), pairs, Settings())
    scores = [outcome for outcome in outcomes if isinstance(outcome, Score)]
    print(HEADER)
    print(line(images.name, [score.iou for score in scores]))
    for score in scores:
        print(f"  {score.iou:.3f} {score.name}")
    print()


def print_rendered(results: Sequence[Accuracy]) -> None:
    print(HEADER)
    print(line("rendered", [one.iou for one in results], [one.border_px for one in results]))
    for style in sorted({one.style for one in results}):
        part = [one for one in results if one.style == style]
        print(line(f"  {style}", [one.iou for one in part], [one.border_px for one in part]))
    for low, high in ((0, 500), (500, 1000), (1000, 2000), (2000, 4500)):
        part = [one for one in results if low < one.size_px <= high]
        if part:
            print(line(f"  {low}-{high} px", [one.iou for one in part], [one.border_px for one in part]))
    print("border px: median distance of the borders as if drawings were 1500 px long, median over the drawings")
    print("targets: mean 0.93, p10 0.80, border 1.5 px")
    print(
        f"uncertainty: rank correlation with error {rank_correlation(results):.2f} (target 0.85), worst fifth found "
        f"among the most uncertain fifth {recall_of_worst_fifth(results):.2f} (target 0.65)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first-seed", type=int, default=10_000_000)
    parser.add_argument("--size-px", type=int, help="long side of the rendered drawings; default: 250 to 4500")
    parser.add_argument("--outlines", type=Path, help="real outlines to render from, too")
    parser.add_argument("--images", type=Path)
    parser.add_argument("--masks", type=Path)
    parser.add_argument("--artefact", type=Path, help="default: the shipped base model")
    parser.add_argument("--kept", type=Path, help="folder in which results are kept from run to run")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    artefact = options.artefact.read_bytes() if options.artefact else base_artefact()
    if options.images and options.masks:
        print_folder(artefact, options.images, options.masks)
    if not options.count:
        return
    drawings = Drawings(options.count, options.first_seed, options.size_px, options.outlines)
    results = []
    for result in measure(artefact, drawings, processes=options.processes, kept=options.kept):
        results.append(result)
        if sys.stderr.isatty():
            print(f"\r{len(results)} of {options.count}", end="", file=sys.stderr)
    print_rendered(results)


if __name__ == "__main__":
    main()
