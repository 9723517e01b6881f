import numpy as np
import pytest

from core.errors import CorruptWeightsError
from core.infer.border_signs import border_signs
from core.infer.probabilities import Probabilities
from core.infer.shipped import shipped_estimator
from core.infer.uncertainty import READING_SIGNS, SIGNS, Estimator, read_estimator, signs_of, write_estimator
from core.raster.images import Image
from core.raster.masks import Mask

PLAIN = Estimator(
    knots=((0.0, 1.0),) * len(SIGNS),
    weights=(1.0, *(0.0,) * (len(SIGNS) - 1)),
    intercept=0.5,
    scores=(-0.5, 0.5, 1.5),
    errors=(0.0, 0.2, 1.0),
)


def pair(plane: np.ndarray) -> Probabilities:
    return np.stack([1 - plane, plane], axis=-1).astype(np.float32)


def wall() -> Mask:
    mask = np.zeros((60, 40), np.uint8)
    mask[10:50, 10:16] = 1
    return mask


def drawn(mask: Mask) -> Image:
    return np.where(mask[..., None] > 0, np.uint8(20), np.uint8(250)) * np.ones(3, np.uint8)


def signs(*planes: np.ndarray, mask: Mask, image: Image | None = None) -> dict[str, float]:
    found = signs_of(
        [pair(plane) for plane in planes],
        pair(np.mean(planes, axis=0)),
        mask,
        drawn(mask) if image is None else image,
        0.25,
    )
    return dict(zip(READING_SIGNS, found.tolist(), strict=True))


def test_a_sure_reading_of_clear_ink_shows_no_sign_of_error() -> None:
    found = signs(wall(), wall(), mask=wall())
    harmless = {"sure inside": 1, "pieces": np.log(2), "thick wall": 0.05, "border without ink": 0.25}
    assert {sign: value for sign, value in found.items() if sign not in harmless} == {
        sign: pytest.approx(0, abs=1e-6) for sign in READING_SIGNS if sign not in harmless
    }
    assert {sign: found[sign] for sign in harmless} == pytest.approx(harmless, rel=0.05)


def test_sizes_that_see_other_things_disagree_and_deny_a_piece() -> None:
    mask = wall()
    mask[10:50, 30:34] = 1
    found = signs(mask, wall(), mask=mask)
    assert found["disagreement"] == pytest.approx(0.4)
    assert found["denied piece"] == 1
    assert found["pieces"] == pytest.approx(np.log(3))


def test_what_was_dropped_and_what_is_left_inside_count_by_the_section() -> None:
    larger = wall()
    larger[10:50, 30:33] = 1
    assert signs(larger, mask=wall())["dropped"] == pytest.approx(1 / 3)
    hollow = wall()
    hollow[20:40, 12:14] = 0
    assert signs(hollow, mask=hollow)["holes"] == pytest.approx(40 / 200)


def test_ink_beside_the_section_and_ink_that_is_uneven_are_signs() -> None:
    beside = drawn(wall())
    beside[10:50, 17:22] = 20
    assert signs(wall(), mask=wall(), image=beside)["ink beside"] > 0.2
    striped = drawn(wall())
    striped[10:50:2, 10:16] = 250
    found = signs(wall(), mask=wall(), image=striped)
    assert [found[f"uneven {part}"] for part in ("fill", "core", "rim")] == pytest.approx([0.5] * 3, abs=0.01)
    assert found["uneven light"] < 0.1
    half = drawn(wall())
    half[10:30, 10:16] = 250
    assert signs(wall(), mask=wall(), image=half)["uneven light"] > 0.4


def test_an_empty_mask_has_no_signs() -> None:
    assert not any(signs(np.zeros((60, 40)), mask=np.zeros((60, 40), np.uint8)).values())


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 2)])
def test_signs_of_the_smallest_drawings_are_numbers(shape: tuple[int, int]) -> None:
    mask = np.ones(shape, np.uint8)
    assert np.isfinite(list(signs(mask, mask=mask).values())).all()


def test_the_estimate_follows_the_score_and_stays_within_0_and_1() -> None:
    doubts = np.zeros((5, len(SIGNS)))
    doubts[:, 0] = (-9, 0, 0.5, 1, 9)
    assert [PLAIN.estimate(one) for one in doubts] == pytest.approx([0, 0, 0.2, 1, 1])


def test_an_estimator_comes_back_as_it_was_written() -> None:
    assert read_estimator(write_estimator(PLAIN)) == PLAIN


@pytest.mark.parametrize("content", ["", "{}", "[]", write_estimator(PLAIN).replace("holes", "wholes")])
def test_a_damaged_estimator_is_refused(content: str) -> None:
    with pytest.raises(CorruptWeightsError, match="fit_uncertainty"):
        read_estimator(content)


def test_the_shipped_estimator_calls_doubtful_readings_worse_than_sure_ones() -> None:
    estimator = shipped_estimator()
    clear = drawn(wall())
    sure = signs_of([pair(wall())] * 4, pair(wall()), wall(), clear, 0.0)
    half = 0.55 * wall()
    noise = np.random.default_rng(0).integers(0, 255, (60, 40, 3), np.uint8)
    unsure = signs_of([pair(half), pair(wall() * 0.2)] * 2, pair(half), wall(), noise, 1.0)
    best = estimator.estimate(np.concatenate([sure, border_signs(wall(), clear)]))
    worst = estimator.estimate(np.concatenate([unsure, border_signs(wall(), noise)]))
    assert best < 0.1 < 0.2 < worst
