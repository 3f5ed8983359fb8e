"""A model that a person made is neither trained over nor deleted without a question."""

import json

import pytest

from tools import artifact as kept
from training.provenance import DEFAULT_COMMAND, provenance_of


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout of its own, whose model was made by hand of a table in it."""
    (tmp_path / "artifact").mkdir()
    (tmp_path / "my table.csv").write_text("a,class\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    monkeypatch.setattr(kept, "ARTIFACT", tmp_path / "artifact")
    return tmp_path


def make(checkout, verb="start", **arguments):
    files = {name: checkout.__class__(path) for name, path in arguments.items() if name == "CSV"}
    options = {name: value for name, value in arguments.items() if name != "CSV"}
    record = {"made": provenance_of(verb, files, options)}
    (checkout / "artifact" / "manifest.json").write_text(json.dumps(record))


BY_HAND = [
    ("train", {"ESTIMATOR": "random-forest"}, "make train ESTIMATOR=random-forest;"),
    ("train", {"FORMAT": "skops"}, "make train FORMAT=skops;"),
    (
        "start",
        {"CSV": "my table.csv", "TARGET": "class"},
        "make start CSV='my table.csv' TARGET=class;",
    ),
]


@pytest.mark.parametrize(("verb", "arguments", "command"), BY_HAND)
def test_a_stale_model_is_reported_with_its_command(checkout, capsys, verb, arguments, command):
    make(checkout, verb, **arguments)

    assert kept.main(["refresh"]) == 0
    printed = capsys.readouterr().err
    assert f"To rebuild it: {command}" in printed
    assert "older than the code." in printed


def test_a_table_that_changed_is_named(checkout, capsys):
    make(checkout, CSV="my table.csv", TARGET="class")
    (checkout / "my table.csv").write_text("a,class\n1,2\n")

    kept.main(["refresh"])
    assert "older than the code, my table.csv." in capsys.readouterr().err


def test_the_default_model_is_trained_again(checkout, monkeypatch):
    make(checkout, "train")
    trained = []
    monkeypatch.setattr("training.__main__.main", lambda arguments: trained.append(arguments) or 0)

    assert kept.main(["refresh"]) == 0
    assert trained == [[]]


@pytest.mark.parametrize(
    ("verb", "answer", "stays"),
    [("start", "", True), ("start", "n", True), ("start", "y", False), ("train", "", False)],
)
def test_clean_asks_for_a_model_made_by_hand(checkout, monkeypatch, verb, answer, stays):
    make(checkout, verb, **({"TARGET": "class"} if verb == "start" else {}))
    (checkout / "build").mkdir()
    monkeypatch.setattr("builtins.input", lambda _: answer)

    kept.main(["clean"])
    assert (checkout / "artifact").exists() is stays
    assert not (checkout / "build").exists()


def test_the_default_is_the_command_that_training_records(artifact):
    assert kept.DEFAULT_COMMAND == DEFAULT_COMMAND
    assert artifact.manifest["made"]["command"] == DEFAULT_COMMAND
