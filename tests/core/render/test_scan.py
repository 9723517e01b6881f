import numpy as np

from core.render.canvas import Canvas
from core.render.curves import curve
from core.render.scan import reduced, rotated, scanned


def sheet_with_square() -> Canvas:
    canvas = Canvas.blank(100, 140)
    region = canvas.region(curve([(30, 40), (30, 90), (70, 90), (70, 40)]))
    canvas.darken(region, 0)
    canvas.mark_section(region)
    return canvas


def test_rotation_turns_ink_and_mask_alike():
    turned = rotated(sheet_with_square(), 2.5)
    assert ((turned.ink < 128) == (turned.mask > 127)).mean() > 0.999
    assert (turned.mask != sheet_with_square().mask).any()


def test_what_rotation_brings_in_is_paper_and_not_section():
    turned = rotated(sheet_with_square(), 20.0)
    assert (turned.ink[:3, :3] == 255).all()
    assert not turned.mask[:3, :3].any()


def test_reducing_keeps_ink_and_mask_together():
    small = reduced(sheet_with_square(), 50, 70)
    assert small.shape == (50, 70)
    assert ((small.ink < 128) == (small.mask > 127)).all()


def test_a_clean_scan_is_dark_ink_on_white_paper():
    image = scanned(sheet_with_square().ink, np.random.default_rng(0), is_clean=True)
    assert image.shape == (100, 140, 3)
    assert image[:20].mean() > 250
    assert image[45:55, 55:75].mean() < 5


def test_a_worn_scan_still_shows_the_section_darker_than_the_paper():
    for seed in range(20):
        image = scanned(sheet_with_square().ink, np.random.default_rng(seed), is_clean=False).astype(float)
        assert image[45:55, 55:75].mean() + 30 < image[80:95, 10:130].mean()
