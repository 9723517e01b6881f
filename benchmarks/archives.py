"""Archives of several publications, as an institute has them: most of it the base model knows, some it never saw."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.new_styles import publication
from core.learn.feature_cache import FeatureCache, address
from core.learn.rendered import RESERVED_SEEDS
from core.learn.samples import TrainingItem, network_size, resized
from core.render.drawing import render_drawing

SIZE_PX = 576  # the largest size that drawings are read at: a larger image would only take longer
SCANS = "old scans"  # sheets of any style, several vessels on some, rotated, faded, cut off


@dataclass(frozen=True)
class Part:
    """One publication of an archive: `count` drawings wait to be corrected, `tests` others never are."""

    style: str
    count: int
    tests: int


ARCHIVE = (
    Part("black", 110, 14),
    Part("outlined", 90, 11),
    Part("hatched", 60, 8),
    Part("grey", 50, 6),
    Part("toned", 30, 4),
    Part("stippled", 20, 3),
    Part(SCANS, 40, 6),
    Part("zigzag", 40, 7),
    Part("dotted", 30, 6),
    Part("double outline", 30, 6),
)


@dataclass(frozen=True)
class Drawing:
    """A drawing with its true mask; `publication` counts the archive's publications in the order they were added."""

    publication: int
    style: str
    item: TrainingItem


@dataclass(frozen=True)
class Archive:
    """`pool` waits to be corrected, in the order it was added; `tests` are other drawings of the same publications."""

    parts: tuple[Part, ...]
    pool: tuple[Drawing, ...]
    tests: tuple[Drawing, ...]

    def mean_of(self, values: list[float]) -> float:
        """The mean of what was measured on the tests, each publication counting as much as it has drawings to correct.

        So a few tests of a large publication tell what would be measured on many.
        """
        weights = [self.parts[test.publication].count / self.parts[test.publication].tests for test in self.tests]
        return float(np.average(values, weights=weights))

    def address(self) -> str:
        """Names the pool: the same for the same pixels."""
        digest = hashlib.sha256()
        for drawing in self.pool:
            digest.update(f"{drawing.publication} {drawing.item.image.shape}".encode() + drawing.item.image.tobytes())
        return digest.hexdigest()


def archive(seed: int, parts: tuple[Part, ...], cache: FeatureCache) -> Archive:
    """Every seed has draughtsmen and vessels of its own, and publications added in an order of its own."""
    order = np.random.default_rng((seed, 1)).permutation(len(parts))
    pool: list[Drawing] = []
    tests: list[Drawing] = []
    for number, index in enumerate(order.tolist()):
        part, hand = parts[index], RESERVED_SEEDS + 1000 * seed + index
        drawings = [Drawing(number, part.style, item) for item in _items(part, hand, cache)]
        tests += drawings[: part.tests]
        pool += drawings[part.tests :]
    return Archive(tuple(parts[index] for index in order), tuple(pool), tuple(tests))


def _items(part: Part, hand: int, cache: FeatureCache) -> Iterator[TrainingItem]:
    """The drawings of a publication; they are rendered again when the renderer has changed."""
    count = part.tests + part.count
    first = next(_rendered(part.style, hand, 1)).image.tobytes()
    name = address("publication", part.style, str(hand), str(count), hashlib.sha256(first).hexdigest())

    def make() -> list[np.ndarray]:
        return [array for item in _rendered(part.style, hand, count) for array in (item.image, item.mask)]

    arrays = cache.get(name, make)
    for number, (image, mask) in enumerate(zip(arrays[::2], arrays[1::2], strict=True)):
        yield TrainingItem(
            f"{part.style} {hand}, {number + 1}", np.asarray(image, np.uint8), np.asarray(mask, np.uint8)
        )


def _rendered(style: str, hand: int, count: int) -> Iterator[TrainingItem]:
    if style == SCANS:
        for number in range(count):
            drawing = render_drawing(10 * hand + number, size_px=SIZE_PX)
            yield TrainingItem(style, drawing.image, drawing.mask)
    else:
        for published in publication(style, hand, count):
            item = TrainingItem(published.name, published.image, published.mask)
            yield resized(item, *network_size(item.mask.shape[0], item.mask.shape[1], SIZE_PX))
