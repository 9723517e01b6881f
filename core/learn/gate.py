"""When a challenger may become champion without a person, and in a sentence why not."""

from dataclasses import dataclass

from core.errors import SettingError
from core.learn.comparison import FEW_DRAWINGS, Comparison, Standing


@dataclass(frozen=True)
class PromotionRule:
    """Whether a challenger that passes the gate becomes champion by itself.

    `tolerance` is the mean IoU by which it may be worse on a publication, or on the reference set.
    """

    is_automatic: bool = False
    tolerance: float = 0.01

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance <= 1:
            raise SettingError(f"The tolerance is {self.tolerance:g}. Set it to a number from 0 to 1, such as 0.01.")


@dataclass(frozen=True)
class Judgement:
    """Whether a challenger passes, and the sentence that says why."""

    passes: bool
    reason: str


def judge(found: Comparison, tolerance: float) -> Judgement:
    """A challenger passes if it is certainly better on enough drawings, and nowhere worse by more than `tolerance`."""
    if found.is_of_reference:
        return _waits("no approved drawing is set aside for testing yet")
    if len(found.drawings) < FEW_DRAWINGS:
        count = len(found.drawings)
        drawings = f"{count} test drawing{'s' * (count != 1)}"
        return _waits(f"{drawings} cannot decide: it takes {FEW_DRAWINGS}")
    if found.interval[1] < 0:
        return _waits("the new model is worse")
    if found.interval[0] <= 0:
        return _waits("it is not certain that the new model is better")
    fallen = [one for one in found.publications if _falls(one, tolerance)]
    if fallen:
        worst = min(fallen, key=lambda one: one.difference)
        return _waits(f"on “{worst.name}” the mean IoU fell from {_from_to(worst)}")
    if found.reference and _falls(found.reference, tolerance):
        return _waits(f"on the reference drawings, the old domain, the mean IoU fell from {_from_to(found.reference)}")
    return Judgement(True, "It is certainly better, and nowhere worse by more than the tolerance.")


def _falls(one: Standing, tolerance: float) -> bool:
    return -one.difference > tolerance + 1e-9


def _from_to(one: Standing) -> str:
    return f"{one.champion_mean_iou:.3f} to {one.challenger_mean_iou:.3f}"


def _waits(reason: str) -> Judgement:
    return Judgement(False, f"A person decides, because {reason}.")
