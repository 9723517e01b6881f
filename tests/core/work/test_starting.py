import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from core.errors import StoreError
from core.store.workspace import Workspace
from core.work import lease, queue
from core.work.predicting import predict_drawings
from core.work.processes import Owner
from core.work.starting import ensure_worker
from tests.core.work.pottery import add_drawings, add_model
from tests.core.work.processes import ROOT, is_alive, kill, processes_of, wait_for


def test_no_worker_is_started_without_work(workspace: Workspace) -> None:
    queue.enqueue(workspace, "a kind of a later Ostrakon", {})
    assert not ensure_worker(workspace)
    assert not processes_of(workspace.settings.workspace)


def test_many_pages_at_once_start_one_worker_which_reads_the_drawings_and_ends(workspace: Workspace) -> None:
    add_model(workspace)
    job = predict_drawings(workspace, add_drawings(workspace, 8))
    with ThreadPoolExecutor(8) as pages:
        started = list(pages.map(lambda _: ensure_worker(workspace), range(16)))
    assert started.count(True) == 1
    worker = wait_for(lambda: lease.worker_process(workspace), "the worker")
    wait_for(lambda: psutil.Process(worker.pid).nice() != psutil.Process().nice(), "that it gives way to the pages")
    wait_for(lambda: not queue.get(workspace, job.id).is_open, "the predictions")
    assert queue.get(workspace, job.id).status == "finished"
    wait_for(lambda: not is_alive(worker.pid), "the end of the idle worker")
    log = (workspace.settings.workspace / "logs" / "worker.log").read_text()
    assert log.count("worker of") == 1
    assert "Traceback" not in log


def test_a_killed_worker_is_replaced_at_the_next_look(workspace: Workspace) -> None:
    queue.enqueue(workspace, "predict", {"drawing_ids": []})
    assert queue.claim(workspace, Owner("another machine", 1, 1.0), lease_seconds=3600)  # so it has to wait
    assert ensure_worker(workspace)
    first = wait_for(lambda: lease.worker_process(workspace), "the worker")
    assert not ensure_worker(workspace)
    kill(first.pid)
    assert ensure_worker(workspace)
    second = wait_for(lambda: lease.worker_process(workspace), "another worker")
    assert second.pid != first.pid


def test_a_worker_outlives_the_app_that_started_it(workspace: Workspace) -> None:
    add_model(workspace)
    job = predict_drawings(workspace, add_drawings(workspace, 3))
    app = (
        "import os, signal\n"
        "from core.settings import Settings\n"
        "from core.store.workspace import open_workspace\n"
        "from core.work.starting import ensure_worker\n"
        "assert ensure_worker(open_workspace(Settings.from_environment()))\n"
        "os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, 'SIGKILL') else signal.SIGTERM)\n"
    )
    environment = {**psutil.Process().environ(), **workspace.settings.to_environment()}
    assert subprocess.run([sys.executable, "-c", app], cwd=ROOT, env=environment).returncode != 0
    wait_for(lambda: queue.get(workspace, job.id).status == "finished", "the predictions")


def test_a_worker_that_cannot_write_its_log_is_a_sentence(workspace: Workspace) -> None:
    queue.enqueue(workspace, "predict", {"drawing_ids": []})
    (workspace.settings.workspace / "logs").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=r"worker could not be started.*worker\.log"):
        ensure_worker(workspace)


def test_asking_for_the_work_side_loads_neither_tensorflow_nor_openvino() -> None:
    script = (
        "import sys\n"
        "import core.work.kinds, core.work.predicting, core.work.queue, core.work.starting, core.work.training\n"
        "print(sorted({'tensorflow', 'keras', 'tf_keras', 'segmentation_models', 'openvino'} & set(sys.modules)))\n"
    )
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
