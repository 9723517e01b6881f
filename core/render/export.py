"""Writes rendered drawings into a folder: images, masks and a contact sheet."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import StorageFullError
from core.render.drawing import render_drawing
from core.render.outlines import Outline
from core.render.sheet import beside_sheet, contact_sheet

SHEET_DRAWINGS = 48


def render_to_folder(
    count: int,
    out: str | Path,
    *,
    seed: int,
    outlines: Sequence[Outline] | None = None,
    style: str | None = None,
    size_px: int | None = None,
    beside: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write `count` drawings as out/images/NAME.png and out/masks/NAME.png (0 and 255), and return the contact sheet.

    Drawing k has the seed `seed + k`, so several folders in parallel do not repeat if their ranges do not overlap.
    With `beside`, a folder of real drawings, out/beside.png shows them among the rendered ones in random order, and
    out/beside.txt says in which cells they are.
    `on_progress(done, count)` is called after each. Raises StorageFullError when the folder cannot be written.
    """
    folder = Path(out)
    shown: list[tuple[NDArray[np.uint8], NDArray[np.uint8]]] = []
    try:
        for name in ("images", "masks"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            drawing = render_drawing(seed + index, size_px=size_px, style=style, outlines=outlines)
            name = f"{drawing.seed:08d}_{drawing.style}.png"
            Image.fromarray(drawing.image).save(folder / "images" / name)
            Image.fromarray(drawing.mask * np.uint8(255)).save(folder / "masks" / name)
            if index < SHEET_DRAWINGS:
                shown.append((drawing.image, drawing.mask))
            if on_progress is not None:
                on_progress(index + 1, count)
        sheet = folder / "contact_sheet.png"
        Image.fromarray(contact_sheet(shown)).save(sheet)
        if beside is not None:
            mixed, cells = beside_sheet([image for image, _ in shown], _real_drawings(beside), seed=seed)
            Image.fromarray(mixed).save(folder / "beside.png")
            (folder / "beside.txt").write_text(f"Real drawings, counted along the rows: {cells}\n", encoding="utf-8")
    except OSError as error:
        raise StorageFullError(
            f"{folder} cannot be written: {error}. Choose another folder or free some space."
        ) from error
    return sheet


def _real_drawings(folder: Path) -> list[NDArray[np.uint8]]:
    """All PNG and JPEG images of the folder as colour images."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".png", ".jpg", ".jpeg"))
    images = []
    for path in paths:
        with Image.open(path) as image:
            images.append(np.asarray(image.convert("RGB"), np.uint8))
    return images
