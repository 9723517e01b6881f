import tensorflow as tf

from core.learn.tensorboard import logging_to
from core.learn.training import Epoch, Step, Watch


def read(directory) -> dict[tuple[str, int], float]:
    """(tag, step) -> value, of all event files in the directory."""
    found = {}
    for path in directory.glob("events.*"):
        for event in tf.compat.v1.train.summary_iterator(str(path)):
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "scalars"
                found[value.tag, event.step] = float(tf.make_ndarray(value.tensor))
    return found


def test_every_step_and_epoch_is_written_as_a_scalar_and_still_told_to_the_watch(tmp_path):
    steps, epochs = [], []
    watch = logging_to(tmp_path / "run 3", Watch(on_step=steps.append, on_epoch=epochs.append))
    watch.on_step(Step(1, 2, 0.75, 0.5, 0.25, 9.0))
    watch.on_step(Step(2, 2, 0.5, 0.6, 0.5, 0.0))
    watch.on_epoch(Epoch(1, 1, 0.625, 0.55, 0.375, {"foreground_iou": 0.125}))
    written = read(tmp_path / "run 3")
    assert written["step/loss", 1] == 0.75
    assert written["step/foreground_iou", 2] == 0.5
    assert written["training/loss", 1] == 0.625
    assert written["validation/foreground_iou", 1] == 0.125
    assert len(written) == 6 + 3 + 1
    assert [step.number for step in steps] == [1, 2]
    assert len(epochs) == 1
