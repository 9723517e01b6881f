import json
from dataclasses import replace

import numpy as np

from core.learn.accuracy import Drawings, measure
from core.learn.base import Recipe
from core.learn.card import FOUND, INVENTED, MISSED, card_drawings, comparison, describe, worst_readings
from core.settings import MODELS_DIRECTORY
from tests.networks import dark_ink_artefact


def test_card_says_what_the_model_was_made_of_and_where_it_fails() -> None:
    recipe, artefact = Recipe.read(MODELS_DIRECTORY / "base" / "recipe.json"), dark_ink_artefact()
    results = list(measure(artefact, Drawings(3, 10_000_000, 200), processes=1))
    results[1] = replace(results[1], iou=0.7, missed=0.3, invented=0.1)

    card = json.loads(json.dumps(describe(recipe, artefact, results, code_version="abc")))

    assert card["code_version"] == "abc"
    assert card["seeds"] == [part.seed for part in recipe.rounds]
    assert "Apache-2.0" in card["encoder"]
    assert card["scores"]["drawings"] == 3
    assert sum(part["drawings"] for part in card["scores_per_style"].values()) == 3
    assert card["known_failures"]["of_these_mostly_missed"] >= 1
    assert set(card["known_failures"]["worst_seeds"]) == {one.seed for one in results}
    assert min(card_drawings(3).seeds) >= 10_000_000


def test_picture_shows_what_was_found_missed_and_invented() -> None:
    image = np.full((2, 4, 3), 90, np.uint8)
    truth, mask = np.array([[1, 1, 0, 0]] * 2, np.uint8), np.array([[1, 0, 1, 0]] * 2, np.uint8)

    picture = comparison(image, truth, mask)

    assert [tuple(int(value) for value in colour) for colour in picture[0]] == [FOUND, MISSED, INVENTED, (200,) * 3]


def test_picture_of_the_worst_readings_has_a_tile_for_each() -> None:
    artefact = dark_ink_artefact()
    results = list(measure(artefact, Drawings(2, 10_000_002), processes=1))

    picture = worst_readings(artefact, results, count=2)

    assert picture.shape == (200, 1200, 3)
    assert (picture[:, :300] != 255).any()
    assert (picture[:, 300:600] != 255).any()
    assert (picture[:, 600:] == 255).all()
