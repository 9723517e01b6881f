import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from core.infer.folders import Refused, Written, find_drawings, free_name, predict_files, write_atomically
from core.infer.reader import Reader, load_reader
from core.settings import Settings
from tests.networks import dark_ink_artefact


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(dark_ink_artefact(sizes=(64,)), threads=1)


def drawing(path: Path, *, size: tuple[int, int] = (40, 60), pages: int = 1) -> Path:
    """A file with one dark bar; on each further page it is a row of 10 lower."""
    images = []
    for page in range(pages):
        image = np.full((*size, 3), 255, np.uint8)
        image[10 * page : 10 * page + 10] = 0
        images.append(Pillow.fromarray(image))
    path.parent.mkdir(parents=True, exist_ok=True)
    images[0].save(path, **({"save_all": True, "append_images": images[1:]} if pages > 1 else {}))
    return path


def predicted(reader: Reader, sources: list[Path], out: Path) -> tuple[list[Written], list[Refused]]:
    outcomes = list(predict_files(reader, sources, out, Settings()))
    return [x for x in outcomes if isinstance(x, Written)], [x for x in outcomes if isinstance(x, Refused)]


def test_mask_is_black_and_white_at_full_resolution(reader: Reader, tmp_path: Path) -> None:
    source = drawing(tmp_path / "Krug 3ä.jpg", size=(80, 120))

    written, refused = predicted(reader, [source], tmp_path / "out")

    assert not refused
    assert written[0].mask == tmp_path / "out" / "Krug 3ä.png"
    with Pillow.open(written[0].mask) as picture:
        mask = np.array(picture)
    assert mask.shape == (80, 120)
    assert set(np.unique(mask)) == {0, 255}
    assert mask[3].all()
    assert not mask[40].any()


def test_each_page_gets_its_mask(reader: Reader, tmp_path: Path) -> None:
    source = drawing(tmp_path / "plate.tif", pages=3)

    written, _ = predicted(reader, [source], tmp_path / "out")

    assert [outcome.mask.name for outcome in written] == ["plate.png", "plate-p2.png", "plate-p3.png"]
    with Pillow.open(written[2].mask) as picture:
        assert np.array(picture)[:, 30].nonzero()[0].tolist() == pytest.approx(range(20, 30), abs=1)


def test_drawings_of_one_name_do_not_overwrite_each_other(reader: Reader, tmp_path: Path) -> None:
    sources = [drawing(tmp_path / name) for name in ("a.png", "a.jpg", "a-2.png", "A.bmp")]

    written, _ = predicted(reader, sources, tmp_path / "out")

    assert [outcome.mask.name for outcome in written] == ["a.png", "a-3.png", "a-2.png", "A-4.png"]
    assert [outcome.was_renamed for outcome in written] == [False, True, False, True]


def test_page_does_not_overwrite_a_drawing_of_that_name(reader: Reader, tmp_path: Path) -> None:
    sources = [drawing(tmp_path / "a.tif", pages=2), drawing(tmp_path / "a-p2.png")]

    written, _ = predicted(reader, sources, tmp_path / "out")

    assert [outcome.mask.name for outcome in written] == ["a.png", "a-p2-2.png", "a-p2.png"]


def test_bad_files_are_refused_by_name_and_the_others_go_on(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("not an image")
    sources = [tmp_path / "empty.png", tmp_path / "text.png", tmp_path / "missing.png", drawing(tmp_path / "good.png")]

    written, refused = predicted(reader, sources, tmp_path / "out")

    assert [outcome.source.name for outcome in written] == ["good.png"]
    assert [outcome.source for outcome in refused] == sources[:3]
    for outcome in refused:
        assert outcome.source.name in outcome.reason


def test_pages_after_a_damaged_one_are_still_read(reader: Reader, tmp_path: Path) -> None:
    content = io.BytesIO()
    pages = [Pillow.new("L", (60, 40), shade) for shade in (0, 10, 20)]
    pages[0].save(content, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    damaged = bytearray(content.getvalue())
    with Pillow.open(io.BytesIO(content.getvalue())) as picture:
        picture.seek(1)
        start = picture.tag_v2[273][0]
    damaged[start : start + 20] = b"\xff" * 20
    (tmp_path / "plates.tif").write_bytes(damaged)

    written, refused = predicted(reader, [tmp_path / "plates.tif"], tmp_path / "out")

    assert [outcome.mask.name for outcome in written] == ["plates.png", "plates-p3.png"]
    assert "page 2" in refused[0].reason


def test_drawing_is_never_replaced_by_its_mask(reader: Reader, tmp_path: Path) -> None:
    source = drawing(tmp_path / "a.png")
    before = source.read_bytes()

    _, refused = predicted(reader, [source], tmp_path)

    assert "Choose another" in refused[0].reason
    assert source.read_bytes() == before


def test_folder_that_cannot_be_written_is_refused(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")

    _, refused = predicted(reader, [drawing(tmp_path / "a.png")], tmp_path / "out")

    assert "cannot be written" in refused[0].reason


def test_folders_are_walked_and_files_taken_as_they_are(tmp_path: Path) -> None:
    inside = [drawing(tmp_path / "scans" / name) for name in ("a.png", "b.TIF", "deeper/c.jpg")]
    (tmp_path / "scans" / "notes.txt").write_text("no drawing")
    (tmp_path / "scans" / "._a.png").write_bytes(b"macOS' shadow of a.png")
    named = tmp_path / "oddly.named"

    assert find_drawings([tmp_path / "scans", named, inside[0]]) == [*inside, named]


def test_masks_written_before_are_not_taken_for_drawings(tmp_path: Path) -> None:
    source = drawing(tmp_path / "a.png")
    drawing(tmp_path / "masks" / "a.png")

    assert find_drawings([tmp_path], outside=tmp_path / "masks") == [source]


def test_masks_may_go_to_a_folder_above_the_drawings(tmp_path: Path) -> None:
    source = drawing(tmp_path / "scans" / "a.png")

    assert find_drawings([tmp_path / "scans"], outside=tmp_path) == [source]
    assert find_drawings([tmp_path / "scans"], outside=tmp_path / "scans") == [source]


def test_names_differ_in_more_than_case() -> None:
    taken = {"a"}

    assert [free_name(wanted, taken) for wanted in ("b", "A", "a")] == ["b", "A-2", "a-3"]


def test_nothing_half_written_remains(tmp_path: Path) -> None:
    (tmp_path / "taken.png").mkdir()

    with pytest.raises(Exception, match="cannot be written"):
        write_atomically(tmp_path / "taken.png", b"mask")
    write_atomically(tmp_path / "deep" / "free.png", b"mask")

    assert (tmp_path / "deep" / "free.png").read_bytes() == b"mask"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "free.png", "taken.png"]
