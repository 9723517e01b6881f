import numpy as np
import pytest

from core.errors import SettingError
from core.learn.comparison import compare
from core.learn.gate import Judgement, PromotionRule, judge
from tests.core.learn.test_comparison import compared, scores

BEFORE = np.full(20, 0.8)


def test_certainly_better_on_enough_drawings_passes():
    assert judge(compared(BEFORE, BEFORE + 0.1), 0.01).passes


def test_the_rule_is_off_unless_somebody_turns_it_on():
    assert PromotionRule() == PromotionRule(is_automatic=False, tolerance=0.01)


def waits(judgement: Judgement) -> str:
    assert not judgement.passes
    return judgement.reason


def test_one_drawing_too_few_waits_for_a_person():
    reason = waits(judge(compared(BEFORE[:19], BEFORE[:19] + 0.1), 0.01))
    assert reason == "A person decides, because 19 test drawings cannot decide: it takes 20."


def test_what_is_not_certain_waits():
    assert "not certain" in waits(judge(compared(BEFORE, BEFORE), 0.01))
    mixed = BEFORE + np.where(np.arange(20) % 2, 0.1, -0.09)
    assert "not certain" in waits(judge(compared(BEFORE, mixed), 1.0))


def test_a_publication_that_falls_by_more_than_the_tolerance_holds_the_model_back():
    fallen = BEFORE + np.where(np.arange(20) % 10 == 1, -0.02, 0.1)  # 2 of the 4 drawings of publication 1 of 5
    comparison = compared(BEFORE, fallen, publications=10)
    assert comparison.interval[0] > 0
    assert waits(judge(comparison, 0.01)) == (
        "A person decides, because on “publication 1” the mean IoU fell from 0.800 to 0.780."
    )
    assert judge(comparison, 0.02).passes


def test_a_loss_on_the_old_domain_holds_the_model_back():
    comparison = compare(
        scores(*BEFORE),
        scores(*BEFORE + 0.1),
        champion_reference=scores(0.9, 0.9),
        challenger_reference=scores(0.9, 0.86),
    )
    assert "on the reference drawings, the old domain, the mean IoU fell from 0.900 to 0.880" in waits(
        judge(comparison, 0.01)
    )


def test_rendered_drawings_alone_promote_nothing():
    reference = {"champion_reference": scores(*BEFORE), "challenger_reference": scores(*BEFORE + 0.1)}
    assert "no approved drawing is set aside" in waits(judge(compare([], [], **reference), 0.01))


@pytest.mark.parametrize("tolerance", [-0.1, 1.1, float("nan")])
def test_a_tolerance_outside_0_to_1_is_refused(tolerance: float):
    with pytest.raises(SettingError, match="number from 0 to 1"):
        PromotionRule(tolerance=tolerance)
