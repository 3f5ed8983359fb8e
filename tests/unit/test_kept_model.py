"""A model that a person made is neither trained over nor deleted without a question."""

import json
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tools import artifact as kept
from training.model import DEFAULT_ESTIMATOR


@pytest.fixture
def checkout(tmp_path, monkeypatch, artifact_dir):
    """A checkout of its own with the default model's manifest."""
    folder = tmp_path / "artifact"
    folder.mkdir()
    (folder / "manifest.json").write_bytes((artifact_dir / "manifest.json").read_bytes())
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    monkeypatch.setattr(kept, "ARTIFACT", folder)
    return tmp_path


def change(checkout, **facts):
    path = checkout / "artifact" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


BY_HAND = [
    ({"estimator": "random-forest", "name": "breast-fna-random-forest"}, "ESTIMATOR=random-forest"),
    ({"data": {"sha256": "0" * 64}}, "DATA=…"),
    ({"name": "my-table-logistic"}, "SCHEMA=…"),
    ({"files": {"model.skops": {}}}, "FORMAT=skops"),
]


@pytest.mark.parametrize(("facts", "argument"), BY_HAND)
def test_a_stale_model_made_by_hand_is_reported_with_its_command(checkout, capsys, facts, argument):
    change(checkout, **facts)

    assert kept.main(["refresh"]) == 0
    assert f"To rebuild it: make train {argument};" in capsys.readouterr().err


def test_the_default_model_is_trained_again(checkout, monkeypatch):
    trained = []
    monkeypatch.setattr("training.__main__.main", lambda arguments: trained.append(arguments) or 0)

    assert kept.main(["refresh"]) == 0
    assert trained == [[]]


@pytest.mark.parametrize(("answer", "stays"), [("", True), ("n", True), ("y", False)])
def test_clean_asks_for_a_model_made_by_hand(checkout, monkeypatch, answer, stays):
    change(checkout, estimator="random-forest")
    (checkout / "build").mkdir()
    monkeypatch.setattr("builtins.input", lambda _: answer)

    kept.main(["clean"])
    assert (checkout / "artifact").exists() is stays
    assert not (checkout / "build").exists()


def test_clean_deletes_the_default_model_without_a_question(checkout):
    (checkout / "artifact.sha256").write_text("")

    kept.main(["clean"])
    assert not list(checkout.glob("artifact*"))


def test_clean_without_a_terminal_keeps_a_model_made_by_hand(checkout, monkeypatch):
    change(checkout, estimator="random-forest")
    script = checkout / "tools" / "artifact.py"
    script.parent.mkdir()
    script.write_bytes((ROOT / "tools" / "artifact.py").read_bytes())
    for name in ("cytology/features.json", "training/data/breast-cancer-wisconsin.csv"):
        (checkout / name).parent.mkdir(parents=True)
        (checkout / name).write_bytes((ROOT / name).read_bytes())

    command = [sys.executable, script, "clean"]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
    assert (checkout / "artifact").exists()


def test_the_default_is_the_estimator_that_training_takes():
    assert kept.DEFAULT_ESTIMATOR == DEFAULT_ESTIMATOR
