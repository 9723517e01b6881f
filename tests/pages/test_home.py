"""Home: where the workspace stands; what it is computed from is tested in tests/core/work."""

from core.store import annotations, drawings, models, runs, snapshots
from core.store.models import NewModel
from core.work import queue
from core.work.predicting import predict_drawings
from core.work.remaining import is_comparison_due
from tests.pages.conftest import add_drawing, approve_drawing, button, words


def figures(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def bars(app) -> list[str]:
    return [bar.proto.text for bar in app.get("progress")]


def test_an_empty_workspace_is_welcomed_and_sent_to_upload(show):
    app = show("home")
    assert not app.exception
    assert "Welcome to Ostrakon" in words(app)
    assert not app.metric
    app = button(app, "Upload drawings").click().run()
    assert not app.exception
    assert app.file_uploader


def test_sample_drawings_go_in_from_home_and_are_to_be_read(show, ws, no_worker):
    app = button(show("home"), "Try it with sample drawings").click().run()
    assert not app.exception
    assert figures(app)["Drawings"] == "6"
    assert "The model is reading: 6 drawings to go." in words(app)
    (job,) = queue.active_jobs(ws)
    assert len(job.payload["drawing_ids"]) == 6


def test_a_workspace_in_work_is_seen_at_a_glance_with_one_thing_to_do(show, ws, no_worker):
    for name in ("a.png", "b.png"):
        add_drawing(ws, name)
    approve_drawing(ws, "c.png")
    app = show("home")
    assert not app.exception
    assert figures(app) == {"Drawings": "3", "Reviewed": "1", "In training": "1", "Model, mean IoU": "untested"}
    assert [one.label for one in app.button] == ["Review predictions"]
    text = words(app)
    assert "2 drawings left to accept or correct." in text
    assert "Too few retrainings to tell" in text
    app = button(app, "Review predictions").click().run()
    assert not app.exception
    assert "a.png" in [one.label for one in app.button]


def test_what_nobody_reviewed_is_estimated_by_publication_with_its_error(show, ws, no_worker):
    for publication in ("Müller", "Furtwängler"):
        add_drawing(ws, "left.png", publication)
        for number in range(5):
            approve_drawing(ws, f"{number}.png", publication)
    app = show("home")
    for _ in range(10):  # it compares what was approved for a while, each time it runs
        app = app.run() if is_comparison_due(ws) else app
    app.run()
    assert not app.exception
    (table,) = (frame.value for frame in app.dataframe)
    assert sorted(table["Publication"]) == ["Furtwängler", "Müller"]
    assert list(table["Not reviewed"]) == [1, 1]
    assert list(table["Decided so far"]) == [5, 5]
    assert "from 10 drawings that people decided. Tested on 2 publications with known masks" in words(app)


def test_before_anything_is_decided_the_estimate_says_what_it_rests_on(show, ws, no_worker):
    add_drawing(ws)
    app = show("home")
    assert "Estimated from the model’s own uncertainty alone" in words(app)
    assert "Is it worth correcting more?" not in words(app)


def test_jobs_are_shown_while_they_last(show, ws, no_worker):
    drawing = add_drawing(ws)
    job = predict_drawings(ws, [drawing.id])
    assert bars(show("home")) == ["", "Reading drawings · waiting for its turn"]
    queue.request_cancel(ws, job.id)
    assert bars(show("home")) == [""]


def test_the_models_score_is_that_of_the_test_drawings_over_time(show, ws, no_worker):
    approve_drawing(ws)
    base = models.champion(ws)
    for number, gain in enumerate((0.03, 0.02, 0.01)):
        approve_drawing(ws, publication=f"Band {number}")
        snapshot = snapshots.freeze(ws, "Maria")
        run = runs.create(ws, snapshot.id, {}, seed=0, author="Maria")
        new = NewModel(f"Run {run.id}", "trained", "Maria", run_id=run.id, snapshot_id=snapshot.id)
        version = models.register(ws, new, artefact=b"artefact %d" % number, weights=b"weights")
        comparison = {
            "compared_on": "test drawings",
            "champion_id": base.id,
            "test_drawings": 20,
            "champion_mean_iou": 0.8,
            "challenger_mean_iou": 0.8 + gain,
            "interval": [gain - 0.001, gain + 0.001],
        }
        runs.finish(ws, run.id, model_version_id=version.id, comparison=comparison)
    models.promote(ws, version.id, "Maria")
    app = show("home")
    assert not app.exception
    assert figures(app)["Model, mean IoU"] == "0.810"
    assert app.metric[3].delta == "+0.010"
    assert "The last " in words(app)
    assert drawings.count(ws) == 4


def test_when_people_change_hardly_anything_home_leads_to_accepting_in_bulk(show, ws, no_worker):
    for number in range(10):
        drawing = add_drawing(ws, f"{number}.png")
        annotations.approve(ws, annotations.open_draft(ws, drawing.id, "Jörg"), seconds=20)
    add_drawing(ws, "left.png")
    new = NewModel("Pupil", "trained", "Maria", snapshot_id=snapshots.freeze(ws, "Maria").id)
    models.promote(ws, models.register(ws, new, artefact=b"artefact", weights=b"weights").id, "Maria")
    app = show("home")
    assert "it is time to accept the surest predictions in bulk" in words(app)
    app = button(app, "Accept the surest").click().run()
    assert not app.exception
    assert "surest" in app.query_params["accept"]


def test_a_colleagues_approval_shows_when_the_page_runs_again(show, ws, no_worker):
    drawing = add_drawing(ws)
    app = show("home")
    annotations.approve(ws, annotations.open_draft(ws, drawing.id, "Jörg"))
    app.run()
    assert not app.exception
    assert figures(app)["Reviewed"] == "1"
