import numpy as np
import pytest

from core.errors import NotFoundError
from core.raster.masks import encode_mask
from core.store import preferences, scores
from core.store.scores import ImageAndTruth, NewScore
from core.store.workspace import Workspace

MASK = np.array([[0, 1], [2, 1]], np.uint8)
FIRST, SECOND = ImageAndTruth("image 1", "truth 1"), ImageAndTruth("image 1", "truth 2")


def test_scores_are_kept_with_their_masks_and_the_first_stays(ws: Workspace) -> None:
    sha256 = ws.blobs.put(encode_mask(MASK))
    scores.save(ws, "model", [NewScore(FIRST, 0.5, sha256)])
    scores.save(ws, "model", [NewScore(FIRST, 0.9, sha256), NewScore(SECOND, 0.7, sha256)])
    assert scores.known_scores(ws, "model") == {FIRST: 0.5, SECOND: 0.7}
    assert scores.known_scores(ws, "other model") == {}
    assert (scores.mask(ws, "model", SECOND) == MASK).all()
    with pytest.raises(NotFoundError, match="were not kept"):
        scores.mask(ws, "other model", FIRST)


def test_a_preference_is_kept_until_it_is_set_anew(ws: Workspace) -> None:
    assert preferences.get(ws, "rule") is None
    preferences.set_to(ws, "rule", {"tolerance": 0.5})
    preferences.set_to(ws, "rule", {"tolerance": 0.25})
    preferences.set_to(ws, "another", [])
    assert (preferences.get(ws, "rule"), preferences.get(ws, "another")) == ({"tolerance": 0.25}, [])
