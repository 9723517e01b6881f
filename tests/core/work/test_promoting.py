import pytest

from core.errors import StaleVersionError
from core.raster.edits import Polygon
from core.store import annotations, current, drawings, models, predictions
from core.store.annotations import Annotation
from core.store.models import NewModel
from core.store.workspace import Workspace
from core.work import lease, queue
from core.work.attempts import Kind, carry_out
from core.work.predicting import PREDICT, REFRESH, DrawingReader, predict_drawings
from core.work.processes import Owner
from core.work.promoting import decided_against, decline, promote, roll_back
from tests.core.work.pottery import add_drawings, add_model, approve
from tests.networks import dark_ink_artefact


def test_a_new_champion_is_asked_to_read_everything_anew(workspace: Workspace) -> None:
    first, second = add_model(workspace, threshold=100), add_model(workspace, threshold=200)
    assert lease.reserve(workspace)  # so that no worker starts and the jobs stay as they are
    promote(workspace, first.id, "Ada")
    assert models.champion(workspace) == first
    assert [job.key for job in queue.active_jobs(workspace)] == [f"refresh {first.id}"]
    roll_back(workspace, "Ada")
    assert models.champion(workspace) == second
    assert [job.key for job in queue.active_jobs(workspace)] == [f"refresh {second.id}"]


def test_promoting_against_a_champion_that_changed_meanwhile_changes_nothing(workspace: Workspace) -> None:
    first, second = add_model(workspace, threshold=100), add_model(workspace, threshold=200)
    with pytest.raises(StaleVersionError):
        promote(workspace, first.id, "Ada", instead_of=first.id)
    assert models.champion(workspace) == second
    assert queue.active_jobs(workspace) == []


def test_after_a_promotion_untouched_drawings_are_read_anew_and_annotated_ones_keep_theirs(
    workspace: Workspace,
) -> None:
    first, reader = add_model(workspace, threshold=100), DrawingReader()
    untouched, drawn_on, approved = add_drawings(workspace, 3)
    predict_drawings(workspace, [untouched, drawn_on, approved])
    carry_out_next(workspace, PREDICT, Kind(reader.predict))
    approve(workspace, approved)
    draft = annotations.open_draft(workspace, drawn_on, "Ada")
    draft = annotations.append(workspace, draft, [Polygon(((0, 0), (0, 9), (9, 9)), label=1)])
    masks = [current.mask(workspace, source_of(workspace, drawing_id)) for drawing_id in (drawn_on, approved)]

    assert lease.reserve(workspace)  # so that no worker starts
    second = models.register(
        workspace,
        NewModel("sees the stains", "imported", "Ada"),
        artefact=dark_ink_artefact(threshold=200, sizes=(64,)),
        weights=b"other",
    )
    promote(workspace, second.id, "Ada")
    carry_out_next(workspace, REFRESH, Kind(reader.refresh))

    versions = [drawings.get(workspace, drawing_id).model_version_id for drawing_id in (untouched, drawn_on, approved)]
    assert versions == [second.id, first.id, first.id]
    for drawing_id, mask in zip((drawn_on, approved), masks, strict=True):
        found = source_of(workspace, drawing_id)
        assert (current.mask(workspace, found) == mask).all()
        assert predictions.get(workspace, found.prediction_id or 0).model_version_id == first.id


def source_of(workspace: Workspace, drawing_id: int) -> Annotation:
    found = current.source(workspace, drawings.get(workspace, drawing_id))
    assert isinstance(found, Annotation)
    return found


def carry_out_next(workspace: Workspace, name: str, kind: Kind) -> None:
    """Do the waiting job of that name in this process."""
    job = queue.claim(workspace, Owner.of_this_process(), kinds=[name])
    assert job is not None
    carry_out(workspace, job, kind)
    assert queue.get(workspace, job.id).status == "finished"


def test_the_model_in_use_is_never_one_that_people_decided_against(workspace: Workspace) -> None:
    first, second = add_model(workspace, threshold=100), add_model(workspace, threshold=200)
    decline(workspace, first.id)
    assert first.id in decided_against(workspace)
    models.promote(workspace, first.id, "Ada")
    assert decided_against(workspace) == {second.id}
