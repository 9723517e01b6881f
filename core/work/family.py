"""The model versions as a family: who was trained from whom, and how good each of them is on the same drawings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.store import models, runs, scores
from core.store.models import ModelVersion
from core.store.runs import Run
from core.store.scores import ImageAndTruth
from core.store.workspace import Workspace
from core.work.comparing import differing

_RUNS = 200


@dataclass(frozen=True)
class Member:
    """A version with its mean IoU on the latest test drawings and on the reference set, None where it never read them.

    `parent_id` is None too where the parent's files were deleted.
    """

    version: ModelVersion
    parent_id: int | None
    is_champion: bool
    test_iou: float | None
    reference_iou: float | None


@dataclass(frozen=True)
class Family:
    """All versions, the oldest first; `test_count` is how many test drawings their scores are of."""

    members: tuple[Member, ...]
    test_count: int

    @property
    def has_scores(self) -> bool:
        """Whether there is anything to compare."""
        return any(member.test_iou is not None or member.reference_iou is not None for member in self.members)


def family(workspace: Workspace) -> Family:
    """The versions that were not deleted. Only scores on the test drawings of the latest comparison are comparable."""
    champion = models.champion(workspace)
    versions = models.list_versions(workspace)[::-1]
    compared = [run for run in runs.list_runs(workspace, limit=_RUNS) if run.comparison]
    tests = _latest_tests(compared)
    reference = _reference_scores(compared)
    known = {version.id for version in versions}
    return Family(
        tuple(
            Member(
                version,
                version.parent_id if version.parent_id in known else None,
                is_champion=champion is not None and champion.id == version.id,
                test_iou=_mean_on(workspace, version, tests),
                reference_iou=reference.get(version.id),
            )
            for version in versions
        ),
        len(tests),
    )


def _latest_tests(compared: Sequence[Run]) -> list[ImageAndTruth]:
    for run in compared:
        drawings = [one for one in differing(run) if one.drawing_id is not None]
        if drawings:
            return [ImageAndTruth(one.image_sha256, one.truth_sha256) for one in drawings]
    return []


def _mean_on(workspace: Workspace, version: ModelVersion, tests: Sequence[ImageAndTruth]) -> float | None:
    known = scores.known_scores(workspace, version.artefact_sha256) if tests else {}
    if not tests or not known.keys() >= set(tests):
        return None
    return float(np.mean([known[test] for test in tests]))


def _reference_scores(compared: Sequence[Run]) -> dict[int, float]:
    found: dict[int, float] = {}
    for run in compared:
        reference = (run.comparison or {}).get("reference") or {}
        for version_id, key in (
            (run.model_version_id, "challenger_mean_iou"),
            ((run.comparison or {}).get("champion_id"), "champion_mean_iou"),
        ):
            if version_id is not None and key in reference:
                found.setdefault(version_id, reference[key])
    return found
