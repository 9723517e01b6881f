"""Take the README's picture of the page Correct: `python scripts/take_screenshots.py` writes docs/images/correct.png.

Needs Chromium (`apt-get install chromium`) and the development requirements; renders its own drawing.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.infer.reader import load_reader  # noqa: E402
from core.raster.images import Page, encode_png  # noqa: E402
from core.render.drawing import render_drawing  # noqa: E402
from core.settings import Settings  # noqa: E402
from core.store import drawings, models, predictions  # noqa: E402
from core.store.workspace import Workspace, open_workspace  # noqa: E402
from core.work.predicting import predicted_arrays  # noqa: E402
from tests.browser.canvas import draw, find_canvas, wait_until_saved  # noqa: E402
from tests.browser.conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, start, stop  # noqa: E402

SEED, STYLE = 314, "outlined"  # a jar whose mask is nearly right
COLOURS = 200  # of the picture's palette


def add_rendered_drawing(ws: Workspace) -> drawings.Drawing:
    """A rendered drawing, read by the shipped model."""
    image = render_drawing(SEED, size_px=1800, style=STYLE).image
    page = Page("Tafel 12, 3.png", 0, image)
    drawing = drawings.add(ws, encode_png(image), page, publication="Sample plates", author="Maria").drawing
    champion = models.champion(ws)
    reading = load_reader(models.artefact(ws, champion)).read(image)
    predictions.save(ws, drawing.id, champion.id, predicted_arrays(image, reading))
    return drawings.get(ws, drawing.id)


def main() -> None:
    browser = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ws = open_workspace(Settings(workspace=Path(folder) / "workspace"))
        drawing = add_rendered_drawing(ws)
        app = start(Path(folder) / "workspace")
        context = playwright.chromium.launch_persistent_context(
            Path(folder) / "browser",
            executable_path=browser,
            args=CHROMIUM_ARGUMENTS,
            viewport={"width": 1400, "height": 760},
        )
        tab = context.new_page()
        tab.goto(f"{app.url}/correct?drawing={drawing.id}")
        canvas = find_canvas(tab, drawing)
        draw(tab, canvas.at(0.709, 0.685), canvas.at(0.707, 0.71))  # down to the end of the wall
        wait_until_saved(tab, 1)
        tab.wait_for_timeout(1000)
        picture = ROOT / "docs" / "images" / "correct.png"
        tab.screenshot(path=picture)
        context.close()
        stop(app)
        ws.engine.dispose()
    Image.open(picture).convert("RGB").quantize(COLOURS).save(picture, optimize=True)
    print(f"{picture}: {picture.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
