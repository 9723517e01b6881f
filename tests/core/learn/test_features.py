from dataclasses import replace

import numpy as np
import pytest

from core.labels import DEFAULT_LABELS
from core.learn.batches import TrainingSet
from core.learn.configuration import RunConfiguration
from core.learn.feature_cache import FeatureCache
from core.learn.features import FeatureBatch, split
from core.learn.learners import Learners, decoder_learner_of, learner_of
from core.learn.losses import loss_named
from core.learn.networks import build_network
from core.learn.samples import Batch, one_hot
from core.learn.training import Plan, Watch, learn, plan_run, train
from core.learn.variants import variant_batches
from core.learn.weights import TrainedNetwork, save_weights

SMALL = RunConfiguration(
    decoder_filters=(8, 8, 8, 8),
    image_size=64,
    start="imagenet",
    epochs=4,
    batch_size=3,
    replay=False,
    proportions=False,
)


def test_training_on_features_equals_training_the_frozen_network_on_images(items):
    """To the half precision of the features: several sizes, each in a window of which the whole drawing was seen."""
    configuration = replace(SMALL, several_scales=False)
    training_set = TrainingSet(items)
    plan = plan_run(configuration, len(items))
    variants = variant_batches(configuration, training_set, plan.steps_per_epoch)

    def images(step: int) -> Batch:
        views = [variant.make() for variant in variants(step)]
        masks = one_hot(np.stack([view.mask for view in views]), 2)
        return Batch(np.stack([view.sheet for view in views]).astype(np.float32), masks)

    uncached, cached = [], []
    network = build_network(configuration, 2)
    learn(learner_of(network, loss_named(configuration.loss)), images, plan, watch=Watch(uncached.append))
    trained, _ = train(configuration, training_set, watch=Watch(cached.append))

    np.testing.assert_allclose([s.loss for s in cached], [s.loss for s in uncached], rtol=0.01)
    picture = images(0).images
    before = build_network(configuration, 2)(picture).numpy()
    one, other = network(picture).numpy(), trained.network(picture).numpy()
    assert np.abs(one - other).mean() < 0.02 * np.abs(one - before).mean()


def test_features_of_a_window_are_those_of_the_whole_sheet(items, shipped_network):
    variants = variant_batches(SMALL, TrainingSet(items), 1)
    halves = split(shipped_network)
    view = next(view for step in range(8) for view in (v.make() for v in variants(step)) if view.left > 0)
    finest = halves.encode(view)[-1]
    whole = halves.encoder(view.sheet[None].astype(np.float32))[-1].numpy()[0]
    top, left = view.top // 2, view.left // 2
    np.testing.assert_allclose(finest, whole[top : top + 32, left : left + 32], rtol=1e-2, atol=1e-2)
    assert view.mask.shape == (64, 64)


def test_an_encoder_with_other_weights_has_another_address(shipped_network):
    halves = split(shipped_network)
    before = halves.encoder_address()
    assert split(shipped_network).encoder_address() == before
    weight = halves.encoder.weights[0]
    weight.assign(-weight)
    try:
        assert halves.encoder_address() != before
    finally:
        weight.assign(-weight)
    assert halves.encoder_address() == before


def test_a_second_run_traces_nothing_takes_every_feature_from_the_folder_and_comes_to_the_same(items, tmp_path):
    training_set, learners = TrainingSet(items, items[:1]), Learners()
    content = save_weights(TrainedNetwork(build_network(SMALL, 2), SMALL, DEFAULT_LABELS))
    start = learners.begin(SMALL, 2, content)
    trained, history = train(SMALL, training_set, start=content, cache=FeatureCache(tmp_path), learners=learners)
    weights = trained.network.get_weights()
    written = {path: path.read_bytes() for path in tmp_path.rglob("*.npz")}
    assert len(written) > len(items)
    damaged = min(written)
    damaged.write_bytes(written[damaged][:-40] + bytes(40))

    again, history_again = train(SMALL, training_set, start=content, cache=FeatureCache(tmp_path), learners=learners)
    assert again.network is trained.network is start.network
    assert history_again == history
    for one, other in zip(again.network.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.npz")} == written


def test_retraining_keeps_the_means_and_variances_that_the_champion_learnt(items, tmp_path):
    one_size = replace(SMALL, several_scales=False)
    champion = TrainedNetwork(build_network(one_size, 2), one_size, DEFAULT_LABELS)
    before = _statistics(champion)
    from_champion, _ = train(one_size, TrainingSet(items), start=save_weights(champion), cache=FeatureCache(tmp_path))
    anew, _ = train(one_size, TrainingSet(items), cache=FeatureCache(tmp_path))
    np.testing.assert_array_equal(_statistics(from_champion), before)
    assert not np.allclose(_statistics(anew), before)


def test_a_retrained_decoder_ends_with_the_mean_of_its_last_weights():
    learner = decoder_learner_of(build_network(SMALL, 2), loss_named("bce_jaccard"), keeps_statistics=True)
    picture = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    features = tuple(feature.numpy().astype(np.float16) for feature in learner.halves.encoder(picture))
    batch = FeatureBatch(features, (picture[..., 0] > 128).astype(np.uint8))
    seen = []
    plan = Plan(step_count=4, steps_per_epoch=4, learning_rate=0.01, loss="bce_jaccard", averaged_steps=2)
    watch = Watch(on_step=lambda _: seen.append([w.numpy() for w in learner.trained.trainable_weights]))
    learn(learner, lambda step: batch, plan, watch=watch)
    for third, fourth, kept in zip(*seen[2:], learner.trained.trainable_weights, strict=True):
        np.testing.assert_allclose(kept, (third + fourth) / 2, atol=1e-6)
        assert not np.array_equal(third, fourth)


def _statistics(trained: TrainedNetwork) -> np.ndarray:
    """The decoder's moving means and variances."""
    weights = split(trained.network).decoder.weights
    return np.concatenate([weight.numpy().ravel() for weight in weights if "moving" in weight.name])


def test_a_network_of_another_family_gives_the_same_from_its_features():
    network = build_network(replace(SMALL, backbone="resnet18", start="random"), 2)
    halves = split(network)
    picture = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    features = [feature.numpy().astype(np.float16) for feature in halves.encoder(picture)]
    np.testing.assert_allclose(halves.decoder(features), network(picture), atol=1e-3)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"freeze_encoder": False}, False),
        ({"network": "classic"}, False),
        ({"image_size": "original"}, False),
    ],
)
def test_only_a_frozen_encoder_is_asked_once(changes, expected):
    assert replace(SMALL, **changes).is_on_features is expected
