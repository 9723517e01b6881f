"""The archives that benchmarks.active_learning corrects, and how it takes drawings from the queue."""

import math

import numpy as np
import pytest

from benchmarks.active_learning import Queue, Readings, corrections_to_reach
from benchmarks.archives import SCANS, Archive, Drawing, Part, archive
from core.infer.reader import Reader, load_reader
from core.learn.feature_cache import FeatureCache
from core.learn.samples import TrainingItem
from tests.networks import dark_ink_artefact

PARTS = (Part("black", 2, 1), Part("dotted", 1, 1), Part(SCANS, 1, 1))


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Archive]:
    """The first archive, the same from the cache, and the second."""
    directory = tmp_path_factory.mktemp("archives")
    return [archive(seed, PARTS, FeatureCache(directory)) for seed in (1, 1, 2)]


def test_an_archive_is_the_same_whenever_it_is_drawn(archives):
    first, again, other = archives
    assert first.address() == again.address() != other.address()


def test_tests_and_pool_share_publications_but_no_drawing(archives):
    for one in archives:
        assert [drawing.publication for drawing in one.tests] == [0, 1, 2]
        assert [drawing.style for drawing in one.tests] == [part.style for part in one.parts]
        assert sorted(drawing.style for drawing in one.pool) == ["black", "black", "dotted", SCANS]
        pixels = {drawing.item.image.tobytes() for drawing in (*one.pool, *one.tests)}
        assert len(pixels) == len(one.pool) + len(one.tests)


def test_a_publication_counts_as_much_as_it_has_drawings():
    parts = (Part("black", 30, 2), Part("dotted", 10, 1))
    tests = tuple(Drawing(publication, "", blank(0)) for publication in (0, 0, 1))
    assert Archive(parts, (), tests).mean_of([1.0, 0.8, 0.5]) == pytest.approx((30 * 0.9 + 10 * 0.5) / 40)


def test_a_curve_reaches_an_iou_between_its_points():
    rows = {count: {"iou": iou} for count, iou in ((0, 0.8), (12, 0.9), (24, 0.85))}
    assert corrections_to_reach(rows, 0.85) == pytest.approx(6)
    assert corrections_to_reach(rows, 0.7) == 0
    assert corrections_to_reach(rows, 0.95) == math.inf


def test_without_a_new_model_the_queue_keeps_its_order_and_hands_out_nothing_twice():
    queue = Queue(pool_of([200, 200, 200]), told([0.2, 0.9, 0.5]))
    assert [taken(queue, 2, None), taken(queue, 1, None)] == [(["1", "2"], 0), (["0"], 0)]


def test_what_a_new_model_reads_surely_sinks(reader):
    queue = Queue(pool_of([0, 200, 200]), told([0.9, 0.8, 0.1]))
    assert taken(queue, 1, reader) == (["1"], 3)


def test_strategies_that_ignore_readings_read_nothing_again(reader):
    queue = Queue(pool_of([0, 200]), told([0.9, 0.8]))
    drawings, read_count = queue.take("in order", 1, 0, reader)
    assert ([drawing.item.name for drawing in drawings], read_count) == (["0"], 0)


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Finds dark ink, and is sure of it; where there is none it has found nothing, and its uncertainty is 1."""
    return load_reader(dark_ink_artefact(sizes=(64,)))


def blank(brightness: int, name: str = "") -> TrainingItem:
    image = np.full((64, 64, 3), 255, np.uint8)
    image[16:48, 16:48] = brightness
    return TrainingItem(name, image, (image[..., 0] < 128).astype(np.uint8))


def pool_of(brightnesses: list[int]) -> Archive:
    pool = tuple(Drawing(0, "", blank(brightness, str(number))) for number, brightness in enumerate(brightnesses))
    return Archive((Part("", len(pool), 0),), pool, ())


def told(uncertainty: list[float]) -> Readings:
    count = len(uncertainty)
    nothing = np.zeros(count, np.float32)
    return Readings(np.array(uncertainty, np.float32), nothing, np.zeros((count, 32), np.float32), nothing)


def taken(queue: Queue, count: int, reader: Reader | None) -> tuple[list[str], int]:
    drawings, read_count = queue.take("most uncertain", count, 0, reader)
    return [drawing.item.name for drawing in drawings], read_count
