import numpy as np
import pytest

from core.infer.border_signs import BORDER_SIGNS, border_signs
from core.raster.images import Image
from core.raster.masks import Mask

SOFT = {"sharpness", "faintest edge", "mean edge"}


def wall(left: int = 40, right: int = 60) -> Mask:
    mask = np.zeros((200, 120), np.uint8)
    mask[30:170, left:right] = 1
    return mask


def drawn(mask: Mask) -> Image:
    return np.where(mask[..., None] > 0, np.uint8(20), np.uint8(250)) * np.ones(3, np.uint8)


def signs(mask: Mask, image: Image) -> dict[str, float]:
    return dict(zip(BORDER_SIGNS, border_signs(mask, image).tolist(), strict=True))


def test_a_border_on_the_edge_of_the_ink_has_ink_inside_and_paper_outside() -> None:
    found = signs(wall(), drawn(wall()))
    assert found["ink inside"] == found["ink second inside"] == found["darkness"] == 1
    assert found["ink outside"] == found["ink second outside"] == found["dark second outside"] == 0
    assert found["grey inside"] == found["grey outside"] == found["no step"] == found["longest without step"] == 0
    assert {sign: found[sign] for sign in SOFT} == pytest.approx(dict.fromkeys(SOFT, 1.0))
    assert found["long side"] == pytest.approx(np.log(200))
    assert found["border by area"] == pytest.approx(np.log((2 * 140 + 2 * 18) / (140 * 20)))


def test_a_border_two_pixels_too_far_out_has_paper_inside_and_one_too_far_in_has_ink_outside() -> None:
    wide, narrow = signs(wall(38, 62), drawn(wall())), signs(wall(42, 58), drawn(wall()))
    assert wide["ink inside"] < 0.2 < 0.9 < narrow["ink inside"]
    assert wide["ink outside"] < 0.2 < 0.8 < narrow["ink outside"]
    assert wide["mean edge"] < 0.5


def test_a_border_across_paper_has_no_step_in_one_long_stretch() -> None:
    longer = wall()
    longer[170:190, 40:60] = 1
    found = signs(longer, drawn(wall()))
    assert found["no step"] == pytest.approx((20 + 20 + 20) / (2 * 160 + 2 * 20), abs=0.04)
    assert found["longest without step"] == pytest.approx(found["no step"])
    assert found["faintest edge"] == 0


def test_blurred_ink_is_less_sharp_and_greyer() -> None:
    sharp = drawn(wall())
    blurred = sharp.copy()
    for _ in range(3):
        blurred[:, 1:-1] = (blurred[:, :-2].astype(int) + blurred[:, 1:-1] + blurred[:, 2:]) // 3
    found = signs(wall(), blurred)
    assert found["sharpness"] < 0.8
    assert found["grey inside"] > 0.5


def test_a_drawing_twice_as_large_shows_nearly_the_same_but_its_size() -> None:
    """Beyond 1200 px every second pixel is looked at."""
    large = np.kron(wall(), np.ones((6, 6), np.uint8))
    larger = np.kron(large, np.ones((2, 2), np.uint8))
    found, found_larger = signs(large, drawn(large)), signs(larger, drawn(larger))
    assert found_larger.pop("long side") - found.pop("long side") == pytest.approx(np.log(2))
    assert found_larger == pytest.approx(found, abs=0.02)


def test_all_classes_but_the_background_are_the_section() -> None:
    two = wall()
    two[100:] *= 2
    assert signs(two, drawn(wall())) == signs(wall(), drawn(wall()))


def test_an_empty_mask_has_no_signs() -> None:
    assert not border_signs(np.zeros((60, 40), np.uint8), drawn(wall())[:60, :40]).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 2), (50, 50)])
def test_signs_of_the_smallest_drawings_and_of_a_mask_without_border_are_numbers(shape: tuple[int, int]) -> None:
    mask = np.ones(shape, np.uint8)
    assert np.isfinite(border_signs(mask, drawn(mask))).all()
