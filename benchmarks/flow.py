"""How long the next drawing takes to be on the page Correct, picture and mask, after a key was pressed.

Measured in Chromium, on drawings of 4500 x 3500 px, with the next picture in the browser already and, in turn, without:
    python -m benchmarks.flow [--drawings 10] [--size 4500]
On a busy machine the time of the processors tells more than the clock: the app's and the browser's together are what
an idle machine would take at most, were nothing done at once.
"""

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.canvas import add_drawings
from core.settings import Settings
from core.store import drawings
from core.store.drawings import Drawing
from core.store.workspace import Workspace, open_workspace
from tests.browser.canvas import find_canvas
from tests.browser.conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, App, start, stop

WATCH = """shown => {
    window.shown = new Promise(resolve => addEventListener("keydown", () => {
        const pressed = performance.now();
        const look = () => {
            const hosts = document.querySelectorAll("[class*=st-key-canvas_] [data-testid=stBidiComponentIsolated]");
            const ready = [...hosts].map(host => host.shadowRoot?.querySelector(".stage")?.dataset.ready);
            const following = ready.find(id => id && id !== String(shown));
            if (following) requestAnimationFrame(() => resolve([performance.now() - pressed, Number(following)]));
            else requestAnimationFrame(look);
        };
        look();
    }, { once: true, capture: true }));
}"""
PREFETCHED = """async () => {
    const last = () => [...(globalThis.ostrakonPictures ?? new Map()).keys()].at(-1);
    for (let waited = 0; !last() || last() === window.lastBefore || ostrakonPictures.size < 2; waited += 50) {
        if (waited > 30_000) throw new Error("the next picture was not fetched ahead");
        await new Promise(again => setTimeout(again, 50));
    }
    window.lastBefore = last();
    await Promise.all(ostrakonPictures.values());
}"""
FORGET = "() => ostrakonPictures.delete([...ostrakonPictures.keys()].at(-1))"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drawings", type=int, default=10)
    parser.add_argument("--size", type=int, default=4500)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        workspace = Path(directory) / "workspace"
        ws = open_workspace(Settings(workspace=workspace))
        first = add_drawings(ws, arguments.drawings, arguments.size)[0]
        app = start(workspace)
        try:
            with sync_playwright() as playwright:
                context = playwright.chromium.launch_persistent_context(
                    Path(directory) / "chromium",
                    executable_path=chromium(),
                    args=CHROMIUM_ARGUMENTS,
                    viewport={"width": 1400, "height": 900},
                )
                show(measure(context.new_page(), app, ws, first, arguments.drawings))
                context.close()
        finally:
            stop(app)


@dataclass(frozen=True)
class Step:
    """From a key to the next drawing: by the clock, and what processors spent on it in the app and in the browser."""

    clock_ms: float
    app_ms: float
    browser_ms: float


def measure(page: Page, app: App, ws: Workspace, first: Drawing, count: int) -> dict[str, list[Step]]:
    """The steps, each way; keys and ways take turns."""
    page.set_default_timeout(60_000)
    page.goto(f"{app.url}/correct?drawing={first.id}")
    served = psutil.Process(app.process.pid)
    ways: dict[str, list[Step]] = {"in the browser already": [], "fetched when asked for": []}
    shown = first.id
    for number in range(count - 1):
        find_canvas(page, drawings.get(ws, shown))
        page.evaluate(PREFETCHED)
        way = list(ways)[number // 2 % 2]
        if way == "fetched when asked for":
            page.evaluate(FORGET)
        page.evaluate(WATCH, shown)
        before = cpu_ms([served]), cpu_ms(browser_processes())
        page.keyboard.press("an"[number % 2])
        clock_ms, shown = page.evaluate("() => window.shown")
        ways[way].append(Step(clock_ms, cpu_ms([served]) - before[0], cpu_ms(browser_processes()) - before[1]))
    return {way: steps[1:] for way, steps in ways.items()}  # the first ones warm the app


def browser_processes() -> list[psutil.Process]:
    """The browser of this benchmark: what its driver started."""
    return [child for child in psutil.Process().children(recursive=True) if "chrom" in child.name()]


def cpu_ms(processes: list[psutil.Process]) -> float:
    spent = [process.cpu_times() for process in processes]
    return 1000 * sum(times.user + times.system for times in spent)


def show(ways: dict[str, list[Step]]) -> None:
    for way, steps in ways.items():
        clock, app, browser = (
            statistics.median(getattr(step, name) for step in steps) for name in ("clock_ms", "app_ms", "browser_ms")
        )
        slowest = max(step.clock_ms for step in steps)
        print(f"next drawing, picture {way}: median {clock:.0f} ms by the clock, slowest {slowest:.0f} ms;")
        print(f"    processors: {app:.0f} ms in the app and {browser:.0f} ms in the browser")
    prefetched, fetched = (statistics.median(step.clock_ms for step in steps) for steps in ways.values())
    print(f"having it there takes {prefetched / fetched:.2f} of the time")


def chromium() -> str:
    return next(found for name in CHROMIUM_NAMES if (found := which(name)))


if __name__ == "__main__":
    main()
