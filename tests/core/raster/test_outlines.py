import numpy as np
from hypothesis import given
from hypothesis.extra import numpy as arrays

from core.raster.edits import Polygon, apply
from core.raster.masks import Mask, empty_mask
from core.raster.outlines import is_hole, outlines

RING = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 0, 0],
        [0, 1, 0, 1, 0, 0],
        [0, 1, 1, 1, 0, 2],
        [0, 0, 0, 0, 0, 0],
    ],
    np.uint8,
)


def filled(mask: Mask) -> np.ndarray:
    """All outlines of a mask, filled by the even-odd rule."""
    covered = np.zeros(mask.shape, bool)
    for ring in outlines(mask):
        covered ^= apply(empty_mask(*mask.shape), Polygon(tuple(map(tuple, ring)), 1)) > 0
    return covered


def test_nothing_has_no_outline() -> None:
    assert outlines(empty_mask(4, 4)) == []


def test_a_hole_is_a_ring_of_its_own() -> None:
    rings = outlines(RING)
    assert sorted(is_hole(ring) for ring in rings) == [False, False, True]
    assert np.array_equal(filled(RING), RING > 0)


def test_one_pixel_is_outlined_half_way_to_its_neighbours() -> None:
    mask = empty_mask(3, 3)
    mask[1, 1] = 1
    (ring,) = outlines(mask)
    assert sorted(map(tuple, ring.tolist())) == [(1.0, 1.5), (1.5, 1.0), (1.5, 2.0), (2.0, 1.5)]


def test_a_shape_at_the_edge_of_the_drawing_is_closed() -> None:
    mask = np.ones((3, 4), np.uint8)
    assert len(outlines(mask)) == 1
    assert filled(mask).all()


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=8), elements={"max_value": 2}))
def test_outlines_filled_again_are_the_mask(mask: Mask) -> None:
    assert np.array_equal(filled(mask), mask > 0)
