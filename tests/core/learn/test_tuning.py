import json
from dataclasses import replace

import pytest

from core.errors import SettingError
from core.learn.configuration import FULL_DECODER, RunConfiguration
from core.learn.tuning import (
    SearchPlan,
    Trial,
    best_of,
    choices_of,
    configuration_of,
    doubt_about,
)


def test_plan_survives_json():
    plan = SearchPlan(RunConfiguration(epochs=3), ("loss", "decoder"), 7)
    assert SearchPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"varied": ("colour",)}, "“colour” cannot be varied"),
        ({"varied": ()}, "at least one"),
        ({"trial_count": 0}, "from 1 to"),
        ({"configuration": RunConfiguration(image_size="original")}, "fixed image size"),
        ({"configuration": RunConfiguration(network="classic")}, "U-Nets"),
    ],
)
def test_plan_that_cannot_be_searched_is_refused(changes, sentence):
    with pytest.raises(SettingError, match=sentence):
        replace(SearchPlan(), **changes)


def test_own_configuration_of_a_plan_is_among_what_can_be_chosen():
    plan = SearchPlan()
    assert configuration_of(plan, choices_of(plan), plan.configuration.backbone) == plan.configuration


def test_setting_outside_the_options_is_left_to_chance():
    plan = SearchPlan(RunConfiguration(decoder_filters=(8, 8, 8, 8), image_size=64, learning_rate=0.5))
    assert set(choices_of(plan)) == {"loss", "augmentation", "backbone"}


def test_choices_become_a_run_and_what_is_not_varied_stays():
    plan = SearchPlan(RunConfiguration(epochs=3), ("learning_rate", "decoder", "augmentation"))
    choices = {"learning_rate": 0.002, "decoder": "full", "augmentation": "other scans and fills"}
    configuration = configuration_of(plan, choices, plan.configuration.backbone)
    assert configuration == RunConfiguration(
        epochs=3, learning_rate=0.002, decoder_filters=FULL_DECODER, artificial_fills=True
    )


def test_run_on_another_backbone_than_the_champions_starts_with_imagenet_weights():
    plan = SearchPlan(RunConfiguration())
    assert configuration_of(plan, {"backbone": "resnet34"}, "efficientnetlite0").start == "imagenet"
    assert configuration_of(plan, {"backbone": "efficientnetlite0"}, "efficientnetlite0").start == "champion"


def test_best_is_the_first_finished_trial_with_the_highest_score():
    trials = [
        Trial(1, "finished", {}, 0.5),
        Trial(2, "pruned", {}, None, {1: 0.9}),
        Trial(3, "finished", {}, 0.7),
        Trial(4, "finished", {}, 0.7),
    ]
    assert best_of(trials) == trials[2]
    assert best_of(trials[1:2]) is None


def test_search_on_few_drawings_says_what_it_is_worth():
    assert doubt_about(30, is_held_out=False) == ""
    assert "Only 1 drawing decides" in doubt_about(1, is_held_out=False)
    assert doubt_about(30, is_held_out=True).startswith("No publication is set aside")
