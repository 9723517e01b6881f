import numpy as np
import pytest

from core.errors import SettingError
from core.render.drawing import render_drawing, render_sample_drawings
from core.render.look import STYLES

SEEDS = range(100, 130)


def test_same_seed_gives_the_same_bytes():
    first, second = (render_drawing(7, size_px=300) for _ in range(2))
    assert first.image.tobytes() == second.image.tobytes()
    assert first.mask.tobytes() == second.mask.tobytes()
    assert first.style == second.style


def test_different_seeds_give_different_drawings():
    drawings = {render_drawing(seed, size_px=200).image.tobytes() for seed in range(10)}
    assert len(drawings) == 10


@pytest.mark.parametrize("seed", SEEDS)
def test_mask_is_some_of_the_image_and_only_zero_and_one(seed):
    drawing = render_drawing(seed, size_px=256)
    assert drawing.image.dtype == np.uint8
    assert drawing.mask.dtype == np.uint8
    assert drawing.image.shape == (*drawing.mask.shape, 3)
    assert max(drawing.mask.shape) == 256
    assert set(np.unique(drawing.mask)) == {0, 1}
    assert 0 < drawing.mask.mean() < 0.6


@pytest.mark.parametrize("style", STYLES)
def test_every_style_renders(style):
    drawing = render_drawing(3, size_px=300, style=style)
    assert drawing.style == style
    assert drawing.mask.any()


def test_sizes_are_drawn_from_scans_as_they_come():
    sizes = [max(render_drawing(seed).mask.shape) for seed in range(6)]
    assert min(sizes) >= 250
    assert max(sizes) <= 4500
    assert len(set(sizes)) == 6


def test_unknown_style_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match="outlined"):
        render_drawing(1, style="watercolour")


def test_impossible_size_is_refused():
    with pytest.raises(SettingError, match="10 px"):
        render_drawing(1, size_px=10)


def test_sample_drawings_are_of_several_styles_and_a_handy_size():
    samples = render_sample_drawings(4, seed=2)
    assert len({sample.style for sample in samples}) > 1
    assert all(900 <= max(sample.mask.shape) <= 1400 for sample in samples)
    assert all(sample.mask.any() for sample in samples)
