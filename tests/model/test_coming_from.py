"""Types the commands of docs/coming-from.md in their order."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.support.old import OLD, labelled
from tests.support.paths import ROOT
from tests.support.required import needs
from tests.support.transports import free_port, start_and_wait

TEXT = (ROOT / "docs" / "coming-from.md").read_text()
COMMANDS = re.findall(r"^\$ (.+)$", TEXT, re.MULTILINE)


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A folder with the reader's files, and a shell that has the command cytology."""
    (tmp_path / "model.sav").write_bytes((OLD / "logistic.sav").read_bytes())
    labelled(tmp_path, ("benign", "malignant"))
    command = tmp_path / "bin" / "cytology"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cytology "$@"\n')
    command.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT}/functions")
    monkeypatch.delenv("MODEL_DIR", raising=False)
    return lambda line: subprocess.run(line, shell=True, capture_output=True, text=True, check=True)


def test_the_commands_lead_from_a_file_to_answers(shell, tmp_path):
    needs("curl")
    adopt, verify, serve, ask, predict = COMMANDS
    port = str(free_port())

    assert "engine" in shell(adopt).stdout
    assert "golden" in shell(verify).stdout
    command = ["cytology", *serve.replace("8000", port).split()[1:]]
    with start_and_wait(command, int(port), {"MODEL_DIR": str(tmp_path / "artifact")}):
        (answer,) = json.loads(shell(ask.replace("8000", port)).stdout)["predictions"]
    assert answer["label"] in ("benign", "malignant")
    shell(predict)
    assert len((tmp_path / "answers.csv").read_text().splitlines()) == 61
