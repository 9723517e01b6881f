import numpy as np
import pytest

from core.infer.reader import load_reader
from core.learn.evaluation import TestDrawing, class_iou, reference_drawings, rendered_again, score
from core.learn.rendered import RESERVED_SEEDS
from tests.networks import dark_ink_artefact


def test_drawings_are_scored_as_the_product_reads_them():
    image, truth = np.full((100, 160, 3), 255, np.uint8), np.zeros((100, 160), np.uint8)
    image[20:80, 20:60], truth[20:80, 20:60] = 0, 1
    half = truth.copy()
    half[50:] = 0
    drawings = [TestDrawing("whole", "p", image, truth), TestDrawing("half", "p", image, half)]
    whole, part = score(load_reader(dark_ink_artefact()), drawings)
    assert (whole.name, whole.publication) == ("whole", "p")
    assert whole.iou > 0.95
    assert part.iou == pytest.approx(0.5, abs=0.03)


def test_each_class_of_the_truth_counts_for_itself():
    truth = np.array([[0, 1, 1, 2]], np.uint8)
    assert class_iou(truth, truth) == 1.0
    assert class_iou(truth, np.array([[0, 1, 1, 1]], np.uint8)) == pytest.approx((2 / 3 + 0) / 2)
    assert class_iou(truth > 0, np.array([[0, 0, 1, 1]], np.uint8)) == pytest.approx(2 / 3)
    assert class_iou(np.zeros_like(truth), np.zeros_like(truth)) == 1.0
    assert class_iou(np.zeros_like(truth), truth) == 0.0


def test_reference_drawings_are_the_same_every_time_with_reserved_seeds():
    first, again = reference_drawings(3), reference_drawings(3)
    assert [drawing.name for drawing in first] == [f"rendered {RESERVED_SEEDS + k}" for k in range(3)]
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.truth, other.truth)
        assert one.truth.any()
    np.testing.assert_array_equal(rendered_again(first[2].name).image, first[2].image)
    assert len({drawing.image_sha256 for drawing in first}) == 3
