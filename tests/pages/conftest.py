"""Pages run by Streamlit's AppTest through the real router, on a real workspace in a temporary folder."""

import contextlib
import html
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.raster.edits import Stroke
from core.raster.images import Page
from core.settings import Settings
from core.store import annotations, drawings, models, predictions
from core.store.drawings import Drawing
from core.store.predictions import PredictedArrays
from core.store.workspace import Workspace, open_workspace
from core.work import lease

ROOT = Path(__file__).resolve().parent.parent.parent
HEIGHT, WIDTH = 40, 60


@pytest.fixture(autouse=True)
def main_module_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest leaves app.py as `__main__`, which the processes that later tests spawn would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("OSTRAKON_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OSTRAKON_AUTHOR", "Maria")
    monkeypatch.setenv("OSTRAKON_IDLE_SECONDS", "1")
    opened = open_workspace(Settings.from_environment())
    yield opened
    if worker := lease.worker_process(opened):
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(worker.pid).kill()
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def show(ws: Workspace) -> Callable[..., AppTest]:
    """Opens a page: show("models"), show("correct", drawing="3")."""

    def opened(page: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        for name, value in query.items():
            app.query_params[name] = value
        return app.switch_page(f"pages/{page}.py").run()

    return opened


@pytest.fixture
def no_worker(ws: Workspace) -> None:
    """Jobs stay queued: for the next seconds the workspace believes that somebody else is starting a worker."""
    assert lease.reserve(ws)


def add_drawing(ws: Workspace, name: str = "Gefäß.png", publication: str = "Müller") -> Drawing:
    """A drawing like no other in this workspace, with a prediction of the champion."""
    number = drawings.count(ws)
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    image[0, 0] = number % 256
    page = Page(name, 0, image)
    added = drawings.add(ws, f"{name} {number}".encode(), page, publication=publication, author="Maria").drawing
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[10:30, 10:20] = 1
    probabilities = np.stack([1 - mask, mask], axis=-1).astype(np.float32)
    predictions.save(ws, added.id, models.champion(ws).id, PredictedArrays(mask, probabilities, 0.25, 0.1))
    return drawings.get(ws, added.id)


def approve_drawing(ws: Workspace, name: str = "Gefäß.png", publication: str = "Müller") -> Drawing:
    """A drawing that was corrected with one stroke and approved."""
    added = add_drawing(ws, name, publication)
    draft = annotations.open_draft(ws, added.id, "Jörg")
    draft = annotations.append(ws, draft, [Stroke(((5, 5), (5, 50)), width_px=4, label=1)])
    annotations.approve(ws, draft)
    return drawings.get(ws, added.id)


def words(app: AppTest) -> str:
    """Everything that a page says, as people read it."""
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.success)
    return html.unescape("\n".join(element.value for kind in kinds for element in kind))


def button(app: AppTest, label: str):
    """The first button of that label."""
    return next(found for found in app.button if html.unescape(found.label) == label)
