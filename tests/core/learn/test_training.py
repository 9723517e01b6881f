import itertools
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from core.errors import EmptyTrainingSetError, JobCancelledError, MaskSizeError, SettingError, TrainingDivergedError
from core.labels import DEFAULT_LABELS
from core.learn.checkpoints import FILE_NAME
from core.learn.configuration import RunConfiguration
from core.learn.networks import build_network
from core.learn.samples import Batch, TrainingItem
from core.learn.training import (
    Plan,
    TrainingSet,
    Watch,
    fit,
    learning_rate_at,
    scores_of,
    train,
)
from core.learn.weights import TrainedNetwork

ROOT = Path(__file__).resolve().parents[3]
PLAIN = RunConfiguration(
    image_size=96, several_scales=False, replay=False, proportions=False, geometric=False, photometric=False
)
TINY = replace(PLAIN, backbone="resnet18", decoder_filters=(8, 8, 8, 8), start="random", epochs=1, image_size=32)
PLAN = Plan(step_count=6, steps_per_epoch=3, learning_rate=0.05, loss="bce_jaccard", checkpoint_seconds=0)


def small_network() -> tf.keras.Model:
    tf.keras.utils.set_random_seed(1)
    images = tf.keras.Input((None, None, 3))
    features = tf.keras.layers.BatchNormalization()(images)
    return tf.keras.Model(images, tf.keras.layers.Conv2D(2, 3, padding="same", activation="softmax")(features))


def batches(step: int) -> Batch:
    rng = np.random.default_rng(step)
    profile = rng.random((2, 32, 64)) < 0.3
    images = np.where(profile[..., None], 30.0, 240.0) + rng.normal(0, 5, (2, 32, 64, 3))
    return Batch(images.astype(np.float32), np.stack([~profile, profile], axis=-1).astype(np.float32))


def test_training_lowers_the_loss_and_tells_of_every_step():
    steps = []
    plan = Plan(step_count=40, steps_per_epoch=10, learning_rate=0.05, loss="bce_jaccard")
    history = fit(small_network(), batches, plan, watch=Watch(on_step=steps.append))
    assert [step.number for step in steps] == list(range(1, 41))
    assert [epoch.number for epoch in history] == [1, 2, 3, 4]
    assert history[-1].loss < history[0].loss / 2
    assert history[-1].foreground_iou > 0.9
    assert steps[-1].seconds_left == 0


def test_cancelled_run_that_is_started_again_ends_as_if_it_had_never_stopped(tmp_path):
    undisturbed = small_network()
    whole = fit(undisturbed, batches, PLAN)

    steps = []
    watch = Watch(on_step=steps.append, should_stop=lambda: len(steps) == 4)
    with pytest.raises(JobCancelledError, match="after 4 of 6 steps"):
        fit(small_network(), batches, PLAN, watch=watch, checkpoint_directory=tmp_path)
    continued = small_network()
    history = fit(continued, batches, PLAN, watch=Watch(on_step=steps.append), checkpoint_directory=tmp_path)

    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6]
    for one, other in zip(undisturbed.get_weights(), continued.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert history == whole


def test_finished_run_that_is_started_again_trains_no_further(tmp_path):
    history = fit(small_network(), batches, PLAN, checkpoint_directory=tmp_path)
    steps = []
    assert fit(small_network(), batches, PLAN, watch=Watch(steps.append), checkpoint_directory=tmp_path) == history
    assert not steps


def test_killed_trainer_continues_from_its_last_checkpoint(tmp_path):
    code = (
        "from tests.core.learn.test_training import *\n"
        "watch = Watch(on_step=lambda step: time.sleep(0.05))\n"
        "plan = Plan(step_count=10**6, steps_per_epoch=3, learning_rate=0.05, loss='dice', checkpoint_seconds=0)\n"
        f"fit(small_network(), batches, plan, watch=watch, checkpoint_directory=Path({str(tmp_path)!r}))"
    )
    trainer = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        while not (tmp_path / FILE_NAME).exists():
            assert trainer.poll() is None
            time.sleep(0.02)
        time.sleep(0.3)
    finally:
        trainer.kill()
        trainer.wait()

    steps = []
    watch = Watch(on_step=steps.append, should_stop=lambda: len(steps) == 2)
    plan = Plan(step_count=10**6, steps_per_epoch=3, learning_rate=0.05, loss="dice")
    with pytest.raises(JobCancelledError):
        fit(small_network(), batches, plan, watch=watch, checkpoint_directory=tmp_path)
    assert steps[0].number > 1
    assert steps[1].number == steps[0].number + 1


def test_loss_that_is_not_a_number_stops_the_run():
    def broken(step: int) -> Batch:
        batch = batches(step)
        return Batch(batch.images * np.float32(np.nan), batch.masks) if step == 2 else batch

    with pytest.raises(TrainingDivergedError, match=r"at step 3.*lower learning rate"):
        fit(small_network(), broken, PLAN)


def test_learning_rate_rises_stays_and_falls_to_nothing():
    plan = Plan(step_count=100, steps_per_epoch=10, learning_rate=1.0, loss="dice", warmup_steps=10, decay_share=0.4)
    rates = [learning_rate_at(step, plan) for step in range(100)]
    assert rates[0] == 0.1
    assert rates[9:60] == [1.0] * 51
    assert all(later <= earlier for earlier, later in itertools.pairwise(rates[60:]))
    assert 0 < rates[-1] < 0.01
    assert learning_rate_at(99, replace(plan, lowest_share=0.3)) == pytest.approx(0.3, abs=0.01)


def test_retraining_on_drawings_teaches_the_shipped_encoder_what_they_show(items):
    configuration = replace(PLAIN, epochs=15, batch_size=6, learning_rate=0.01)
    epochs = []
    trained, history = train(configuration, TrainingSet(items, items[:2]), watch=Watch(on_epoch=epochs.append))
    assert history == epochs
    assert len(history) == 15
    assert set(history[0].validation) == {"iou_score", "foreground_iou"}
    assert history[-1].foreground_iou > max(0.5, history[0].foreground_iou)
    assert scores_of(trained.network, items, 96, 2)["iou_score"] > 0.5


def test_training_begins_with_the_weights_it_is_given(items):
    start = TrainedNetwork(build_network(TINY, 2), TINY, DEFAULT_LABELS)
    configuration = replace(TINY, seed=5, learning_rate=1e-12)
    trained, _ = train(configuration, TrainingSet(items), start=start)
    kernels = [[w.numpy() for w in one.network.trainable_weights] for one in (start, trained)]
    for before, after in zip(*kernels, strict=True):
        np.testing.assert_allclose(after, before, atol=1e-6)


def test_cancelling_while_validating_stops_too(items):
    epochs = []
    watch = Watch(on_epoch=epochs.append, should_stop=iter([False, False, True]).__next__)
    with pytest.raises(JobCancelledError, match="validation drawings"):
        train(TINY, TrainingSet(items[:1], items[1:]), watch=watch)
    assert not epochs


def test_starting_with_another_network_is_refused(items, shipped_network):
    start = TrainedNetwork(shipped_network, RunConfiguration(), DEFAULT_LABELS)
    with pytest.raises(SettingError, match="another network"):
        train(RunConfiguration(backbone="resnet18"), TrainingSet(items), start=start)


def test_nothing_to_train_on_is_refused():
    with pytest.raises(EmptyTrainingSetError, match="Approve some drawings first"):
        train(RunConfiguration(), TrainingSet([]))


def test_drawings_in_which_nothing_is_marked_are_refused(items):
    blank = [TrainingItem(item.name, item.image, np.zeros_like(item.mask)) for item in items]
    with pytest.raises(EmptyTrainingSetError, match="Mark the profile"):
        train(RunConfiguration(), TrainingSet(blank))


def test_mask_of_another_size_is_refused_before_training(items):
    wrong = TrainingItem("b.png", items[0].image, items[0].mask[:9])
    with pytest.raises(MaskSizeError, match=r"b\.png"):
        train(RunConfiguration(), TrainingSet([*items, wrong]))
