import numpy as np
import pytest
import segmentation_models as sm

from core.errors import SettingError
from core.learn.configuration import LOSSES
from core.learn.losses import foreground_iou, iou_score, loss_named

TRUTH = np.array([[[[1, 0], [1, 0], [0, 1], [0, 1]]]], np.float32)  # (1, 1, 4, 2)
RIGHT = TRUTH * 0.98 + 0.01
HALF = np.array([[[[0.9, 0.1], [0.2, 0.8], [0.1, 0.9], [0.8, 0.2]]]], np.float32)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_lower_for_the_right_answer(name):
    loss = loss_named(name)
    assert 0 <= float(loss(TRUTH, RIGHT)) < float(loss(TRUTH, HALF)) < float(loss(TRUTH, 1 - RIGHT))


def test_default_loss_is_the_originals():
    assert float(loss_named("bce_jaccard")(TRUTH, HALF)) == float(sm.losses.bce_jaccard_loss(TRUTH, HALF))


def test_unknown_loss_is_refused():
    with pytest.raises(SettingError, match="no loss “hinge”"):
        loss_named("hinge")


def test_foreground_iou_counts_pixels_over_one_half():
    assert float(foreground_iou(TRUTH, HALF)) == pytest.approx(1 / 3)
    assert float(foreground_iou(TRUTH, RIGHT)) == 1.0


def test_foreground_iou_of_two_empty_masks_is_one():
    empty = np.zeros((1, 2, 2, 2), np.float32)
    empty[..., 0] = 1
    assert float(foreground_iou(empty, empty)) == 1.0


def test_soft_score_is_the_originals_and_averages_the_background_in():
    mostly_background = np.zeros((1, 10, 10, 2), np.float32)
    mostly_background[..., 0] = 1
    mostly_background[0, 0, 0] = (0, 1)
    nothing_found = np.zeros_like(mostly_background)
    nothing_found[..., 0] = 1
    assert float(foreground_iou(mostly_background, nothing_found)) == 0.0
    assert float(iou_score(mostly_background, nothing_found)) == pytest.approx(0.495, abs=1e-3)


THREE = np.eye(3, dtype=np.float32)[np.array([[[0, 0, 0, 1, 1, 2]]])]  # (1, 1, 6, 3): class 2 is rare
FLAT = np.full_like(THREE, 1 / 3)


@pytest.mark.parametrize("name", LOSSES)
def test_equal_weights_leave_a_loss_as_it_is(name):
    weighted = loss_named(name, (1.0, 1.0, 1.0))
    assert float(weighted(THREE, FLAT)) == float(loss_named(name)(THREE, FLAT))


@pytest.mark.parametrize("name", LOSSES)
def test_weights_hardly_different_from_equal_ones_give_hardly_another_loss(name):
    weighted = loss_named(name, (1.0, 1.0, 1.0 + 1e-6))
    assert float(weighted(THREE, FLAT)) == pytest.approx(float(loss_named(name)(THREE, FLAT)), rel=1e-4)


@pytest.mark.parametrize("name", LOSSES)
def test_missing_the_class_that_weighs_more_costs_more(name):
    def cost(missed: int, weights: tuple[float, ...]) -> float:
        answer = np.where(THREE[..., missed, None] > 0, np.array([0.9, 0.05, 0.05], np.float32), THREE * 0.94 + 0.02)
        return float(loss_named(name, weights)(THREE, answer))

    assert cost(2, (1.0, 1.0, 5.0)) / cost(1, (1.0, 1.0, 5.0)) > 1.5 * cost(2, ()) / cost(1, ())
