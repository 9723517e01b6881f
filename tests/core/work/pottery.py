"""A workspace with something in it: drawings of dark blocks on paper, a model that sees what is dark, approvals."""

import numpy as np

from core.raster.edits import Polygon
from core.raster.images import Image, Page, encode_png
from core.store import annotations, drawings, models
from core.store.models import ModelVersion, NewModel
from core.store.workspace import Workspace
from tests.networks import dark_ink_artefact


def block(number: int, *, height: int = 96, width: int = 64) -> Image:
    """A dark block on white paper among pale stains, others for each number, so that no two are nearly the same."""
    image = np.full((height, width, 3), 250, np.uint8)
    rng = np.random.default_rng(number)
    for row, column in zip(rng.integers(0, height * 7 // 8, 6), rng.integers(0, width * 7 // 8, 6), strict=True):
        image[row : row + height // 8, column : column + width // 8] = 170
    image[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4] = 20
    image[0, 0] = (*divmod(number, 256), 255)
    return image


def add_drawings(
    workspace: Workspace, count: int, *, publication: str = "Vogel 1901", height: int = 96, width: int = 64
) -> list[int]:
    """The ids of new drawings."""
    first = drawings.count(workspace)
    ids = []
    for number in range(first, first + count):
        image = block(number, height=height, width=width)
        page = Page(f"Taf. {number}.png", 0, image)
        added = drawings.add(workspace, encode_png(image), page, publication=publication, author="Ada")
        ids.append(added.drawing.id)
    return ids


def add_model(workspace: Workspace, *, threshold: int = 128, sizes: tuple[int, ...] = (64,)) -> ModelVersion:
    """A new champion that calls profile whatever is darker than `threshold`."""
    artefact = dark_ink_artefact(threshold=threshold, sizes=sizes)
    new = NewModel(f"darker than {threshold}", "imported", "Ada")
    return models.promote(workspace, models.register(workspace, new, artefact=artefact, weights=b"none").id, "Ada")


def approve(workspace: Workspace, drawing_id: int) -> None:
    """Draw the block of the drawing and approve it."""
    shown = drawings.get(workspace, drawing_id)
    top, bottom, left, right = (
        shown.height_px / 4,
        shown.height_px * 3 / 4,
        shown.width_px / 4,
        shown.width_px * 3 / 4,
    )
    outline = Polygon(((top, left), (top, right), (bottom, right), (bottom, left)), label=1)
    draft = annotations.open_draft(workspace, drawing_id, "Ada")
    annotations.approve(workspace, annotations.append(workspace, draft, [outline]))
