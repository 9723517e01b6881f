"""A run's curves as TensorBoard's event files. Writing them needs TensorFlow only; `pip install tensorboard` to look.

`tf.summary.scalar` would need the package, so the values are marked as its scalars here.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import tensorflow as tf

from core.learn.training import Epoch, Step, Watch

_SCALAR = tf.compat.v1.SummaryMetadata(
    plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars"),
    data_class=1,  # DATA_CLASS_SCALAR
)


def logging_to(directory: Path, watch: Watch) -> Watch:
    """The watch, which now writes every step and epoch into the directory, too."""
    writer = tf.summary.create_file_writer(str(directory))

    def on_step(step: Step) -> None:
        with writer.as_default(step.number):
            for name in ("loss", "iou_score", "foreground_iou"):
                _write(f"step/{name}", getattr(step, name))
        watch.on_step(step)

    def on_epoch(epoch: Epoch) -> None:
        figures = {name: getattr(epoch, name) for name in ("loss", "iou_score", "foreground_iou")}
        with writer.as_default(epoch.number):
            for name, value in figures.items():
                _write(f"training/{name}", value)
            for name, value in epoch.validation.items():
                _write(f"validation/{name}", value)
        writer.flush()
        watch.on_epoch(epoch)

    return replace(watch, on_step=on_step, on_epoch=on_epoch)


def _write(tag: str, value: Any) -> None:
    tf.summary.write(tag, tf.constant(float(value), tf.float32), metadata=_SCALAR)
