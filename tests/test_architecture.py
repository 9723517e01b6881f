"""The house rules of design.md, held by tests: levels of import, and who may know which library."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "pages").glob("[a-z]*.py"))
LEVELS = {
    "core.errors": 0,
    "core.settings": 0,
    "core.labels": 0,
    "core.raster": 1,
    "core.render": 2,
    "core.store": 2,
    "core.infer": 2,
    "core.formats": 3,
    "core.learn": 3,
    "core.work": 4,
    "core.commands": 5,
    "core.__main__": 6,
    "pages": 5,
    "app": 5,
}
HEAVY = ("tensorflow", "tf_keras", "keras", "segmentation_models")


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def house_of(module: str) -> str | None:
    """The room a module is in, "core.raster" for core.raster.masks; None outside the house."""
    return next((room for room in LEVELS if module == room or module.startswith(room + ".")), None)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room they reach into"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers_of(library: str) -> set[str]:
    everything = [*sources("core", "pages"), ROOT / "app.py"]
    return {module_name(path) for path in everything if any(_is_in(name, library) for name in imports_of(path))}


def _is_in(module: str, library: str) -> bool:
    return module == library or module.startswith(library + ".")


@pytest.mark.parametrize("path", [*sources("core", "pages"), ROOT / "app.py"], ids=module_name)
def test_imports_run_downwards_only(path: Path) -> None:
    room = house_of(module_name(path))
    if room is None:
        assert module_name(path) == "core", f"{path} belongs to no room of the house"
        return
    for imported in imports_of(path):
        target = house_of(imported)
        allowed = target is None or target == room or LEVELS[target] < LEVELS[room] or LEVELS[room] == 0
        assert allowed or room == "app", f"{module_name(path)} imports {imported}: not downwards"


def test_core_never_imports_streamlit() -> None:
    assert not [name for name in importers_of("streamlit") if name.startswith("core")]


@pytest.mark.parametrize("library", HEAVY)
def test_only_learn_imports_tensorflow(library: str) -> None:
    assert not [name for name in importers_of(library) if house_of(name) != "core.learn"]


def test_only_infer_and_the_exporter_know_the_engine() -> None:
    assert {house_of(name) for name in importers_of("openvino")} <= {"core.infer", "core.learn"}


def test_one_file_knows_the_canvas_library() -> None:
    assert importers_of("streamlit_drawable_canvas") == {"pages.components.drawable_canvas"}


def test_pages_leave_arrays_paths_and_broad_excepts_to_others() -> None:
    for path in PAGES:
        assert not {"numpy", "pathlib", "os", "sqlalchemy"} & set(imports_of(path)), path
        assert "except Exception" not in path.read_text(encoding="utf-8"), path


def test_core_prints_only_on_the_command_line() -> None:
    for path in sources("core"):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        prints = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
        assert not prints or path.name == "__main__.py", path


@pytest.mark.parametrize("page", [ROOT / "app.py", *PAGES], ids=module_name)
def test_showing_a_page_loads_no_tensorflow(page: Path, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"AppTest.from_file({str(page)!r}, default_timeout=60).run()\n"
        f"print('LOADED', sorted(set(sys.modules) & {set(HEAVY) | {'openvino'}!r}))\n"
    )
    environment = {**os.environ, "OSTRAKON_WORKSPACE": str(tmp_path / "workspace"), "PYTHONPATH": str(ROOT)}
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert shown.stdout.strip().endswith("LOADED []"), shown.stdout + shown.stderr
