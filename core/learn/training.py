"""The training loop, and training on approved drawings with it."""

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from core.errors import EmptyTrainingSetError, JobCancelledError, TrainingDivergedError
from core.learn.batches import BatchSource, TrainingSet, batch_size, item_batches
from core.learn.checkpoints import load_checkpoint, save_checkpoint
from core.learn.class_weights import class_pixels, class_weights
from core.learn.configuration import RunConfiguration
from core.learn.feature_cache import FeatureCache
from core.learn.features import encoded, feature_batches
from core.learn.learners import Learner, Learners, learner_of
from core.learn.losses import foreground_iou, iou_score, loss_named
from core.learn.samples import TrainingItem, check_item, network_size, one_hot, resized, stack
from core.learn.variants import variant_batches, whole
from core.learn.weights import TrainedNetwork, continues, mixed

log = logging.getLogger(__name__)

Validate = Callable[[int], dict[str, float]]  # number of the epoch that ends -> scores

_LOOK_SECONDS = 0.3
_STEPS_TIMED = 20  # the time left follows from the last of them
_VALIDATIONS = 10  # at most, in a run on features: reading validation drawings must not outlast the training
_VALIDATION_DRAWINGS = 24


@dataclass(frozen=True)
class Step:
    """What a training step on `images` images reports; `number` counts from 1."""

    number: int
    count: int
    loss: float
    iou_score: float
    foreground_iou: float
    seconds_left: float
    images: int = 1


@dataclass(frozen=True)
class Epoch:
    """Means over the steps of one epoch; `number` counts from 1, `validation` is empty without validation drawings."""

    number: int
    count: int
    loss: float
    iou_score: float
    foreground_iou: float
    validation: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Watch:
    """Who looks on: `on_step` and `on_epoch` are told what happened, `on_wait` is called several times a second while
    a batch is made, `should_stop` is asked before every step."""

    on_step: Callable[[Step], None] = lambda step: None
    on_wait: Callable[[], None] = lambda: None
    on_epoch: Callable[[Epoch], None] = lambda epoch: None
    should_stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Plan:
    """How long and how hard `fit` trains.

    The learning rate rises over `warmup_steps`, stays, and falls to `lowest_share` of it over the last `decay_share`.
    What comes out is the mean of the weights after each of the last `averaged_steps`, if there are any: only a decoder
    that keeps its BatchNorm statistics can do that.
    """

    step_count: int
    steps_per_epoch: int
    learning_rate: float
    loss: str
    warmup_steps: int = 0
    decay_share: float = 0.45
    lowest_share: float = 0.0
    averaged_steps: int = 0
    checkpoint_seconds: float = 60.0


def train(
    configuration: RunConfiguration,
    training_set: TrainingSet,
    *,
    start: TrainedNetwork | bytes | None = None,
    watch: Watch = Watch(),
    checkpoint_directory: Path | None = None,
    cache: FeatureCache | None = None,
    learners: Learners | None = None,
) -> tuple[TrainedNetwork, list[Epoch]]:
    """A network trained on the items, and its history.

    Training starts with the weights of `start` (a network or its .h5 file) if given, else as `configuration.start`
    says. With a checkpoint directory an interrupted run continues where it was, to the same result: batches depend on
    seed and step only. With a frozen encoder only the decoder trains, on features from the `cache`. `learners` keeps
    what can be used again: the network that comes out is then the next run's, too.
    Raises EmptyTrainingSetError, JobCancelledError when asked to stop, TrainingDivergedError when the loss is not a
    number, SettingError if `start` is another network than the configuration's, and what `build_network` and
    `check_item` raise.
    """
    if not training_set.items:
        raise EmptyTrainingSetError("There is no approved drawing to train on. Approve some drawings first.")
    for item in (*training_set.items, *training_set.validation):
        check_item(item, training_set.labels.class_count)
    if not any(item.mask.any() for item in training_set.items):
        raise EmptyTrainingSetError(
            "Nothing is marked in any of the approved drawings, so nothing can be learnt. Mark the profile in some of "
            "them and approve them again."
        )
    class_count = training_set.labels.class_count
    weights = _class_weights(configuration, training_set)
    learner = (learners or Learners()).begin(configuration, class_count, start, class_weights=weights)
    is_continued = start is not None and continues(configuration, class_count, start)
    before = learner.trained.get_weights() if is_continued else []
    plan = plan_run(configuration, len(training_set.items), keeps_statistics=start is not None)
    if learner.halves is None:
        batches: BatchSource = item_batches(configuration, training_set, plan.steps_per_epoch)
        validate = _validation(learner.network, configuration, training_set, watch)
    else:
        cache = cache or FeatureCache()
        variants = variant_batches(configuration, training_set, plan.steps_per_epoch)
        batches = feature_batches(variants, learner.halves, cache)
        validate = _feature_validation(learner, configuration, training_set, cache, watch)
    history = learn(learner, batches, plan, watch=watch, validate=validate, checkpoint_directory=checkpoint_directory)
    if before and configuration.champion_share:
        learner.trained.set_weights(mixed(before, learner.trained.get_weights(), configuration.champion_share))
    return TrainedNetwork(learner.network, configuration, training_set.labels), history


def plan_run(configuration: RunConfiguration, item_count: int, *, keeps_statistics: bool = False) -> Plan:
    """How many steps a run on that many drawings takes; every epoch shows each drawing once."""
    steps_per_epoch = math.ceil(item_count / batch_size(configuration))
    step_count = steps_per_epoch * configuration.epochs
    is_averaged = configuration.is_on_features and keeps_statistics
    return Plan(
        step_count=step_count,
        steps_per_epoch=steps_per_epoch,
        learning_rate=configuration.learning_rate,
        loss=configuration.loss,
        warmup_steps=min(100, step_count // 10),
        lowest_share=0.3 if is_averaged else 0.0,
        averaged_steps=step_count // 2 if is_averaged else 0,
        checkpoint_seconds=5.0 if configuration.is_on_features else 60.0,
    )


def fit(
    network: tf.keras.Model,
    batches: BatchSource,
    plan: Plan,
    *,
    watch: Watch = Watch(),
    validate: Validate = lambda epoch: {},
    checkpoint_directory: Path | None = None,
) -> list[Epoch]:
    """Train the whole network in place on images, continuing from the last checkpoint if there is one."""
    learner = learner_of(network, loss_named(plan.loss))
    return learn(learner, batches, plan, watch=watch, validate=validate, checkpoint_directory=checkpoint_directory)


def learn(
    learner: Learner,
    batches: BatchSource,
    plan: Plan,
    *,
    watch: Watch = Watch(),
    validate: Validate = lambda epoch: {},
    checkpoint_directory: Path | None = None,
) -> list[Epoch]:
    """Carry out the plan, continuing from the last checkpoint if there is one.

    Raises JobCancelledError, TrainingDivergedError, and StorageFullError if a checkpoint cannot be written.
    """
    state: dict[str, Any] = {"step": 0, "epochs": [], "scores": []}
    if checkpoint_directory is not None:
        state = load_checkpoint(checkpoint_directory, learner.trained, learner.memory) or state
    first_step, saved = state["step"], time.monotonic()
    durations: deque[float] = deque(maxlen=_STEPS_TIMED)
    if first_step:
        log.info("going on after step %d of %d", first_step, plan.step_count)

    with ThreadPoolExecutor(max_workers=1) as prefetch:  # the next batch is made while this one is learnt
        upcoming = prefetch.submit(batches, first_step)
        for number in range(first_step, plan.step_count):
            started = time.monotonic()
            _stop_if_asked(watch, number, plan)
            batch = _wait_for(upcoming, watch, number, plan)
            if number + 1 < plan.step_count:
                upcoming = prefetch.submit(batches, number + 1)

            learner.optimizer.learning_rate.assign(learning_rate_at(number, plan))
            scores = [float(score) for score in learner.step(batch)]  # loss, soft IoU, IoU
            if not math.isfinite(scores[0]):
                raise TrainingDivergedError(
                    f"The loss stopped being a number at step {number + 1}. Train again with a lower learning rate."
                )
            if number >= plan.step_count - plan.averaged_steps:
                learner.add_up()
            state["scores"].append(scores)
            state["step"] = number + 1
            durations.append(time.monotonic() - started)
            seconds_left = sum(durations) / len(durations) * (plan.step_count - number - 1)
            step = Step(number + 1, plan.step_count, scores[0], scores[1], scores[2], seconds_left, len(batch.masks))
            watch.on_step(step)

            if (number + 1) % plan.steps_per_epoch == 0:
                epoch = _close_epoch(state, plan, validate)
                watch.on_epoch(epoch)
            if checkpoint_directory is not None and _is_due(number + 1, plan, saved):
                save_checkpoint(checkpoint_directory, learner.trained, learner.memory, state)
                saved = time.monotonic()
    if plan.averaged_steps:
        learner.take_mean(plan.averaged_steps)
    return [Epoch(**epoch) for epoch in state["epochs"]]


def learning_rate_at(step: int, plan: Plan) -> float:
    """Linear warm-up, constant, then half a cosine down to the lowest."""
    if step < plan.warmup_steps:
        return plan.learning_rate * (step + 1) / plan.warmup_steps
    decay_start = plan.step_count * (1 - plan.decay_share)
    if step < decay_start:
        return plan.learning_rate
    done = (step - decay_start) / max(1.0, plan.step_count - decay_start)
    lowest = plan.lowest_share
    return plan.learning_rate * (lowest + (1 - lowest) * 0.5 * (1 + math.cos(math.pi * done)))


def scores_of(
    network: tf.keras.Model, items: Iterable[TrainingItem], image_size: int | str, class_count: int
) -> dict[str, float]:
    """Mean `iou_score` and `foreground_iou` of the network on the items, each read by itself at `image_size`."""
    scores = []
    for item in items:
        batch = stack([resized(item, *network_size(item.mask.shape[0], item.mask.shape[1], image_size))], class_count)
        probabilities = network(batch.images, training=False)
        scores.append((float(iou_score(batch.masks, probabilities)), float(foreground_iou(batch.masks, probabilities))))
    soft, foreground = np.mean(scores, axis=0)
    return {"iou_score": float(soft), "foreground_iou": float(foreground)}


def _class_weights(configuration: RunConfiguration, training_set: TrainingSet) -> tuple[float, ...]:
    if not configuration.class_weights:
        return ()
    return class_weights(class_pixels((item.mask for item in training_set.items), training_set.labels.class_count))


def _stop_if_asked(watch: Watch, number: int, plan: Plan) -> None:
    if watch.should_stop():
        raise JobCancelledError(f"Training was cancelled after {number} of {plan.step_count} steps.")


def _wait_for(upcoming: "Future[Any]", watch: Watch, number: int, plan: Plan) -> Any:
    while not wait([upcoming], timeout=_LOOK_SECONDS).done:
        watch.on_wait()
        _stop_if_asked(watch, number, plan)
    return upcoming.result()


def _close_epoch(state: dict[str, Any], plan: Plan, validate: Validate) -> Epoch:
    loss, soft, foreground = np.mean(state["scores"], axis=0).tolist()
    number, count = len(state["epochs"]) + 1, math.ceil(plan.step_count / plan.steps_per_epoch)
    epoch = Epoch(number, count, loss, soft, foreground, validate(number))
    state["epochs"].append(asdict(epoch))
    state["scores"] = []
    return epoch


def _is_due(step: int, plan: Plan, saved: float) -> bool:
    return step == plan.step_count or time.monotonic() - saved >= plan.checkpoint_seconds


def _validation(
    network: tf.keras.Model, configuration: RunConfiguration, training_set: TrainingSet, watch: Watch
) -> Validate:
    if not training_set.validation:
        return lambda epoch: {}
    size, class_count = configuration.image_size, training_set.labels.class_count

    def watched() -> Iterator[TrainingItem]:
        for item in training_set.validation:
            if watch.should_stop():
                raise JobCancelledError("Training was cancelled while the network read the validation drawings.")
            yield item

    return lambda epoch: scores_of(network, watched(), size, class_count)


def _feature_validation(
    learner: Learner, configuration: RunConfiguration, training_set: TrainingSet, cache: FeatureCache, watch: Watch
) -> Validate:
    """Scores of the decoder on the features of some validation drawings, after some epochs, the last one included."""
    halves, size = learner.halves, int(configuration.image_size)
    drawings = [whole(item, size) for item in training_set.validation[:_VALIDATION_DRAWINGS]]
    if not drawings or halves is None:
        return lambda epoch: {}
    encoder, class_count = halves.encoder_address(), training_set.labels.class_count
    every = math.ceil(configuration.epochs / _VALIDATIONS)

    def validate(epoch: int) -> dict[str, float]:
        if (configuration.epochs - epoch) % every:
            return {}
        scores = []
        for drawing in drawings:
            if watch.should_stop():
                raise JobCancelledError("Training was cancelled while the network read the validation drawings.")
            batch = encoded([drawing], halves, cache, encoder)
            masks, probabilities = one_hot(batch.masks, class_count), learner.read(batch)
            scores.append((float(iou_score(masks, probabilities)), float(foreground_iou(masks, probabilities))))
        soft, foreground = np.mean(scores, axis=0)
        return {"iou_score": float(soft), "foreground_iou": float(foreground)}

    return validate
