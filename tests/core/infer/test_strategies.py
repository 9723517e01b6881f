import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.infer.strategies import DEFAULT_STRATEGY, STRATEGIES, Candidates

NAN = float("nan")


def candidates(uncertainty, *, suspicion=None, publications=None, features=None, ids=None) -> Candidates:
    count = len(uncertainty)
    return Candidates(
        ids=np.array(range(1, count + 1) if ids is None else ids, np.int64),
        uncertainty=np.array(uncertainty, np.float32),
        suspicion=np.array([0] * count if suspicion is None else suspicion, np.float32),
        publications=np.array([1] * count if publications is None else publications, np.int64),
        features=np.zeros((count, 32), np.float32)
        if features is None
        else np.eye(32, dtype=np.float32)[np.array(features, np.intp)],
    )


def ordered(strategy: str, given: Candidates, seed: int = 0) -> list[int]:
    return STRATEGIES[strategy](given, seed).tolist()


share = some.sampled_from([0, 0.25, 0.5, 0.75, 1])
any_candidates = some.lists(
    some.tuples(share | some.just(NAN), share, some.integers(1, 3), some.integers(0, 2)), max_size=12
).map(
    lambda rows: candidates(
        [row[0] for row in rows],
        suspicion=[row[1] for row in rows],
        publications=[row[2] for row in rows],
        features=[row[3] for row in rows],
    )
)


@given(any_candidates, some.integers(0, 2**32 - 1))
def test_every_drawing_has_one_place_and_the_same_seed_gives_it_again(given, seed):
    for strategy in STRATEGIES:
        order = ordered(strategy, given, seed)
        assert sorted(order) == list(range(len(given.ids)))
        assert ordered(strategy, given, seed) == order


@given(any_candidates)
def test_what_is_not_predicted_yet_comes_last(given):
    for strategy in ("most instructive", "most uncertain"):
        is_unread = np.isnan(given.uncertainty[ordered(strategy, given)])
        assert not np.any(is_unread[:-1] & ~is_unread[1:])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_drawings_have_an_empty_order(strategy):
    assert ordered(strategy, candidates([])) == []


@pytest.mark.parametrize("strategy", ["most instructive", "most uncertain", "probably wrong", "in order"])
def test_drawings_that_are_alike_stay_as_they_came(strategy):
    assert ordered(strategy, candidates([0.3] * 5)) == [0, 1, 2, 3, 4]


def test_least_certain_comes_first():
    assert ordered("most uncertain", candidates([0.1, 0.9, NAN, 0.5])) == [1, 3, 0, 2]


def test_surest_suspicion_comes_first_then_the_least_certain():
    given = candidates([0.1, 0.9, 0.2, 0.6, NAN], suspicion=[0.8, 0, 0.3, 0.3, 0])
    assert ordered("probably wrong", given) == [0, 3, 2, 1, 4]


def test_drawings_come_as_they_were_added():
    assert ordered("in order", candidates([0.1, 0.9, 0.5], ids=[30, 10, 20])) == [1, 2, 0]


def test_another_seed_gives_another_random_order():
    given = candidates([0.5] * 30)
    assert ordered("random", given, 1) != ordered("random", given, 2)


def test_a_likeness_of_what_is_chosen_waits_for_what_is_new():
    given = candidates([0.9, 0.8, 0.3], features=[0, 0, 1])
    assert ordered("most instructive", given) == [0, 2, 1]


def test_one_publication_does_not_take_all_places():
    given = candidates([0.9, 0.8, 0.7, 0.6], publications=[1, 1, 1, 2], features=[0, 1, 2, 3])
    assert ordered("most instructive", given) == [0, 3, 1, 2]


def test_a_publication_that_is_uncertain_as_a_whole_comes_before_an_odd_drawing():
    given = candidates([0.6] + [0.1] * 19 + [0.55] * 20, publications=[1] * 20 + [2] * 20)
    assert ordered("most uncertain", given)[0] == 0
    assert ordered("most instructive", given)[0] == 20


def test_two_uncertain_drawings_are_no_uncertain_publication():
    given = candidates([0.95] + [0.1] * 19 + [0.55] * 2, publications=[1] * 20 + [2] * 2)
    assert ordered("most instructive", given)[0] == 0


def test_without_features_the_least_certain_of_each_publication_come_first():
    given = candidates([0.2, 0.9, 0.8, 0.7], publications=[1, 1, 2, 3])
    assert ordered("most instructive", given) == [1, 2, 3, 0]


def test_after_the_chosen_ones_the_others_follow_by_uncertainty():
    uncertainty = np.random.default_rng(3).random(1000)
    order = ordered("most instructive", candidates(uncertainty, features=np.arange(1000) % 32))
    rest = uncertainty[order[300:]]
    assert np.all(np.diff(rest) <= 0)


def test_default_is_one_of_the_strategies():
    assert DEFAULT_STRATEGY in STRATEGIES
