"""Drawing on the page Correct with the real mouse, and what the mask should be then."""

import time
import uuid
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from core.raster.images import Image, decode_png
from core.raster.images import Page as ScannedPage
from core.store import annotations, drawings
from core.store.drawings import Drawing
from core.store.workspace import Workspace
from tests.browser.conftest import WAIT_MS, App, settle

Point = tuple[int, int]  # (x, y) on the screen, whole pixels as a mouse reports them

READY = """drawing => {
    const stage = document.querySelector(".st-key-canvas_" + drawing + " [data-testid=stBidiComponentIsolated]")
        ?.shadowRoot?.querySelector(".stage");
    return stage?.dataset.ready === String(drawing) && stage.dataset.waiting === "0"
        && Math.abs(innerHeight - 20 - stage.getBoundingClientRect().bottom) < 2;
}"""

SCALED = """([drawing, scale]) => {
    const stage = document.querySelector(".st-key-canvas_" + drawing + " [data-testid=stBidiComponentIsolated]")
        .shadowRoot.querySelector(".stage");
    return Math.abs(stage.dataset.scale / scale - 1) < 0.001;
}"""


@dataclass(frozen=True)
class Canvas:
    """Where the drawing lies on the screen; only a part of it is seen when it is enlarged."""

    left: float
    top: float
    width: float
    height: float
    drawing: Drawing

    @property
    def scale(self) -> float:
        """Pixels of the drawing for each of the screen."""
        return self.drawing.width_px / self.width

    def at(self, across: float, down: float) -> Point:
        """The whole screen pixel nearest to a place given as fractions of the drawing."""
        return round(self.left + across * self.width), round(self.top + down * self.height)

    def in_image(self, point: Point) -> tuple[float, float]:
        """(row, column) of a screen pixel."""
        return (point[1] - self.top) * self.scale, (point[0] - self.left) * self.scale


def add_white_drawing(ws: Workspace, height: int, width: int) -> Drawing:
    return add_drawing(ws, np.full((height, width, 3), 255, np.uint8))


def add_drawing(ws: Workspace, image: Image) -> Drawing:
    return drawings.add(
        ws, uuid.uuid4().bytes, ScannedPage("Weiß.png", 0, image), publication="Blank", author="Maria"
    ).drawing


def open_canvas(page: Page, app: App, drawing: Drawing) -> Canvas:
    page.goto(f"{app.url}/correct?drawing={drawing.id}")
    return find_canvas(page, drawing)


def find_canvas(page: Page, drawing: Drawing) -> Canvas:
    """The canvas once it shows the drawing and its mask, and nothing waits to be saved."""
    page.wait_for_function(READY, arg=drawing.id)
    settle(page)
    page.wait_for_function(READY, arg=drawing.id)
    box = page.locator(".stage").bounding_box()
    seen = page.locator(".stage").evaluate("stage => ({...stage.dataset})")
    assert box is not None
    scale = float(seen["scale"])
    left, top = box["x"] + float(seen["left"]), box["y"] + float(seen["top"])
    return Canvas(left, top, drawing.width_px * scale, drawing.height_px * scale, drawing)


def come_closer(page: Page, canvas: Canvas, presses: int) -> Canvas:
    """Double the drawing's size by a key, as often as it is pressed, and wait until the screen shows that."""
    for _ in range(presses):
        page.keyboard.press("+")
    page.wait_for_function(SCALED, arg=[canvas.drawing.id, 2**presses / canvas.scale])
    return find_canvas(page, canvas.drawing)


def choose(page: Page, tool: str, key: str) -> None:
    """Choose a tool by its key: the canvas knows at once."""
    page.keyboard.press(key)
    page.locator(f".stage[data-tool='{tool}']").wait_for()


def draw(page: Page, *points: Point, steps: int = 12) -> None:
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=steps)
    page.mouse.up()


def wait_until_saved(page: Page, edits: int) -> None:
    page.get_by_text("1 edit, saved" if edits == 1 else f"{edits} edits, saved").first.wait_for()


def wait_until_tinted(page: Page, point: Point, is_tinted: bool = True) -> None:
    """Wait until the screen shows the mask there, or no mask any more."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while time.monotonic() < deadline:
        if looks_tinted(page, point) == is_tinted:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the screen {'does not show' if is_tinted else 'still shows'} the mask at {point}")


def looks_tinted(page: Page, point: Point) -> bool:
    """Whether the paper is no longer as blue as it is red."""
    red, _, blue = pixels(page, point[0], point[1], 1, 1)[0, 0].astype(int)
    return bool(red - blue > 40)


def pixels(page: Page, left: float, top: float, width: int, height: int) -> NDArray[np.uint8]:
    """What the screen shows there, uint8 (height, width, 3)."""
    return decode_png(page.screenshot(clip={"x": left, "y": top, "width": width, "height": height}))


def stored_mask(ws: Workspace, drawing: Drawing) -> NDArray[np.uint8]:
    revision = annotations.newest(ws, drawing.id)
    assert revision is not None
    return annotations.mask(ws, revision)


def distance_to_segment(shape: tuple[int, int], start: tuple[float, float], end: tuple[float, float]) -> NDArray:
    """How far each pixel's centre is from the segment, (H, W)."""
    rows, columns = (axis + 0.5 for axis in np.ogrid[: shape[0], : shape[1]])
    along = np.subtract(end, start)
    t = ((rows - start[0]) * along[0] + (columns - start[1]) * along[1]) / np.dot(along, along)
    t = np.clip(t, 0, 1)
    return np.hypot(rows - start[0] - t * along[0], columns - start[1] - t * along[1])
