"""How well and how fast one click fills or picks a section: `nice python -m benchmarks.edits --workers 2`.

Prints for each style the share of rendered sections with IoU 0.97 or better after one fill or pick on a flawed mask
(every second one empty, the others the truth with bites), with the base model's reading as on the page Correct: of all
sections of the style that are shown whole, of those that the ink determines (see `stands_apart`), and of the others.
`--alone` adds the same by the ink alone. Then the real drawings of ../shared where they are there; then the time of
each tool on a drawing of 4500 x 3500 px. `--failures FOLDER` writes a picture of each failure.
"""

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from core.errors import EditError
from core.infer.reader import Reader, load_reader
from core.infer.shipped import base_artefact
from core.raster.cut import cut
from core.raster.edits import FillHoles, Grow, KeepLargest, RemoveSpecks, Smooth, Stroke, apply, region, to_json
from core.raster.expected import expected_foreground
from core.raster.fill import fill
from core.raster.masks import decode_mask
from core.raster.metrics import foreground_iou
from core.raster.pick import pick
from core.raster.snap import snap
from core.render.drawing import render_drawing
from tests.core.raster.rendered_sections import Section, largest_piece, section_of, sections

SHARED = Path(__file__).resolve().parents[2] / "shared" / "drawings"
TOOLS = {"outlined": fill, "black": pick, "grey": pick, "hatched": pick}
GOOD = 0.97
FIRST_SEED = 10_950_000
"""No model was trained on drawings from here on, and nobody looked at them."""


@dataclass
class Tally:
    """What one group of sections reached, with the reading and without."""

    name: str
    scores: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        scores = np.array(self.scores)
        return (
            f"  {self.name:34s} {len(scores):4d} sections: {np.mean(scores >= GOOD):6.1%} reach IoU {GOOD}, "
            f"{np.mean(scores >= 0.95):6.1%} 0.95, median {np.median(scores):.4f}; "
            f"{np.median(self.seconds) * 1000:.0f} ms, slowest {max(self.seconds) * 1000:.0f} ms"
        )


def corrected(section: Section, tool: Callable, reader: Reader | None) -> tuple[np.ndarray, float]:
    """The flawed mask after one click, and the seconds that the tool took; the reading is there already."""
    foreground = None
    if reader is not None:
        foreground = expected_foreground(reader.read(section.image).probabilities, section.flawed, 1)
    start = time.perf_counter()
    try:
        mask = apply(section.flawed, region(tool(section.image, section.click, foreground=foreground), 1, "one click"))
    except EditError:
        mask = section.flawed
    return mask, time.perf_counter() - start


@dataclass(frozen=True)
class Plan:
    """Which sections are gone through, and where pictures of failures go."""

    count: int
    first_seed: int
    size_px: int
    failures: Path | None
    with_ink_alone: bool


def report(style: str, plan: Plan) -> str:
    """What one click reached on the style's first sections, as lines to print."""
    reader = load_reader(base_artefact())
    tool = TOOLS[style]
    ways = (True, False) if plan.with_ink_alone else (True,)
    tallies: dict[tuple[str, bool], Tally] = {}
    by_ink, refusals = 0, 0
    for section in sections(style, plan.count, first_seed=plan.first_seed, size_px=plan.size_px, all_kinds=True):
        by_ink += section.is_apart
        for has_reading in ways:
            mask, seconds = corrected(section, tool, reader if has_reading else None)
            score = foreground_iou(section.truth, section.taken(mask))
            refusals += has_reading and mask is section.flawed
            for group in ("all", "by ink" if section.is_apart else "not by ink"):
                way = "with the reading" if has_reading else "ink alone"
                tally = tallies.setdefault((group, has_reading), Tally(f"{group}, {way}"))
                tally.scores.append(score)
                tally.seconds.append(seconds)
            if plan.failures is not None and has_reading and score < GOOD:
                name = f"{style}-{'by' if section.is_apart else 'not-by'}-ink-{section.seed}-{score:.3f}"
                Pillow.fromarray(shown(section, mask)).save(plan.failures / f"{name}.png")
    title = f"{style}, {tool.__name__}: the ink determines {by_ink} of {plan.count}; {refusals} refused with a sentence"
    return "\n".join([title, *(str(tallies[key]) for key in sorted(tallies, key=lambda key: (not key[1], key[0])))])


def shown(section: Section, mask: np.ndarray) -> np.ndarray:
    """The drawing with what is right in green, what is missing in red and what is too much in blue."""
    picture = section.image.astype(np.float32)
    for area, colour in (
        ((section.truth > 0) & (mask > 0), (0, 200, 0)),
        ((section.truth > 0) & (mask == 0), (255, 0, 0)),
        ((section.truth == 0) & (mask > 0), (0, 0, 255)),
    ):
        picture[area] = 0.5 * picture[area] + 0.5 * np.array(colour)
    picture = np.ascontiguousarray(picture.astype(np.uint8))
    cv2.circle(picture, (int(section.click[1]), int(section.click[0])), 6, (255, 140, 0), -1)
    return picture


def real_drawings(reader: Reader) -> None:
    if not SHARED.exists():
        return
    for entry in json.loads((SHARED / "index.json").read_text()):
        image = np.array(Pillow.open(SHARED / entry["image"]).convert("RGB"))
        is_outlined = entry["name"].startswith("ink_")
        truth = decode_mask((SHARED / entry["mask"]).read_bytes()) > 0
        section = section_of(image, largest_piece(truth), 0, is_empty=True, is_outlined=is_outlined)
        tool = fill if is_outlined else pick
        read, alone = (foreground_iou(section.truth, corrected(section, tool, r)[0]) for r in (reader, None))
        print(f"{entry['name']:26s} {tool.__name__:5s} IoU {read:.4f} with the reading, {alone:.4f} by the ink alone")
        for off_px in (-2, 2):
            flawed = apply(truth.astype(np.uint8), Grow(1, off_px))
            snapped = apply(flawed, snap(image, flawed, 1))
            before, after = (foreground_iou(truth.astype(np.uint8), mask) for mask in (flawed, snapped))
            print(f"{'':26s} snap  IoU {after:.4f} of a border {off_px:+d} px off, {before:.4f} before")


def timings(reader: Reader) -> None:
    """Each tool on one drawing of 4500 x 3500 px, median of five."""
    image, truth = large("black")
    hollow, hollow_truth = large("outlined")
    section = section_of(image, truth, 0, is_empty=True, is_outlined=False)
    outlined = section_of(hollow, hollow_truth, 0, is_empty=True, is_outlined=True)
    mask = section.truth
    row, column = section.click
    across = [(row, column - 400), (row, column + 400)]
    reading, hollow_reading = (
        expected_foreground(reader.read(picture).probabilities, np.zeros_like(mask), 1) for picture in (image, hollow)
    )
    doings: dict[str, Callable[[], object]] = {
        "fill": lambda: region(fill(hollow, outlined.click), 1, "fill"),
        "fill with the reading": lambda: region(fill(hollow, outlined.click, foreground=hollow_reading), 1, "fill"),
        "pick": lambda: region(pick(image, section.click), 1, "pick"),
        "pick with the reading": lambda: region(pick(image, section.click, foreground=reading), 1, "pick"),
        "snap": lambda: snap(image, apply(mask, Grow(1, 2)), 1),
        "cut": lambda: cut(mask, across, 1),
        "fill holes": lambda: apply(mask, FillHoles(1)),
        "remove specks": lambda: apply(mask, RemoveSpecks(1, 50)),
        "keep largest": lambda: apply(mask, KeepLargest(1, 1)),
        "grow": lambda: apply(mask, Grow(1, 1)),
        "smooth": lambda: apply(mask, Smooth(1)),
        "stroke": lambda: apply(mask, Stroke(((row, column), (row + 300, column + 300)), 40, 1)),
    }
    for name, do in doings.items():
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            try:
                do()
            except EditError as error:
                name = f"{name} ({error})"
                break
            seconds.append(time.perf_counter() - start)
        print(f"{name:26s} {np.median(seconds or [np.nan]) * 1000:5.0f} ms")
    stored = json.dumps(to_json(region(truth, 1, "pick")))
    print(f"stored region: {len(stored) / 1000:.1f} kB of JSON")


def large(style: str) -> tuple[np.ndarray, np.ndarray]:
    drawing = render_drawing(21, size_px=4500, style=style)
    shape = (4500, 3500) if drawing.mask.shape[0] > drawing.mask.shape[1] else (3500, 4500)
    image = np.full((*shape, 3), np.median(drawing.image[0], axis=0), np.uint8)
    mask = np.zeros(shape, np.uint8)
    height, width = min(shape[0], drawing.mask.shape[0]), min(shape[1], drawing.mask.shape[1])
    image[:height, :width], mask[:height, :width] = drawing.image[:height, :width], drawing.mask[:height, :width]
    return image, largest_piece(mask > 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--size", type=int, default=1600)
    parser.add_argument("--styles", nargs="*", default=list(TOOLS))
    parser.add_argument("--failures", type=Path)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--workers", type=int, default=1, help="styles that are gone through at the same time")
    chosen = parser.parse_args()
    if chosen.failures:
        chosen.failures.mkdir(parents=True, exist_ok=True)
    plan = Plan(chosen.count, chosen.first_seed, chosen.size, chosen.failures, chosen.alone)
    with ProcessPoolExecutor(chosen.workers, multiprocessing.get_context("spawn")) as pool:
        for lines in pool.map(report, chosen.styles, [plan] * len(chosen.styles)):
            print(lines, flush=True)
    reader = load_reader(base_artefact())
    real_drawings(reader)
    timings(reader)


if __name__ == "__main__":
    main()
