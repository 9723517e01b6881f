"""How fast the canvas of the page Correct answers in the browser: `nice python -m benchmarks.canvas [--size 4500]`.

Starts the app on a workspace of its own with rendered drawings of that longest side, opens one in Chromium and
prints medians: from opening the page to the drawing and its mask, to a view at each zoom, from letting go of the mouse
to the stroke on the screen and to "saved", and from each tool that the server answers, undo and redo to what they
show. The next drawing is `benchmarks.flow`'s. Needs Chromium and Playwright.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright

from core.render.drawing import render_drawing
from core.settings import Settings
from core.store import models, predictions
from core.store.drawings import Drawing
from core.store.predictions import PredictedArrays
from core.store.workspace import Workspace, open_workspace
from tests.browser.canvas import (
    Canvas,
    Point,
    add_drawing,
    choose,
    find_canvas,
    stored_mask,
    wait_until_saved,
)
from tests.browser.conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, App, start, stop

FIRST_SEED = 10_000_040
GRAIN_LEVELS = 3.0  # grey levels, standard deviation
LAST_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def add_drawings(ws: Workspace, count: int, size_px: int) -> list[Drawing]:
    """Rendered drawings of 9 to 7 on grainy paper, as a scanner gives it, each with a prediction that lacks a strip."""
    found = []
    grain = np.random.default_rng(0).normal(0, GRAIN_LEVELS, (round(size_px * 7 / 9), size_px, 1))
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        rendered = render_drawing(seed, size_px=size_px)
        height, width = round(size_px * 7 / 9), size_px
        image = np.full((height, width, 3), 255, np.uint8)
        mask = np.zeros((height, width), np.uint8)
        rows, columns = min(height, rendered.mask.shape[0]), min(width, rendered.mask.shape[1])
        image[:rows, :columns], mask[:rows, :columns] = rendered.image[:rows, :columns], rendered.mask[:rows, :columns]
        mask[rows // 3 : rows // 3 + rows // 50] = 0
        found.append(add_drawing(ws, np.rint(image + grain).clip(0, 255).astype(np.uint8)))
        small = mask[::16, ::16].astype(np.float32)
        arrays = PredictedArrays(mask, np.stack([1 - small, small], axis=-1), 0.1, 0.1)
        predictions.save(ws, found[-1].id, models.champion(ws).id, arrays)
    return found


def took(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def spent(app: App) -> float:
    """Seconds that the app has computed so far: what a step costs, however busy the machine is."""
    times = psutil.Process(app.process.pid).cpu_times()
    return times.user + times.system


def report(name: str, seconds: list[float], computed: float | None = None) -> None:
    each = "" if computed is None else f"; the app computes {1000 * computed / len(seconds):.0f} ms of it"
    print(
        f"{name:52s} median {1000 * statistics.median(seconds):5.0f} ms, slowest {1000 * max(seconds):5.0f} ms, "
        f"{len(seconds)} times{each}",
        flush=True,
    )


def measure(page: Page, app: App, found: list[Drawing], repeats: int) -> None:
    def opened(drawing: Drawing) -> None:
        page.goto(f"{app.url}/correct?drawing={drawing.id}")
        page.locator(f".stage[data-ready='{drawing.id}']").wait_for()

    opened(found[0])  # the first visit of a browser loads Streamlit itself
    report("open a drawing by its address, Streamlit and all", [took(lambda x=x: opened(x)) for x in found])
    find_canvas(page, found[-1])
    saved = 0
    for presses, name in ((0, "whole"), (2, "4x"), (2, "16x")):
        views = [took(lambda: (page.keyboard.press("+"), page.evaluate(LAST_FRAME))) for _ in range(presses)]
        if views:
            report(f"a closer view, up to {name}", views)
        find_canvas(page, found[-1])
        painted, stored, before = [], [], spent(app)
        for repeat in range(repeats):
            start_at = (400, 320 + 20 * repeat)
            page.mouse.move(*start_at)
            page.mouse.down()
            page.mouse.move(start_at[0] + 150, start_at[1] + 8, steps=10)
            began = time.perf_counter()
            page.mouse.up()
            page.evaluate(LAST_FRAME)
            painted.append(time.perf_counter() - began)
            saved += 1
            wait_until_saved(page, saved)
            stored.append(time.perf_counter() - began)
        report(f"mouse up to the stroke on the screen, {name}", painted)
        report(f"mouse up to “saved”, {name}", stored, spent(app) - before)
    page.keyboard.press("0")
    measure_answers(page, app, find_canvas(page, found[-1]), repeats, saved)


def measure_answers(page: Page, app: App, canvas: Canvas, repeats: int, saved: int) -> None:
    """What needs the server's mask, until the new one is in view."""
    shown = page.locator(".stage")

    def answered(act: Callable[[], object]) -> float:
        before = shown.get_attribute("data-mask")
        began = time.perf_counter()
        act()
        page.wait_for_function(
            "before => { for (const host of document.querySelectorAll('[data-testid=stBidiComponentIsolated]')) {"
            "const stage = host.shadowRoot?.querySelector('.stage');"
            "if (stage && stage.dataset.mask !== before) return true; } return false; }",
            arg=before,
        )
        page.evaluate(LAST_FRAME)
        return time.perf_counter() - began

    def measured(name: str, acts: list[Callable[[], object]]) -> None:
        before = spent(app)
        report(f"{name} until the mask shows it", [answered(act) for act in acts], spent(app) - before)

    def trimmed(across: int) -> float:
        page.mouse.move(across, canvas.top + 2)
        page.mouse.down()
        page.mouse.move(across, canvas.top + canvas.height - 2, steps=5)
        return answered(page.mouse.up)

    measured("undo", [lambda: page.keyboard.press("Control+z")] * repeats)
    measured("redo", [lambda: page.keyboard.press("Control+y")] * repeats)
    wait_until_saved(page, saved)
    places = places_of_section(app, canvas, repeats)
    page.get_by_role("button", name="More").click()
    answered(page.get_by_role("button", name="Start from empty").click)
    page.keyboard.press("Escape")
    for tool, key in (("Fill", "f"), ("Pick", "k")):
        choose(page, tool, key)
        seconds, spent_seconds = [], 0.0
        for place in places:
            before = spent(app)
            seconds.append(answered(lambda place=place: page.mouse.click(*place)))
            spent_seconds += spent(app) - before
            answered(lambda: page.keyboard.press("Control+z"))
        report(f"{tool} until the mask shows it", seconds, spent_seconds)
    answered(lambda: page.keyboard.press("Control+y"))
    choose(page, "Trim", "t")
    before = spent(app)
    report("Trim until the mask shows it", [trimmed(across) for across, _ in places], spent(app) - before)
    page.get_by_role("button", name="More").click()
    for name in ("Smooth", "Grow by 1 px", "Snap to the ink", "Start from empty"):
        button = page.get_by_role("button", name=name)
        button.wait_for()
        measured(name, [button.click])


def places_of_section(app: App, canvas: Canvas, count: int) -> list[Point]:
    """Points of the screen in the middle of the section, from its left end on to where two fifths of it are behind."""
    ws = open_workspace(Settings(workspace=app.workspace))
    section = stored_mask(ws, canvas.drawing) > 0
    share = np.cumsum(section.any(axis=0)) / section.any(axis=0).sum()
    found = []
    for wanted in np.linspace(0.1, 0.4, count):
        column = int(np.searchsorted(share, wanted))
        rows = np.flatnonzero(section[:, column])
        found.append(canvas.at((column + 0.5) / section.shape[1], (rows[len(rows) // 2] + 0.5) / section.shape[0]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=4500, help="longest side of the drawings in pixels")
    parser.add_argument("--repeats", type=int, default=8)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ostrakon-canvas-"))
    app = start(folder / "workspace")
    try:
        ws = open_workspace(Settings(workspace=app.workspace))
        found = add_drawings(ws, 4, arguments.size)
        print(f"{found[0].width_px} x {found[0].height_px} px, load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores")
        browser = next(path for name in CHROMIUM_NAMES if (path := shutil.which(name)))
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser, headless=True, args=CHROMIUM_ARGUMENTS)
            page = chromium.new_page(viewport={"width": 1400, "height": 900})
            page.set_default_timeout(60_000)
            measure(page, app, found, arguments.repeats)
            chromium.close()
    finally:
        stop(app)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
