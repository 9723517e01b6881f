"""How well near duplicates and styles of drawings are recognised.

`python -m benchmarks.alike [--drawings 500] [FOLDER ...]`

Rendered drawings, and the images in the folders if any are given, each distorted as scans of the same plate differ. A
false alarm is a pair of different drawings that counts as nearly the same.
"""

import argparse
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from core.learn.rendered import RESERVED_SEEDS
from core.raster.images import thumbnail_jpeg
from core.raster.similar import fingerprint, nearest_twins
from core.raster.style import BLACK, GREY, HATCHED, OUTLINED, section_style
from core.render.drawing import render_drawing, render_sample_drawings

FIRST_SEED = RESERVED_SEEDS + 60_000
SIZES = (400, 500, 650, 800)
FILLS = {"black": BLACK, "grey": GREY, "toned": GREY, "outlined": OUTLINED, "dashed": OUTLINED}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drawings", type=int, default=500)
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    images, styles = [], Counter()
    for number in range(options.drawings):
        drawing = render_drawing(FIRST_SEED + number, size_px=SIZES[number % len(SIZES)])
        expected = FILLS.get(drawing.style, HATCHED)
        styles[expected, section_style(drawing.image, drawing.mask)] += 1
        images.append(Pillow.fromarray(drawing.image))
    for folder in options.folders:
        images += [Pillow.open(path).convert("RGB") for path in sorted(folder.iterdir())]
    _print_twins(images)
    _print_neat(options.drawings // 2)
    _print_styles(styles)


def _print_twins(images: list[Pillow.Image]) -> None:
    originals = [_fingerprint(image) for image in images]
    print(f"{len(images)} drawings, {sum(one == '' for one in originals)} without a fingerprint")
    print(_false_alarms(originals))
    rng = np.random.default_rng(0)
    for name, distort in DISTORTIONS.items():
        again = [_fingerprint(distort(image, rng)) for image in images]
        found = [nearest_twins([one], [other])[0] is not None for one, other in zip(again, originals, strict=True)]
        print(f"{name:32} {np.mean(found):6.1%} recognised")


def _print_neat(count: int) -> None:
    neat = (
        drawing.image for seed in range(-(-count // 8)) for drawing in render_sample_drawings(8, seed=30_000 + seed)
    )
    print(f"{count} neat drawings of one hand: {_false_alarms([_fingerprint(Pillow.fromarray(one)) for one in neat])}")


def _false_alarms(fingerprints: list[str]) -> str:
    """Drawings with a twin among the others; each is compared with those before it."""
    alarms = sum(nearest_twins([one], fingerprints[:place])[0] is not None for place, one in enumerate(fingerprints))
    return f"{alarms} false alarms in {len(fingerprints) * (len(fingerprints) - 1) // 2} pairs"


def _print_styles(styles: Counter[tuple[str, str]]) -> None:
    right = sum(count for (expected, found), count in styles.items() if expected == found)
    print(f"style right for {right} of {styles.total()} drawings")
    for expected in (BLACK, GREY, HATCHED, OUTLINED):
        of_these = {found: count for (kind, found), count in sorted(styles.items()) if kind == expected}
        print(f"  {expected:9} {of_these}")


def _fingerprint(image: Pillow.Image) -> str:
    """As the product takes it: of the thumbnail."""
    small = Pillow.open(io.BytesIO(thumbnail_jpeg(np.array(image))))
    return fingerprint(np.array(small.convert("RGB")))


def _paper(image: Pillow.Image) -> tuple[int, ...]:
    return tuple(int(value) for value in np.median(np.array(image).reshape(-1, 3), axis=0))


def _jpeg(image: Pillow.Image, _rng: np.random.Generator) -> Pillow.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=30)
    return Pillow.open(stream).convert("RGB")


def _scaled(factor: float) -> Callable[[Pillow.Image, np.random.Generator], Pillow.Image]:
    return lambda image, _rng: image.resize((round(image.width * factor), round(image.height * factor)))


def _turned(degrees: float) -> Callable[[Pillow.Image, np.random.Generator], Pillow.Image]:
    def turn(image: Pillow.Image, rng: np.random.Generator) -> Pillow.Image:
        angle = degrees * float(rng.choice([-1, 1]))
        return image.rotate(angle, Pillow.Resampling.BICUBIC, expand=True, fillcolor=_paper(image))

    return turn


def _in_margins(image: Pillow.Image, rng: np.random.Generator) -> Pillow.Image:
    left, right, above, below = (rng.uniform(0.02, 0.25, 4) * max(image.size)).astype(int)
    sheet = Pillow.new("RGB", (image.width + left + right, image.height + above + below), _paper(image))
    sheet.paste(image, (left, above))
    return sheet


def _faded(image: Pillow.Image, rng: np.random.Generator) -> Pillow.Image:
    pixels = 120 + np.array(image) * 0.5 + rng.normal(0, 4, (image.height, image.width, 1))
    return Pillow.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _all_at_once(image: Pillow.Image, rng: np.random.Generator) -> Pillow.Image:
    for distort in (_turned(1), _scaled(0.5), _in_margins, _jpeg):
        image = distort(image, rng)
    return image


DISTORTIONS: dict[str, Callable[[Pillow.Image, np.random.Generator], Pillow.Image]] = {
    "JPEG of quality 30": _jpeg,
    "half the size": _scaled(0.5),
    "twice the size": _scaled(2),
    "turned by 1 degree": _turned(1),
    "turned by 2 degrees": _turned(2),
    "margins of 2 to 25 %": _in_margins,
    "faded": _faded,
    "turned, half, margins, JPEG": _all_at_once,
}


if __name__ == "__main__":
    main()
