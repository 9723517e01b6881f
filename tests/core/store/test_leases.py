import multiprocessing
from dataclasses import replace

import pytest

from core.errors import TakenOverError
from core.store import annotations, events, leases
from core.store.workspace import Workspace
from tests.core.store import processes
from tests.core.store.samples import RIGHT_COLUMN, TOP_ROW, add_drawing


def with_leases_of(ws: Workspace, seconds: float) -> Workspace:
    """The workspace with leases that last so long; of 0 seconds they are over at once."""
    return replace(ws, settings=replace(ws.settings, lease_seconds=seconds))


def test_the_second_person_is_told_who_edits_the_drawing_and_since_when(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    first = leases.take(ws, drawing.id, "tab 1", "Ada")
    assert (first.holder, first.author) == ("tab 1", "Ada")
    assert leases.take(ws, drawing.id, "tab 2", "Bea") == first == leases.find(ws, drawing.id)


def test_two_tabs_of_one_person_are_two_holders(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    leases.take(ws, drawing.id, "tab 1", "Ada")
    assert leases.take(ws, drawing.id, "tab 2", "Ada").holder == "tab 1"
    assert leases.take_over(ws, drawing.id, "tab 2", "Ada").holder == "tab 2"
    assert events.events(ws, drawing.id) == []  # nobody took anything from anybody


def test_asking_again_renews_the_lease_and_keeps_its_beginning(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    first = leases.take(with_leases_of(ws, 60), drawing.id, "tab 1", "Ada")
    renewed = leases.take(with_leases_of(ws, 600), drawing.id, "tab 1", "Ada")  # nine tenths of its time are over
    assert renewed.since == first.since
    assert renewed.expires_at > first.expires_at


def test_a_lease_that_was_just_renewed_is_not_written_again(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    assert leases.take(ws, drawing.id, "tab 1", "Ada") == leases.take(ws, drawing.id, "tab 1", "Ada")


def test_a_holder_who_gives_another_name_has_it_in_the_lease(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    leases.take(ws, drawing.id, "tab 1", "login")
    assert leases.take(ws, drawing.id, "tab 1", "Ada").author == "Ada"


def test_a_lease_ends_by_itself_when_its_holder_is_gone(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    leases.take(with_leases_of(ws, 0), drawing.id, "tab 1", "Ada")
    assert leases.find(ws, drawing.id) is None
    assert leases.take(ws, drawing.id, "tab 2", "Bea").author == "Bea"


def test_a_tab_that_goes_on_to_another_drawing_leaves_the_first_one(ws: Workspace) -> None:
    first, second = add_drawing(ws, "a.png"), add_drawing(ws, "b.png")
    leases.take(ws, first.id, "tab 1", "Ada")
    leases.take(ws, second.id, "tab 1", "Ada")
    assert leases.find(ws, first.id) is None
    leases.release(ws, "tab 1")
    assert leases.find(ws, second.id) is None


def test_of_several_who_come_at_once_one_gets_the_drawing(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(3, timeout=60), context.Queue()
    workers = [
        context.Process(target=processes.take_at_once, args=(ws.settings, drawing.id, name, start, results))
        for name in ("Ada", "Bea", "Cleo")
    ]
    for worker in workers:
        worker.start()
    told = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert len(set(told)) == 1


def test_who_was_taken_over_is_told_at_the_next_stroke_undo_and_decision(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    leases.take(ws, drawing.id, "tab 1", "Ada")
    draft = annotations.append(ws, annotations.open_draft(ws, drawing.id, "Ada"), [TOP_ROW], holder="tab 1")
    leases.take_over(ws, drawing.id, "tab 2", "Bea")
    for act in (
        lambda: annotations.append(ws, draft, [RIGHT_COLUMN], holder="tab 1"),
        lambda: annotations.undo(ws, draft, holder="tab 1"),
        lambda: annotations.approve(ws, draft, holder="tab 1"),
        lambda: annotations.reject(ws, draft, holder="tab 1"),
    ):
        with pytest.raises(TakenOverError, match="Bea has taken over"):
            act()
    assert annotations.newest(ws, drawing.id) == draft
    assert annotations.append(ws, draft, [RIGHT_COLUMN], holder="tab 2").cursor == 2
    (taken,) = events.events(ws, drawing.id)
    assert (taken.kind, taken.author, taken.text) == ("taken over", "Bea", "Ada")


def test_an_expired_lease_that_nobody_took_hinders_nobody(ws: Workspace) -> None:
    drawing = add_drawing(ws)
    leases.take(with_leases_of(ws, 0), drawing.id, "tab 1", "Ada")
    draft = annotations.open_draft(ws, drawing.id, "Ada")
    assert annotations.append(ws, draft, [TOP_ROW], holder="tab 1").cursor == 1
