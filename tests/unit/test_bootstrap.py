"""From any Python 3 to the pinned environment, whatever interrupts it on the way."""

import ast
import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

SCRIPT = ROOT / "tools" / "bootstrap.py"
#: Ctrl-C in so many runs; the moments differ from run to run of the tests.
INTERRUPTS = int(os.environ.get("INTERRUPTS", "3"))


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
    return [sys.executable, "tools/bootstrap.py", name]


def run(checkout, name="local"):
    return subprocess.run(
        command(name), cwd=checkout, capture_output=True, text=True, check=False, timeout=120
    )


def has_pip(checkout):
    asked = [checkout / ".venv" / "bin" / "python", "-m", "pip", "--version"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def test_the_first_run_says_what_it_installs_and_the_second_does_nothing(checkout):
    first, second = run(checkout), run(checkout)

    assert "installing 0 packages into .venv, about 290 MB" in first.stdout
    assert first.returncode == second.returncode == 0
    assert has_pip(checkout)
    assert second.stdout == ""


def test_a_changed_lock_is_installed(checkout):
    run(checkout)
    (checkout / "requirements" / "local.txt").write_text("# changed\n")

    assert "installed in" in run(checkout).stdout


def test_the_developers_set_holds_the_local_one(checkout):
    run(checkout, "dev")
    (checkout / ".venv" / "installed-local").unlink(missing_ok=True)

    assert run(checkout, "local").stdout == ""


def test_an_environment_that_was_cut_short_is_made_again(checkout):
    run(checkout)
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


def test_without_a_new_python_and_without_uv_the_remedy_is_said(bootstrap, monkeypatch, checkout):
    shutil.rmtree(checkout / ".venv", ignore_errors=True)
    monkeypatch.setattr(bootstrap, "find_python", lambda: None)
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda *_, **__: 1)

    with pytest.raises(SystemExit, match=r"Install Python 3\.13 with venv and pip"):
        bootstrap.main()
    assert not (checkout / ".venv").exists()


def test_a_checkout_that_cannot_be_written_is_named(bootstrap, monkeypatch, checkout):
    monkeypatch.setattr(bootstrap.os, "access", lambda *_: False)

    with pytest.raises(SystemExit, match=f"cannot write {checkout}: make the checkout writable"):
        bootstrap.main()


def test_an_old_python_can_read_the_script():
    """Syntax of Python 3.6: f-strings and annotations would stop an old interpreter at once."""
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 6))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign)]


def test_a_wrong_set_is_refused_with_the_usage(checkout):
    assert "local|dev" in run(checkout, "all").stderr
