"""From any Python 3 to the pinned environment, whatever interrupts it on the way."""

import ast
import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

SCRIPT = ROOT / "tools" / "bootstrap.py"
#: The script's interpreter: the oldest that the README promises, where pyenv has it.
OLDEST = next(Path.home().glob(".pyenv/versions/3.9.*/bin/python3"), sys.executable)
#: Ctrl-C in so many runs; the moments differ from run to run of the tests.
INTERRUPTS = int(os.environ.get("INTERRUPTS", "1"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A checkout with two empty locks, in a path with spaces."""
    folder = tmp_path_factory.mktemp("a path with spaces")
    (folder / "tools").mkdir()
    shutil.copy(SCRIPT, folder / "tools")
    (folder / "requirements").mkdir()
    for name in ("local", "dev"):
        (folder / "requirements" / f"{name}.txt").write_text(f"# {name}\n")
    return folder


def command(name):
    return [OLDEST, "tools/bootstrap.py", name]


def run(checkout, name="local"):
    return subprocess.run(
        command(name), cwd=checkout, capture_output=True, text=True, check=False, timeout=600
    )


def has_pip(checkout):
    asked = [checkout / ".venv" / "bin" / "python", "-m", "pip", "--version"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def test_a_second_run_does_nothing_until_a_lock_changes_or_an_install_was_cut_short(checkout):
    first, second = run(checkout), run(checkout)
    assert "installing 0 packages into .venv, about 290 MB" in first.stdout
    assert (first.returncode, second.returncode, second.stdout) == (0, 0, "")

    (checkout / "requirements" / "local.txt").write_text("# changed\n")
    assert "installed in" in run(checkout).stdout

    (checkout / ".venv" / "installed-local").unlink()
    (checkout / ".venv" / "installing").write_text("local")  # a package may be half there
    assert "creating .venv" in run(checkout).stdout
    assert has_pip(checkout)


def test_ctrl_c_at_any_moment_leaves_nothing_that_the_next_run_cannot_use(checkout):
    shutil.rmtree(checkout / ".venv", ignore_errors=True)
    for _ in range(INTERRUPTS):
        started = subprocess.Popen(
            command("local"),
            cwd=checkout,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            started.communicate(timeout=random.uniform(0.3, 6))
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGINT)
            assert "Traceback" not in started.communicate()[1]

    assert run(checkout).returncode == 0
    assert has_pip(checkout)


@pytest.fixture
def bootstrap(checkout, monkeypatch):
    """The script as a module, for machines that this one is not."""
    spec = importlib.util.spec_from_file_location("bootstrap", checkout / "tools" / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (checkout / "requirements" / "local.txt").write_text("# not installed yet\n")
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "local"])
    return module


def test_a_checkout_that_cannot_be_written_is_named(bootstrap, monkeypatch, checkout):
    monkeypatch.setattr(bootstrap.os, "access", lambda *_: False)

    with pytest.raises(SystemExit, match=f"cannot write {checkout}: make the checkout writable"):
        bootstrap.main()


def test_an_old_python_can_read_the_script():
    """Syntax of Python 3.6: f-strings and annotations would stop an old interpreter at once."""
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 6))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign)]
