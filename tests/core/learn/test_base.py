import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import SettingError
from core.learn.base import Recipe, train_base, write_whole
from core.learn.rendered import stored_seeds
from core.learn.weights import load_weights
from core.settings import MODELS_DIRECTORY

ROOT = Path(__file__).resolve().parents[3]
TINY = {
    "configuration": {"backbone": "resnet18", "decoder_filters": [8, 8, 8, 8], "start": "random"},
    "rounds": [
        {"steps": 2, "seed": 1, "learning_rate": 0.002, "decay_share": 0.5},
        {"steps": 2, "seed": 2, "learning_rate": 0.001, "decay_share": 0.5},
    ],
    "warmup_steps": 1,
    "shapes": [{"drawings": 2, "height": 32, "width": 64}],
    "rendering": {"smallest_px": 64, "largest_px": 96, "kept": 30},
    "drawings_before_start": 10,
    "drawings_per_second": 20,
    "sizes": [64],
}


def test_shipped_recipe_can_be_read():
    recipe = Recipe.read(MODELS_DIRECTORY / "base" / "recipe.json")
    assert not recipe.configuration.freeze_encoder
    assert recipe.configuration.batch_norm_momentum == 0.95


@pytest.mark.parametrize("change", [{"sizes": None}, {"colour": "red"}, {"configuration": {"epochs": 0}}])
def test_recipe_with_a_mistake_is_refused(tmp_path, change):
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps({**TINY, **change}), encoding="utf-8")
    with pytest.raises(SettingError):
        Recipe.read(path)


def test_rounds_follow_each_other_and_finished_ones_are_not_repeated(tmp_path):
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(TINY), encoding="utf-8")
    steps, rounds = [], {}

    def run() -> None:
        train_base(
            Recipe.read(path),
            tmp_path / "work",
            outlines=None,
            on_step=lambda number, step: steps.append((number, step.number)),
            on_round=lambda number, weights, artefact: rounds.setdefault(number, (weights, artefact)),
        )

    run()
    assert steps == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert set(rounds) == {0, 1}
    last = load_weights(rounds[1][0]).configuration
    assert (last.seed, last.learning_rate) == (2, 0.001)
    assert len(stored_seeds(tmp_path / "work" / "drawings")) >= 10
    run()
    assert len(steps) == 4


def test_renderer_ends_when_its_trainer_is_killed(tmp_path):
    code = (
        "import time; from pathlib import Path; from core.learn.base import *\n"
        "if __name__ == '__main__':\n"
        f"    recipe = Recipe.read(Path({str(tmp_path / 'recipe.json')!r}))\n"
        f"    with rendering_process(Path({str(tmp_path / 'drawings')!r}), recipe, None):\n"
        "        time.sleep(60)\n"
    )
    (tmp_path / "recipe.json").write_text(json.dumps(TINY), encoding="utf-8")
    (tmp_path / "trainer.py").write_text(code, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    trainer = subprocess.Popen([sys.executable, str(tmp_path / "trainer.py")], env=environment)
    try:
        _wait_until(lambda: len(stored_seeds(tmp_path / "drawings")) > 5)
    finally:
        trainer.kill()
        trainer.wait()
    time.sleep(0.5)
    last = stored_seeds(tmp_path / "drawings")[-1]
    time.sleep(0.5)
    assert stored_seeds(tmp_path / "drawings")[-1] <= last + 1


def test_writing_a_file_replaces_the_old_one_whole(tmp_path):
    write_whole(tmp_path / "a.bin", b"old")
    write_whole(tmp_path / "a.bin", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.bin", b"new")]


def _wait_until(condition) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")
