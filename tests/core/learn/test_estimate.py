from dataclasses import asdict, replace

import pytest

from core.learn.configuration import FULL_DECODER, RunConfiguration
from core.learn.estimate import TIMINGS, Timings, estimate, estimate_run, kind_of, usual_timings
from core.settings import Settings
from core.store import models
from core.store.models import NewModel
from core.store.workspace import open_workspace
from tests.core.work.pottery import add_drawings, approve

DEFAULT = RunConfiguration()
MEASURED = Timings(kind_of(DEFAULT), False, 20.0, 0.05, 0.1, 10.0)


def test_without_a_run_before_it_is_that_of_a_usual_laptop_and_says_so():
    ten = estimate(DEFAULT, 10)
    assert (ten.drawings, ten.steps, ten.is_measured) == (10, 40, False)
    assert 15 < ten.seconds < 60
    assert estimate(DEFAULT, 1000).seconds > 20 * ten.seconds


def test_runs_of_the_same_kind_say_how_long_their_parts_take():
    found = estimate(replace(DEFAULT, epochs=4), 10, [MEASURED])
    images, views = 4 * (10 + 2 * 3), 10 * 4
    assert found.seconds == pytest.approx(20 + images * 0.05 + views * 0.1 + 10)
    assert found.is_measured


def test_the_median_of_the_last_three_counts():
    runs = [replace(MEASURED, image_seconds=seconds) for seconds in (0.05, 9.0, 0.06, 100.0)]
    assert estimate(DEFAULT, 10, runs).seconds == estimate(DEFAULT, 10, [replace(MEASURED, image_seconds=0.06)]).seconds


def test_a_trainer_that_is_warm_starts_sooner():
    both = [MEASURED, replace(MEASURED, is_warm=True, start_seconds=1.0)]
    cold, warm = (estimate(DEFAULT, 10, both, is_warm=is_warm).seconds for is_warm in (False, True))
    assert cold - warm == pytest.approx(19)


def test_a_slow_computer_is_slow_with_every_network():
    other = replace(DEFAULT, decoder_filters=FULL_DECODER)
    twice = replace(
        usual_timings(DEFAULT, is_warm=False), image_seconds=2 * usual_timings(DEFAULT, is_warm=False).image_seconds
    )
    assert estimate(other, 100, [twice]).seconds > 1.9 * estimate(other, 100).seconds


@pytest.mark.parametrize(
    "changes",
    [
        {"freeze_encoder": False},
        {"decoder_filters": FULL_DECODER},
        {"network": "classic"},
        {"backbone": "vgg16", "freeze_encoder": False},
    ],
)
def test_what_computes_more_takes_longer(changes):
    assert estimate(replace(DEFAULT, **changes), 100).seconds > 1.5 * estimate(DEFAULT, 100).seconds


def test_a_run_on_a_workspace_is_estimated_from_the_cards_of_its_models(tmp_path):
    workspace = open_workspace(Settings(workspace=tmp_path), base_model=None)
    for drawing_id in add_drawings(workspace, 3):
        approve(workspace, drawing_id)
    assert estimate_run(workspace, DEFAULT) == estimate(DEFAULT, 3)
    cards = [{TIMINGS: asdict(MEASURED)}, {TIMINGS: {"of": "a later Ostrakon"}}, {}]
    for number, card in enumerate(cards):
        new = NewModel(f"{number}", "trained", "Ada", card=card)
        models.register(workspace, new, artefact=bytes([number]), weights=b"none")
    assert estimate_run(workspace, DEFAULT) == estimate(DEFAULT, 3, [MEASURED])
    workspace.engine.dispose()
