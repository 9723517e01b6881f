"""How many drawings the renderer makes in a second, on one core and on all; with --mix, what it draws.

python benchmarks/rendering.py [--count 200] [--size 768] [--outlines FILE]
python benchmarks/rendering.py --mix [--count 500] [--size 768] [--outlines FILE]
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402
import numpy as np  # noqa: E402

from core.render.drawing import render_drawing  # noqa: E402
from core.render.outlines import Outline, load_outlines  # noqa: E402

FIRST_SEED = 10_000_000


def render(seed: int, size_px: int, outlines: tuple[Outline, ...]) -> None:
    cv2.setNumThreads(1)
    render_drawing(seed, size_px=size_px, outlines=outlines)


def print_mix(count: int, size_px: int, outlines: tuple[Outline, ...]) -> None:
    """Shares of the styles, proportions, and how thick and large the sections are."""
    styles: Counter[str] = Counter()
    rows = []
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        drawing = render_drawing(seed, size_px=size_px, outlines=outlines)
        styles[drawing.style] += 1
        thick = 2 * cv2.distanceTransform(np.pad(drawing.mask, 1), cv2.DIST_L2, 3).max()
        white = np.median(drawing.image) == 255
        height, width = drawing.mask.shape
        rows.append((max(height, width) / min(height, width), drawing.mask.mean(), thick, white))
    aspect, share, thick, white = np.array(rows).T
    print("styles: " + ", ".join(f"{name} {100 * found / count:.0f} %" for name, found in styles.most_common()))
    for name, values in (("aspect", aspect), ("section's share", share), ("thickest px", thick)):
        print(f"{name}: p5, p50, p95 " + ", ".join(f"{np.percentile(values, at):.3g}" for at in (5, 50, 95)))
    print(f"white paper: {100 * white.mean():.0f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--size", type=int, default=768)
    parser.add_argument("--outlines", type=Path)
    parser.add_argument("--mix", action="store_true", help="print what is drawn instead of how fast")
    arguments = parser.parse_args()
    outlines = load_outlines(arguments.outlines) if arguments.outlines else ()
    if arguments.mix:
        print_mix(arguments.count, arguments.size, outlines)
        return
    work = partial(render, size_px=arguments.size, outlines=outlines)
    cores = os.cpu_count() or 1

    render(0, arguments.size, outlines)
    start, start_cpu = time.perf_counter(), time.process_time()
    for seed in range(arguments.count):
        work(seed)
    cpu_ms = 1000 * (time.process_time() - start_cpu) / arguments.count
    alone = arguments.count / (time.perf_counter() - start)
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(work, range(cores)))
        start = time.perf_counter()
        list(pool.map(work, range(arguments.count), chunksize=8))
        together = arguments.count / (time.perf_counter() - start)
    print(
        f"{arguments.size} px: {alone:.1f} drawings/s on one core, {together:.1f} on {cores} "
        f"({together / alone:.2f} x); {cpu_ms:.1f} ms of processor time each"
    )


if __name__ == "__main__":
    main()
