"""The batches of a run on approved drawings: which drawings, at which size, in which variants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.labels import DEFAULT_LABELS, LabelMap
from core.learn import augmentation
from core.learn.configuration import ORIGINAL_SIZE, RunConfiguration
from core.learn.rendered import rendered_item
from core.learn.samples import Batch, TrainingItem, network_size, resized, stack

BatchSource = Callable[[int], Any]  # step number, from 0 -> the batch of that step, as its learner reads it


@dataclass(frozen=True)
class TrainingSet:
    """What a run learns from (`items`) and watches (`validation`)."""

    items: Sequence[TrainingItem]
    validation: Sequence[TrainingItem] = ()
    labels: LabelMap = DEFAULT_LABELS


def item_batches(configuration: RunConfiguration, training_set: TrainingSet, steps_per_epoch: int) -> BatchSource:
    """The batch of any step, as a function of the seed and the step's number only."""
    items, size = training_set.items, batch_size(configuration)
    is_original = configuration.image_size == ORIGINAL_SIZE
    replay = configuration.replay and not is_original and training_set.labels.class_count == DEFAULT_LABELS.class_count

    def batch(step: int) -> Batch:
        epoch, position = divmod(step, steps_per_epoch)
        order = np.random.default_rng((configuration.seed, epoch)).permutation(len(items))
        rng = np.random.default_rng((configuration.seed, epoch, position))
        chosen = [items[index] for index in order[position * size : (position + 1) * size]]
        if replay:
            chosen += [rendered_item(rng, max(configuration.image_sizes)) for _ in chosen]
        image_size = ORIGINAL_SIZE if is_original else int(rng.choice(configuration.image_sizes))
        variants = [_variant(item, configuration, image_size, rng) for item in chosen]
        return stack(variants, training_set.labels.class_count)

    return batch


def batch_size(configuration: RunConfiguration) -> int:
    """How many drawings of the training set are in a batch: one at the original size."""
    return 1 if configuration.image_size == ORIGINAL_SIZE else configuration.batch_size


def _variant(
    item: TrainingItem, configuration: RunConfiguration, image_size: int | str, rng: np.random.Generator
) -> TrainingItem:
    if configuration.artificial_fills:
        item = augmentation.artificial_fills(item, rng)
    if configuration.proportions and image_size != ORIGINAL_SIZE:
        item = augmentation.proportions(item, int(image_size), rng)
    else:
        item = resized(item, *network_size(item.mask.shape[0], item.mask.shape[1], image_size))
    if configuration.geometric:
        item = augmentation.geometric(item, rng)
    if configuration.photometric:
        item = augmentation.photometric(item, rng)
    return item
