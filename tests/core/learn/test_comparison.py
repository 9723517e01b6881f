import numpy as np
import pytest

from core.errors import EmptyTrainingSetError
from core.learn.comparison import Comparison, bootstrap_interval, compare
from core.learn.evaluation import DrawingScore


def scores(*ious: float, publications: int = 2, styles: tuple[str, ...] = ("black",)) -> list[DrawingScore]:
    return [
        DrawingScore(f"drawing {k}", f"publication {k % publications}", iou, styles[k % len(styles)])
        for k, iou in enumerate(ious)
    ]


def compared(before: np.ndarray, after: np.ndarray, **more: int) -> Comparison:
    return compare(scores(*before, **more), scores(*after, **more))


def test_comparison_counts_better_worse_and_same():
    comparison = compare(scores(0.5, 0.5, 0.5, 0.5), scores(0.7, 0.4, 0.502, 0.5))
    assert (comparison.better, comparison.worse) == (1, 1)
    assert [one.difference for one in comparison.drawings] == pytest.approx([0.2, -0.1, 0.002, 0.0])
    assert comparison.champion_mean_iou == 0.5
    assert comparison.challenger_mean_iou == pytest.approx(0.5255)
    assert comparison.drawings[1].name == "drawing 1"


def test_the_verdict_is_one_plain_sentence_with_the_facts_behind_it():
    before = np.full(60, 0.87)
    after = before + np.array([0.062] * 41 + [-0.02] * 6 + [0.001] * 13)
    reference = scores(0.93, 0.93)
    verdict = compare(
        scores(*before), scores(*after), champion_reference=reference, challenger_reference=reference
    ).verdict
    assert verdict == (
        "Better on 41 of 60 test drawings, worse on 6, the same on 13; mean IoU 0.87 -> 0.91, 95 % interval of the "
        "difference +0.03 to +0.05 (paired bootstrap); old domain 0.93 -> 0.93. The new model is better."
    )


def test_worse_is_called_worse_and_the_same_uncertain():
    before = np.linspace(0.5, 0.9, 40)
    assert "The new model is worse." in compared(before, before - 0.1).verdict
    assert "No difference between the two models is certain." in compared(before, before).verdict


def test_few_drawings_and_one_publication_are_said_to_be_worth_little():
    verdict = compared(np.full(10, 0.5), np.full(10, 0.9), publications=1).verdict
    assert "worth little: there are only 10 test drawings; all test drawings come from one publication" in verdict
    assert "there is only 1 test drawing;" in compared(np.full(1, 0.5), np.full(1, 0.9), publications=1).verdict


def test_fewer_than_six_drawings_prove_nothing_however_much_better_all_of_them_are():
    assert "So few drawings prove nothing." in compared(np.full(5, 0.5), np.full(5, 0.9)).verdict
    assert "The new model is better." in compared(np.full(6, 0.5), np.full(6, 0.9)).verdict


def test_publications_and_styles_stand_for_themselves_the_largest_first():
    before, after = (0.5, 0.6, 0.5, 0.6, 0.5), (0.6, 0.5, 0.7, 0.6, 0.5)
    styles = ("black", "hatched", "hatched")
    comparison = compare(scores(*before, styles=styles), scores(*after, styles=styles))
    first, second = comparison.publications
    assert (first.name, first.drawing_count, first.better, first.worse, first.same) == ("publication 0", 3, 2, 0, 1)
    assert (second.name, second.drawing_count, second.better, second.worse) == ("publication 1", 2, 0, 1)
    assert second.difference == pytest.approx(-0.05)
    assert [(one.name, one.drawing_count) for one in comparison.styles] == [("hatched", 3), ("black", 2)]


def test_without_test_drawings_the_reference_set_is_compared_and_the_verdict_says_so():
    comparison = compare([], [], champion_reference=scores(0.5, 0.5), challenger_reference=scores(0.7, 0.7))
    assert comparison.is_of_reference
    assert comparison.challenger_mean_iou == 0.7
    assert comparison.verdict.startswith("No approved drawing is set aside for testing yet")
    assert "Better on 2 of 2 reference drawings" in comparison.verdict


def test_interval_holds_the_mean_and_is_a_point_for_equal_differences():
    low, high = bootstrap_interval(np.array([0.1, 0.2, 0.3, 0.0]))
    assert 0.0 < low < 0.15 < high < 0.3
    assert bootstrap_interval(np.full(5, 0.25)) == (0.25, 0.25)


def test_nothing_to_compare_is_refused():
    with pytest.raises(EmptyTrainingSetError, match="no test drawing"):
        compare([], [])


def test_scores_of_different_drawings_are_not_compared():
    with pytest.raises(ValueError, match="different drawings"):
        compare(scores(0.5, 0.5), scores(0.5))
