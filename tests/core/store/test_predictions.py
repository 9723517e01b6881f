from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.errors import MaskSizeError, NotFoundError
from core.raster.masks import encode_mask
from core.raster.places import Place
from core.raster.sanity import CHECKS, Finding
from core.store import annotations, drawings, models, predictions
from core.store.predictions import (
    PredictedArrays,
    pack_features,
    pack_probabilities,
    unpack_features,
    unpack_probabilities,
)
from core.store.workspace import Workspace
from tests.core.store.samples import (
    PREDICTED,
    RIGHT_COLUMN,
    add_drawing,
    approve_drawing,
    forget_features,
    predict,
    register_model,
)

EMPTY = Finding("empty", "The model found no section.", 0.75, None)
PAIR = np.stack([1 - PREDICTED, PREDICTED], axis=-1).astype(np.float32)
RIM = Place(2, 1, 4, 0.5, "at the rim")


def shown_version(ws: Workspace, drawing_id: int) -> int | None:
    prediction = predictions.newest(ws, drawing_id)
    assert drawings.get(ws, drawing_id).model_version_id == (prediction and prediction.model_version_id)
    return prediction and prediction.model_version_id


def test_a_prediction_comes_back_as_it_was_made(ws: Workspace) -> None:
    drawing, version = add_drawing(ws), register_model(ws)
    profile = np.array([[0.0, 0.5, 1.0], [0.25, 0.125, 0.75]], dtype=np.float32)
    made = PredictedArrays(PREDICTED, np.stack([1 - profile, profile], axis=-1), uncertainty=0.25, seconds=0.5)
    saved = predictions.save(ws, drawing.id, version.id, made)
    assert predictions.newest(ws, drawing.id) == saved == predictions.get(ws, saved.id)
    assert (saved.model_version_id, saved.uncertainty, saved.seconds) == (version.id, 0.25, 0.5)
    assert (predictions.mask(ws, saved) == PREDICTED).all()
    assert np.abs(predictions.foreground(ws, saved) - profile).max() <= 1 / 510 + 1e-6


@given(arrays(np.float32, (2, 3, 4), elements=st.floats(0, 1, width=32)))
def test_stored_probabilities_are_within_half_a_step(values: NDArray[np.float32]) -> None:
    back = unpack_probabilities(pack_probabilities(values))
    assert back.dtype == np.float32
    assert back.shape == values.shape
    assert np.abs(back - values).max() <= 1 / 510 + 1e-6


def test_a_drawing_without_prediction_has_none(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    assert predictions.newest(ws, drawing.id) is None
    with pytest.raises(NotFoundError, match="no prediction 7"):
        predictions.get(ws, 7)


def test_a_model_version_predicts_a_drawing_once(ws: Workspace) -> None:
    drawing, version = add_drawing(ws), register_model(ws)
    first = predict(ws, drawing.id, version.id)
    assert predict(ws, drawing.id, version.id, mask=1 - PREDICTED) == first
    assert (predictions.mask(ws, first) == PREDICTED).all()


def test_a_prediction_makes_a_new_drawing_predicted_and_leaves_other_statuses_alone(ws: Workspace) -> None:
    version = register_model(ws)
    new, draft, approved = (add_drawing(ws, name) for name in ("a.png", "b.png", "c.png"))
    annotations.append(ws, annotations.open_draft(ws, draft.id, "Ada"), [RIGHT_COLUMN])
    decided = approve_drawing(ws, approved.id)
    for drawing in (new, draft, approved):
        predict(ws, drawing.id, version.id)
    statuses = [drawings.get(ws, drawing.id).status for drawing in (new, draft, approved)]
    assert statuses == ["predicted", "draft", "approved"]
    assert annotations.newest(ws, approved.id) == decided


def test_a_mask_of_another_size_is_refused(ws: Workspace) -> None:
    drawing, version = add_drawing(ws), register_model(ws)
    with pytest.raises(MaskSizeError, match=r"Abb\. 1\.png is 4 x 6 pixels, the drawing 6 x 4"):
        predict(ws, drawing.id, version.id, mask=PREDICTED.T.copy())
    assert drawings.get(ws, drawing.id).status == "new"


def test_a_mask_on_file_that_is_of_another_size_is_no_base_to_draw_on(ws: Workspace) -> None:
    drawing, version = add_drawing(ws), register_model(ws)
    saved = predict(ws, drawing.id, version.id)
    foreign = replace(saved, mask_sha256=ws.blobs.put(encode_mask(np.ones((7, 9), np.uint8))))
    with pytest.raises(MaskSizeError, match=r"9 x 7 pixels.*Predict it again\."):
        predictions.mask(ws, foreign)


def test_a_drawing_that_is_not_there_cannot_be_predicted(ws: Workspace) -> None:
    version = register_model(ws)
    with pytest.raises(NotFoundError, match="no drawing 7"):
        predict(ws, 7, version.id)


def test_the_last_prediction_is_shown_until_the_champion_made_one(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    first, champion, challenger = (register_model(ws, name) for name in ("first", "champion", "challenger"))
    models.promote(ws, champion.id, "Ada")
    predict(ws, drawing.id, first.id)
    assert shown_version(ws, drawing.id) == first.id
    predict(ws, drawing.id, champion.id, uncertainty=0.5)
    assert shown_version(ws, drawing.id) == champion.id
    predict(ws, drawing.id, challenger.id, uncertainty=0.75)
    assert shown_version(ws, drawing.id) == champion.id
    assert drawings.get(ws, drawing.id).uncertainty == 0.5
    assert predictions.of_version(ws, drawing.id, challenger.id).uncertainty == 0.75  # type: ignore[union-attr]


def test_promoting_and_rolling_back_show_the_predictions_already_made(ws: Workspace) -> None:
    seen, unseen = add_drawing(ws, "a.png"), add_drawing(ws, "b.png")
    old, new = register_model(ws, "old"), register_model(ws, "new")
    models.promote(ws, old.id, "Ada")
    predict(ws, seen.id, old.id, uncertainty=0.5)
    predict(ws, unseen.id, old.id, uncertainty=0.5)
    predict(ws, seen.id, new.id, uncertainty=0.75)
    models.promote(ws, new.id, "Ada")
    assert (shown_version(ws, seen.id), shown_version(ws, unseen.id)) == (new.id, old.id)
    assert drawings.get(ws, seen.id).uncertainty == 0.75
    models.roll_back(ws, "Ada")
    assert (shown_version(ws, seen.id), shown_version(ws, unseen.id)) == (old.id, old.id)
    assert drawings.get(ws, seen.id).uncertainty == 0.5


def test_what_a_model_version_has_not_seen_is_listed_newest_first(ws: Workspace) -> None:
    version, other = register_model(ws), register_model(ws, "other")
    first, second, third = (add_drawing(ws, name) for name in ("a.png", "b.png", "c.png"))
    predict(ws, second.id, version.id)
    predict(ws, first.id, other.id)
    assert predictions.unpredicted(ws, version.id) == [third.id, first.id]


def test_features_findings_and_places_come_back_as_they_were_saved(ws: Workspace) -> None:
    drawing, version = add_drawing(ws), register_model(ws)
    features = np.linspace(-1, 1, 32, dtype=np.float32)
    findings = (Finding("empty", "Nothing.", 0.75, (3, 4)), Finding("empty", "Nothing at all.", 0.5, None))
    arrays = PredictedArrays(PREDICTED, PAIR, 0.25, 0.5, features=features, findings=findings, places=[RIM])
    saved = predictions.save(ws, drawing.id, version.id, arrays)
    assert (saved.findings, saved.places) == (findings, (RIM,))
    assert saved.features == tuple(features.tolist())
    assert predictions.newest(ws, drawing.id) == saved


def test_features_of_many_predictions_are_one_array_with_zeros_where_there_are_none() -> None:
    features = np.linspace(-1, 1, 32, dtype=np.float32)
    unpacked = unpack_features([None, pack_features(features)])
    assert unpacked.dtype == np.float32
    assert (unpacked == [np.zeros(32), features]).all()
    assert unpack_features([]).shape == (0, 32)


@pytest.mark.parametrize(
    ("findings", "places", "uncertainty", "reason"),
    [
        ([EMPTY], [RIM], 0.9, CHECKS["empty"]),
        ([], [RIM], 0.9, "uncertain at the rim"),
        ([], [RIM], 0.01, ""),
        ([], [], 0.9, ""),
    ],
)
def test_the_heaviest_finding_is_the_reason_to_look_or_else_the_most_doubtful_place(
    findings: list[Finding], places: list[Place], uncertainty: float, reason: str
) -> None:
    assert PredictedArrays(PREDICTED, PAIR, uncertainty, 0.5, findings=findings, places=places).reason == reason


def test_a_drawing_tells_reason_and_suspicion_of_the_prediction_that_is_shown(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    assert (drawing.reason, drawing.suspicion) == ("", 0.0)
    old, new = register_model(ws, "old"), register_model(ws, "new")
    models.promote(ws, old.id, "Ada")
    predict(ws, drawing.id, old.id)
    predict(ws, drawing.id, new.id, findings=[EMPTY])
    assert (drawings.get(ws, drawing.id).reason, drawings.get(ws, drawing.id).suspicion) == ("", 0.0)
    models.promote(ws, new.id, "Ada")
    assert (drawings.get(ws, drawing.id).reason, drawings.get(ws, drawing.id).suspicion) == (CHECKS["empty"], 0.75)
    models.roll_back(ws, "Ada")
    assert (drawings.get(ws, drawing.id).reason, drawings.get(ws, drawing.id).suspicion) == ("", 0.0)


def test_what_was_read_before_features_were_kept_is_read_once_more(ws: Workspace) -> None:
    drawing, version = add_drawing(ws), register_model(ws)
    models.promote(ws, version.id, "Ada")
    old = predict(ws, drawing.id, version.id)
    forget_features(ws)
    assert predictions.unpredicted(ws, version.id) == [drawing.id]
    assert predictions.outdated_count(ws, version.id) == 1
    anew = predict(ws, drawing.id, version.id, mask=1 - PREDICTED, uncertainty=0.5, findings=[EMPTY])
    assert (anew.id, anew.findings) == (old.id, (EMPTY,))
    assert (predictions.mask(ws, anew) == 1 - PREDICTED).all()
    assert (drawings.get(ws, drawing.id).uncertainty, drawings.get(ws, drawing.id).suspicion) == (0.5, 0.75)
    assert (predictions.unpredicted(ws, version.id), predictions.outdated_count(ws, version.id)) == ([], 0)
    assert predict(ws, drawing.id, version.id) == anew


def test_what_somebody_has_opened_to_correct_it_keeps_its_old_prediction(ws: Workspace) -> None:
    drawing, version = add_drawing(ws), register_model(ws)
    predict(ws, drawing.id, version.id)
    annotations.open_draft(ws, drawing.id, "Ada")
    forget_features(ws)
    old = predictions.newest(ws, drawing.id)
    assert (predictions.unpredicted(ws, version.id), predictions.outdated_count(ws, version.id)) == ([], 0)
    assert predict(ws, drawing.id, version.id, mask=1 - PREDICTED) == old
