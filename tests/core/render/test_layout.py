import numpy as np
import pytest
from scipy import ndimage

from core.render import figures
from core.render.canvas import Canvas, overlap
from core.render.curves import curve
from core.render.figures import KINDS
from core.render.layout import compose, compose_neatly
from core.render.look import draw_look


def test_sheets_are_never_longer_than_five_times_their_width():
    for seed in range(30):
        canvas, _ = compose(None, (), 300, 600, np.random.default_rng(seed))
        assert max(canvas.shape) / min(canvas.shape) < 5.5


def test_small_sheets_hold_one_vessel_and_large_ones_several():
    def sections(size_px):
        counts = []
        for seed in range(25):
            canvas, _ = compose("black", (), size_px, 900, np.random.default_rng(seed))
            pieces, count = ndimage.label(canvas.mask > 127)
            counts.append(int((ndimage.sum(pieces > 0, pieces, range(1, count + 1)) > 40).sum()))
        return counts

    assert max(sections(200)) <= 6  # one vessel: two sections, handles and spouts
    assert max(sections(2400)) > 6


def test_neat_sheets_cut_nothing_off():
    for seed in range(10):
        canvas, _ = compose_neatly("black", 800, np.random.default_rng(seed))
        edge = np.concatenate([canvas.mask[0], canvas.mask[-1], canvas.mask[:, 0], canvas.mask[:, -1]])
        assert canvas.mask.any()
        assert not edge.any()


def test_every_way_of_showing_a_vessel_draws_its_section():
    look = draw_look("outlined", 600, np.random.default_rng(0))
    for kind in KINDS:
        figure = figures.Figure(figures.invent_profile(np.random.default_rng(2)), kind, 1, view_width=0.8)
        canvas = Canvas.blank(600, 900)
        place = figures.Placement(450.0, 60.0, 180.0)
        figures.draw_figure(canvas, figure, place, look, np.random.default_rng(1))
        assert (canvas.mask > 127).sum() > 200, kind


def test_overlap_is_what_both_regions_cover():
    canvas = Canvas.blank(20, 20)
    left = canvas.region(curve([(2, 2), (2, 12), (12, 12), (12, 2)]))
    right = canvas.region(curve([(2, 8), (2, 18), (12, 18), (12, 8)]))
    both = overlap(left, right)
    sheet = np.zeros((20, 20), np.uint8)
    sheet[both.box] = both.alpha
    assert sheet[6, 10] == 255
    assert sheet[6, 4] == 0
    assert sheet[6, 15] == 0


@pytest.mark.parametrize("style", ["black", "outlined", "hatched", "dashed"])
def test_walls_are_thick_enough_to_show_how_they_are_drawn(style):
    for seed in range(12):
        canvas, look = compose(style, (), 300, 900, np.random.default_rng(seed))
        pieces, count = ndimage.label(canvas.mask > 127)
        if count:
            assert 2 * ndimage.distance_transform_edt(pieces > 0).max() > 2.5 * look.grain_px


def test_large_sheets_hold_whole_plates():
    most = 0
    for seed in range(40):
        canvas, _ = compose("black", (), 4000, 1000, np.random.default_rng(seed))
        pieces, count = ndimage.label(canvas.mask > 127)
        sizes = ndimage.sum(pieces > 0, pieces, range(1, count + 1))
        most = max(most, int((sizes > 40).sum()))
    assert most >= 8
