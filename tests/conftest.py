"""Turns what the commands make into fixtures: the schema, the artifact, a forest's artifact."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cytology.artifact import Artifact, load_artifact
from cytology.schema import Schema, load_schema
from tests.support import transports
from tests.support.image import built_image
from tests.support.network import can_be_apart
from tests.support.paths import ROOT
from tests.support.required import required

# Read when predict.app is imported, which any test may do first
os.environ.setdefault("MODEL_DIR", str(ROOT / "artifact"))
os.environ.setdefault("LOG_LEVEL", "INFO")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Sort the tests into lanes, each of which one worker of ``make test`` walks by itself.

    Containers take the machine's ports and network, Chromium a network that holds still, and
    the scanners install themselves: what shares such a thing must not meet itself.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Lanes(LoadScopeScheduling):
        # The marks of --dist loadgroup do nothing under pytest 9.2 (pytest-xdist issue 1386)
        def _split_scope(self, nodeid):
            return _lane(nodeid) or nodeid

    return Lanes(config, log)


def _lane(nodeid: str) -> str | None:
    if lane := _machine_lane(nodeid):
        # Without a network of its own Chromium must not run beside anything that starts containers
        return lane if can_be_apart() else "containers"
    if nodeid.startswith("tests/hostile/test_handler.py"):
        return "hostile"  # its tests look at the same 10,000 answers
    if nodeid.startswith("tests/infrastructure/"):
        return "scanners"
    if nodeid.startswith("tests/contract/test_specification.py"):
        return "generated"  # the longest test of all: lanes start before single tests do
    return None


def _machine_lane(nodeid: str) -> str | None:
    """The lane of what uses the machine's network."""
    if nodeid.startswith("tests/browser/"):
        return "browser"
    if nodeid.startswith("tests/container/test_sam_local.py"):
        return "sam"
    if nodeid.startswith(("tests/container/", "tests/chaos/")):
        return "containers"
    if "[container" in nodeid:
        return "transports"  # one container for each, and many tests
    return None


@pytest.fixture(scope="session")
def schema() -> Schema:
    return load_schema()


@pytest.fixture(scope="session")
def artifact_dir() -> Path:
    directory = ROOT / "artifact"
    if not (directory / "manifest.json").exists():
        pytest.fail("no artifact: run make train, or the tests by make test")
    return directory


@pytest.fixture(scope="session")
def artifact(artifact_dir) -> Artifact:
    return load_artifact(str(artifact_dir))


@pytest.fixture(scope="session")
def forest_dir() -> Path:
    """Artifact of a random forest; kept under build/ for as long as what trains it is unchanged."""
    sources = sorted([*ROOT.glob("training/**/*.py"), *ROOT.glob("cytology/*")])
    content = b"".join(path.read_bytes() for path in sources if path.is_file())
    directory = ROOT / "build" / "test" / f"forest-{hashlib.sha256(content).hexdigest()[:12]}"
    if not (directory / "manifest.json").exists():
        # The writer moves a finished directory into place, so two test processes may both train
        command = [sys.executable, "-m", "training", "--estimator", "random-forest"]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"}
        subprocess.run(
            [*command, "--out", str(directory)],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
        )
    return directory


@pytest.fixture(scope="session")
def image() -> str:
    """The id of the Lambda image, built from these very sources."""
    with required():
        return built_image()


@pytest.fixture(scope="session", params=transports.NAMES)
def transport(request):
    """Each road to the handler in turn: in-process, http, emulator, container."""
    with required(), transports.open_transport(request.param) as opened:
        yield opened
