import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import CorruptWeightsError
from core.infer.reader import Reader, load_reader, weigh
from tests.networks import dark_ink_artefact, linear_artefact


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(dark_ink_artefact(), threads=1)


def paper(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 240, np.uint8)


def test_mask_has_the_size_of_the_drawing_and_the_borders_of_its_ink(reader: Reader) -> None:
    image = paper(600, 900)
    image[150:450, 300:400] = 10

    mask = reader.read(image).mask

    assert mask.shape == (600, 900)
    assert mask.dtype == np.uint8
    outside, inside = mask.copy(), mask[153:447, 303:397]
    outside[147:453, 297:403] = 0
    assert inside.all()
    assert not outside.any()


def test_probabilities_are_in_the_proportions_of_the_drawing(reader: Reader) -> None:
    reading = reader.read(paper(300, 900))

    assert reading.probabilities.shape == (85, 256, 2)
    assert reading.probabilities.dtype == np.float32
    np.testing.assert_allclose(reading.probabilities.sum(axis=2), 1, atol=1e-5)
    assert reading.seconds > 0


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (20, 5000), (5000, 20), (31, 33), (256, 256)])
def test_any_size_and_aspect_can_be_read(reader: Reader, size: tuple[int, int]) -> None:
    ink = np.zeros((*size, 3), np.uint8)

    reading = reader.read(ink)

    assert reading.mask.shape == size
    assert reading.mask.all()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300))
def test_blank_paper_of_any_size_has_no_profile(reader: Reader, height: int, width: int) -> None:
    reading = reader.read(paper(height, width))

    assert not reading.mask.any()
    assert reading.uncertainty == 1.0


def test_mirrored_drawing_gives_the_mirrored_mask() -> None:
    image = np.random.default_rng(3).integers(0, 256, (8, 11, 3)).astype(np.uint8).repeat(40, 0).repeat(40, 1)
    reader = load_reader(dark_ink_artefact(sizes=(256, 384)), threads=1)

    mask, mirrored = reader.read(image).mask, reader.read(image[:, ::-1]).mask

    assert (mask != mirrored[:, ::-1]).mean() < 0.02


def test_hole_stays_a_hole(reader: Reader) -> None:
    image = paper(200, 200)
    image[50:150, 50:150] = 0
    image[80:120, 80:120] = 240

    mask = reader.read(image).mask

    assert mask[60, 60]
    assert not mask[85:115, 85:115].any()


def test_speck_is_dropped_but_still_seen_in_the_probabilities(reader: Reader) -> None:
    image = paper(256, 256)
    image[50:150, 50:150] = 0
    image[200:203, 200:203] = 0

    reading = reader.read(image)

    assert not reading.mask[190:].any()
    assert reading.probabilities[201, 201, 1] > 0.9


def test_dark_profile_is_surer_than_one_as_grey_as_the_threshold(reader: Reader) -> None:
    sure, unsure = paper(256, 256), paper(256, 256)
    sure[50:150, 50:150] = 20
    unsure[50:150, 50:150] = 122

    clear, unclear = reader.read(sure), reader.read(unsure)

    assert clear.first_pass < 0.05 < 0.08 < unclear.first_pass < 1.0
    assert clear.uncertainty < unclear.uncertainty < 1.0


def test_verdict_has_the_doubts_of_its_readings_and_no_doubtful_piece() -> None:
    plane = np.array([[0.0, 1.0, 1.0, 0.0, 0.6]], np.float32)
    reading = np.stack([1 - plane, plane], axis=2)

    verdict = weigh([reading, reading])

    assert verdict.mask.tolist() == [[0, 1, 1, 0, 0]]
    np.testing.assert_allclose(verdict.probabilities, reading, atol=1e-6)
    assert verdict.doubt == pytest.approx(1 - 2 / 2.6)


def test_every_class_of_the_model_is_found() -> None:
    """Red ink is class 1, blue ink class 2, by the strongest channel that is missing on paper."""
    scores = ((0.1, 0.1, 0.1), (0.4, -0.2, -0.2), (-0.2, -0.2, 0.4))
    content = linear_artefact(scores, (-20.0, 0.0, 0.0), classes=("background", "wall", "handle"))
    image = paper(100, 100)
    image[20:50, 20:80] = (200, 0, 0)
    image[50:80, 20:80] = (0, 0, 200)

    mask = load_reader(content, threads=1).read(image).mask

    assert np.unique(mask).tolist() == [0, 1, 2]
    assert (mask[24:46, 24:76] == 1).all()
    assert (mask[54:76, 24:76] == 2).all()


def test_damaged_model_is_refused() -> None:
    with pytest.raises(CorruptWeightsError):
        load_reader(dark_ink_artefact()[:1000])
