from core.store import tuning
from core.work import queue


def test_journal_keeps_the_order_of_a_search_and_apart_from_another(ws):
    first, second = (queue.enqueue(ws, "tune", {}) for _ in range(2))
    tuning.append(ws, first.id, [{"number": 0}, {"number": 1}])
    tuning.append(ws, second.id, [{"number": 9}])
    tuning.append(ws, first.id, [{"number": 2}])
    assert [entry["number"] for entry in tuning.read(ws, first.id)] == [0, 1, 2]
    assert tuning.read(ws, first.id, start=2) == [{"number": 2}]
    assert tuning.read(ws, second.id) == [{"number": 9}]
