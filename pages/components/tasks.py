"""Long work that a button starts: it goes on in a thread of its own, whatever happens to the page meanwhile.

Streamlit stops a page's script wherever it is as soon as anything on the page changes, even the width of the window.
A page that starts over finds its tasks here again, and waits for them.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import streamlit as st

from pages.components.literal import literal

_LOOK_SECONDS = 0.1


class Task:
    """Work in a thread, and how far it is."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self.progress, self.text = 0.0, ""
        self.outcome: Future[Any] = Future()
        threading.Thread(target=self._run, args=[work], daemon=True).start()

    def _run(self, work: Callable[..., Any]) -> None:
        try:
            self.outcome.set_result(work(on_progress=self._tell))
        except BaseException as error:  # noqa: BLE001 (whoever waits for the outcome gets it)
            self.outcome.set_exception(error)

    def _tell(self, done: int, total: int, name: str) -> None:
        self.progress, self.text = done / total, f"{done} of {total} · {name}"


def begin(key: str, work: Callable[..., Any]) -> None:
    """Start `work(on_progress=...)`; every later run of this session's pages can have its result once."""
    _tasks(key).append(Task(work))


def begin_once(key: str, work: Callable[..., Any]) -> None:
    """`begin`, unless a task under `key` still waits for somebody to take its result."""
    if not _tasks(key):
        begin(key, work)


def results(key: str) -> Iterator[Any]:
    """What the tasks begun under `key` came to, in their order, with a bar while they last; raises what they raised."""
    tasks = _tasks(key)
    while tasks:
        _wait(tasks[0])
        yield tasks.pop(0).outcome.result()


def _wait(task: Task) -> None:
    bar = st.empty()
    while not task.outcome.done():
        bar.progress(task.progress, text=literal(task.text))
        time.sleep(_LOOK_SECONDS)
    bar.empty()


def _tasks(key: str) -> list[Task]:
    tasks: list[Task] = st.session_state.setdefault(f"tasks_{key}", [])
    return tasks
