import json

import numpy as np
import pytest

from core.errors import UnreadableImageError
from core.render.drawing import render_drawing
from core.render.outlines import load_outlines, profile_from_outline

# x, y with y down: a bowl's wall from the rim (left) down to the axis (right)
POINTS = [
    (0, 0),
    (0.05, 0.2),
    (0.2, 0.4),
    (0.5, 0.5),
    (1, 0.5),
    (1, 0.42),
    (0.5, 0.42),
    (0.25, 0.3),
    (0.1, 0.1),
    (0.08, 0),
]


def written(folder, entries):
    path = folder / "outlines.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


def test_outlines_are_read_as_rows_and_columns(tmp_path):
    path = written(tmp_path, [{"source": "svg_terra_sigillata", "id": "Drag 37", "points": POINTS}])
    (outline,) = load_outlines(path)
    assert outline.name == "Drag 37"
    assert outline.reaches_axis
    assert outline.ring[3].tolist() == [0.5, 0.5]
    assert outline.ring[4].tolist() == [0.5, 1.0]


def test_a_file_that_is_no_list_of_outlines_is_named_in_the_error(tmp_path):
    path = written(tmp_path, [{"id": "no points"}])
    with pytest.raises(UnreadableImageError, match=r"outlines\.json"):
        load_outlines(path)


@pytest.mark.parametrize("seed", range(8))
def test_a_profile_from_an_outline_stays_on_its_side_of_the_axis(tmp_path, seed):
    (outline,) = load_outlines(written(tmp_path, [{"source": "svg_terra_sigillata", "id": "a", "points": POINTS}]))
    profile = profile_from_outline(outline, np.random.default_rng(seed))
    assert profile.ring[:, 1].min() >= -1e-9
    assert profile.outer[:, 1].max() >= profile.inner[:, 1].max() - 1e-9


def test_outlines_change_what_a_seed_draws(tmp_path):
    outlines = load_outlines(written(tmp_path, [{"source": "svg_terra_sigillata", "id": "a", "points": POINTS}]))
    with_them = [render_drawing(seed, size_px=200, outlines=outlines).image.tobytes() for seed in range(5)]
    without = [render_drawing(seed, size_px=200).image.tobytes() for seed in range(5)]
    assert with_them != without
