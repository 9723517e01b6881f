import sys

import numpy as np
import pytest
import tensorflow as tf

from core.errors import CorruptWeightsError, StorageFullError
from core.learn.checkpoints import FILE_NAME, load_checkpoint, save_checkpoint


def small_network(seed: int, filters: int = 2) -> tuple[tf.keras.Model, tf.keras.optimizers.Optimizer]:
    tf.keras.utils.set_random_seed(seed)
    network = tf.keras.Sequential([tf.keras.Input((4, 4, 3)), tf.keras.layers.Conv2D(filters, 1)])
    optimizer = tf.keras.optimizers.Adam(0.1)
    optimizer.build(network.trainable_variables)
    return network, optimizer


def network_and_memory(seed: int, filters: int = 2) -> tuple[tf.keras.Model, list[tf.Variable]]:
    network, optimizer = small_network(seed, filters)
    return network, optimizer.variables


def test_network_optimizer_and_state_come_back(tmp_path):
    network, optimizer = small_network(1)
    optimizer.apply_gradients([(tf.ones_like(v), v) for v in network.trainable_variables])
    save_checkpoint(tmp_path, network, optimizer.variables, {"step": 3, "scores": [[0.1, 0.2]]})

    other, other_optimizer = small_network(2)
    state = load_checkpoint(tmp_path, other, other_optimizer.variables)

    assert state == {"step": 3, "scores": [[0.1, 0.2]]}
    for one, two in zip(network.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    for one, two in zip(optimizer.variables, other_optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def test_there_is_no_checkpoint_before_the_first(tmp_path):
    assert load_checkpoint(tmp_path / "run 7", *network_and_memory(1)) is None


def test_a_newer_checkpoint_replaces_the_older_and_leaves_nothing_else(tmp_path):
    network, optimizer = small_network(1)
    for step in (1, 2):
        save_checkpoint(tmp_path, network, optimizer.variables, {"step": step})
    assert load_checkpoint(tmp_path, network, optimizer.variables) == {"step": 2}
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_damaged_checkpoint_is_refused_with_its_name(tmp_path):
    network, optimizer = small_network(1)
    save_checkpoint(tmp_path, network, optimizer.variables, {"step": 1})
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(CorruptWeightsError, match=r"checkpoint\.npz is damaged .*Delete it"):
        load_checkpoint(tmp_path, network, optimizer.variables)


def test_checkpoint_of_another_network_is_refused(tmp_path):
    save_checkpoint(tmp_path, *network_and_memory(1), {"step": 1})
    with pytest.raises(CorruptWeightsError, match="belongs to another run"):
        load_checkpoint(tmp_path, *network_and_memory(1, filters=5))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot limit the size of files")
def test_disk_that_is_full_in_the_middle_of_a_checkpoint_leaves_the_one_before_whole(tmp_path):
    import resource

    network, optimizer = small_network(1, filters=20_000)
    save_checkpoint(tmp_path, network, optimizer.variables, {"step": 1})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # writing fails after so many bytes
    try:
        with pytest.raises(StorageFullError, match="Free some space"):
            save_checkpoint(tmp_path, network, optimizer.variables, {"step": 2})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert load_checkpoint(tmp_path, network, optimizer.variables) == {"step": 1}


def test_checkpoint_that_cannot_be_written_says_where(tmp_path):
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises(StorageFullError, match=r"could not be written to .*file"):
        save_checkpoint(tmp_path / "file", *network_and_memory(1), {"step": 1})
