import numpy as np

from core.infer.features import describe, project
from core.infer.reader import load_reader
from core.infer.shipped import base_artefact
from tests.networks import dark_ink_artefact


def dark_block(row: int, column: int) -> np.ndarray:
    image = np.full((240, 160, 3), 240, np.uint8)
    image[row : row + 60, column : column + 40] = 20
    return image


def test_features_are_of_unit_length_and_keep_what_is_near_near() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((2, 320)).astype(np.float32)
    near = one + 0.1 * other
    features = [project([vector]) for vector in (one, near, other)]
    assert [(vector.shape, vector.dtype) for vector in features] == [((32,), np.float32)] * 3
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, rtol=1e-5)
    assert features[0] @ features[1] > 0.9 > 0.6 > features[0] @ features[2]


def test_nothing_projects_to_zeros() -> None:
    assert not project([np.zeros(320, np.float32)]).any()
    assert not describe(np.full((10, 10, 3), 7, np.uint8)).any()


def test_a_network_without_encoder_describes_the_image_itself() -> None:
    reader = load_reader(dark_ink_artefact(), threads=1)
    here, near, far = (reader.read(dark_block(*corner)).features for corner in ((20, 20), (24, 22), (170, 110)))
    assert here.shape == (32,)
    assert here @ near > here @ far


def test_the_shipped_network_gives_features_of_its_encoder_that_know_a_drawing_again() -> None:
    reader = load_reader(base_artefact(), threads=1)
    assert reader.network.feature_count == 320
    here, same = reader.read(dark_block(20, 20)).features, reader.read(dark_block(20, 20)).features
    assert (here == same).all()
    assert here @ reader.read(dark_block(24, 22)).features > here @ reader.read(255 - dark_block(20, 20)).features
