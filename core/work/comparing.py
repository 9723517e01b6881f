"""Comparing a new model with the champion on drawings that neither was trained on, and showing where they differ."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from core.infer.reader import Reader, load_reader
from core.learn.comparison import NO_TEST_DRAWINGS, ComparedDrawing, Standing, compare
from core.learn.evaluation import (
    REFERENCE_COUNT,
    DrawingScore,
    TestDrawing,
    class_iou,
    mean_iou,
    reference_drawings,
    rendered_again,
)
from core.learn.gate import judge
from core.raster.images import Image, decode_png
from core.raster.masks import Mask, decode_mask, empty_mask, encode_mask
from core.raster.side_by_side import differing_window
from core.raster.style import section_style
from core.raster.views import mask_jpeg
from core.store import drawings, models, scores, snapshots
from core.store.label_map import label_map
from core.store.models import ModelVersion
from core.store.runs import Run
from core.store.scores import ImageAndTruth, NewScore
from core.store.snapshots import SnapshotItem
from core.store.workspace import Workspace
from core.work.promoting import promotion_rule

Report = Callable[[float, str], None]  # how much is done, 0 to 1, and with what

_KEPT_AT_ONCE = 20
_OPACITY = 0.85


@dataclass(frozen=True)
class DifferingViews:
    """The part of a drawing in which two models differ, as JPEGs of one size: bare, and under three masks."""

    drawing: bytes
    truth: bytes
    champion: bytes
    challenger: bytes


def compare_with_champion(
    workspace: Workspace,
    artefact: bytes,
    items: Sequence[SnapshotItem],
    report: Report,
    *,
    reference_count: int = REFERENCE_COUNT,
) -> dict[str, Any]:
    """What a run's `comparison` holds: both models' scores, the verdict, and what the gate says to them.

    The test drawings are those of the snapshot's `items`; the reference set is always read too. What a model made of a
    drawing before is not read again. Without a champion there is no more than the new model's scores.
    """
    tests = [item for item in items if item.split == "test"]
    before = models.champion(workspace)
    challenger = _Scoring(workspace, hashlib.sha256(artefact).hexdigest(), lambda: artefact)
    champion = _Scoring(workspace, before.artefact_sha256, _artefact_of(workspace, before)) if before else None
    count = len(tests)
    whole = count + reference_count
    for number, drawing in enumerate(_test_drawings(workspace, tests, reference_count), start=1):
        kind = f"test drawing {number} of {count}" if number <= count else f"reference drawing {number - count}"
        report(number / (whole + 1), f"Comparing the models: {kind}")
        for model in filter(None, (challenger, champion)):
            model.read(drawing)
    challenger.keep()
    tested = challenger.scores[:count] or challenger.scores
    common = {
        "compared_on": "test drawings" if tests else "reference drawings",
        "champion_id": before.id if before else None,
        "test_drawings": len(tested),
        "challenger_mean_iou": mean_iou(tested),
        "reference_mean_iou": mean_iou(challenger.scores[count:]),
    }
    if champion is None:
        why = "" if tests else f"{NO_TEST_DRAWINGS} "
        return {**common, "verdict": f"{why}There was no champion to compare the new model with."}
    champion.keep()
    found = compare(
        champion.scores[:count],
        challenger.scores[:count],
        champion_reference=champion.scores[count:],
        challenger_reference=challenger.scores[count:],
    )
    rule = promotion_rule(workspace)
    gate = {**asdict(judge(found, rule.tolerance)), **asdict(rule)}
    return {**common, **asdict(found), "gate": gate}


def differing(run: Run) -> list[ComparedDrawing]:
    """The drawings of a run's comparison, those first on which the two models differ most."""
    found = [_read(ComparedDrawing, one) for one in (run.comparison or {}).get("drawings", [])]
    return sorted(found, key=lambda one: -abs(one.difference))


def standings(run: Run, kind: str) -> list[Standing]:
    """How both models did by "publications" or "styles"."""
    return [_read(Standing, one) for one in (run.comparison or {}).get(kind, [])]


def differing_views(
    workspace: Workspace, run: Run, compared: ComparedDrawing, *, height_px: int, width_px: int
) -> DifferingViews:
    """What the champion of then and the run's model made of a drawing, beside the truth, as large as fits.

    Raises NotFoundError if the masks were not kept.
    """
    tested = ImageAndTruth(compared.image_sha256, compared.truth_sha256)
    version_ids = ((run.comparison or {})["champion_id"], run.model_version_id or 0)
    champion, challenger = (
        scores.mask(workspace, models.get(workspace, version_id).artefact_sha256, tested) for version_id in version_ids
    )
    image, truth = _image_and_truth(workspace, compared)
    window = differing_window(champion, challenger)
    part = np.s_[window.row : window.row + window.height, window.column : window.column + window.width]
    size = window.size_on_screen(height_px, width_px)
    labels = label_map(workspace)
    return DifferingViews(
        *(
            mask_jpeg(image[part], mask[part], labels, *size, opacity=_OPACITY, outline_only=False)
            for mask in (empty_mask(*truth.shape), truth, champion, challenger)
        )
    )


def _image_and_truth(workspace: Workspace, compared: ComparedDrawing) -> tuple[Image, Mask]:
    if compared.drawing_id is None:
        drawing = rendered_again(compared.name)
        return drawing.image, drawing.truth
    image = decode_png(workspace.blobs.get(compared.image_sha256))
    return image, decode_mask(workspace.blobs.get(compared.truth_sha256))


@dataclass
class _Scoring:
    """One model's scores so far; it is loaded when it meets a drawing that it has not read before."""

    workspace: Workspace
    artefact_sha256: str
    artefact: Callable[[], bytes]

    def __post_init__(self) -> None:
        self.scores: list[DrawingScore] = []
        self._known = scores.known_scores(self.workspace, self.artefact_sha256)
        self._new: list[NewScore] = []
        self._reader: Reader | None = None

    def read(self, drawing: TestDrawing) -> None:
        tested = ImageAndTruth(drawing.image_sha256, drawing.truth_sha256)
        if tested not in self._known:
            self._reader = self._reader or load_reader(self.artefact())
            mask = self._reader.read(drawing.image).mask
            self._known[tested] = class_iou(drawing.truth, mask)
            self._new.append(NewScore(tested, self._known[tested], self.workspace.blobs.put(encode_mask(mask))))
            if len(self._new) >= _KEPT_AT_ONCE:
                self.keep()
        self.scores.append(DrawingScore.of(drawing, self._known[tested]))

    def keep(self) -> None:
        """Store what is new, so that nobody reads it again."""
        scores.save(self.workspace, self.artefact_sha256, self._new)
        self._new = []


def _artefact_of(workspace: Workspace, version: ModelVersion) -> Callable[[], bytes]:
    return lambda: models.artefact(workspace, version)


def _test_drawings(workspace: Workspace, tests: Sequence[SnapshotItem], reference_count: int) -> Iterator[TestDrawing]:
    """The snapshot's, then the reference set."""
    for item in tests:
        image, truth = snapshots.item_image(workspace, item), snapshots.item_mask(workspace, item)
        yield TestDrawing(
            drawings.get(workspace, item.drawing_id).name,
            item.publication,
            image,
            truth,
            style=section_style(image, truth),
            drawing_id=item.drawing_id,
            image_sha256=item.image_sha256,
            truth_sha256=item.mask_sha256,
        )
    yield from reference_drawings(reference_count)


def _read(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """The dataclass in a dictionary, whatever else a newer Ostrakon put into it."""
    return kind(**{field.name: values[field.name] for field in fields(kind)})
