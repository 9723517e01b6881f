"""The router and the frame around every page."""

import html
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import Settings
from pages.components.workspace import workspace
from tests.pages.conftest import ROOT, words


def run_app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


def test_the_first_page_is_home(ws):
    app = run_app()
    assert not app.exception
    assert "Welcome to Ostrakon" in words(app)


def test_the_sidebar_says_which_workspace_this_is(ws):
    assert str(ws.settings.workspace) in html.unescape("".join(caption.value for caption in run_app().sidebar.caption))


def test_all_sessions_share_one_open_workspace(ws):
    assert workspace() is workspace()
    assert workspace().settings == Settings.from_environment()


def test_a_workspace_that_cannot_be_made_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "taken").write_text("a file, not a folder")
    monkeypatch.setenv("OSTRAKON_WORKSPACE", str(tmp_path / "taken"))
    app = run_app()
    assert not app.exception
    assert "choose another folder" in words(app)


def test_a_setting_that_is_no_number_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OSTRAKON_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OSTRAKON_PDF_DPI", "many")
    app = run_app()
    assert not app.exception
    assert "OSTRAKON_PDF_DPI is 'many'" in words(app)
