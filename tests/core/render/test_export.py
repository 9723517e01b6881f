import re

import numpy as np
import pytest
from PIL import Image

from core.errors import StorageFullError
from core.render.export import render_to_folder


def test_images_masks_and_a_contact_sheet_are_written(tmp_path):
    reports = []
    sheet = render_to_folder(3, tmp_path / "out", seed=5, size_px=200, on_progress=lambda *done: reports.append(done))
    images = sorted(path.name for path in (tmp_path / "out" / "images").iterdir())
    assert images == sorted(path.name for path in (tmp_path / "out" / "masks").iterdir())
    assert len(images) == 3
    assert reports == [(1, 3), (2, 3), (3, 3)]
    assert np.asarray(Image.open(sheet)).ndim == 3
    mask = np.asarray(Image.open(tmp_path / "out" / "masks" / images[0]))
    assert set(np.unique(mask)) == {0, 255}


def test_a_folder_that_cannot_be_written_is_reported_with_its_name(tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(StorageFullError, match="taken"):
        render_to_folder(1, tmp_path / "taken", seed=1, size_px=200)


def test_real_drawings_are_shown_among_the_rendered_ones_and_their_cells_are_told(tmp_path):
    (tmp_path / "real").mkdir()
    Image.fromarray(np.full((50, 80), 7, np.uint8)).save(tmp_path / "real" / "one.png")
    render_to_folder(3, tmp_path / "out", seed=5, size_px=200, beside=tmp_path / "real")
    sheet = np.asarray(Image.open(tmp_path / "out" / "beside.png"))
    cell = int(re.search(r"\[(\d)\]", (tmp_path / "out" / "beside.txt").read_text())[1])
    assert (sheet[20, 400 * (cell - 1) + 200] == 7).all()
