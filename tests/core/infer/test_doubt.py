import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.infer.doubt import MOST_PLACES, doubtful_places
from core.infer.probabilities import most_probable

CLOSED = np.zeros((200, 160), np.float32)  # a wall from the rim down to a base that reaches the axis
CLOSED[20:180, 40:52] = 1
CLOSED[168:180, 40:120] = 1


def places(plane: np.ndarray, *, times: int = 1):  # type: ignore[no-untyped-def]
    pair = np.stack([1 - plane, plane], axis=-1).astype(np.float32)
    return doubtful_places(pair, most_probable(pair), plane.shape[0] * times, plane.shape[1] * times)


def doubted(rows: slice, columns: slice, *, plane: np.ndarray = CLOSED) -> np.ndarray:
    """The plane, unclear on either side of its border within a window."""
    unclear = plane.copy()
    unclear[rows, columns] = np.where(plane[rows, columns] > 0, 0.6, 0.4)
    return unclear


def test_a_sure_reading_and_an_empty_one_have_no_doubtful_places() -> None:
    assert places(CLOSED) == []
    assert places(np.full((50, 50), 0.3)) == []


@pytest.mark.parametrize(
    ("rows", "columns", "where"),
    [
        (slice(10, 40), slice(30, 62), "at the rim"),
        (slice(85, 115), slice(30, 62), "at the wall"),
        (slice(160, 190), slice(80, 110), "at the base"),
    ],
)
def test_a_place_is_where_the_border_is_unclear_and_says_so_in_words(rows: slice, columns: slice, where: str) -> None:
    heaviest = places(doubted(rows, columns), times=3)[0]
    assert (heaviest.where, heaviest.weight > 0.6) == (where, True)
    assert 3 * rows.start <= heaviest.row < 3 * rows.stop
    assert 3 * columns.start <= heaviest.column < 3 * columns.stop
    assert heaviest.radius_px == 18


def test_the_ends_of_a_sherd_are_a_rim_and_the_bottom_not_a_base() -> None:
    sherd = np.zeros((200, 160), np.float32)
    sherd[20:180, 40:52] = 1
    assert places(doubted(slice(160, 190), slice(30, 62), plane=sherd))[0].where == "at the bottom"
    assert places(doubted(slice(10, 40), slice(30, 120), plane=CLOSED[::-1]))[0].where == "at the top"


def test_there_are_six_places_at_most_the_heaviest_first_and_apart() -> None:
    comb = np.zeros((300, 300), np.float32)
    for column in range(20, 290, 30):
        comb[:, column : column + 8] = 0.6
    found = places(comb)
    assert len(found) == MOST_PLACES
    assert [place.weight for place in found] == sorted((place.weight for place in found), reverse=True)
    spots = {(place.row, place.column) for place in found}
    assert all(max(abs(a - c), abs(b - d)) > 9 for a, b in spots for c, d in spots if (a, b) != (c, d))


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 4), st.randoms(use_true_random=False))
def test_places_lie_within_the_drawing(height: int, width: int, times: int, random) -> None:  # type: ignore[no-untyped-def]
    plane = np.array([[random.random() for _ in range(width)] for _ in range(height)], np.float32)
    for place in places(plane, times=times):
        assert 0 <= place.row < height * times
        assert 0 <= place.column < width * times
        assert 0 < place.weight <= 1
