"""Archives made to do harm, or badly broken: a clear sentence, nothing written, memory bounded."""

import io
import json
import os
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError, OstrakonError, UnknownFormatError
from core.store import drawings
from core.store.workspace import Workspace
from tests.core.formats.samples import (
    GOOD,
    RING,
    VOC_LABELS,
    add_drawing,
    bring_in,
    coloured,
    look,
    newest_mask,
    outcomes,
    picture,
    zipped,
)

ROOT = Path(__file__).resolve().parents[3]
BILLION_LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    "<annotations><image id='0' name='&c;' width='8' height='5'/></annotations>"
)
OUTSIDE_ENTITY = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><annotations><image name="&a;"/></annotations>'


def with_info(change) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in GOOD.items():
            archive.writestr(name, content)
        info = zipfile.ZipInfo("SegmentationClass/b.png")
        change(info)
        archive.writestr(info, b"/etc/passwd")
    return stream.getvalue()


def linked(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def encrypted() -> bytes:
    content = bytearray(zipped(GOOD))
    position = content.rfind(b"PK\x01\x02")
    content[position + 8] |= 1
    return bytes(content)


def bomb() -> bytes:
    """Ten entries of 400 MB each in a few megabytes would take long to make: they only declare it."""
    content = bytearray(zipped({**GOOD, **{f"JPEGImages/{number}.png": b"0" * 1000 for number in range(20)}}))
    position = -1
    while (position := content.find(b"PK\x01\x02", position + 1)) >= 0:
        struct.pack_into("<L", content, position + 24, 400_000_000)
    return bytes(content)


def crowded(count: int) -> bytes:
    """An index of many entries of the same few bytes, without making objects for them."""
    one = zipped({"a": b""})
    index = one.find(b"PK\x01\x02")
    end = one.find(b"PK\x05\x06")
    entries = one[index:end] * count
    locator_place = index + len(entries)
    end_64 = struct.pack("<LQHHLLQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, len(entries), index)
    locator = struct.pack("<LLQL", 0x07064B50, 0, locator_place, 1)
    ending = struct.pack("<LHHHHLLH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return one[:index] + entries + end_64 + locator + ending


HOSTILE = {
    "zip-slip": (zipped({**GOOD, "../../etc/cron.d/x": b"x"}), "points outside its ZIP"),
    "absolute path": (zipped({**GOOD, "/etc/x.png": b"x"}), "points outside its ZIP"),
    "Windows path": (zipped({**GOOD, "C:\\x.png": b"x"}), "points outside its ZIP"),
    "link": (with_info(linked), "only a link"),
    "password": (encrypted(), "password"),
    "bomb": (bomb(), "would unpack to 9.2 GB"),
    "million entries": (crowded(1_000_000), "more than 300,000 files"),
    "only a nested ZIP": (zipped({"export.zip": zipped(GOOD)}), "ZIP inside the ZIP"),
    "entity bomb": (zipped({"annotations.xml": BILLION_LAUGHS}), "defines entities"),
    "outside entity": (zipped({"annotations.xml": OUTSIDE_ENTITY}), "defines entities"),
    "broken XML": (zipped({"annotations.xml": "<annotations><image>"}), "damaged XML"),
    "video": (zipped({"annotations.xml": "<annotations><track id='0'/></annotations>"}), "annotates a video"),
    "broken JSON": (zipped({"a.json": '{"images": [,'}), "not readable JSON"),
    "deep JSON": (zipped({"a.json": '{"images": ' + "[" * 100_000}), "not readable JSON"),
    "half a COCO": (zipped({"a.json": '{"images": []}'}), "no list of categories"),
    "COCO without sizes": (
        zipped({"a.json": json.dumps({"images": [{"id": 1}], "categories": [], "annotations": []})}),
        "without id, file_name, height, width",
    ),
    "label twice": (zipped({**GOOD, "labelmap.txt": "a:1,2,3::\na:4,5,6::\n"}), "“a” twice"),
    "label without fields": (zipped({**GOOD, "labelmap.txt": "a:1,2,3\n"}), "not name:r,g,b:parts:actions"),
    "label without colour": (zipped({**GOOD, "labelmap.txt": "a:1,2::\n"}), "not r,g,b"),
    "colour outside": (zipped({**GOOD, "labelmap.txt": "a:1,2,300::\n"}), "outside 0 to 255"),
    "labels not UTF-8": (zipped({**GOOD, "labelmap.txt": b"\xff\xfe:1,2,3::\n"}), "UTF-8"),
    "too many labels": (
        zipped({**GOOD, "labelmap.txt": "".join(f"l{n}:{n // 256},{n % 256},1::\n" for n in range(300))}),
        "300 labels",
    ),
    "nothing": (zipped({}), "in no format that is read here"),
    "no ZIP": (b"PK\x03\x04 and no more", "damaged or incomplete ZIP"),
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("go", [look, bring_in])
def test_harmful_archive_is_refused_in_a_sentence_and_nothing_is_written(ws: Workspace, go, what: str) -> None:
    content, sentence = HOSTILE[what]
    before = sorted(ws.settings.workspace.rglob("*"))

    with pytest.raises(InputError, match=sentence) as refusal:
        go(ws, content)

    assert str(refusal.value).endswith(".")
    assert drawings.count(ws) == 0
    assert sorted(ws.settings.workspace.rglob("*")) == before


def lying_png(width: int, height: int) -> bytes:
    """A small PNG whose header promises more."""
    content = bytearray(picture())
    content[16:24] = struct.pack(">LL", width, height)
    content[29:33] = struct.pack(">L", zlib.crc32(content[12:29]))
    return bytes(content)


@pytest.mark.parametrize(("size", "sentence"), [((60_000, 60_000), "the limit is"), ((9_000, 9_000), "damaged")])
def test_image_that_lies_about_its_size_is_refused_and_the_others_come_in(ws: Workspace, size, sentence: str) -> None:
    content = zipped({**GOOD, "JPEGImages/b.png": lying_png(*size)})

    report = bring_in(ws, content)

    assert outcomes(report) == {"a.png": ("new", "entered"), "b.png": ("refused", "none")}
    (refused,) = report.those(drawing="refused")
    assert sentence in refused.sentence
    assert newest_mask(ws, "a.png") == RING.tolist()


def test_mask_that_lies_about_its_size_is_never_decoded(ws: Workspace) -> None:
    report = bring_in(ws, zipped({**GOOD, "SegmentationClass/a.png": lying_png(60_000, 60_000)}))

    assert outcomes(report) == {"a.png": ("new", "size")}
    assert "60000 x 60000" in report.findings[0].sentence


def test_duplicate_names_are_used_neither_way(ws: Workspace) -> None:
    stream = io.BytesIO(zipped({**GOOD, "SegmentationClass/b.png": coloured(RING), "JPEGImages/b.png": picture(2)}))
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("SegmentationClass/a.png", coloured(1 - RING))

    report = bring_in(ws, stream.getvalue())

    assert outcomes(report) == {"a.png": ("new", "none"), "b.png": ("new", "entered")}
    assert any("SegmentationClass/a.png is in the ZIP twice" in remark for remark in report.remarks)


def test_names_of_old_programs_and_of_macs_come_in_as_they_were_written(ws: Workspace) -> None:
    """cp437 without the UTF-8 flag; decomposed umlauts; and the resource forks that macOS packs along."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("labelmap.txt", VOC_LABELS)
        archive.writestr("ImageSets/Segmentation/default.txt", "Gef\u00e4\u00df 1\nTo\u0308pfe/2\n")
        archive.writestr("SegmentationClass/To\u0308pfe/2.png", coloured(RING))
        archive.writestr("JPEGImages/T\u00f6pfe/2.png", picture(2))
        archive.writestr("SegmentationClass/Gef?? 1.png", coloured(RING))
        archive.writestr("JPEGImages/Gef?? 1.png", picture(1))
        archive.writestr("__MACOSX/JPEGImages/._2.png", b"resource fork")
        archive.writestr("JPEGImages/.DS_Store", b"Finder")
    content = stream.getvalue().replace(b"Gef?? 1", "Gefäß 1".encode("cp437"))

    report = bring_in(ws, content)

    assert outcomes(report) == {"Gefäß 1.png": ("new", "entered"), "Töpfe/2.png": ("new", "entered")}


def coco(segmentation: object, **image: object) -> bytes:
    document = {
        "images": [{"id": 1, "file_name": "a.png", "height": 5, "width": 8, **image}],
        "categories": [{"id": 1, "name": "profile"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": segmentation}],
    }
    return zipped({"annotations/instances.json": json.dumps(document)})


BROKEN_SHAPES = {
    "runs too short": ({"size": [5, 8], "counts": [3, 4]}, "add up to 7 pixels instead of 40"),
    "runs too long": ({"size": [5, 8], "counts": [3, 10**9]}, "instead of 40"),
    "runs without end": ({"size": [5, 8], "counts": [3, 10**30]}, "not a whole number|far too large"),
    "negative run": ({"size": [5, 8], "counts": [50, -10]}, "negative"),
    "words for runs": ({"size": [5, 8], "counts": ["a"]}, "not a whole number"),
    "no runs": ({"size": [5, 8]}, "no runs"),
    "text that breaks off": ({"size": [5, 8], "counts": "`"}, "break off"),
    "text that is none": ({"size": [5, 8], "counts": "ü!"}, "cannot be read"),
    "another size": ({"size": [50_000, 80_000], "counts": [4 * 10**9]}, "its size is"),
    "odd polygon": ([[1, 2, 3]], "pairs of numbers"),
    "polygon of words": ([["a", "b", "c", "d", "e", "f"]], "not a number"),
    "polygon far away": ([[1e300, 1, 2, 2, 3, 1]], "nowhere near"),
    "a number": (7, "neither run lengths nor polygons"),
}


@pytest.mark.parametrize("what", BROKEN_SHAPES)
def test_broken_shape_is_named_and_its_drawing_left_alone(ws: Workspace, what: str) -> None:
    segmentation, sentence = BROKEN_SHAPES[what]
    add_drawing(ws)

    report = bring_in(ws, coco(segmentation))

    assert outcomes(report) == {"a.png": ("there", "unreadable")}
    with pytest.raises(UnknownFormatError, match=sentence):
        raise UnknownFormatError(report.findings[0].sentence)


def test_image_of_absurd_size_costs_nothing(ws: Workspace) -> None:
    add_drawing(ws)
    runs = {"size": [10**6, 10**6], "counts": [10**12]}
    assert outcomes(bring_in(ws, coco(runs, height=10**6, width=10**6))) == {"a.png": ("there", "size")}


def cvat(shape: str) -> bytes:
    image = f'<image id="0" name="a.png" width="8" height="5">{shape}</image>'
    return zipped({"annotations.xml": f"<annotations>{image}</annotations>"})


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ('<mask label="p" rle="1,2" left="0" top="0" width="8" height="5"/>', "add up to 3 pixels instead of 40"),
        ('<mask label="p" rle="0,4" left="7" top="0" width="2" height="2"/>', "outside the image"),
        ('<mask label="p" rle="0,4" left="-1" top="0" width="2" height="2"/>', "outside the image"),
        ('<mask label="p" rle="0,4" left="0" top="0" width="99999" height="99999"/>', "outside the image"),
        ('<mask label="p" rle="x" left="0" top="0" width="2" height="2"/>', "not a whole number"),
        ('<mask label="p" rle="0,4" left="nan" top="0" width="2" height="2"/>', "not a number"),
        ('<mask label="p"/>', "not a number"),
        ('<polygon label="p" points="1,1;2"/>', "not a pair"),
        ('<polygon label="p" points="1,1;2,x;3,3"/>', "not a number"),
    ],
)
def test_broken_shape_of_cvat_is_named(ws: Workspace, shape: str, sentence: str) -> None:
    add_drawing(ws)
    report = bring_in(ws, cvat(shape))
    assert outcomes(report) == {"a.png": ("there", "unreadable")}
    assert sentence in report.findings[0].sentence


def test_every_single_damaged_byte_of_an_archive_is_survived(ws: Workspace) -> None:
    content = zipped(GOOD)
    random = np.random.default_rng(1)
    for position in random.choice(len(content), size=60, replace=False):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        try:
            look(ws, bytes(damaged))
        except OstrakonError as refusal:
            assert str(refusal).endswith(".")  # noqa: PT017  most damage is no error at all
    assert drawings.count(ws) == 0


MEMORY_SCRIPT = """
import resource, sys
from pathlib import Path
from core.errors import OstrakonError
from core.formats.importing import Choices, report_archive
from tests.core.formats.samples import GOOD, add_drawing, silent, workspace_in
from tests.core.formats.samples import zipped
folder = Path(sys.argv[1])
ws = workspace_in(folder / "ws")
add_drawing(ws)
(folder / "good.zip").write_bytes(zipped(GOOD))
report_archive(ws, folder / "good.zip", Choices(), on_progress=silent)  # whatever is loaded late, is loaded now
limit = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for path in sorted(folder.glob("*.zip")):
    try:
        report = report_archive(ws, path, Choices(), on_progress=silent)
        print(path.stem, [(x.drawing, x.mask) for x in report.findings])
    except OstrakonError as error:
        print(path.stem, error)
"""
ALLOWED_BYTES = 250_000_000


def zeros_in_a_png(width: int, height: int) -> bytes:
    """A valid PNG of zeros whose pixels are a thousand times its length."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))

    packer = zlib.compressobj(1)
    row = b"\0" * (width + 1)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def declaring(content: bytes, was: int, declared: int) -> bytes:
    """A ZIP whose entry of `was` bytes says that it has another length."""
    changed = bytearray(content)
    for signature, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        position = -1
        while (position := changed.find(signature, position + 1)) >= 0:
            if struct.unpack_from("<L", changed, position + place)[0] == was:
                struct.pack_into("<L", changed, position + place, declared)
    return bytes(changed)


HUNGRY = {
    "million entries": (lambda: crowded(1_000_000), "more than 300,000 files"),
    "declared bomb": (bomb, "would unpack to"),
    "undeclared bomb": (
        lambda: declaring(zipped({**GOOD, "SegmentationClass/a.png": b"\0" * 260_000_000}), 260_000_000, 1000),
        "'new', 'unreadable'",
    ),
    "mask bomb": (lambda: zipped({**GOOD, "SegmentationClass/a.png": zeros_in_a_png(16_000, 16_000)}), "'new', 'size'"),
    "image bomb": (lambda: zipped({**GOOD, "JPEGImages/a.png": zeros_in_a_png(16_000, 16_000)}), "'refused', 'none'"),
    "run bomb": (lambda: coco({"size": [5, 8], "counts": [4 * 10**10]}), "'there', 'unreadable'"),
    "entity bomb": (lambda: zipped({"annotations.xml": BILLION_LAUGHS}), "defines entities"),
    "long text": (
        lambda: declaring(zipped({"annotations.xml": b"<annotations>" + b" " * 987}), 1000, 280_000_000),
        "more than the 256 MB",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a process said of each hungry archive that may take only so much more memory than it has at its start."""
    folder = tmp_path_factory.mktemp("hungry")
    for what, (make, _) in HUNGRY.items():
        (folder / f"{what}.zip").write_bytes(make())
    arguments = [sys.executable, "-c", MEMORY_SCRIPT, folder, str(ALLOWED_BYTES)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return {what: line for line in done.stdout.splitlines() for what in HUNGRY if line.startswith(what)}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux bounds the memory of a process")
@pytest.mark.parametrize("what", HUNGRY)
def test_memory_stays_bounded(told: dict[str, str], what: str) -> None:
    assert HUNGRY[what][1] in told[what]
