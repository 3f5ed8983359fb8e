"""An artifact that is not what its manifest says is never served."""

import json
import shutil

import pytest

from cytology.artifact import ArtifactMismatch, load_artifact
from predict.engines import load_engine


@pytest.fixture
def copy(artifact_dir, tmp_path):
    return shutil.copytree(artifact_dir, tmp_path / "artifact")


def load(directory, engine=None):
    return load_engine(load_artifact(str(directory)), engine)


def rewrite_manifest(directory, change):
    path = directory / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize("engine", ["scorecard", "sklearn"])
def test_an_untouched_artifact_loads_with_both_engines(copy, engine):
    assert load(copy, engine).name == engine


@pytest.mark.parametrize(
    ("file_name", "engine"),
    [
        ("scorecard.json", "scorecard"),
        ("decision.json", "scorecard"),
        ("features.json", "scorecard"),
        ("model.joblib", "sklearn"),
    ],
)
@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "empty"])
def test_a_damaged_file_is_named_before_it_is_used(copy, file_name, engine, damage):
    path = copy / file_name
    content = path.read_bytes()
    if damage == "flip":
        path.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    elif damage == "cut":
        path.write_bytes(content[:-1])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    with pytest.raises(ArtifactMismatch, match=file_name):
        load(copy, engine)


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"{}", b'{"format": 0}'])
def test_a_missing_or_strange_manifest_is_named(copy, content):
    path = copy / "manifest.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArtifactMismatch, match=r"manifest\.json"):
        load(copy)


def test_a_directory_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ArtifactMismatch, match=r"manifest\.json.*No such file"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize("engine", ["scorecard", "sklearn"])
def test_a_golden_prediction_off_by_more_than_1e_9_stops_loading(copy, engine):
    def drift(manifest):
        manifest["golden"][1]["probability"] += 2e-9

    rewrite_manifest(copy, drift)
    with pytest.raises(ArtifactMismatch, match="golden prediction 1"):
        load(copy, engine)


def test_a_swapped_model_file_is_refused(copy, forest_dir):
    shutil.copy(forest_dir / "model.joblib", copy / "model.joblib")
    with pytest.raises(ArtifactMismatch, match=r"sha256 of model\.joblib"):
        load(copy, "sklearn")


def test_another_version_of_scikit_learn_is_refused_before_unpickling(copy):
    rewrite_manifest(copy, lambda manifest: manifest["packages"].update({"scikit-learn": "1.0"}))
    (copy / "model.joblib").unlink()
    with pytest.raises(ArtifactMismatch, match=r"version of scikit-learn: expected 1\.0"):
        load(copy, "sklearn")


def test_the_scorecard_engine_needs_no_library_of_the_right_version(copy):
    rewrite_manifest(copy, lambda manifest: manifest["packages"].update({"scikit-learn": "1.0"}))
    assert load(copy, "scorecard").name == "scorecard"


def test_a_model_without_a_scorecard_cannot_be_forced_into_one(forest_dir):
    with pytest.raises(ArtifactMismatch, match="not additive"):
        load(forest_dir, "scorecard")


def test_a_file_that_the_manifest_does_not_list_is_not_read(copy):
    rewrite_manifest(copy, lambda manifest: manifest["files"].pop("scorecard.json"))
    with pytest.raises(ArtifactMismatch, match="no"):
        load(copy, "scorecard")
