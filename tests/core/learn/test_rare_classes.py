"""Real small trainings with a third class that is rare, and with one that the champion did not know."""

from dataclasses import replace

import numpy as np
import pytest

from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.learn.batches import TrainingSet
from core.learn.configuration import RunConfiguration
from core.learn.samples import TrainingItem
from core.learn.training import train
from core.learn.weights import TrainedNetwork

LABELS = LabelMap((*DEFAULT_LABELS.labels, Label(2, "spout", (10, 200, 30))))
CONFIGURATION = RunConfiguration(
    image_size=96,
    several_scales=False,
    replay=False,
    photometric=False,
    start="imagenet",
    epochs=25,
    learning_rate=0.01,
)


@pytest.fixture(scope="module")
def drawings() -> list[TrainingItem]:
    """Six drawings of 64x96 pixels with a dark bar (class 1) and a grey spout a fortieth of its size (class 2)."""
    return [_drawing(number) for number in range(6)]


def _drawing(number: int) -> TrainingItem:
    image, mask = np.full((64, 96, 3), 250, np.uint8), np.zeros((64, 96), np.uint8)
    left = 8 + 12 * number
    image[4:60, left : left + 12], mask[4:60, left : left + 12] = 20, 1
    row, column = 10 + 7 * number, (left + 30) % 86
    image[row : row + 4, column : column + 4], mask[row : row + 4, column : column + 4] = 130, 2
    return TrainingItem(f"bar and spout {number}", image, mask)


def found(trained: TrainedNetwork, items: list[TrainingItem], label: int) -> float:
    """The share of a class' pixels that the network finds."""
    images = np.stack([item.image for item in items]).astype(np.float32)
    masks = np.stack([item.mask for item in items])
    return float((trained.network(images).numpy().argmax(axis=-1) == label)[masks == label].mean())


def test_rare_class_is_found_when_it_counts_more_and_is_not_when_it_does_not(drawings):
    configuration = replace(CONFIGURATION, epochs=15)
    weighted, _ = train(configuration, TrainingSet(drawings, labels=LABELS))
    plain, _ = train(replace(configuration, class_weights=False), TrainingSet(drawings, labels=LABELS))
    assert found(weighted, drawings, 2) > 0.5
    assert found(plain, drawings, 2) < 0.2
    assert found(weighted, drawings, 1) > 0.8


def test_champion_that_knew_two_classes_learns_a_third_and_keeps_the_others(drawings):
    before = [replace(item, mask=np.where(item.mask == 2, 0, item.mask).astype(np.uint8)) for item in drawings]
    champion, _ = train(CONFIGURATION, TrainingSet(before))
    known = found(champion, drawings, 1)
    configuration = replace(CONFIGURATION, start="champion", epochs=15)
    grown, _ = train(configuration, TrainingSet(drawings, labels=LABELS), start=champion)
    assert grown.network.output_shape[-1] == 3
    assert found(grown, drawings, 2) > 0.5
    assert found(grown, drawings, 1) > known - 0.1
