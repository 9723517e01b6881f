"""The fixed variants in which a run with a frozen encoder shows its drawings, so that each is encoded only once.

A variant is a drawing at one of the sizes that the network reads at, changed by chance that depends on its pixels and
its number only. Of a size larger than the smallest, the network learns a window as large as the smallest: it sees the
whole drawing, and a step costs the same at every size.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core import __version__
from core.infer.scales import pad_image, padded_size, paper_colour
from core.learn import augmentation
from core.learn.batches import TrainingSet
from core.learn.configuration import RunConfiguration
from core.learn.rendered import rendered_item
from core.learn.samples import STRIDE, TrainingItem, network_size, resized
from core.learn.variant_counts import rendered_count, replayed_count, replays, variant_count
from core.raster.images import Image
from core.raster.masks import Mask

CHANGES = ("artificial_fills", "geometric", "photometric", "proportions", "seed")

_FIRST_RENDERED_SEED = 9_000_000  # below those of tests and benchmarks


@dataclass(frozen=True)
class View:
    """What the encoder sees, and the part of it that the decoder learns.

    `sheet` (H, W, 3) has sides that suit the network; `mask` (side, side) is that of the window whose upper left corner
    is at (top, left).
    """

    sheet: Image
    mask: Mask
    top: int
    left: int


@dataclass(frozen=True)
class Variant:
    """A view that can be made at any time, always the same; `address` names all that it depends on."""

    address: str
    make: Callable[[], View]


VariantSource = Callable[[int], list[Variant]]  # step number, from 0 -> what its batch shows


def variant_batches(configuration: RunConfiguration, training_set: TrainingSet, steps_per_epoch: int) -> VariantSource:
    """What the batch of any step shows, as a function of the seed and the step's number only.

    An epoch shows every drawing once, the next one in the drawing's next variant; replayed ones in turn.
    """
    items = [_variants_of(item, configuration, len(training_set.items)) for item in training_set.items]
    rendered = _rendered(configuration, training_set, len(items))

    def batch(step: int) -> list[Variant]:
        epoch, position = divmod(step, steps_per_epoch)
        order = np.random.default_rng((configuration.seed, epoch)).permutation(len(items))
        chosen = np.array_split(order, steps_per_epoch)[position]
        variants = [items[index][(epoch + int(index)) % len(items[index])] for index in chosen]
        if rendered:
            rng = np.random.default_rng((configuration.seed, epoch, position))
            again = rng.choice(len(rendered), replayed_count(len(variants)), replace=False)
            variants += [rendered[index] for index in again]
        return variants

    return batch


def whole(item: TrainingItem, size: int) -> Variant:
    """The drawing as it is, with its longest side at `size`: for validation."""
    return Variant(f"{_pixels(item)} whole {size}", lambda: _whole_view(item, size))


def _variants_of(item: TrainingItem, configuration: RunConfiguration, item_count: int) -> list[Variant]:
    pixels = _pixels(item)
    changes = {name: getattr(configuration, name) for name in CHANGES}
    described = f"{pixels} {json.dumps(changes)} {configuration.image_sizes}"
    start = int(pixels[:8], 16)

    def variant(number: int) -> Variant:
        def make() -> View:
            rng = np.random.default_rng((configuration.seed, start, number))
            return _changed_view(item, configuration, sizes[(start + number) % len(sizes)], rng)

        return Variant(f"{described} {number}", make)

    sizes = configuration.image_sizes
    return [variant(number) for number in range(variant_count(configuration, item_count))]


def _rendered(configuration: RunConfiguration, training_set: TrainingSet, item_count: int) -> list[Variant]:
    if not replays(configuration, training_set.labels.class_count):
        return []
    sizes = configuration.image_sizes

    def variant(number: int) -> Variant:
        def make() -> View:
            rng = np.random.default_rng((_FIRST_RENDERED_SEED, number))
            return _window(_resized_to(rendered_item(rng, max(sizes)), sizes[number % len(sizes)]), min(sizes), rng)

        return Variant(f"rendered {__version__} {number} {sizes}", make)

    return [variant(number) for number in range(rendered_count(item_count))]


def _resized_to(item: TrainingItem, size: int) -> TrainingItem:
    """The item with its longest side at `size`."""
    return resized(item, *network_size(item.mask.shape[0], item.mask.shape[1], size))


def _changed_view(item: TrainingItem, configuration: RunConfiguration, size: int, rng: np.random.Generator) -> View:
    if configuration.artificial_fills:
        item = augmentation.artificial_fills(item, rng)
    item = augmentation.proportions(item, size, rng) if configuration.proportions else _resized_to(item, size)
    if configuration.geometric:
        item = augmentation.geometric(item, rng)
    if configuration.photometric:
        item = augmentation.photometric(item, rng)
    return _window(item, min(configuration.image_sizes), rng)


def _whole_view(item: TrainingItem, size: int) -> View:
    item = _resized_to(item, size)
    side = padded_size(size, size, STRIDE)[0]
    return _view(item, side, 0, 0)


def _window(item: TrainingItem, side: int, rng: np.random.Generator) -> View:
    """A window of the item, around a pixel of its profile or anywhere, each as often as the other."""
    side = padded_size(side, side, STRIDE)[0]
    height, width = (max(side, length) for length in padded_size(item.mask.shape[0], item.mask.shape[1], STRIDE))
    top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    profile = np.argwhere(item.mask)
    if len(profile) and rng.random() < 0.5:
        top, left = (profile[rng.integers(len(profile))] - side // 2).tolist()
    return _view(item, side, _on_grid(top, height - side), _on_grid(left, width - side))


def _on_grid(start: int, last: int) -> int:
    """The nearest place from 0 to `last` where a feature of the coarsest layer begins."""
    return min(max(round(start / STRIDE) * STRIDE, 0), last)


def _view(item: TrainingItem, side: int, top: int, left: int) -> View:
    height, width = (max(side, length) for length in padded_size(item.mask.shape[0], item.mask.shape[1], STRIDE))
    mask = np.zeros((height, width), np.uint8)
    mask[: item.mask.shape[0], : item.mask.shape[1]] = item.mask
    sheet = pad_image(item.image, height, width, paper_colour(item.image))
    return View(sheet, mask[top : top + side, left : left + side], top, left)


def _pixels(item: TrainingItem) -> str:
    digest = hashlib.sha256(f"{item.image.shape}".encode())
    for array in (item.image, item.mask):
        digest.update(array.tobytes())
    return digest.hexdigest()
