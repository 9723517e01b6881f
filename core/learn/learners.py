"""What learns in a run: a network, or its decoder alone, with a training step that is traced once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from core.learn.configuration import RunConfiguration
from core.learn.features import FeatureBatch, Halves, split
from core.learn.losses import Loss, foreground_iou, iou_score, loss_named
from core.learn.networks import build_network, check_sides
from core.learn.samples import Batch
from core.learn.weights import TrainedNetwork, take_weights

GRADIENT_CLIP = 2.0

Scores = tuple[Any, Any, Any]  # loss, soft IoU, foreground IoU


@dataclass(frozen=True)
class Learner:
    """A network in training.

    `trained` is the part of `network` whose weights change: all of it, or the decoder of `halves`. `step` learns from
    one batch (a Batch, or a FeatureBatch with `halves`) and gives its scores; `read` gives the probabilities of one.
    `sums` can hold the sum of the trained weights over several steps; there are none for a whole network.
    """

    network: tf.keras.Model
    trained: tf.keras.Model
    optimizer: Any
    halves: Halves | None
    step: Callable[[Any], Scores] = field(repr=False)
    read: Callable[[Any], Any] = field(repr=False)
    sums: Sequence[tf.Variable] = field(default=(), repr=False)

    @property
    def memory(self) -> list[Any]:
        """The variables beside the weights that a run needs to go on."""
        variables = self.optimizer.variables  # a method in the legacy optimizers, a list in the others
        return [*(variables() if callable(variables) else variables), *self.sums]

    def add_up(self) -> None:
        """Add the weights as they are now to their sums."""
        for total, weight in zip(self.sums, self.trained.trainable_variables, strict=True):
            total.assign_add(weight)

    def take_mean(self, count: int) -> None:
        """Go over to the mean of the weights that were added up `count` times."""
        for total, weight in zip(self.sums, self.trained.trainable_variables, strict=True):
            weight.assign(total / count)


def learner_of(network: tf.keras.Model, loss: Loss, *, gradient_clip: float = GRADIENT_CLIP) -> Learner:
    """The whole network as a learner, from batches of images."""
    step, optimizer = _step_function(network, loss, gradient_clip, _image_signature(network))

    def learn(batch: Batch) -> Scores:
        check_sides(*batch.images.shape[1:3])
        return step(batch.images, batch.masks)

    def read(batch: Batch) -> Any:
        return network(batch.images, training=False)

    return Learner(network, network, optimizer, None, learn, read)


def decoder_learner_of(
    network: tf.keras.Model, loss: Loss, *, keeps_statistics: bool = False, gradient_clip: float = GRADIENT_CLIP
) -> Learner:
    """The decoder of a network with a frozen encoder as a learner, from batches of features.

    With `keeps_statistics` its BatchNorm goes on with the means and variances that it has learnt before, instead of
    those of the few drawings in a batch, which are not what other drawings have.
    """
    halves = split(network)
    decoder, class_count = halves.decoder, network.output_shape[-1]
    features = [tf.TensorSpec((None, None, None, one.shape[-1]), tf.float16) for one in decoder.inputs]
    masks = tf.TensorSpec((None, None, None), tf.uint8)
    step, optimizer = _step_function(decoder, loss, gradient_clip, (features, masks), keeps_statistics=keeps_statistics)

    @tf.function(input_signature=[features])
    def infer(features: Any) -> Any:
        return decoder(features, training=False)

    def learn(batch: FeatureBatch) -> Scores:
        return step(list(batch.features), batch.masks)

    def read(batch: FeatureBatch) -> Any:
        return infer(list(batch.features))

    assert class_count == decoder.output_shape[-1]
    sums = [tf.Variable(tf.zeros_like(weight)) for weight in decoder.trainable_variables]
    return Learner(network, decoder, optimizer, halves, learn, read, sums)


class Learners:
    """The learner of the run before, so that the next run of the same kind need not build and trace it again."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[Any, ...], Learner] | None = None

    def begin(
        self,
        configuration: RunConfiguration,
        class_count: int,
        start: TrainedNetwork | bytes | None = None,
        *,
        class_weights: Sequence[float] = (),
    ) -> Learner:
        """A learner for a run that starts with the weights of `start` (a network, or its .h5 file) or, without, as the
        configuration says.

        Raises what `build_network` and `take_weights` raise.
        """
        kind = _kind(configuration, class_count, class_weights, keeps_statistics=start is not None)
        kept, self._kept = self._kept, None  # a run that fails in between leaves nothing behind
        if kept is not None and kept[0] == kind and start is not None:
            learner = kept[1]
            tf.keras.utils.set_random_seed(configuration.seed)  # as building it would have done
            for variable in learner.memory:
                variable.assign(tf.zeros_like(variable))
        else:
            imagenet = start is None and configuration.start != "random"
            network = build_network(configuration, class_count, imagenet=imagenet)
            loss = loss_named(configuration.loss, class_weights)
            if configuration.is_on_features:
                learner = decoder_learner_of(network, loss, keeps_statistics=start is not None)
            else:
                learner = learner_of(network, loss)
        if start is not None:
            take_weights(learner.network, configuration, start)
        self._kept = kind, learner
        return learner


def _kind(
    configuration: RunConfiguration, class_count: int, class_weights: Sequence[float], *, keeps_statistics: bool
) -> tuple[Any, ...]:
    """All that the traced step depends on."""
    weights = tuple(class_weights) if len(set(class_weights)) > 1 else ()
    names = ("network", "backbone", "decoder_filters", "loss", "freeze_encoder", "batch_norm_momentum")
    chosen = (getattr(configuration, name) for name in names)
    return (class_count, weights, keeps_statistics, configuration.is_on_features, *chosen)


def _image_signature(network: tf.keras.Model) -> tuple[Any, Any]:
    masks = tf.TensorSpec((None, None, None, network.output_shape[-1]), tf.float32)
    return tf.TensorSpec((None, None, None, 3), tf.float32), masks


def _step_function(
    trained: tf.keras.Model,
    loss_function: Loss,
    gradient_clip: float,
    signature: tuple[Any, Any],
    *,
    keeps_statistics: bool = False,
) -> tuple[Callable[[Any, Any], Scores], Any]:
    """A training step of any batch size, height and width, and its optimizer."""
    class_count = trained.output_shape[-1]
    optimizer = tf.keras.optimizers.Adam()
    optimizer.build(trained.trainable_variables)

    @tf.function(input_signature=signature)
    def step(inputs: Any, masks: Any) -> Scores:
        if masks.dtype == tf.uint8:
            masks = tf.one_hot(tf.cast(masks, tf.int32), class_count)
        with tf.GradientTape() as tape:
            probabilities = trained(inputs, training=not keeps_statistics)  # (B, H, W, C)
            loss = loss_function(masks, probabilities)
        gradients = tape.gradient(loss, trained.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, gradient_clip)
        optimizer.apply_gradients(zip(gradients, trained.trainable_variables, strict=True))
        return loss, iou_score(masks, probabilities), foreground_iou(masks, probabilities)

    return step, optimizer
