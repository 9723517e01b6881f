import os
from pathlib import Path

import numpy as np
import pytest

from core.learn.feature_cache import FeatureCache, address


class Counted:
    """Makes 1 kB of features and counts how often it had to."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> tuple[np.ndarray, np.ndarray]:
        self.count += 1
        return np.full((16, 16, 2), self.count, np.float16), np.ones((4, 4), np.uint8)


def names(count: int) -> list[str]:
    return [address("encoder", str(number)) for number in range(count)]


def test_an_entry_is_made_once_and_comes_back_from_memory_and_from_the_folder(tmp_path):
    make, cache = Counted(), FeatureCache(tmp_path)
    name = names(1)[0]
    first = cache.get(name, make)
    for again in (cache.get(name, make), FeatureCache(tmp_path).get(name, make)):
        for one, other in zip(first, again, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
    assert make.count == 1


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-100], lambda b: b[:300] + b"\xff" + b[301:], lambda b: b"", lambda b: b"rust"]
)
def test_a_damaged_entry_is_made_again(tmp_path, damage):
    make = Counted()
    name = names(1)[0]
    FeatureCache(tmp_path).get(name, make)
    (path,) = tmp_path.rglob("*.npz")
    path.write_bytes(damage(path.read_bytes()))
    assert (FeatureCache(tmp_path).get(name, make)[0] == 2).all()
    assert (FeatureCache(tmp_path).get(name, make)[0] == 2).all()
    assert make.count == 2


def test_the_oldest_make_room_for_new_ones(tmp_path):
    make, cache = Counted(), FeatureCache(tmp_path, max_bytes=20_000, memory_bytes=0)
    for age, name in enumerate(names(8)):
        cache.get(name, make)
        (path,) = tmp_path.rglob(f"{name}.npz")
        os.utime(path, (1000 + age, 1000 + age))
    cache.get(names(1)[0], make)  # used again: no longer the oldest
    for name in names(40)[8:]:
        cache.get(name, make)
        assert sum(path.stat().st_size for path in tmp_path.rglob("*.npz")) <= 20_000 + 2_000
    made = make.count
    cache.get(names(40)[-1], make)
    assert make.count == made
    cache.get(names(2)[1], make)
    assert make.count == made + 1


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    make, cache = Counted(), FeatureCache(in_the_way, memory_bytes=0)
    name = names(1)[0]
    assert (cache.get(name, make)[0] == 1).all()
    assert (cache.get(name, make)[0] == 2).all()


def test_without_a_folder_all_is_in_memory_and_that_is_bounded():
    make, cache = Counted(), FeatureCache(memory_bytes=3_000)
    for name in names(3):
        cache.get(name, make)
    cache.get(names(3)[2], make)
    assert make.count == 3
    cache.get(names(1)[0], make)
    assert make.count == 4


def test_what_a_killed_process_left_behind_goes_when_room_is_needed(tmp_path):
    cache = FeatureCache(tmp_path, max_bytes=5_000, memory_bytes=0)
    cache.get(names(1)[0], Counted())
    left_behind = next(tmp_path.rglob("*.npz")).with_name(".half.1.tmp")
    Path(left_behind).write_bytes(b"half")
    os.utime(left_behind, (1000, 1000))
    for name in names(8):
        cache.get(name, Counted())
    assert not left_behind.exists()
