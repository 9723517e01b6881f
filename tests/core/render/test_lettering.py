import numpy as np
import pytest

from core.render.canvas import Canvas
from core.render.handwriting import STROKES, handwritten
from core.render.lettering import write


@pytest.mark.parametrize("seed", range(8))
def test_words_stand_where_they_are_written_and_are_never_section(seed):
    canvas = Canvas.blank(200, 400)
    write(canvas, 60, 40, "Fig 12", 30, 0, np.random.default_rng(seed))
    rows, columns = np.nonzero(canvas.ink < 128)
    assert len(rows) > 50
    assert 55 < rows.min() < rows.max() < 130
    assert 35 < columns.min() < columns.max() < 250
    assert not canvas.mask.any()


def test_every_stroke_letter_leaves_ink_of_about_its_size():
    for letter in STROKES:
        letters = handwritten(letter, 40.0, np.random.default_rng(1))
        rows = np.flatnonzero(letters.max(axis=1) > 127)
        assert len(rows) > 0, letter
        assert np.ptp(rows) < 70, letter


def test_no_two_letters_of_a_hand_are_the_same():
    hand = np.random.default_rng(2)
    first, second = handwritten("5", 40.0, hand), handwritten("5", 40.0, hand)
    assert first.shape != second.shape or (first != second).any()
