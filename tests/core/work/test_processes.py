import os
import subprocess
import sys

import psutil
import pytest

from core.store.workspace import Workspace
from core.work.processes import Owner, is_running, stop
from tests.core.work.processes import kill, start_python

STARTED = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def test_an_owner_is_read_back_from_its_text() -> None:
    owner = Owner("a host with spaces", 7, 1763856000.25)
    assert Owner.parse(str(owner)) == owner


def test_this_process_is_not_gone() -> None:
    assert Owner.of_this_process().pid == os.getpid()
    assert not Owner.of_this_process().is_gone()


def test_a_killed_process_is_gone_even_before_its_parent_has_noticed(workspace: Workspace) -> None:
    child = start_python("-c", STARTED, settings=workspace.settings)
    started = psutil.Process(child.pid).create_time()
    owner = Owner(Owner.of_this_process().host, child.pid, started)
    assert is_running(child.pid, started)
    kill(child.pid)
    assert child.pid in psutil.pids() or psutil.WINDOWS
    assert owner.is_gone()
    child.wait()
    assert owner.is_gone()


def test_a_later_process_with_the_same_id_is_another_one() -> None:
    of_this = Owner.of_this_process()
    assert Owner(of_this.host, of_this.pid, of_this.started - 3600).is_gone()


def test_nobody_can_tell_from_here_that_a_process_elsewhere_is_gone() -> None:
    assert not Owner("another machine", 2**22 + 1, 1.0).is_gone()


def test_giving_way_lowers_the_priority() -> None:
    script = (
        "import psutil\n"
        "from core.work.processes import give_way\n"
        "before = psutil.Process().nice()\n"
        "give_way()\n"
        "print(before != psutil.Process().nice())\n"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout == "True\n"


@pytest.mark.skipif(psutil.WINDOWS, reason="on Windows terminating cannot be ignored")
def test_what_does_not_listen_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        stop(child, patience_seconds=0.1)
        assert child.returncode == -9


def test_what_listens_is_only_asked() -> None:
    with subprocess.Popen([sys.executable, "-c", STARTED]) as child:
        stop(child, patience_seconds=10)
        assert child.returncode != 0
        assert not psutil.pid_exists(child.pid)
