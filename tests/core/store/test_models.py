import pytest

from core.errors import ModelInUseError, NotFoundError, StaleVersionError
from core.store import models, predictions, runs, snapshots
from core.store.models import ModelVersion, NewModel
from core.store.workspace import Workspace
from tests.core.store.samples import PREDICTED, add_drawing, approve_drawing, predict, register_model


@pytest.fixture
def three(ws: Workspace) -> tuple[ModelVersion, ModelVersion, ModelVersion]:
    """Three versions, promoted one after the other."""
    first, second, third = (register_model(ws, name) for name in ("first", "second", "third"))
    for version in (first, second, third):
        models.promote(ws, version.id, "Ada")
    return first, second, third


def champion_name(ws: Workspace) -> str:
    champion = models.champion(ws)
    assert champion is not None
    return champion.name


def test_a_registered_version_keeps_its_files_and_its_card(ws: Workspace) -> None:
    new = NewModel("Kölner Modell", "imported", "Ada", scores={"iou": 0.875}, card={"note": "ä"})
    version = models.register(ws, new, artefact=b"artefact", weights=b"weights")
    assert models.get(ws, version.id) == version
    assert (version.name, version.kind, version.created_by) == ("Kölner Modell", "imported", "Ada")
    assert (version.scores, version.card) == ({"iou": 0.875}, {"note": "ä"})
    assert models.artefact(ws, version) == b"artefact"
    assert models.weights(ws, version) == b"weights"
    assert models.champion(ws) is None


def test_a_run_gives_one_version_however_often_it_registers(ws: Workspace) -> None:
    approve_drawing(ws, add_drawing(ws).id)
    run = runs.create(ws, snapshots.freeze(ws, "Ada").id, {}, seed=1, author="Ada")
    new = NewModel("trained", "trained", "Ada", run_id=run.id, snapshot_id=run.snapshot_id)
    version = models.register(ws, new, artefact=b"artefact", weights=b"weights")
    assert models.register(ws, new, artefact=b"other artefact", weights=b"other weights") == version
    assert models.list_versions(ws) == [version]
    assert runs.get(ws, run.id).model_version_id == version.id


def test_the_same_files_are_the_same_version(ws: Workspace) -> None:
    assert register_model(ws, "first") == register_model(ws, "first")
    assert len(models.list_versions(ws)) == 1


def test_versions_are_listed_the_latest_first(
    ws: Workspace, three: tuple[ModelVersion, ModelVersion, ModelVersion]
) -> None:
    assert models.list_versions(ws) == [three[2], three[1], three[0]]


def test_a_version_that_is_not_there_is_told(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no model version 7"):
        models.promote(ws, 7, "Ada")


def test_rolling_back_goes_one_champion_back_each_time(
    ws: Workspace, three: tuple[ModelVersion, ModelVersion, ModelVersion]
) -> None:
    assert models.roll_back(ws, "Bea").name == "second"
    assert champion_name(ws) == "second"
    assert models.roll_back(ws, "Bea").name == "first"
    with pytest.raises(NotFoundError, match="no earlier champion"):
        models.roll_back(ws, "Bea")
    assert champion_name(ws) == "first"


def test_every_move_is_on_record(ws: Workspace, three: tuple[ModelVersion, ModelVersion, ModelVersion]) -> None:
    first, second, third = (version.id for version in three)
    models.roll_back(ws, "Bea")
    moves = [
        (move.from_version_id, move.to_version_id, move.reason, move.moved_by) for move in models.alias_history(ws)
    ]
    assert moves == [
        (third, second, "rolled back", "Bea"),
        (second, third, "promoted", "Ada"),
        (first, second, "promoted", "Ada"),
        (None, first, "first", "Ada"),
    ]


def test_after_rolling_back_another_can_be_promoted_and_taken_back(
    ws: Workspace, three: tuple[ModelVersion, ModelVersion, ModelVersion]
) -> None:
    models.roll_back(ws, "Ada")
    models.promote(ws, register_model(ws, "fourth").id, "Ada")
    assert models.roll_back(ws, "Ada").name == "second"
    assert models.roll_back(ws, "Ada").name == "first"


def test_promoting_an_earlier_champion_again_can_be_taken_back_too(
    ws: Workspace, three: tuple[ModelVersion, ModelVersion, ModelVersion]
) -> None:
    models.promote(ws, three[0].id, "Ada")
    assert models.roll_back(ws, "Ada").name == "third"


def test_promoting_the_champion_changes_nothing(
    ws: Workspace, three: tuple[ModelVersion, ModelVersion, ModelVersion]
) -> None:
    before = models.alias_history(ws)
    models.promote(ws, three[2].id, "Ada")
    assert models.alias_history(ws) == before


def test_promoting_instead_of_a_champion_that_is_gone_is_refused(
    ws: Workspace, three: tuple[ModelVersion, ModelVersion, ModelVersion]
) -> None:
    first, second, third = three
    with pytest.raises(StaleVersionError, match="changed the champion meanwhile"):
        models.promote(ws, first.id, "Bea", instead_of=second.id)
    with pytest.raises(StaleVersionError):
        models.roll_back(ws, "Bea", instead_of=second.id)
    assert champion_name(ws) == "third"
    models.promote(ws, first.id, "Bea", instead_of=third.id)
    assert champion_name(ws) == "first"


def test_the_champion_cannot_be_deleted(ws: Workspace, three: tuple[ModelVersion, ModelVersion, ModelVersion]) -> None:
    with pytest.raises(ModelInUseError, match=r"“third”.* is the champion"):
        models.delete(ws, three[2].id)
    assert models.artefact(ws, three[2]) == b"third"


def test_a_parent_cannot_be_deleted_before_its_children(ws: Workspace) -> None:
    parent = register_model(ws, "parent")
    new = NewModel("child", "imported", "Ada", parent_id=parent.id)
    child = models.register(ws, new, artefact=b"a", weights=b"w")
    with pytest.raises(ModelInUseError, match="trained from"):
        models.delete(ws, parent.id)
    models.delete(ws, child.id)
    models.delete(ws, parent.id)
    assert models.list_versions(ws) == []


def test_a_version_that_a_run_builds_on_cannot_be_deleted(ws: Workspace) -> None:
    approve_drawing(ws, add_drawing(ws).id)
    parent = register_model(ws, "parent")
    snapshot = snapshots.freeze(ws, "Ada")
    run = runs.create(ws, snapshot.id, {}, seed=1, author="Ada", parent_version_id=parent.id)
    with pytest.raises(ModelInUseError, match="being trained further"):
        models.delete(ws, parent.id)
    runs.cancel(ws, run.id)
    models.delete(ws, parent.id)


def test_a_deleted_version_loses_its_files_and_its_predictions_still_say_whose_they_are(ws: Workspace) -> None:
    version, drawing = register_model(ws), add_drawing(ws)
    predict(ws, drawing.id, version.id)
    models.delete(ws, version.id)
    assert not ws.blobs.has(version.artefact_sha256)
    assert not ws.blobs.has(version.weights_sha256)
    shown = predictions.newest(ws, drawing.id)
    assert shown is not None
    assert (predictions.mask(ws, shown) == PREDICTED).all()
    assert models.get(ws, shown.model_version_id).name == "first"
    assert models.list_versions(ws) == []
    assert [gone.id for gone in models.list_versions(ws, with_deleted=True)] == [version.id]
    for refused in (lambda: models.artefact(ws, version), lambda: models.promote(ws, version.id, "Ada")):
        with pytest.raises(NotFoundError, match=r"“first”.* was deleted"):
            refused()


def test_files_that_another_version_needs_stay(ws: Workspace) -> None:
    version = register_model(ws)
    other = models.register(ws, NewModel("other", "imported", "Ada"), artefact=b"first", weights=b"other weights")
    models.delete(ws, version.id)
    assert models.artefact(ws, other) == b"first"


def test_a_deleted_version_can_be_registered_anew(ws: Workspace) -> None:
    version = register_model(ws)
    models.delete(ws, version.id)
    again = register_model(ws)
    assert again.id != version.id
    assert models.artefact(ws, again) == b"first"


def test_rolling_back_skips_deleted_champions(
    ws: Workspace, three: tuple[ModelVersion, ModelVersion, ModelVersion]
) -> None:
    models.delete(ws, three[1].id)
    assert models.roll_back(ws, "Ada").name == "first"
