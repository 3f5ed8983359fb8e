"""A wrong argument of a command or a make target gets one line that says what to do."""

import os
import re
import subprocess

import pytest

from cytology.command import main
from tests.support.image import docker_problem
from tests.support.paths import ROOT

#: Words of a verb → what its line holds. {0} is an empty folder.
VERBS = {
    "nonsense": "cytology --help",
    "serve --port 80000": "a port is a number up to 65535",
    "serve --workers x": "cytology serve --help",
    "predict": "the following arguments are required: file",
    "predict {0}": "directory",
    "predict {0}/absent.csv": "absent.csv",
    "predict {0}/absent.csv --parallel x": "cytology predict --help",
    "predict {0}/samples.csv --url http://127.0.0.1:9": "refused",
    "predict {0}/samples.csv --url nonsense": "cannot be reached",
    "predict {0}/samples.csv --columns id,nonsense": "columns",
    "train --estimator nonsense": "choose from",
    "train --format nonsense": "choose from",
    "train --data {0}/absent.csv": "absent.csv",
    "train --schema {0}/absent.json": "absent.json",
    "start {0}/absent.csv --target y": "absent.csv",
    "start {0}/samples.csv": "--target",
    "adopt {0}/absent.sav": "absent.sav",
    "verify {0}": "manifest.json",
    "drift": "--csv",
    "drift --csv {0}/absent.csv": "absent.csv",
}
#: Targets of make with their arguments → what their line holds.
TARGETS = {
    "predict": "make predict CSV=samples.csv",
    "drift": "make drift CSV=samples.csv",
    "start": "make start CSV=samples.csv",
    "start CSV=x": "make start TARGET=class",
    "adopt": "make adopt MODEL=model.sav",
    "invoke EVENT=nonsense": "make invoke EVENT=benign",
    "test WORKERS=many": "make test WORKERS=4",
    "serve PORT=80000": "a port is a number up to 65535",
    "train ESTIMATOR=nonsense": "choose from",
    "verify MODEL_DIR={0}": "manifest.json",
    "fuzz CASES=many": "invalid int value",
    "chaos ONLY=nonsense": "out of memory",
    "bench PARTS=nonsense": "no part nonsense",
    "bench ROUNDS=1": "at least 2",
    "deploy DRY_RUN=1 PARAMETERS=Nonsense=1": "Nonsense",
    "deploy DRY_RUN=1 PARAMETERS=Memory": "Memory",
    "nonsense": "No rule to make target",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    (folder / "samples.csv").write_text("5,1,1,1,2,1,3,1,1\n")
    return folder


@pytest.mark.parametrize("words", VERBS)
def test_a_wrong_argument_of_a_verb_gets_one_line(words, folder, artifact_dir, capfd, monkeypatch):
    monkeypatch.setenv("MODEL_DIR", str(artifact_dir))
    try:
        status = main(words.format(folder).split())
    except SystemExit as ended:
        status = ended.code
    written = capfd.readouterr()

    assert status not in (0, None)
    [line] = (written.err or written.out).splitlines()
    assert VERBS[words] in line


@pytest.mark.parametrize("words", TARGETS)
def test_a_wrong_argument_of_a_target_gets_one_line(words, folder):
    if words.startswith("bench") and (problem := docker_problem()):
        pytest.skip(problem)
    command = ["make", "--no-print-directory", *words.format(folder).split()]
    # Not what the make that runs these tests was given
    apart = {
        name: os.environ[name] for name in os.environ if not re.match("M(AKE|FLAGS|ODEL)", name)
    }
    ran = subprocess.run(command, cwd=ROOT, env=apart, capture_output=True, text=True, timeout=300)

    assert ran.returncode != 0
    [line] = [line for line in ran.stderr.splitlines() if "] Error " not in line]
    assert TARGETS[words] in line
