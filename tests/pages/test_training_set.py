"""Training set: what is in it, how it is balanced, and freezing it."""

from core.store import snapshots
from tests.pages.conftest import approve_drawing, button, words


def test_without_approved_drawings_the_page_says_where_to_begin(show):
    app = show("training_set")
    assert not app.exception
    assert "No drawing is approved yet." in words(app)


def test_approved_drawings_are_shown_with_their_balance(show, ws):
    approve_drawing(ws, "a.png", "Müller")
    approve_drawing(ws, "b.png", "Evans")
    app = show("training_set")
    assert not app.exception
    assert {"a.png", "b.png"} <= set(words(app).splitlines())
    table = app.dataframe[0].value
    assert list(table["Publication"]) == ["Müller", "Evans"]
    assert 0 < table["Profile"][0] < 1


def test_one_publication_alone_is_said_to_be_too_little(show, ws):
    approve_drawing(ws)
    assert "All drawings are of one publication" in words(show("training_set"))


def test_a_drawing_can_be_taken_out_and_put_back(show, ws):
    approve_drawing(ws)
    app = button(show("training_set"), "Take out").click().run()
    assert snapshots.training_count(ws) == 0
    app.segmented_control[0].set_value("out").run()
    button(app, "Put back").click().run()
    assert snapshots.training_count(ws) == 1


def test_freezing_makes_a_snapshot(show, ws):
    approve_drawing(ws)
    app = show("training_set")
    app.text_input[-1].set_value("before the holidays")
    button(app, "Freeze").click().run()
    assert not app.exception
    assert [snapshot.note for snapshot in snapshots.list_snapshots(ws)] == ["before the holidays"]


def test_freezing_nothing_is_a_sentence(show, ws):
    approve_drawing(ws)
    app = button(show("training_set"), "Take out").click().run()
    button(app, "Freeze").click().run()
    assert not app.exception
    assert "No drawing is approved for training yet" in words(app)
