"""Turns what the commands make into fixtures: the schema, the artifact, a forest's artifact."""

import hashlib
import os
import shutil
from collections import Counter
from pathlib import Path

import joblib
import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

from cytology.artifact import Artifact, load_artifact
from cytology.schema import Schema, load_schema
from lab.benchmarks import forest
from tests.support import transports
from tests.support.image import built_image
from tests.support.network import can_be_apart
from tests.support.paths import ROOT
from tests.support.required import required
from training.dataset import Dataset, load_dataset

# Read when predict.app is imported, which any test may do first
os.environ.setdefault("MODEL_DIR", str(ROOT / "artifact"))
os.environ.setdefault("LOG_LEVEL", "INFO")

# A property holds or not; how long an example takes depends on what else the machine does
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


#: Tests that one worker runs one after the other, by the beginning of their ids: they share the
#: machine's ports and network, a container, or a long computation. The longest groups stand first
#: and start first; after them come the other modules, each on one worker, with its fixtures.
GROUPS = {
    "tests/browser/test_accessibility.py": "schemas",
    "tests/browser/test_engines.py": "schemas",
    "tests/browser/test_own_schemas.py": "schemas",
    "tests/browser/": "browser",
    "tests/container/test_sam_local.py": "sam",
    "tests/container/": "containers",
    "tests/chaos/": "containers",
    "tests/deploy/test_first_deployment.py": "containers",
    "tests/infrastructure/": "scanners",
    "tests/unit/test_bootstrap.py": "bootstrap",
    "tests/unit/test_server_limits.py": "limits",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each group of tests to one worker (the marks of loadgroup fail under pytest 9.2)."""
    from xdist.scheduler import LoadScopeScheduling

    class Grouped(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return _group(nodeid)

    config.option.loadscopereorder = False
    return Grouped(config, log)


def pytest_collection_modifyitems(items):
    """Start the longest groups first: the processes then end at about the same time."""
    ranks = {group: rank for rank, group in enumerate(dict.fromkeys(GROUPS.values()))}
    items.sort(key=lambda item: ranks.get(_group(item.nodeid), len(ranks)))


def _group(nodeid: str) -> str:
    group = "transports" if "[container" in nodeid else nodeid.partition("::")[0]
    for start in GROUPS:
        if nodeid.startswith(start):
            group = GROUPS[start]
            break
    # Starting a container changes the network, which ends Chromium's requests if they share it
    if group in ("browser", "schemas", "sam", "transports") and not can_be_apart():
        return "containers"
    return group


def pytest_terminal_summary(terminalreporter):
    """Print each reason for skipping once, with the number of its tests."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} skipped: {reason}")


@pytest.fixture(scope="session", autouse=True)
def one_processor():
    """The processes of the tests use every core already: no threads, and no pools of processes."""
    with threadpool_limits(1), joblib.parallel_config("sequential"):
        yield


@pytest.fixture(scope="session")
def schema() -> Schema:
    return load_schema()


@pytest.fixture(scope="session")
def dataset(schema) -> Dataset:
    return load_dataset(schema)


@pytest.fixture(scope="session")
def artifact_dir() -> Path:
    directory = ROOT / "artifact"
    if not (directory / "manifest.json").exists():
        pytest.fail("no artifact: run make train, or the tests by make test")
    return directory


@pytest.fixture(scope="session")
def artifact(artifact_dir) -> Artifact:
    return load_artifact(str(artifact_dir))


@pytest.fixture
def copy(artifact_dir, tmp_path) -> Path:
    """The artifact in a directory that the test may change."""
    return shutil.copytree(artifact_dir, tmp_path / "artifact")


@pytest.fixture(scope="session")
def forest_dir() -> Path:
    """Artifact of a random forest; kept under build/ for as long as what trains it is unchanged."""
    sources = sorted(
        [*ROOT.glob("training/**/*.py"), *ROOT.glob("cytology/**/*"), Path(forest.__file__)]
    )
    content = b"".join(path.read_bytes() for path in sources if path.is_file())
    directory = ROOT / "build" / "test" / f"forest-{hashlib.sha256(content).hexdigest()[:12]}"
    if not (directory / "manifest.json").exists():
        # The writer moves a finished directory into place, so two test processes may both train
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("training.compiled.RANDOM_ROWS", 10_000)
            forest.write_forest(directory, trees=15)
    return directory


@pytest.fixture(scope="session")
def image() -> str:
    """The id of the Lambda image, built from these very sources."""
    with required():
        return built_image()


@pytest.fixture(scope="session", params=["in-process"])
def transport(request):
    """The handler in this process; tests that name other transports get these."""
    with required(), transports.open_transport(request.param) as opened:
        yield opened
