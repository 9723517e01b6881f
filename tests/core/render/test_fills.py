import numpy as np

from core.render.fills import artificial_fill, hatched_fill, outlined_fill


def black_square() -> tuple[np.ndarray, np.ndarray]:
    image = np.full((40, 40, 3), 240, np.uint8)
    mask = np.zeros((40, 40), np.uint8)
    mask[10:30, 12:28] = 1
    image[mask > 0] = 5
    return image, mask


def test_hatching_changes_the_section_only():
    image, mask = black_square()
    result = hatched_fill(image, mask, np.random.default_rng(1))
    assert (result[mask == 0] == image[mask == 0]).all()
    section = result[mask > 0].astype(int)
    assert section.min() < 60
    assert section.max() > 180


def test_outlining_empties_the_section_and_leaves_a_dark_contour_within_the_mask():
    image, mask = black_square()
    result = outlined_fill(image, mask, np.random.default_rng(1))
    assert (result[mask == 0] == 240).all()
    assert (result[15:25, 16:24] == 240).all()
    assert (result[10, 12:28] >= 10).all()
    assert (result[10, 12:28] < 50).all()


def test_the_odds_are_those_of_the_original_project():
    image, mask = black_square()
    rng = np.random.default_rng(0)
    results = [artificial_fill(image, mask, rng) for _ in range(400)]
    unchanged = sum(bool((result == image).all()) for result in results)
    outlined = sum(bool((result[15:25, 16:24] == 240).all()) for result in results)
    assert 210 < unchanged < 290
    assert 25 < outlined < 80


def test_the_given_image_is_not_altered():
    image, mask = black_square()
    for seed in range(12):
        artificial_fill(image, mask, np.random.default_rng(seed))
    assert (image[mask > 0] == 5).all()


def test_an_empty_mask_leaves_the_image_alone():
    image, mask = black_square()
    for seed in range(8):
        assert (artificial_fill(image, mask * 0, np.random.default_rng(seed)) == image).all()


def test_a_mask_that_covers_everything_still_fills():
    image, mask = black_square()
    assert outlined_fill(image, np.ones_like(mask), np.random.default_rng(0))[20, 20].tolist() == [255, 255, 255]
