"""What each step of the reading gains: `python -m benchmarks.reading [--count 200] [--images DIR --masks DIR]`.

Every row adds one step to the row above, on the same rendered drawings of 250 to 4500 px with seeds that were never
trained on, or on a folder of drawings with masks. Result and choice: docs/decisions/reading.md.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.infer.components import drop_doubtful
from core.infer.evaluation import pair_by_stem, read_foreground
from core.infer.folders import pages_in
from core.infer.ink_edges import clear_difference, move_onto_ink
from core.infer.probabilities import Probabilities, to_mask, weigh_by_certainty
from core.infer.reader import Reader, load_reader, read_at_sizes, weigh
from core.infer.scales import proportional_size, scale_image
from core.infer.shipped import base_artefact
from core.learn.accuracy import Accuracy, accuracy_of
from core.raster.images import Image
from core.raster.masks import Mask
from core.render.drawing import render_drawing
from core.settings import Settings


def rendered(first_seed: int, count: int) -> Iterator[tuple[Image, Mask]]:
    for seed in range(first_seed, first_seed + count):
        drawing = render_drawing(seed)
        yield drawing.image, drawing.mask


def stored(images: Path, masks: Path) -> Iterator[tuple[Image, Mask]]:
    for pair in pair_by_stem(images, masks)[0]:
        page = next(pages_in(pair.drawing, Settings()))
        if not hasattr(page, "image"):
            raise InputError(page.reason)
        yield page.image, read_foreground(pair.truth, page.image.shape[:2], Settings()).astype(np.uint8)


def masks_of(reader: Reader, image: Image) -> dict[str, Mask]:
    """The mask after each step."""
    height, width = image.shape[:2]
    small = scale_image(image, *proportional_size(height, width, max(reader.contract.sizes)))
    reach_px, clear = max(1, round(max(image.shape) / max(small.shape))), clear_difference(small)

    def enlarge(probabilities: Probabilities) -> Mask:
        return to_mask(probabilities, height, width)

    readings, _ = read_at_sizes(reader.network, reader.contract, small)
    sizes = sorted(reader.contract.sizes, reverse=True)
    found = {f"{size} px alone": enlarge(reading) for size, reading in zip(sizes, readings, strict=True)}
    found["all sizes, mean"] = enlarge(weigh_by_certainty(readings, sharpness=0))
    found["weighed by certainty"] = enlarge(weigh_by_certainty(readings))
    found["without doubtful pieces"] = enlarge(drop_doubtful(weigh_by_certainty(readings)))
    verdict = weigh(readings)
    found["border on the ink"] = move_onto_ink(enlarge(verdict.kept), image, reach_px=reach_px, clear=clear)
    return found


def print_steps(results: dict[str, list[Accuracy]]) -> None:
    print(f"{'':26} {'mean':>7} {'median':>7} {'p10':>7} {'border px':>10} {'gain':>8} {'+-':>7}")
    before = None
    for step, scores in results.items():
        ious = np.array([score.iou for score in scores])
        border = np.median([score.border_px for score in scores])
        gain = (
            "" if before is None else f"{(ious - before).mean():+8.4f} {(ious - before).std() / len(ious) ** 0.5:7.4f}"
        )
        print(
            f"{step:26} {ious.mean():7.3f} {np.median(ious):7.3f} {np.percentile(ious, 10):7.3f} {border:10.2f} {gain}"
        )
        before = ious


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=10_200_000)
    parser.add_argument("--images", type=Path)
    parser.add_argument("--masks", type=Path)
    parser.add_argument("--artefact", type=Path, help="default: the shipped base model")
    options = parser.parse_args()
    reader = load_reader(options.artefact.read_bytes() if options.artefact else base_artefact())
    is_stored = options.images and options.masks
    drawings = stored(options.images, options.masks) if is_stored else rendered(options.first_seed, options.count)
    steps: dict[str, list[Accuracy]] = {}
    for number, (image, truth) in enumerate(drawings):
        for step, mask in masks_of(reader, image).items():
            steps.setdefault(step, []).append(accuracy_of(number, "", truth, mask, 0.0))
    print(f"{len(next(iter(steps.values())))} drawings")
    print_steps(steps)


if __name__ == "__main__":
    main()
