"""Archives in memory, workspaces with a few small drawings, and what an import made of them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from core.formats.importing import Choices, Report, import_archive, report_archive
from core.formats.outgoing import Outgoing, Writer, new_archive
from core.labels import Label, LabelMap
from core.raster.images import Page, encode_png
from core.raster.masks import Mask
from core.settings import Settings
from core.store import annotations, drawings
from core.store.drawings import Drawing
from core.store.workspace import Workspace, open_workspace

RING = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 0, 0, 0, 0],
        [0, 1, 0, 1, 0, 0, 0, 0],
        [0, 1, 1, 1, 0, 0, 1, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
    ],
    dtype=np.uint8,
)
"""A ring with a hole, and a speck; 5 x 8 pixels."""

THREE_LABELS = LabelMap(
    (Label(0, "paper", (0, 0, 0)), Label(1, "wall", (250, 50, 83)), Label(2, "handle", (9, 99, 200)))
)
VOC_LABELS = "# label:color_rgb:parts:actions\na_profile:250,50,83::\nbackground:0,0,0::\n"


def picture(number: int = 0, shape: tuple[int, int] = (5, 8)) -> bytes:
    """A PNG of a drawing unlike that of any other number."""
    image = np.full((*shape, 3), 255, dtype=np.uint8)
    image[0, 0] = [number % 256, number // 256, 7]
    return encode_png(image)


def png(pixels: np.ndarray, mode: str | None = None, suffix: str = "PNG") -> bytes:
    stream = io.BytesIO()
    shown = Pillow.fromarray(pixels)
    (shown.convert(mode) if mode else shown).save(stream, suffix)
    return stream.getvalue()


def coloured(mask: Mask, colour: tuple[int, int, int] = (250, 50, 83)) -> bytes:
    return png(np.array([(0, 0, 0), colour], dtype=np.uint8)[mask])


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def source(content: bytes, name: str = "Band 1.zip") -> tuple[str, io.BytesIO]:
    return name, io.BytesIO(content)


def workspace_in(folder: Path) -> Workspace:
    return open_workspace(Settings(workspace=folder, author="Ada"), base_model=None)


def add_drawing(ws: Workspace, name: str = "a.png", number: int = 0, *, publication: str = "Köln I") -> Drawing:
    content = picture(number)
    page = Page(name, 0, np.array(Pillow.open(io.BytesIO(content))))
    return drawings.add(ws, content, page, publication=publication, author="Ada").drawing


def bring_in(ws: Workspace, content: bytes, **choices: object) -> Report:
    return import_archive(ws, source(content), Choices(author="Ada", **choices), on_progress=silent)  # type: ignore[arg-type]


def look(ws: Workspace, content: bytes, **choices: object) -> Report:
    return report_archive(ws, source(content), Choices(author="Ada", **choices), on_progress=silent)  # type: ignore[arg-type]


def outcomes(report: Report) -> dict[str, tuple[str, str]]:
    return {finding.name: (finding.drawing, finding.mask) for finding in report.findings}


def newest_mask(ws: Workspace, name: str) -> list[list[int]]:
    (found,) = [drawing for drawing in drawings.find(ws, limit=1000) if drawing.name == name]
    revision = annotations.newest(ws, found.id)
    assert revision is not None
    return annotations.mask(ws, revision).tolist()


def outgoing(number: int, stem: str, mask: Mask | None, *, split: str | None = None, suffix: str = ".png") -> Outgoing:
    height, width = (5, 8) if mask is None else mask.shape
    return Outgoing(number, stem, suffix, height, width, "Köln I", split, mask, picture(number, (height, width)))


def write(path: Path, writer: Writer, items: Sequence[Outgoing]) -> Path:
    """An archive written as exports are."""
    with new_archive(path) as archive:
        for item in items:
            encoded = writer.encode(item)
            for name, content in encoded.files:
                archive.add(name, content)
            if encoded.record is not None:
                writer.note(encoded.record)
        writer.finish(archive)
    return path


def silent(done: int, total: int, name: str) -> None:
    """Nobody watches."""


GOOD = {
    "labelmap.txt": VOC_LABELS,
    "SegmentationClass/a.png": coloured(RING),
    "JPEGImages/a.png": picture(1),
}
"""A CVAT export of one drawing."""
