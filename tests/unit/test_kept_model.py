"""A model that a person made is neither trained over nor deleted without a question."""

import json

import pytest

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


@pytest.mark.parametrize(
    ("estimator", "answer", "stays"),
    [
        ("random-forest", "", True),
        ("random-forest", "n", True),
        ("random-forest", "y", False),
        ("logistic", "", False),
    ],
)
def test_clean_asks_for_a_model_made_by_hand(checkout, monkeypatch, estimator, answer, stays):
    change(checkout, estimator=estimator)
    (checkout / "build").mkdir()
    monkeypatch.setattr("builtins.input", lambda _: answer)

    kept.main(["clean"])
    assert (checkout / "artifact").exists() is stays
    assert not (checkout / "build").exists()


def test_the_default_is_the_estimator_that_training_takes():
    assert kept.DEFAULT_ESTIMATOR == DEFAULT_ESTIMATOR
