"""Models: which versions there are, changing the champion, importing weights."""

from core.store import models
from core.store.models import NewModel
from core.work import queue
from core.work.training import run_directory
from tests.pages.conftest import button, words


def add_version(ws, name="Run 1", **more):
    return models.register(ws, NewModel(name, "trained", "Maria", **more), artefact=name.encode(), weights=b"w")


def test_the_base_model_is_in_use_at_first(show):
    app = show("models")
    assert not app.exception
    assert "**Base model**" in words(app)
    assert "came with Ostrakon" in words(app)


def test_versions_show_their_scores_and_parent(show, ws):
    scores = {"mean_iou": 0.9123, "test_drawings": 4, "compared_on": "test drawings"}
    add_version(ws, scores=scores, parent_id=1)
    text = words(show("models"))
    assert "**0.912** mean IoU" in text
    assert "on 4 test drawings" in text
    assert "from Base model" in text


def test_a_version_can_be_promoted_and_rolled_back(show, ws, no_worker):
    version = add_version(ws)
    app = button(show("models"), "Use this").click().run()
    assert models.champion(ws).id == version.id
    assert not app.exception
    assert button(app, "Roll back").help == "Use Base model again"
    app = button(app, "Roll back").click().run()
    assert models.champion(ws).name == "Base model"
    assert "Roll back" not in [found.label for found in app.button], "there is nothing left to go back to"


def test_there_is_nothing_to_roll_back_to_at_first(show):
    assert "Roll back" not in [found.label for found in show("models").button]


def test_a_weights_file_is_imported_in_the_background(show, ws, no_worker):
    app = show("models")
    app.file_uploader[0].set_value(("original.h5", b"not really", "application/x-hdf5")).run()
    button(app, "Import").click().run()
    assert not app.exception
    (job,) = queue.list_jobs(ws, kinds=["import"])
    assert job.payload["name"] == "original.h5"
    assert job.status == "queued"


def test_the_family_is_drawn_once_there_are_relatives(show, ws):
    assert "Who was trained from whom" not in words(show("models"))
    add_version(ws, name='Run 1, the "best"', parent_id=1)
    app = show("models")
    assert not app.exception
    assert "Who was trained from whom" in words(app)


def test_a_version_that_is_not_in_use_can_be_deleted_and_one_that_others_come_from_cannot(show, ws):
    parent = add_version(ws, name="Parent")
    child = add_version(ws, name="Child", parent_id=parent.id)
    app = show("models")
    app.button(key=f"delete_{parent.id}").click().run()
    assert "is what version" in words(app)
    app = show("models")
    app.button(key=f"delete_{child.id}").click().run()
    assert not app.exception
    assert [version.name for version in models.list_versions(ws)] == ["Parent", "Base model"]


def test_what_the_disk_holds_is_shown_and_checkpoints_of_ended_runs_can_go(show, ws):
    checkpoint = run_directory(ws, 99) / "checkpoint.npz"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"x" * 2_000_000)
    app = show("models")
    next(found for found in app.toggle if found.label == "Disk use").set_value(True).run()
    assert "models" in list(app.dataframe[0].value["What"])
    button(app, "Free 2.0 MB").click().run()
    assert not app.exception
    assert not checkpoint.exists()
    assert "All of it is needed." in words(app)
