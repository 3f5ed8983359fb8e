"""An artifact that is not what its manifest says is never served."""

import json

import pytest

from cytology.artifact import ArtifactMismatch, check_golden, load_artifact
from runtime.engines import load_engine
from tests.support.model_files import leave_uncompiled


def load(directory, engine=None):
    return load_engine(load_artifact(str(directory)), engine)


def rewrite_manifest(directory, change):
    path = directory / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize("engine", ["compiled", "sklearn"])
def test_an_untouched_artifact_loads_with_both_engines(copy, engine):
    assert load(copy, engine).name == engine


@pytest.mark.parametrize(
    ("file_name", "engine"),
    [
        ("model.json", "compiled"),
        ("decision.json", "compiled"),
        ("features.json", "compiled"),
        ("model.joblib", "sklearn"),
    ],
)
@pytest.mark.parametrize("damage", ["cut", "remove", "empty"])
def test_a_damaged_file_is_named_before_it_is_used(copy, file_name, engine, damage):
    path = copy / file_name
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-1])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    with pytest.raises(ArtifactMismatch, match=file_name):
        load(copy, engine)


def test_the_compiled_engine_needs_no_library_of_the_right_version(copy):
    rewrite_manifest(copy, lambda manifest: manifest["packages"].update({"scikit-learn": "1.0"}))
    assert load(copy, "compiled").name == "compiled"


def test_a_model_that_did_not_compile_is_served_by_scikit_learn_alone(copy):
    leave_uncompiled(copy)
    assert load(copy).name == "sklearn"
    with pytest.raises(ArtifactMismatch, match="did not compile"):
        load(copy, "compiled")


def test_a_file_that_the_manifest_does_not_list_is_not_read(copy):
    rewrite_manifest(copy, lambda manifest: manifest["files"].pop("model.json"))
    with pytest.raises(ArtifactMismatch, match="no"):
        load(copy, "compiled")


def mismatch_of(directory, engine=None):
    with pytest.raises(ArtifactMismatch) as caught:
        load(directory, engine)
    return caught.value


def test_a_mismatch_carries_what_was_expected_and_what_was_found(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "decision.json").write_bytes(b"")

    found = mismatch_of(copy)

    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert found.subject == "sha256 of decision.json"
    assert found.expected == manifest["files"]["decision.json"]["sha256"]
    assert found.found == nothing
    assert str(found) == f"{found.subject}: expected {found.expected}, found {nothing}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "manifest.json: expected JSON, found something else"),
        (b"\xff", "manifest.json: expected JSON, found something else"),
        (b"[]", "manifest.json format: expected 5, found no object"),
        (b"{}", "manifest.json format: expected 5, found None"),
        (b'{"format": 4}', "manifest.json format: expected 5, found 4"),
        (b'{"format": 5}', "features.json: expected an entry in the manifest, found none"),
    ],
)
def test_the_message_of_a_strange_manifest_says_what_is_strange(copy, content, message):
    (copy / "manifest.json").write_bytes(content)
    assert str(mismatch_of(copy)) == message


@pytest.mark.parametrize("name", ["manifest.json", "features.json"])
def test_a_file_that_is_not_there_is_told_in_the_system_s_words(copy, name):
    (copy / name).unlink()
    expected = f"{name}: expected a readable file, found No such file or directory"
    assert str(mismatch_of(copy)) == expected


@pytest.mark.parametrize("engine", ["compiled", "sklearn"])
def test_a_golden_prediction_off_by_more_than_1e_9_stops_loading_and_is_quoted(copy, engine):
    true = golden(load_artifact(str(copy)))[1]

    def drift(manifest):
        manifest["golden"][1]["probability"] += 2e-9

    rewrite_manifest(copy, drift)
    found = mismatch_of(copy, engine)

    assert found.subject == f"golden prediction 1 of the {engine} engine"
    assert found.expected == true + 2e-9
    assert found.found == pytest.approx(true, abs=1e-12)


class Answering:
    """An engine that answers these probabilities, however many rows it is asked."""

    name = "answering"

    def __init__(self, artifact, probabilities):
        self._prediction = load_engine(artifact, None).predict([(1,) * 9], explain=False)[0]
        self._probabilities = probabilities

    def predict(self, rows, *, explain):
        return [self._prediction._replace(probability=p) for p in self._probabilities]


def golden(artifact):
    return [case["probability"] for case in artifact.manifest["golden"]]


def test_an_engine_that_leaves_a_golden_row_out_is_not_passed(artifact):
    with pytest.raises(ValueError, match="shorter"):
        check_golden(Answering(artifact, golden(artifact)[:-1]), artifact)


@pytest.mark.parametrize("probability", [float("nan"), float("inf")])
def test_an_engine_that_answers_no_number_is_not_passed(artifact, probability):
    with pytest.raises(ArtifactMismatch):
        check_golden(Answering(artifact, [probability] * 5), artifact)
