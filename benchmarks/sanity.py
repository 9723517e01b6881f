"""How well the checks of `core/raster/sanity.py` find faults: `python -m benchmarks.sanity [--count 200]`.

Each fault is planted in the true masks of rendered drawings that nothing was fitted to (seeds from 10,000,000). A false
alarm is a finding of that check on a true mask. With `--predictions` the shipped base model reads the same drawings
instead, and the table says how often a mask that a check found fault with was wrong. The checks' weights are set by it,
on seeds below (`--predictions --first-seed 9000000`).
"""

import argparse
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

import cv2
import numpy as np

from core.infer.reader import load_reader
from core.infer.shipped import base_artefact
from core.learn.rendered import RESERVED_SEEDS
from core.raster.metrics import foreground_iou
from core.raster.sanity import CHECKS, examine
from core.render.drawing import RenderedDrawing, render_drawing
from tests.core.raster.planted_faults import FAULTS, plant, wall_of

FIRST_SEED = RESERVED_SEEDS + 400_000
KINDS = {
    "filled": ("black", "grey", "toned"),
    "outlined": ("outlined", "dashed"),
    "patterned": ("hatched", "crosshatched", "stippled"),
}
RIGHT_IOU = 0.9
TWO_MEGAPIXELS_PX = 1800


class Outcome(NamedTuple):
    """What one drawing gave: its style, checks that spoke up on the truth, and of each planted fault all that did."""

    style: str
    alarms: frozenset[str]
    planted: dict[str, frozenset[str]]


class Judgement(NamedTuple):
    """How right a prediction was, and the checks that found fault with it."""

    iou: float
    findings: frozenset[str]


def drawing_of(seed: int) -> RenderedDrawing:
    """A drawing of 400 to 2000 px."""
    rng = np.random.default_rng(seed)
    return render_drawing(seed, size_px=int(np.exp(rng.uniform(np.log(400), np.log(2000)))))


def try_faults(seed: int) -> Outcome:
    cv2.setNumThreads(1)
    drawing = drawing_of(seed)
    planted, wall = {}, wall_of(drawing.mask)
    for number, fault in enumerate(FAULTS):
        mask = plant(fault, drawing.image, drawing.mask, np.random.default_rng([seed, number]), wall=wall)
        if mask is not None:
            planted[fault] = _checks(mask, drawing)
    return Outcome(drawing.style, _checks(drawing.mask, drawing), planted)


def judge(seed: int) -> Judgement:
    cv2.setNumThreads(1)
    drawing = drawing_of(seed)
    mask = load_reader(base_artefact(), threads=1).read(drawing.image).mask
    return Judgement(foreground_iou(drawing.mask, mask), _checks(mask, drawing))


def _checks(mask: np.ndarray, drawing: RenderedDrawing) -> frozenset[str]:
    return frozenset(finding.check for finding in examine(mask, drawing.image))


def print_faults(outcomes: list[Outcome]) -> None:
    print(f"{'fault':12} {'planted':>8} {'found':>7} {'any check':>10} {'false alarms':>13}")
    for fault in CHECKS:
        tried = [(outcome.style, outcome.planted[fault]) for outcome in outcomes if fault in outcome.planted]
        found = [(style, fault in spoke, bool(spoke)) for style, spoke in tried]
        alarms = np.mean([fault in outcome.alarms for outcome in outcomes])
        _print_fault(fault, found, f"{alarms:13.1%}")
        if fault == "ink":
            for kind, styles in KINDS.items():
                _print_fault(f"  {kind}", [one for one in found if one[0] in styles])
    anyhow = np.mean([bool(outcome.alarms) for outcome in outcomes])
    print(f"any check on a true mask: {anyhow:.1%} of {len(outcomes)} drawings")
    print("targets: found 90 %, false alarms under 5 %")


def _print_fault(name: str, found: list[tuple[str, bool, bool]], alarms: str = "") -> None:
    if found:
        shares = f"{np.mean([one[1] for one in found]):7.1%} {np.mean([one[2] for one in found]):10.1%}"
        print(f"{name:12} {len(found):8} {shares} {alarms}")


def print_judgements(judgements: list[Judgement]) -> None:
    wrong = np.array([one.iou < RIGHT_IOU for one in judgements])
    print(f"{len(judgements)} predictions of the base model, {wrong.mean():.0%} wrong (IoU under {RIGHT_IOU})")
    print(f"{'check':12} {'speaks up':>10} {'then wrong':>11} {'mean IoU':>9}")
    for check in [*CHECKS, "any", "none"]:
        speaks = np.array([_speaks(check, one.findings) for one in judgements])
        if speaks.any():
            iou = np.mean([one.iou for one, speaks_up in zip(judgements, speaks, strict=True) if speaks_up])
            print(f"{check:12} {speaks.sum():10} {wrong[speaks].mean():11.0%} {iou:9.3f}")


def _speaks(check: str, findings: frozenset[str]) -> bool:
    return {"any": bool(findings), "none": not findings}.get(check, check in findings)


def print_speed(first_seed: int) -> None:
    seconds = []
    for seed in range(first_seed, first_seed + 15):
        drawing = render_drawing(seed, size_px=TWO_MEGAPIXELS_PX)
        grow = (2e6 / drawing.mask.size) ** 0.5
        size = (round(drawing.mask.shape[1] * grow), round(drawing.mask.shape[0] * grow))
        image, mask = cv2.resize(drawing.image, size), cv2.resize(drawing.mask, size, interpolation=cv2.INTER_NEAREST)
        examine(mask, image)
        started = time.perf_counter()
        examine(mask, image)
        seconds.append(time.perf_counter() - started)
    usual, slowest = 1000 * np.median(seconds), 1000 * max(seconds)
    print(f"{usual:.0f} ms for 2 megapixels, the slowest of {len(seconds)} {slowest:.0f} ms (target 60)")


def _all(work: partial, options: argparse.Namespace) -> Iterator:
    with get_context("spawn").Pool(options.processes) as pool:
        yield from pool.imap_unordered(work, range(options.first_seed, options.first_seed + options.count), chunksize=4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--predictions", action="store_true", help="of the shipped base model instead of planted faults"
    )
    options = parser.parse_args()
    if options.predictions:
        print_judgements(list(_all(partial(judge), options)))
        return
    print_faults(list(_all(partial(try_faults), options)))
    print_speed(options.first_seed)


if __name__ == "__main__":
    main()
