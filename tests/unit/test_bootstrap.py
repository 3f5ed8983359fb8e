"""From any Python 3 to the pinned environment: what is skipped, repeated, and said."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

SCRIPT = ROOT / "tools" / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    """The script as a module, in an empty checkout of its own."""
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(module, "UV", str(tmp_path / ".uv"))
    (tmp_path / "requirements").mkdir()
    for name in ("local", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"# {name}, nothing to install\n")
    return module


def run(module, monkeypatch, name="local"):
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", name])
    module.main()


def make_venv(module):
    python = Path(module.VENV) / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)


def test_a_finished_install_is_not_repeated(bootstrap, monkeypatch):
    make_venv(bootstrap)
    calls = []
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command: calls.append(command) or 0)
    run(bootstrap, monkeypatch)
    run(bootstrap, monkeypatch)
    assert len(calls) == 1
    assert "--require-hashes" in calls[0]


def test_an_interrupted_install_is_repeated(bootstrap, monkeypatch):
    make_venv(bootstrap)
    results = [1, 0]
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda _: results.pop(0))
    with pytest.raises(SystemExit, match="could not be installed"):
        run(bootstrap, monkeypatch)
    run(bootstrap, monkeypatch)
    assert results == []


def test_a_changed_lock_is_installed(bootstrap, monkeypatch, tmp_path):
    make_venv(bootstrap)
    calls = []
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command: calls.append(command) or 0)
    run(bootstrap, monkeypatch)
    (tmp_path / "requirements" / "local.txt").write_text("# changed\n")
    run(bootstrap, monkeypatch)
    assert len(calls) == 2


def test_the_developers_set_holds_the_local_one(bootstrap, monkeypatch):
    make_venv(bootstrap)
    calls = []
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command: calls.append(command) or 0)
    run(bootstrap, monkeypatch, "dev")
    run(bootstrap, monkeypatch, "local")
    assert len(calls) == 1


def test_a_broken_environment_is_made_anew(bootstrap, monkeypatch, tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text("not an interpreter")
    run(bootstrap, monkeypatch)
    assert bootstrap.existing_venv()


def test_without_a_new_python_and_without_uv_the_way_out_is_said(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "find_python", lambda: None)
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda _: 1)
    with pytest.raises(SystemExit, match=r"Install Python 3\.13") as said:
        run(bootstrap, monkeypatch)
    assert "No Python 3.12 or 3.13 or 3.14 was found" in str(said.value)
    assert not Path(bootstrap.VENV).exists()


def test_a_checkout_that_cannot_be_written_is_said(bootstrap, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "denied", "/checkout/.venv")

    monkeypatch.setattr(bootstrap, "create_venv", refuse)
    with pytest.raises(SystemExit, match=r"cannot write /checkout/\.venv"):
        run(bootstrap, monkeypatch)


def test_an_old_python_can_read_the_script():
    """Syntax of Python 3.6: f-strings and annotations would stop an old interpreter at once."""
    import ast

    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 6))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign)]


def test_a_wrong_set_is_refused_with_the_usage():
    found = subprocess.run(
        [sys.executable, str(SCRIPT), "all"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 1
    assert "local|dev" in found.stderr
