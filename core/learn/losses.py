"""Losses by name and the two scores that are always reported. Arrays are (B, H, W, classes), truth one-hot."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.keras import backend

from core.errors import SettingError
from core.learn.library import segmentation_models as sm

Loss = Callable[[Any, Any], Any]


def loss_named(name: str, class_weights: Sequence[float] = ()) -> Loss:
    """A function of (masks, probabilities) to a scalar; "bce_jaccard" is the original project's.

    With `class_weights`, one for each class, pixels count as much as the class they truly belong to, and the classes'
    overlaps are averaged in these shares. Equal weights change nothing.
    Raises SettingError for a name that is not in configuration.LOSSES.
    """
    losses = _weighted(class_weights) if len(set(class_weights)) > 1 else _plain()
    if name not in losses:
        raise SettingError(f"There is no loss “{name}”. Choose one of: {', '.join(losses)}.")
    return losses[name]


def iou_score(masks: Any, probabilities: Any) -> Any:
    """The original project's soft score, over the whole batch, background averaged in: it flatters."""
    return sm.metrics.iou_score(masks, probabilities)


def foreground_iou(masks: Any, probabilities: Any) -> Any:
    """IoU of everything but background where its probability exceeds 0.5, over the whole batch; 1 if both are empty."""
    truth = masks[..., 0] < 0.5  # (B, H, W)
    found = probabilities[..., 0] < 0.5
    common = tf.reduce_sum(tf.cast(truth & found, tf.float32))
    either = tf.reduce_sum(tf.cast(truth | found, tf.float32))
    return tf.where(either > 0, common / tf.maximum(either, 1.0), 1.0)


def _plain() -> dict[str, Loss]:
    return {
        "bce_jaccard": sm.losses.bce_jaccard_loss,
        "jaccard": sm.losses.jaccard_loss,
        "dice": sm.losses.dice_loss,
        "bce_dice": sm.losses.bce_dice_loss,
        "focal": sm.losses.categorical_focal_loss,
        "focal_dice": sm.losses.categorical_focal_dice_loss,
        "cross_entropy": sm.losses.categorical_crossentropy,
    }


def _weighted(class_weights: Sequence[float]) -> dict[str, Loss]:
    """The same losses with weights; segmentation-models offers these for some of them only."""
    weights = np.asarray(class_weights, np.float32)  # (C,)
    jaccard = sm.losses.JaccardLoss(class_weights=weights / weights.mean())
    dice = sm.losses.DiceLoss(class_weights=weights / weights.mean())

    def binary(masks: Any, probabilities: Any) -> Any:
        each = backend.binary_crossentropy(masks, probabilities)  # (B, H, W, C)
        return tf.reduce_mean(each * tf.reduce_sum(masks * weights, axis=-1, keepdims=True))

    def categorical(masks: Any, probabilities: Any) -> Any:  # linear in the masks, and so is the focal loss
        return sm.losses.categorical_crossentropy(masks * weights, probabilities)

    def focal(masks: Any, probabilities: Any) -> Any:
        return sm.losses.categorical_focal_loss(masks * weights, probabilities)

    return {
        "bce_jaccard": _sum_of(binary, jaccard),
        "jaccard": jaccard,
        "dice": dice,
        "bce_dice": _sum_of(binary, dice),
        "focal": focal,
        "focal_dice": _sum_of(focal, dice),
        "cross_entropy": categorical,
    }


def _sum_of(one: Loss, other: Loss) -> Loss:
    return lambda masks, probabilities: one(masks, probabilities) + other(masks, probabilities)
