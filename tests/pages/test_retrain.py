"""Retrain: one button; the run itself is tested in tests/core/work and in the browser."""

from core.labels import DEFAULT_LABELS, Label, LabelMap
from core.learn.configuration import RunConfiguration
from core.learn.studies import begin_study, choose, finish, note_configuration
from core.learn.tuning import SearchPlan, configuration_of
from core.learn.usual import usual_configuration
from core.store import models, runs, snapshots
from core.store.label_map import set_label_map
from core.store.models import NewModel
from core.work import queue
from core.work.comparing import compare_with_champion
from core.work.promoting import promotion_rule
from core.work.training import start_training
from core.work.tuning import journal_of, look, start_search
from tests.networks import linear_artefact
from tests.pages.conftest import approve_drawing, button, words


def test_without_approved_drawings_the_page_says_where_to_begin(show):
    app = show("retrain")
    assert not app.exception
    assert "A model learns from approved drawings." in words(app)


def test_when_all_are_taken_out_nothing_offers_to_retrain(show, ws, no_worker):
    approve_drawing(ws)
    finished_run(ws, interval=(0.02, 0.2))
    snapshots.take_out(ws, snapshots.training_items(ws)[0])
    app = show("retrain")
    assert not app.exception
    assert "A model learns from approved drawings." in words(app)
    assert "Retrain" not in [found.label for found in app.button]


def test_one_button_starts_a_run_with_the_defaults(show, ws, no_worker):
    approve_drawing(ws)
    app = button(show("retrain"), "Retrain").click().run()
    assert not app.exception
    (run,) = runs.list_runs(ws)
    assert RunConfiguration.from_dict(run.configuration) == usual_configuration(ws)
    assert run.parent_version_id == models.champion(ws).id
    assert button(app, "Cancel")


def test_choices_reach_the_run(show, ws, no_worker):
    approve_drawing(ws)
    app = show("retrain")
    next(field for field in app.number_input if field.label == "Epochs").set_value(3)
    next(field for field in app.selectbox if field.label == "Image size").set_value(384)
    next(field for field in app.toggle if field.label == "Artificial fills").set_value(True)
    button(app, "Retrain").click().run()
    configuration = runs.list_runs(ws)[0].configuration
    assert (configuration["epochs"], configuration["image_size"], configuration["artificial_fills"]) == (3, 384, True)


def test_the_classic_network_starts_from_nothing(show, ws, no_worker):
    approve_drawing(ws)
    app = show("retrain")
    next(field for field in app.selectbox if field.label == "Network").set_value("classic").run()
    button(app, "Retrain").click().run()
    assert runs.list_runs(ws)[0].configuration["start"] == "random"


def test_a_run_can_be_cancelled(show, ws, no_worker):
    approve_drawing(ws)
    app = button(show("retrain"), "Retrain").click().run()
    button(app, "Cancel").click().run()
    assert not app.exception
    assert runs.list_runs(ws)[0].status == "cancelled"
    assert queue.list_jobs(ws, kinds=["train"])[0].status == "cancelled"
    assert "This run was cancelled" in words(app)


def test_a_failed_run_says_why(show, ws, no_worker):
    approve_drawing(ws)
    run = start_training(ws, RunConfiguration(), author="Maria")
    runs.fail(ws, run.id, "The loss became NaN. Try a lower learning rate.")
    queue.request_cancel(ws, run.job_id)
    app = show("retrain")
    assert "The loss became NaN" in words(app)


def finished_run(ws, *, interval):
    run = start_training(ws, RunConfiguration(), author="Maria")
    queue.request_cancel(ws, run.job_id)
    new = NewModel(name=f"Run {run.id}", kind="trained", author="Maria", run_id=run.id)
    version = models.register(ws, new, artefact=b"artefact", weights=b"weights")
    comparison = {
        "verdict": "Better on 3 of 4 test drawings.",
        "champion_mean_iou": 0.8,
        "challenger_mean_iou": 0.9,
        "better": 3,
        "worse": 1,
        "interval": interval,
    }
    runs.add_epoch(ws, run.id, 1, {"loss": 0.5, "iou_score": 0.7, "foreground_iou": 0.6})
    runs.finish(ws, run.id, model_version_id=version.id, comparison=comparison)
    return version


def test_a_finished_run_shows_its_verdict_and_can_be_promoted(show, ws, no_worker):
    approve_drawing(ws)
    version = finished_run(ws, interval=(0.02, 0.2))
    app = show("retrain")
    assert not app.exception
    assert "Better on 3 of 4 test drawings." in words(app)
    button(app, f"Use {version.name}").click().run()
    assert models.champion(ws).id == version.id
    assert "This model is in use" in words(app)


def test_keeping_the_model_in_use_answers_the_question_for_good(show, ws, no_worker):
    approve_drawing(ws)
    version, champion = finished_run(ws, interval=(0.02, 0.2)), models.champion(ws)
    app = button(show("retrain"), f"Keep {champion.name}").click().run()
    assert not app.exception
    assert models.champion(ws) == champion
    labels = [one.label for one in app.button]
    assert f"Keep {champion.name}" not in labels
    assert f"Use {version.name}" in labels, "whoever thinks better of it still can"


def test_promoting_against_a_champion_that_somebody_changed_is_a_sentence(show, ws, no_worker):
    approve_drawing(ws)
    version = finished_run(ws, interval=(0.02, 0.2))
    app = show("retrain")
    other = models.register(ws, NewModel("Other", "imported", "Jörg"), artefact=b"a", weights=b"w")
    champion = models.champion(ws)
    click = button(app, f"Use {version.name}").click()
    models.promote(ws, other.id, "Jörg", instead_of=champion.id)
    click.run()
    assert not app.exception


def test_search_for_better_settings_is_asked_for_watched_and_cancelled(show, ws, no_worker):
    approve_drawing(ws)
    app = show("retrain")
    next(field for field in app.multiselect if field.label == "Vary").set_value(["loss", "learning_rate"])
    next(field for field in app.number_input if field.label == "Trials").set_value(3)
    app = button(app, "Search").click().run()
    assert not app.exception
    (job,) = queue.list_jobs(ws, kinds=["tune"])
    assert (job.payload["plan"]["varied"], job.payload["plan"]["trial_count"]) == (["loss", "learning_rate"], 3)
    app = button(app, "Cancel").click().run()
    assert not app.exception
    assert queue.get(ws, job.id).status == "cancelled"


def test_best_settings_of_a_search_are_one_click_from_a_full_run(show, ws, no_worker):
    approve_drawing(ws)
    plan = SearchPlan(RunConfiguration(epochs=7), ("loss",), 8)
    job = start_search(ws, plan, author="Maria")
    study = begin_study(journal_of(ws, job.id), plan)
    for _ in range(8):
        trial = study.ask()
        choices = choose(trial, plan)
        note_configuration(trial, configuration_of(plan, choices, "efficientnetlite0").to_dict())
        finish(study, trial, 0.9 if choices["loss"] == "dice" else 0.5)
    queue.request_cancel(ws, job.id)
    found = look(ws, job.id)
    app = show("retrain")
    assert not app.exception
    assert f"Best so far: trial {found.best.number}" in words(app)
    button(app, "Retrain with the best settings").click().run()
    (run,) = runs.list_runs(ws)
    assert RunConfiguration.from_dict(run.configuration) == found.best_configuration


def compared_run(ws):
    """A finished run whose model was really compared with another on a test drawing, its third class included."""
    set_label_map(ws, LabelMap((*DEFAULT_LABELS.labels, Label(2, "handle", (20, 120, 220)))))
    for publication, count in (("Vogel", 4), ("Blinkenberg", 1), ("Furtwängler", 2)):
        for _ in range(count):
            approve_drawing(ws, publication=publication)
    weights, classes = ((0.0, 0.0, 0.0), (-0.1, -0.1, -0.1), (-0.3, 0.0, 0.0)), ("background", "profile", "handle")
    old, new = (linear_artefact(weights, (0.0, bias, -9.0), classes=classes, sizes=(64,)) for bias in (99.0, 40.0))
    first = models.register(ws, NewModel("Old", "imported", "Jörg"), artefact=old, weights=b"old")
    models.promote(ws, first.id, "Jörg")
    snapshot = snapshots.freeze(ws, "Maria")
    run = runs.create(ws, snapshot.id, RunConfiguration().to_dict(), seed=0, author="Maria", parent_version_id=first.id)
    items = snapshots.items(ws, snapshot.id)
    found = compare_with_champion(ws, new, items, lambda done, message: None, reference_count=1)
    model = NewModel("Run 1", "trained", "Maria", found, run_id=run.id, parent_id=first.id, snapshot_id=snapshot.id)
    version = models.register(ws, model, artefact=new, weights=b"new")
    return runs.finish(ws, run.id, model_version_id=version.id, comparison=found)


def test_the_drawings_that_differ_are_shown_side_by_side_and_by_publication(show, ws, no_worker):
    compared_run(ws)
    app = show("retrain")
    assert not app.exception
    text = words(app)
    assert "A person decides, because 2 test drawings cannot decide: it takes 20." in text
    assert "Furtwängler · " in text
    assert "IoU 0." in text
    assert next(list(frame.value["Drawings"]) for frame in app.dataframe) == [2]
    assert "#### Nothing" not in text, "the champion came from elsewhere, so all corrections are new to it"
    assert "#### 7 corrections are new, about" in text


def test_the_rule_is_chosen_for_everybody(show, ws, no_worker):
    approve_drawing(ws)
    app = show("retrain")
    next(found for found in app.toggle if found.label.startswith("Use a new model by itself")).set_value(True).run()
    assert not app.exception
    assert promotion_rule(ws).is_automatic
