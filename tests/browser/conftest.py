"""A real app in a real browser: `streamlit run app.py` on a free port, Debian's Chromium through Playwright."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from core.settings import Settings
from core.store.workspace import Workspace, open_workspace

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 120
WAIT_MS = 60_000  # for anything: a machine may be slow, and only a test that fails waits so long
STILL_MS = 700  # longer than the browser takes to tell the page that its width is another one
SETTLED = '() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"'


STILL = f"""() => {{
    const isStill = ({SETTLED})();
    globalThis.stillSince = isStill ? (globalThis.stillSince ?? Date.now()) : null;
    return isStill && Date.now() - globalThis.stillSince > {STILL_MS};
}}"""


@dataclass(frozen=True)
class App:
    url: str
    workspace: Path
    process: subprocess.Popen[bytes]

    def log(self) -> str:
        return (self.workspace.parent / f"app-{self.process.args[-1]}.log").read_text(encoding="utf-8")

    def our_tracebacks(self) -> list[str]:
        """Those in the log that went through our code: Streamlit logs some of its own when a page is left."""
        parts = self.log().split("Traceback (most recent call last):")[1:]
        return [part for part in parts if f'File "{ROOT}' in part.replace(sys.prefix, "")]


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip(f"no browser: none of {', '.join(CHROMIUM_NAMES)} is on the PATH (apt-get install chromium)")


@pytest.fixture(scope="session")
def launch(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], BrowserContext]]:
    """Starts another browser with a memory of its own, as another person has; all are closed in the end."""
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        launched: list[BrowserContext] = []

        def launch_another() -> BrowserContext:
            context = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("chromium"),
                executable_path=chromium,
                headless=True,
                args=CHROMIUM_ARGUMENTS,
                viewport={"width": 1400, "height": 900},
                accept_downloads=True,
            )
            context.set_default_timeout(WAIT_MS)
            launched.append(context)
            return context

        yield launch_another
        for context in launched:
            context.close()


@pytest.fixture(scope="session")
def browser_context(launch: Callable[[], BrowserContext]) -> BrowserContext:
    return launch()


@pytest.fixture
def page(browser_context: BrowserContext, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Page]:
    """A fresh tab; after a failure its picture lies in the test's temporary folder."""
    yield from _tab(browser_context, request, tmp_path / "failure.png")


def _tab(context: BrowserContext, request: pytest.FixtureRequest, picture: Path) -> Iterator[Page]:
    failed_before = request.session.testsfailed
    tab = context.new_page()
    yield tab
    if tab.is_closed():
        return
    if request.session.testsfailed > failed_before:
        tab.screenshot(path=picture, full_page=True)
        sys.stderr.write(f"\nscreenshot: {picture}\n")
    tab.close()


@pytest.fixture(scope="session")
def colleagues_context(launch: Callable[[], BrowserContext]) -> BrowserContext:
    return launch()


@pytest.fixture
def colleagues_page(
    colleagues_context: BrowserContext, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Page]:
    """A fresh tab of somebody else at another machine."""
    yield from _tab(colleagues_context, request, tmp_path / "failure-of-the-colleague.png")


@pytest.fixture
def app(tmp_path: Path) -> Iterator["App"]:
    """An app of the test's own; a module that shares one among its tests overrides this."""
    app = start(tmp_path / "workspace")
    yield app
    stop(app)


@pytest.fixture
def ws(app: "App") -> Workspace:
    """The workspace of the app."""
    return open_workspace(Settings(workspace=app.workspace))


@pytest.fixture
def start_app(tmp_path: Path) -> Iterator[Callable[[], App]]:
    """Starts the app on one workspace as often as asked; everything it started is stopped afterwards."""
    started: list[App] = []

    def start_another() -> App:
        started.append(start(tmp_path / "workspace"))
        return started[-1]

    yield start_another
    for app in started:
        stop(app)


def settle(page: Page) -> None:
    """Wait until the script that the page shows has run to its end."""
    page.wait_for_function(SETTLED)


def be_still(page: Page) -> None:
    """Wait until no script has run for a while.

    What the browser tells the page by itself names the address that it shows then. If that comes right after a key that
    leads to another address, the key is lost.
    """
    page.evaluate("globalThis.stillSince = null")
    page.wait_for_function(STILL)


def start(workspace: Path, *, port: int = 0) -> App:
    """A running app, on a free port unless one is given; `stop` it."""
    port = port or free_port()
    environment = os.environ | {
        "OSTRAKON_WORKSPACE": str(workspace),
        "OSTRAKON_IDLE_SECONDS": "20",
        "OSTRAKON_AUTHOR": "Maria",
        "STREAMLIT_SERVER_HEADLESS": "true",
        "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
    }
    workspace.parent.mkdir(parents=True, exist_ok=True)
    with (workspace.parent / f"app-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    app = App(f"http://127.0.0.1:{port}", workspace, process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=2) as answer:
            if answer.status == 200:
                return app
        if process.poll() is not None:
            break
        time.sleep(0.1)
    stop(app)
    pytest.fail(f"the app did not start:\n{app.log()}")


def free_port() -> int:
    """A port that no outgoing connection is given either: one might take it while an app is started again."""
    for port in random.sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no free port was found")


def stop(app: App) -> None:
    """Stop the app and every process that works on its workspace."""
    app.process.terminate()
    try:
        app.process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        app.process.kill()
        app.process.wait()
    for process in _processes_of(app.workspace):
        with contextlib.suppress(psutil.Error):
            process.kill()


def workers_of(workspace: Path) -> list[psutil.Process]:
    """The worker processes of a workspace that are running."""
    return [process for process in _processes_of(workspace) if process.cmdline()[-1:] == ["worker"]]


def _processes_of(workspace: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("OSTRAKON_WORKSPACE") == str(workspace) and process.pid != os.getpid():
                found.append(process)
    return found
