import itertools

import numpy as np
import pytest

from core.errors import SettingError
from core.infer.reader import load_reader
from core.infer.shipped import base_artefact
from core.learn.rendered import (
    RESERVED_SEEDS,
    RenderedBatches,
    Rendering,
    Shape,
    is_easy,
    keep_rendering,
    scene,
    stored_seeds,
)
from core.learn.samples import TrainingItem
from core.render.drawing import render_drawing

ALONE = {"worker": 0, "workers": 1}
SMALL = Rendering(smallest_px=64, largest_px=128, kept=5)


def render(directory, count: int, *, worker: int = 0, workers: int = 1) -> list[int]:
    stream = keep_rendering(directory, SMALL, None, worker=worker, workers=workers)
    return list(itertools.islice(stream, count))


def test_renderer_keeps_the_newest_and_goes_on_behind_them(tmp_path):
    assert render(tmp_path, 7) == [0, 1, 2, 3, 4, 5, 6]
    assert stored_seeds(tmp_path) == [2, 3, 4, 5, 6]
    assert render(tmp_path, 2) == [7, 8]


def test_two_renderers_never_draw_the_same(tmp_path):
    assert render(tmp_path, 3, worker=0, workers=2) == [0, 2, 4]
    assert render(tmp_path, 2, worker=1, workers=2) == [1, 3]
    assert render(tmp_path, 1, worker=0, workers=2) == [6]


def test_renderer_stops_before_the_seeds_of_tests_and_benchmarks(tmp_path):
    (tmp_path / f"{RESERVED_SEEDS - 2}.png").touch()
    assert render(tmp_path, 5) == [RESERVED_SEEDS - 1]


def test_easy_drawings_are_left_out(tmp_path):
    reader = load_reader(base_artefact(), threads=1)
    none = Rendering(smallest_px=200, largest_px=200, kept=100, easy_share=0.0)
    kept = list(itertools.islice(keep_rendering(tmp_path, none, None, **ALONE, reader=reader), 3))
    assert [is_easy(render_drawing(seed, size_px=200), reader) for seed in kept] == [False] * 3
    assert any(is_easy(render_drawing(seed, size_px=200), reader) for seed in range(kept[-1]))


def test_without_a_reader_nothing_is_left_out(tmp_path):
    some = Rendering(smallest_px=64, largest_px=128, kept=5, easy_share=0.0)
    assert list(itertools.islice(keep_rendering(tmp_path, some, None, **ALONE), 6)) == [0, 1, 2, 3, 4, 5]


def test_stored_drawing_is_the_rendered_one(tmp_path):
    seed = render(tmp_path, 1)[0]
    item = RenderedBatches(tmp_path, [Shape(1, 64, 64)], 0)._drawing(np.random.default_rng(0))
    drawing = render_drawing(seed, size_px=max(item.mask.shape))
    np.testing.assert_array_equal(item.image, drawing.image)
    np.testing.assert_array_equal(item.mask, drawing.mask)


def test_batch_depends_on_seed_and_step_and_has_one_of_the_shapes(tmp_path):
    render(tmp_path, 5)
    shapes = [Shape(2, 64, 96), Shape(3, 96, 64)]
    one, other = RenderedBatches(tmp_path, shapes, 1), RenderedBatches(tmp_path, shapes, 1)
    batches = [one(step) for step in range(8)]
    assert {batch.images.shape for batch in batches} == {(2, 64, 96, 3), (3, 96, 64, 3)}
    for step in (5, 2):
        np.testing.assert_array_equal(other(step).images, batches[step].images)
        np.testing.assert_array_equal(other(step).masks, batches[step].masks)


def test_drawing_that_was_replaced_meanwhile_is_passed_over(tmp_path):
    render(tmp_path, 5)
    batches = RenderedBatches(tmp_path, [Shape(4, 64, 64)], 0)
    batches(0)
    for seed in stored_seeds(tmp_path)[1:]:
        (tmp_path / f"{seed}.png").unlink()
    assert batches(1).images.shape == (4, 64, 64, 3)


def test_no_drawings_at_all_are_reported(tmp_path):
    with pytest.raises(SettingError, match="no rendered drawings"):
        RenderedBatches(tmp_path, [Shape(1, 64, 64)], 0)(0)


def test_scene_shows_the_profile_whole_at_many_sizes():
    mask = np.zeros((60, 200), np.uint8)
    mask[10:50, 80:120] = 1
    item = TrainingItem("a", np.where(mask[..., None] > 0, 0, 255).repeat(3, axis=2).astype(np.uint8), mask)
    areas = []
    for seed in range(40):
        placed = scene(item, Shape(1, 96, 128), np.random.default_rng(seed))
        assert placed.image.shape == (96, 128, 3)
        rows, columns = np.nonzero(placed.mask)
        dark = placed.image[..., 0] < 128
        assert (dark != (placed.mask > 0)).mean() < 0.03
        areas.append(np.ptp(rows) * np.ptp(columns))
    assert max(areas) > 3 * min(areas) > 0
