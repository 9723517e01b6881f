import cv2
import numpy as np
import pytest

from core.raster.borders import along_ring, rays_of, reached, with_border_ink


def slanted(degrees: float, *, half_px: float) -> tuple[np.ndarray, np.ndarray]:
    """How far each pixel lies outside of a slanting bar 2 * half_px thick and 120 px long; and the bar."""
    rows, columns = np.indices((160, 160)) - 79.7
    turn = np.deg2rad(degrees)
    across, along = rows * np.cos(turn) - columns * np.sin(turn), rows * np.sin(turn) + columns * np.cos(turn)
    outside = np.maximum(np.abs(across) - half_px, np.abs(along) - 60)
    return outside, outside <= 0


@pytest.mark.parametrize("degrees", [0, 3, 10, 17, 30, 45, 63, 85])
def test_a_slanting_border_ends_where_its_line_ends(degrees: float) -> None:
    outside, bar = slanted(degrees, half_px=20)
    line = np.clip(outside - 5 + 0.5, 0, 1) + np.clip(0.5 - outside, 0, 1)  # 5 px of ink around the paper inside
    grey = cv2.GaussianBlur((20 + 220 * line).astype(np.float32), (0, 0), 0.7).astype(np.uint8)
    bordered = with_border_ink(grey, bar, inside=240, ink=20, widest_px=12)
    truth = slanted(degrees, half_px=25)[0] <= 0
    along_the_sides = slanted(degrees, half_px=60)[0] < -15  # the corners are rounded off
    sides = along_the_sides & (np.abs(slanted(degrees, half_px=25)[0]) < 4)
    off_px = (int((bordered & sides).sum()) - int((truth & sides).sum())) / (2 * 90)
    assert abs(off_px) < 0.1


def test_where_a_gap_was_closed_no_line_is_added() -> None:
    area = np.zeros((60, 100), bool)
    area[20:40, 20:80] = True
    grey = np.full(area.shape, 240, np.uint8)
    grey[15:20, 20:80] = grey[40:45, 20:80] = 20
    bordered = with_border_ink(grey, area, inside=240, ink=20, widest_px=12)
    assert bordered[15:45, 25:75].all()
    assert not bordered[25:35, :18].any()
    assert not bordered[25:35, 82:].any()


def test_rays_that_end_on_a_straight_line_keep_their_lengths() -> None:
    _, bar = slanted(17, half_px=20)
    for rays in rays_of(bar):
        lengths = 5 - rays.stairs_px
        assert np.allclose(along_ring(rays, lengths, 9), lengths, atol=1e-9)


def test_one_ray_that_went_astray_follows_its_neighbours() -> None:
    _, bar = slanted(17, half_px=20)
    (rays,) = rays_of(bar)
    lengths = 5 - rays.stairs_px
    astray = lengths.copy()
    astray[40] = 30.0
    assert np.allclose(along_ring(rays, astray, 9), lengths, atol=1e-9)


def test_an_area_whose_rays_reach_nowhere_stays_as_it_is() -> None:
    _, bar = slanted(30, half_px=12)
    rings = [(rays, np.zeros(len(rays.pixels))) for rays in rays_of(bar)]
    assert (reached(bar, rings, farthest_px=4.0) ^ bar).mean() < 0.001
