from core.store import models
from core.store.workspace import Workspace
from core.work.family import family
from tests.core.work.pottery import add_drawings, add_model, approve
from tests.core.work.test_comparing import BLIND, DARK, compared_run, stocked  # noqa: F401 (a fixture)


def test_versions_are_compared_on_the_latest_test_drawings_only(stocked: Workspace) -> None:  # noqa: F811
    first = add_model(stocked, threshold=190)
    second = models.get(stocked, compared_run(stocked, DARK).model_version_id or 0)
    found = family(stocked)
    assert found.test_count == 2
    assert [member.version.id for member in found.members] == [first.id, second.id]
    assert [member.is_champion for member in found.members] == [True, False]
    before, after = (member.test_iou or 0 for member in found.members)
    assert before < 0.9 < after
    assert all(member.reference_iou is not None for member in found.members)

    approve(stocked, *add_drawings(stocked, 1, publication="Furtwängler"))
    third = compared_run(stocked, BLIND).model_version_id
    found = family(stocked)
    assert found.test_count == 3
    scores = {member.version.id: member.test_iou for member in found.members}
    assert scores[second.id] is None, "it has not read the new test drawing"
    assert scores[third or 0] == 0.0
    assert scores[first.id] is not None


def test_a_family_without_a_comparison_has_no_scores(stocked: Workspace) -> None:  # noqa: F811
    add_model(stocked)
    found = family(stocked)
    assert (found.has_scores, found.test_count, len(found.members)) == (False, 0, 1)
