import numpy as np
import pytest

from core.raster.style import section_style
from core.render.drawing import render_drawing

MASK = np.zeros((60, 80), np.uint8)
MASK[10:50, 20:60] = 1


def drawn(fill) -> np.ndarray:
    """A section of 40 x 40 px with an outline of 2 px, and `fill` in it."""
    image = np.full((60, 80, 3), 250, np.uint8)
    image[10:50, 20:60] = 0
    image[12:48, 22:58] = fill
    return image


@pytest.mark.parametrize(
    ("fill", "style"),
    [
        (10, "black"),
        (130, "grey"),
        (250, "outlined"),
        (np.where(np.arange(36) % 6 < 2, 0, 250)[None, :, None], "hatched"),
    ],
)
def test_a_section_is_named_after_its_fill(fill, style: str) -> None:
    assert section_style(drawn(fill), MASK) == style


def test_a_paler_scan_of_a_black_section_is_still_black() -> None:
    faded = (150 + 0.3 * drawn(0)).astype(np.uint8)
    assert section_style(faded, MASK) == "black"


def test_a_wall_of_one_pixel_and_an_empty_mask_have_a_style_too() -> None:
    thin = np.zeros_like(MASK)
    thin[30, 20:60] = 1
    assert section_style(drawn(10), thin) == "black"
    assert section_style(drawn(10), np.zeros_like(MASK)) == "empty"
    assert section_style(drawn(10), 2 * MASK) == "black", "any class is foreground"


def test_most_rendered_drawings_are_named_right() -> None:
    expected = {"black": "black", "outlined": "outlined", "hatched": "hatched", "toned": "grey"}
    right = 0
    for style, name in expected.items():
        for seed in range(10_070_000, 10_070_006):
            drawing = render_drawing(seed, size_px=500, style=style)
            right += section_style(drawing.image, drawing.mask) == name
    assert right >= 18, f"{right} of 24"
