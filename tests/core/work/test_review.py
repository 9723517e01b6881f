import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.store import annotations, drawings, leases, models, predictions
from core.store.drawings import Filter
from core.store.predictions import PredictedArrays
from core.store.workspace import Workspace, open_workspace
from core.work import review
from core.work.review import Progress
from tests.core.store.samples import PREDICTED, RIGHT_COLUMN, add_drawing, predict, register_model


@pytest.fixture
def ws(workspace: Workspace) -> Workspace:
    """A workspace in which the model is less and less certain of a, b and c, and has not read d."""
    version = models.promote(workspace, register_model(workspace).id, "Ada")
    for name, uncertainty in (("a.png", 0.1), ("b.png", 0.2), ("c.png", 0.3)):
        predict(workspace, add_drawing(workspace, name).id, version.id, uncertainty=uncertainty)
    add_drawing(workspace, "d.png")
    return workspace


def names_of(ws: Workspace, ids) -> str:
    return "".join(drawing.name[0] for drawing in drawings.get_all(ws, ids))


def ordered(ws: Workspace, strategy: str = "most uncertain") -> str:
    return names_of(ws, review.order(ws, strategy).ids)


def decide(ws: Workspace, name: str, decision=annotations.approve) -> None:
    (found,) = drawings.find(ws, Filter(text=name))
    decision(ws, annotations.open_draft(ws, found.id, "Ada"))


def test_undecided_drawings_are_ordered_by_the_strategy(ws):
    decide(ws, "b.png")
    assert ordered(ws) == "cad"
    assert ordered(ws, "in order") == "acd"


def test_features_of_the_prediction_that_is_shown_tell_drawings_apart(ws):
    version = models.champion(ws)
    for name, axis in (("e.png", 0), ("f.png", 0), ("g.png", 1)):
        features, uncertainty = np.eye(32, dtype=np.float32)[axis], 0.6 if axis else 0.9
        arrays = PredictedArrays(PREDICTED, np.zeros((2, 3, 2), np.float32), uncertainty, 0.1, features)
        predictions.save(ws, add_drawing(ws, name).id, version.id, arrays)
    assert ordered(ws, "most instructive").startswith("eg")
    assert ordered(ws, "most uncertain").startswith("efg")


def test_an_order_stays_while_people_decide_and_is_made_anew_when_the_model_read_something(ws):
    first = review.order(ws, "most uncertain")
    decide(ws, "c.png")
    assert review.order(ws, "most uncertain", first) is first
    assert review.order(ws, "in order", first).strategy == "in order"
    predict(ws, drawings.find(ws, Filter(text="d.png"))[0].id, models.champion(ws).id, uncertainty=0.9)
    assert names_of(ws, review.order(ws, "most uncertain", first).ids) == "dba"


def test_another_champion_makes_another_order(ws):
    first = review.order(ws, "most uncertain")
    models.promote(ws, register_model(ws, "second").id, "Ada")
    assert review.order(ws, "most uncertain", first) is not first


def test_without_predictions_drawings_come_as_they_were_added(workspace):
    for name in ("a.png", "b.png"):
        add_drawing(workspace, name)
    assert ordered(workspace, "most instructive") == ordered(workspace, "probably wrong") == "ab"


def test_without_drawings_nothing_is_handed_out(workspace):
    given = review.order(workspace, "most instructive")
    assert given.ids == ()
    assert review.hand_out(workspace, given, "tab 1", "Ada") is None
    assert review.progress(workspace) == Progress(0, 0)


def test_a_drawing_is_handed_out_with_its_lease(ws):
    found = review.hand_out(ws, review.order(ws, "most uncertain"), "tab 1", "Ada")
    lease = leases.find(ws, found.id)
    assert (found.name, lease.holder, lease.author) == ("c.png", "tab 1", "Ada")


def test_what_one_holds_is_handed_to_nobody_else_until_it_is_given_back(ws):
    given = review.order(ws, "in order")

    def handed_to(holder: str, passed=()) -> str | None:
        found = review.hand_out(ws, given, holder, "Ada", passed=passed)
        return found.name if found else None

    assert [handed_to(f"tab {number}") for number in (1, 2, 3, 4, 5)] == ["a.png", "b.png", "c.png", "d.png", None]
    leases.release(ws, "tab 2")
    assert handed_to("tab 5") == "b.png"
    assert handed_to("tab 5") == "b.png"  # who holds it has it again


def test_what_was_passed_over_comes_again_when_nothing_else_is_left_but_never_at_once(ws):
    given = review.order(ws, "in order")
    passed: list[int] = []
    seen = ""
    for _ in range(6):
        found = review.hand_out(ws, given, "tab 1", "Ada", passed=passed)
        seen += found.name[0]
        passed.append(found.id)
    assert seen == "abcdab"
    for name in "abc":
        decide(ws, f"{name}.png", annotations.reject)
    (last,) = drawings.find(ws, Filter(text="d.png"))
    assert review.hand_out(ws, given, "tab 1", "Ada", passed=[last.id]) is None


def test_what_was_opened_again_since_the_order_was_made_comes_after_the_rest_of_it(ws):
    decide(ws, "a.png")
    given = review.order(ws, "most uncertain")
    (again,) = drawings.find(ws, Filter(text="a.png"))
    annotations.append(ws, annotations.open_draft(ws, again.id, "Ada"), [RIGHT_COLUMN])
    assert review.order(ws, "most uncertain", given) is given
    passed: list[int] = []
    for _ in range(5):
        passed.append(review.hand_out(ws, given, "tab 1", "Ada", passed=passed).id)
    assert names_of(ws, passed) == "cbdac"
    assert review.hand_out(ws, given, "tab 1", "Ada", passed=[*given.ids, again.id]) is not None


def test_what_will_be_handed_out_is_known_before_and_held_by_nobody(ws):
    given = review.order(ws, "most uncertain")
    upcoming = review.upcoming(ws, given, "tab 1")
    assert leases.find(ws, upcoming.id) is None
    assert review.hand_out(ws, given, "tab 1", "Ada") == upcoming


def test_drawings_to_review_are_filtered_and_what_was_opened_again_is_at_the_end(ws):
    decide(ws, "c.png")
    given = review.order(ws, "most uncertain")
    (again,) = drawings.find(ws, Filter(text="c.png"))
    annotations.append(ws, annotations.open_draft(ws, again.id, "Ada"), [RIGHT_COLUMN])
    assert names_of(ws, review.to_review(ws, given)) == "badc"
    assert names_of(ws, review.to_review(ws, given, Filter(status="predicted"))) == "ba"
    assert names_of(ws, review.to_review(ws, given, Filter(status="approved"))) == ""


def test_progress_counts_what_people_decided(ws):
    decide(ws, "a.png")
    decide(ws, "d.png", annotations.reject)
    assert review.progress(ws) == Progress(reviewed=2, count=4)


def test_ten_people_at_once_never_get_the_same_drawing(ws):
    for number in range(20):
        add_drawing(ws, f"more {number}.png")
    given = review.order(ws, "most instructive")

    def work(person: int) -> list[int]:
        return [review.hand_out(ws, given, f"tab {person}/{turn}", "Ada").id for turn in range(2)]

    with ThreadPoolExecutor(10) as people:
        handed = [drawing_id for both in people.map(work, range(10)) for drawing_id in both]
    assert len(handed) == len(set(handed)) == 20


def take_two(settings, ready, taken, person: str) -> None:
    ws = open_workspace(settings, base_model=None)
    given = review.order(ws, "most uncertain")
    ready.wait()
    for turn in range(2):
        found = review.hand_out(ws, given, f"{person} {turn}", person)
        taken.put(found.id if found else None)
    ws.engine.dispose()


def test_two_processes_never_get_the_same_drawing(ws):
    context = multiprocessing.get_context("spawn")
    ready, taken = context.Barrier(2, timeout=60), context.Queue()
    both = [context.Process(target=take_two, args=(ws.settings, ready, taken, name)) for name in ("Ada", "Bea")]
    for process in both:
        process.start()
    handed = [taken.get(timeout=60) for _ in range(4)]
    for process in both:
        process.join(timeout=60)
    assert sorted(handed) == sorted(review.order(ws, "in order").ids)
