"""Whether a challenger is better than the champion: both on the same drawings, in figures and in a plain sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.learn.evaluation import DrawingScore, mean_iou

SAME_IOU = 0.005  # smaller differences are called the same
BOOTSTRAP_SAMPLES = 2000
FEW_DRAWINGS = 20
FEWEST_DRAWINGS = 6  # below, even all better is no more than chance (two-sided sign test at 5 %)
NO_TEST_DRAWINGS = (
    "No approved drawing is set aside for testing yet, so rendered drawings were read, which says little about yours: "
    "approve drawings of another publication."
)


@dataclass(frozen=True)
class ComparedDrawing:
    """One test drawing's foreground IoU with either model; see TestDrawing for the rest."""

    name: str
    publication: str
    style: str
    drawing_id: int | None
    image_sha256: str
    truth_sha256: str
    champion_iou: float
    challenger_iou: float

    @property
    def difference(self) -> float:
        """Challenger minus champion."""
        return self.challenger_iou - self.champion_iou


@dataclass(frozen=True)
class Standing:
    """How both models do on some of the drawings, such as those of one publication."""

    name: str
    drawing_count: int
    better: int
    worse: int
    champion_mean_iou: float
    challenger_mean_iou: float

    @property
    def same(self) -> int:
        return self.drawing_count - self.better - self.worse

    @property
    def difference(self) -> float:
        """Challenger minus champion."""
        return self.challenger_mean_iou - self.champion_mean_iou


@dataclass(frozen=True)
class Comparison:
    """Champion and challenger on the same drawings.

    `drawings` are the test drawings, or the reference set where there are none (`is_of_reference`); `reference` is how
    both do on that set, the old domain. `interval` is the 95 % interval of the mean difference, paired bootstrap.
    """

    drawings: tuple[ComparedDrawing, ...]
    is_of_reference: bool
    champion_mean_iou: float
    challenger_mean_iou: float
    better: int
    worse: int
    interval: tuple[float, float]
    publications: tuple[Standing, ...]
    styles: tuple[Standing, ...]
    reference: Standing | None
    verdict: str = ""


def compare(
    champion: Sequence[DrawingScore],
    challenger: Sequence[DrawingScore],
    *,
    champion_reference: Sequence[DrawingScore] = (),
    challenger_reference: Sequence[DrawingScore] = (),
) -> Comparison:
    """What the two models' scores on the same drawings say, with a plain verdict.

    Without test drawings the reference set is compared instead. Raises EmptyTrainingSetError if there is nothing to
    compare, ValueError if the drawings differ.
    """
    tested = _compared(champion, challenger)
    reference = _compared(champion_reference, challenger_reference)
    drawings = tested or reference
    before = mean_iou(champion or champion_reference)
    whole = _standing("all", drawings)
    found = Comparison(
        drawings=drawings,
        is_of_reference=not tested,
        champion_mean_iou=before,
        challenger_mean_iou=whole.challenger_mean_iou,
        better=whole.better,
        worse=whole.worse,
        interval=bootstrap_interval(np.array([one.difference for one in drawings])),
        publications=_standings(drawings, lambda one: one.publication),
        styles=_standings(drawings, lambda one: one.style),
        reference=_standing("reference drawings", reference) if reference else None,
    )
    return replace(found, verdict=_verdict(found))


def bootstrap_interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """95 % interval of the mean difference, paired bootstrap with a fixed seed."""
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(differences), (BOOTSTRAP_SAMPLES, len(differences)))
    low, high = np.percentile(differences[chosen].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _compared(champion: Sequence[DrawingScore], challenger: Sequence[DrawingScore]) -> tuple[ComparedDrawing, ...]:
    if [score.name for score in champion] != [score.name for score in challenger]:
        raise ValueError("champion and challenger were scored on different drawings")
    return tuple(
        ComparedDrawing(
            new.name,
            new.publication,
            new.style,
            new.drawing_id,
            new.image_sha256,
            new.truth_sha256,
            champion_iou=old.iou,
            challenger_iou=new.iou,
        )
        for old, new in zip(champion, challenger, strict=True)
    )


def _standing(name: str, drawings: Sequence[ComparedDrawing]) -> Standing:
    return Standing(
        name,
        drawing_count=len(drawings),
        better=sum(one.difference > SAME_IOU for one in drawings),
        worse=sum(one.difference < -SAME_IOU for one in drawings),
        champion_mean_iou=float(np.mean([one.champion_iou for one in drawings])),
        challenger_mean_iou=float(np.mean([one.challenger_iou for one in drawings])),
    )


def _standings(drawings: Sequence[ComparedDrawing], group_of: Callable[[ComparedDrawing], str]) -> tuple[Standing, ...]:
    """One for each group, the largest first."""
    groups = {group_of(one) for one in drawings}
    found = [_standing(group, [one for one in drawings if group_of(one) == group]) for group in groups]
    return tuple(sorted(found, key=lambda one: (-one.drawing_count, one.name)))


def _verdict(found: Comparison) -> str:
    sentences = [NO_TEST_DRAWINGS] if found.is_of_reference else []
    return " ".join([*sentences, _facts(found), _conclusion(found), _worth(found)]).strip()


def _facts(found: Comparison) -> str:
    count = len(found.drawings)
    kind = "reference" if found.is_of_reference else "test"
    old_domain = ""
    if found.reference and not found.is_of_reference:
        old_domain = (
            f"; old domain {found.reference.champion_mean_iou:.2f} -> {found.reference.challenger_mean_iou:.2f}"
        )
    return (
        f"Better on {found.better} of {count} {kind} drawing{'s' * (count != 1)}, worse on {found.worse}, the same on "
        f"{count - found.better - found.worse}; mean IoU {found.champion_mean_iou:.2f} -> "
        f"{found.challenger_mean_iou:.2f}, 95 % interval of the difference {found.interval[0]:+.2f} to "
        f"{found.interval[1]:+.2f} (paired bootstrap){old_domain}."
    )


def _conclusion(found: Comparison) -> str:
    if len(found.drawings) < FEWEST_DRAWINGS:
        return "So few drawings prove nothing."
    on_what = " on them" if found.is_of_reference else ""
    if found.interval[0] > 0:
        return f"The new model is better{on_what}."
    if found.interval[1] < 0:
        return f"The new model is worse{on_what}."
    return "No difference between the two models is certain."


def _worth(found: Comparison) -> str:
    if found.is_of_reference:
        return ""
    count, reasons = len(found.drawings), []
    if count < FEW_DRAWINGS:
        reasons.append(f"there {'is' if count == 1 else 'are'} only {count} test drawing{'s' * (count != 1)}")
    if len(found.publications) < 2:
        reasons.append("all test drawings come from one publication, so other publications may go otherwise")
    return f"This comparison is worth little: {'; '.join(reasons)}." if reasons else ""
