import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from core.raster.images import Image
from core.raster.similar import NO_FINGERPRINT, fingerprint, nearest_twins
from core.render.drawing import render_drawing

SEEDS = range(10_000_600, 10_000_612)


@pytest.fixture(scope="module")
def plates() -> list[Pillow.Image]:
    return [Pillow.fromarray(render_drawing(seed, size_px=320).image) for seed in SEEDS]


def pixels(picture: Pillow.Image) -> Image:
    return np.array(picture.convert("RGB"))


def compressed(picture: Pillow.Image) -> Pillow.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=30)
    return Pillow.open(stream)


def in_margins(picture: Pillow.Image) -> Pillow.Image:
    paper = tuple(int(value) for value in np.median(pixels(picture).reshape(-1, 3), axis=0))
    sheet = Pillow.new("RGB", (picture.width + 90, picture.height + 50), paper)
    sheet.paste(picture, (70, 10))
    return sheet


@pytest.mark.parametrize(
    "again", [compressed, in_margins, lambda plate: plate.resize((211, 211 * plate.height // plate.width))]
)
def test_a_plate_scanned_again_is_recognised_among_others(plates: list[Pillow.Image], again) -> None:
    prints = [fingerprint(pixels(plate)) for plate in plates]
    found = nearest_twins([fingerprint(pixels(again(plate))) for plate in plates], prints)
    right = [place for place, twin in enumerate(found) if twin == place]
    assert len(right) >= 11, found
    assert all(twin in (None, place) for place, twin in enumerate(found))


def test_different_drawings_are_no_twins(plates: list[Pillow.Image]) -> None:
    prints = [fingerprint(pixels(plate)) for plate in plates]
    others = [nearest_twins([one], prints[:place] + prints[place + 1 :]) for place, one in enumerate(prints)]
    assert others == [[None]] * len(plates)


def test_the_mirror_image_is_another_drawing(plates: list[Pillow.Image]) -> None:
    mirrored = [fingerprint(pixels(plate)[:, ::-1]) for plate in plates]
    assert nearest_twins(mirrored, [fingerprint(pixels(plate)) for plate in plates]) == [None] * len(plates)


@pytest.mark.parametrize(
    "image",
    [np.full((50, 80, 3), 255, np.uint8), np.zeros((0, 4, 3), np.uint8), np.full((1, 1, 3), 7, np.uint8)],
    ids=["empty sheet", "no pixels", "one pixel"],
)
def test_what_shows_no_drawing_has_no_fingerprint_and_no_twin(image: Image) -> None:
    assert fingerprint(image) == NO_FINGERPRINT
    assert nearest_twins([NO_FINGERPRINT], [NO_FINGERPRINT]) == [None]


def test_a_single_line_or_speck_has_no_fingerprint() -> None:
    image = np.full((60, 60, 3), 255, np.uint8)
    image[30, 5:55] = 0
    assert fingerprint(image) == NO_FINGERPRINT


HEX = st.binary(min_size=8, max_size=8).map(bytes.hex)
PRINTS = st.lists(st.one_of(st.just(NO_FINGERPRINT), HEX.map(lambda bits: f"{bits}:+0.10")), max_size=6)


@given(PRINTS)
def test_every_fingerprint_is_its_own_twin(prints: list[str]) -> None:
    found = nearest_twins(prints, prints)
    assert [prints[twin] if twin is not None else NO_FINGERPRINT for twin in found] == prints


def test_a_slenderer_drawing_is_another_one() -> None:
    assert nearest_twins(["00ff00ff00ff00fe:+0.10"], ["00ff00ff00ff00fe:+0.21", "00ff00ff00ff00fe:+0.23"]) == [0]
    assert nearest_twins(["00ff00ff00ff00fe:+0.10"], ["00ff00ff00ff00fe:+0.23"]) == [None]
