"""Prediction talks to no other host: run in a process whose sockets are watched, and in one that has no network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.networks import dark_ink_artefact

PROJECT = Path(__file__).resolve().parents[3]

WATCH = """
import os, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"):
        sys.stderr.write(f"NETWORK {event} {arguments}\\n")
        os._exit(9)

sys.addaudithook(refuse)
"""

PREDICT = """
import sys
from pathlib import Path
from core.infer.folders import predict_files
from core.infer.reader import load_reader
from core.settings import Settings
reader = load_reader(Path(sys.argv[1]).read_bytes())
print([outcome.mask.name for outcome in predict_files(reader, [Path(sys.argv[2])], Path(sys.argv[3]), Settings())])
assert not {"tensorflow", "openvino_telemetry", "openvino.tools.ovc"} & {k for k, v in sys.modules.items() if v}
"""


def predict(
    tmp_path: Path, *, before: tuple[str, ...] = (), program: str = PREDICT
) -> "subprocess.CompletedProcess[str]":
    """Predict one drawing in a new process that dies when Python code looks for another host."""
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    (tmp_path / "artefact.zip").write_bytes(dark_ink_artefact())
    Pillow.fromarray(np.zeros((40, 60, 3), np.uint8)).save(tmp_path / "a.png")
    arguments = [str(tmp_path / name) for name in ("artefact.zip", "a.png", "out")]
    return subprocess.run(
        [*before, sys.executable, "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(PROJECT)])},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_prediction_asks_no_other_host(tmp_path: Path) -> None:
    ended = predict(tmp_path)

    assert (ended.returncode, ended.stdout) == (0, "['a.png']\n"), ended.stderr


def test_the_watch_would_notice(tmp_path: Path) -> None:
    ended = predict(tmp_path, program="import urllib.request; urllib.request.urlopen('http://192.0.2.1', timeout=1)")

    assert ended.returncode == 9
    assert "NETWORK socket." in ended.stderr


def test_prediction_works_where_there_is_no_network(tmp_path: Path) -> None:
    unshare = ("unshare", "--net")
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], capture_output=True).returncode:
        pytest.skip("this computer does not let a process give up its network (Linux, as root)")

    ended = predict(tmp_path, before=unshare)

    assert (ended.returncode, ended.stdout) == (0, "['a.png']\n"), ended.stderr
