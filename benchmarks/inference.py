"""How fast a drawing is read, against the original recipe: `python -m benchmarks.inference [--rounds 15]`.

Ours is everything from the pixels of 2-megapixel drawings to their masks at full resolution; the original's is only
`model.predict` of its network (ResNet34 U-Net, 512 x 512, Keras), without reading or resizing anything. Both run in
turns in one process, so that what else the computer does meets both; the ratio is what counts.
"""

import os

os.environ.update(TF_USE_LEGACY_KERAS="1", SM_FRAMEWORK="tf.keras", TF_CPP_MIN_LOG_LEVEL="3")

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.infer.ink_edges import clear_difference, move_onto_ink
from core.infer.probabilities import to_mask
from core.infer.reader import Reader, load_reader, read_at_sizes, weigh
from core.infer.scales import proportional_size, scale_image
from core.infer.shipped import base_artefact
from core.raster.images import Image, encode_png
from core.render.drawing import render_drawing

MEGAPIXELS = 2.0
DRAWINGS = 5


def original_predict() -> Callable[[], Any]:
    """One `model.predict` of the original recipe's network."""
    from core.learn.configuration import FULL_DECODER, RunConfiguration
    from core.learn.networks import build_network

    network = build_network(RunConfiguration(backbone="resnet34", decoder_filters=FULL_DECODER, start="random"), 2)
    images = np.full((1, 512, 512, 3), 255, np.float32)
    return lambda: network.predict(images, verbose=0)


def drawings_of(megapixels: float, count: int) -> list[Image]:
    """The first rendered drawings of about so many pixels, of a common aspect."""
    found: list[Image] = []
    for seed in range(10_000_000, 10_000_200):
        small = render_drawing(seed, size_px=400).image
        size_px = round(400 * np.sqrt(megapixels * 1e6 / (small.shape[0] * small.shape[1])))
        if 1.2 < max(small.shape) / min(small.shape[:2]) < 1.5:
            image = render_drawing(seed, size_px=size_px).image
            if 0.9 < image.shape[0] * image.shape[1] / megapixels / 1e6 < 1.1:  # other sizes have other layouts
                found.append(image)
        if len(found) == count:
            return found
    raise AssertionError("too few rendered drawings have a common aspect")


def in_turns(rounds: int, *actions: Callable[[], Any]) -> np.ndarray:
    """Seconds (rounds, actions); the first call of each is not timed."""
    seconds = np.empty((rounds + 1, len(actions)))
    for row in seconds:
        for column, action in enumerate(actions):
            started = time.perf_counter()
            action()
            row[column] = time.perf_counter() - started
    return seconds[1:]


def steps(reader: Reader, image: Image) -> dict[str, Callable[[], Any]]:
    """The parts of a reading."""
    network, contract = reader.network, reader.contract
    height, width = image.shape[:2]
    size = proportional_size(height, width, max(contract.sizes))
    small = scale_image(image, *size)
    readings, _ = read_at_sizes(network, contract, small)
    verdict = weigh(readings)
    mask, clear = to_mask(verdict.kept, height, width), clear_difference(small)
    reach_px = max(1, round(max(image.shape) / max(contract.sizes)))
    return {
        "scaling to the largest size": lambda: scale_image(image, *size),
        "network, all sizes": lambda: read_at_sizes(network, contract, small),
        "weighing, pieces": lambda: weigh(readings),
        "enlarging": lambda: to_mask(verdict.kept, height, width),
        "ink edges": lambda: move_onto_ink(mask, image, reach_px=reach_px, clear=clear),
    }


def first_mask_seconds(image: Image, rounds: int) -> float:
    """From the start of `python -m core predict` to its end with one drawing."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "drawing.png"
        path.write_bytes(encode_png(image))
        command = [sys.executable, "-m", "core", "predict", str(path), "--out", directory + "/out"]
        return float(np.median(in_turns(rounds, lambda: subprocess.run(command, check=True, capture_output=True))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    images = drawings_of(MEGAPIXELS, DRAWINGS)
    started = time.perf_counter()
    reader = load_reader(base_artefact())
    load_seconds = time.perf_counter() - started
    parts = steps(reader, images[0])
    readings = [partial(reader.read, image) for image in images]
    seconds = in_turns(options.rounds, *readings, original_predict(), *parts.values())
    ours, theirs = seconds[:, :DRAWINGS], seconds[:, DRAWINGS]
    print(f"{DRAWINGS} drawings of {MEGAPIXELS} megapixels, read at {reader.contract.sizes}, {os.cpu_count()} cores")
    print(f"{1000 * np.median(ours):8.0f} ms  whole reading, pixels to mask at full resolution (target: 400)")
    print(f"{1000 * np.median(ours, axis=0).max():8.0f} ms  the slowest of the drawings")
    for what, median in zip(parts, np.median(seconds[:, DRAWINGS + 1 :], axis=0), strict=True):
        print(f"{1000 * median:8.0f} ms    {what}")
    print(f"{1000 * np.median(theirs):8.0f} ms  model.predict of the original recipe")
    times = theirs[:, None] / ours
    print(f"{np.median(times):8.1f} x   faster than the original (target: 2)")
    print(f"{np.median(times, axis=0).min():8.1f} x   the slowest of the drawings")
    print(f"{load_seconds:8.2f} s   to load the model")
    first = first_mask_seconds(images[0], 3)
    print(f"{first:8.2f} s   from starting python -m core predict to the first mask (target: 2)")


if __name__ == "__main__":
    main()
