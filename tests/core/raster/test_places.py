import numpy as np

from core.raster.places import RING_COLOUR, Place, ringed

PAPER = np.full((100, 80, 3), 255, np.uint8)


def test_a_ring_runs_around_its_place_and_leaves_what_is_inside_free() -> None:
    shown = ringed(PAPER, [Place(50, 40, 20, 0.8, "at the rim")], scale=1.0)
    assert shown.shape == PAPER.shape
    assert (shown[48:53, 38:43] == 255).all()
    assert (shown[70, 40] < 255).any()
    assert np.abs(shown[70, 40].astype(int) - RING_COLOUR).max() < 80
    assert (shown[:25] == 255).all()
    assert (PAPER == 255).all()


def test_rings_follow_the_size_of_the_picture_and_never_vanish() -> None:
    rows = np.flatnonzero((ringed(PAPER, [Place(100, 80, 60, 0.8, "")], scale=0.5) < 255).any(axis=(1, 2)))
    assert np.abs([rows.min() - 20, rows.max() - 80]).max() <= 2
    small = (ringed(PAPER, [Place(100, 80, 1, 0.8, "")], scale=0.5) < 255).any(axis=(1, 2))
    assert 15 < np.count_nonzero(small) < 25


def test_without_places_the_picture_stays_as_it_is() -> None:
    assert ringed(PAPER, [], scale=1.0) is PAPER
