from dataclasses import replace

import numpy as np

from core.learn.batches import TrainingSet, item_batches
from core.learn.configuration import RunConfiguration
from core.learn.training import plan_run

PLAIN = RunConfiguration(
    image_size=96, several_scales=False, replay=False, proportions=False, geometric=False, photometric=False
)


def test_every_drawing_is_shown_once_in_an_epoch_and_the_order_depends_on_the_seed(items):
    configuration = replace(PLAIN, batch_size=4)
    orders = []
    for seed in (0, 0, 1):
        source = item_batches(replace(configuration, seed=seed), TrainingSet(items), 2)
        epoch = [source(0), source(1)]
        assert [len(batch.images) for batch in epoch] == [4, 2]
        profiles = np.concatenate([batch.masks[..., 1] for batch in epoch])
        orders.append([int(np.nonzero(profile.any(axis=0))[0][0]) for profile in profiles])
    assert sorted(orders[0]) == [8, 20, 32, 44, 56, 68]
    assert orders[0] == orders[1] != orders[2]


def test_original_size_trains_one_drawing_at_a_time(items):
    configuration = RunConfiguration(image_size="original", batch_size=8)
    assert plan_run(configuration, len(items)).steps_per_epoch == 6
    assert item_batches(configuration, TrainingSet(items), 6)(0).images.shape == (1, 64, 96, 3)


def test_several_scales_are_the_sizes_that_the_network_reads_at(items):
    source = item_batches(replace(PLAIN, several_scales=True), TrainingSet(items), 1)
    assert {source(step).images.shape[2] for step in range(20)} == {96, 160, 224}  # 144 is padded to 160, 216 to 224
    assert replace(PLAIN, several_scales=True).image_sizes == (96, 144, 216)


def test_replay_shows_a_rendered_drawing_beside_every_drawing(items):
    source = item_batches(replace(PLAIN, replay=True, batch_size=4), TrainingSet(items), 2)
    assert [len(source(step).images) for step in (0, 1)] == [8, 4]
    np.testing.assert_array_equal(source(0).images, source(0).images)
    masks = source(0).masks[..., 1]
    assert (masks[:4].sum(axis=(1, 2)) == 440).all()  # the bar
    assert not (masks[4:].sum(axis=(1, 2)) == 440).all()


def test_augmented_batches_keep_the_contract(items):
    configuration = replace(PLAIN, artificial_fills=True, geometric=True, photometric=True)
    batch = item_batches(configuration, TrainingSet(items), 1)(0)
    assert batch.images.shape == (6, 64, 96, 3)
    assert batch.images.min() >= 0
    assert batch.images.max() <= 255
    assert (batch.masks.sum(axis=-1) == 1).all()
