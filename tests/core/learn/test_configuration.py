import json

import pytest

from core.errors import SettingError, UnknownBackboneError
from core.learn.configuration import RunConfiguration, epochs_for


def test_configuration_survives_json():
    configuration = RunConfiguration(backbone="resnet34", decoder_filters=(256, 128, 64, 32, 16), image_size="original")
    assert RunConfiguration.from_dict(json.loads(json.dumps(configuration.to_dict()))) == configuration


def test_what_is_not_given_keeps_its_default():
    assert RunConfiguration.from_dict({"epochs": 3}) == RunConfiguration(epochs=3)


@pytest.mark.parametrize(
    "values",
    [
        {"network": "transformer"},
        {"loss": "hinge"},
        {"start": "anywhere"},
        {"epochs": 0},
        {"epochs": 1.5},
        {"epochs": True},
        {"batch_size": 0},
        {"champion_share": 1.0},
        {"learning_rate": 0.0},
        {"learning_rate": "fast"},
        {"learning_rate": float("nan")},
        {"image_size": 100},
        {"image_size": "huge"},
        {"image_size": 0},
        {"decoder_filters": [64, 32]},
        {"decoder_filters": 64},
        {"decoder_filters": [64, 32, 16, 0]},
        {"geometric": "yes"},
        {"seed": -1},
        {"epoch": 3},
    ],
)
def test_values_out_of_range_are_refused_by_name(values):
    with pytest.raises(SettingError, match=next(iter(values))):
        RunConfiguration.from_dict(values)


def test_unknown_backbone_is_refused():
    with pytest.raises(UnknownBackboneError, match="resnet35"):
        RunConfiguration(backbone="resnet35")


def test_classic_network_needs_no_backbone():
    assert RunConfiguration(network="classic", backbone="").network == "classic"


def test_few_drawings_are_shown_more_often_than_many():
    assert [epochs_for(count) for count in (0, 1, 10, 20, 48, 1000)] == [95, 95, 48, 32, 20, 20]
    assert epochs_for(8, batch_size=2) == 24


def test_retrained_champion_is_read_at_no_size_smaller_than_it_was_shown():
    assert RunConfiguration(image_size=256).sizes_after((192, 256, 384, 640)) == (256, 384, 640)
    assert RunConfiguration(image_size=384, several_scales=False).sizes_after((192, 256)) == (384,)
