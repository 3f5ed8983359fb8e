"""A model file is built into objects only after its versions and its sha256 were compared."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from cytology.artifact import ArtifactMismatch, load_artifact
from cytology.trusted import TRUSTED
from runtime.engines import load_engine
from runtime.model_file import load_model
from tests.support.model_files import exchange, sign
from tests.support.paths import ROOT
from training.fit import positive_probabilities
from training.formats import Unwritable, skops_file

#: Runs apart: an audit hook cannot be taken off again. Says how much an engine built from pickles;
#: what a library does to itself while it is imported does not count.
WATCH = """
import importlib, sys
for library in sys.argv[3:]:
    importlib.import_module(library)
built = []
sys.addaudithook(lambda event, args: event == "pickle.find_class" and built.append(args))
from cytology.artifact import ArtifactMismatch, load_artifact
from runtime.engines import load_engine
try:
    load_engine(load_artifact(sys.argv[1]), sys.argv[2])
    said = "loaded"
except ArtifactMismatch as mismatch:
    said = str(mismatch)
lazy = [name for name in ("skops", "cytology.trusted") if name in sys.modules]
print(len(built), said, *lazy)
"""


class Intruder:
    """Unpickled, it leaves a file: a stand-in for whatever an attacker would rather do."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __reduce__(self):
        return os.mkdir, (str(self._target),)


@pytest.fixture
def skops_copy(copy):
    """The artifact as ``make train FORMAT=skops`` writes it."""
    exchange(copy, joblib.load(copy / "model.joblib"))
    return copy


def load(directory):
    return load_model(load_artifact(str(directory)))


def watched(directory, engine, *libraries):
    ran = subprocess.run(
        [sys.executable, "-c", WATCH, str(directory), engine, *libraries],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    count, _, said = ran.stdout.strip().partition(" ")
    return int(count), said


def test_the_default_engine_unpickles_nothing_and_the_other_one_does(copy):
    assert watched(copy, "compiled") == (0, "loaded")
    built, said = watched(copy, "sklearn")
    assert (built > 5, said) == (True, "loaded")  # neither skops nor the list of its types


def test_a_skops_artifact_is_served_without_unpickling(skops_copy):
    assert watched(skops_copy, "sklearn", "skops.io") == (0, "loaded skops cytology.trusted")


def test_a_file_with_another_hash_runs_nothing(copy, tmp_path):
    joblib.dump(Intruder(tmp_path / "was-here"), copy / "model.joblib")

    built, said = watched(copy, "sklearn")

    assert built == 0
    assert said.startswith("sha256 of model.joblib: expected")
    assert not (tmp_path / "was-here").exists()


@pytest.mark.parametrize("package", ["scikit-learn", "numpy", "joblib", "scipy", "xgboost"])
@pytest.mark.parametrize("name", ["model.joblib", "model.skops"])
def test_a_signed_file_of_other_versions_runs_nothing(copy, tmp_path, package, name):
    joblib.dump(Intruder(tmp_path / "was-here"), tmp_path / "evil")
    packages = json.loads((copy / "manifest.json").read_text())["packages"] | {package: "0.1"}
    sign(copy, name, (tmp_path / "evil").read_bytes(), packages=packages)

    with pytest.raises(ArtifactMismatch, match=rf"version of {package}: expected 0\.1"):
        load(copy)
    assert not (tmp_path / "was-here").exists()


def test_both_formats_give_the_same_probabilities_to_the_last_bit(artifact_dir, tmp_path):
    copy = shutil.copytree(artifact_dir, tmp_path / "artifact")
    rows = np.random.default_rng(0).integers(1, 11, size=(10_000, 9)).astype(float)
    rows[::10, 5] = np.nan
    schema = load_artifact(str(copy)).schema

    pickled = positive_probabilities(load(copy), rows, schema)
    exchange(copy, joblib.load(copy / "model.joblib"))

    assert (positive_probabilities(load(copy), rows, schema) == pickled).all()


def test_a_forest_from_skops_answers_as_the_one_from_joblib(forest_dir, tmp_path):
    copy = shutil.copytree(forest_dir, tmp_path / "forest")
    rows = [(1, 1, 1, 1, 2, 1, 1, 1, 1), (8, 7, 5, 10, 7, None, 5, 5, 4)]
    pickled = load_engine(load_artifact(str(copy)), "sklearn").predict(rows, explain=True)

    exchange(copy, joblib.load(copy / "model.joblib"))

    engine = load_engine(load_artifact(str(copy)), "sklearn")
    assert engine.predict(rows, explain=True) == pickled
    assert "sklearn.tree._tree.Tree" in TRUSTED


def test_a_type_outside_the_closed_list_is_refused_though_its_hash_is_right(copy, tmp_path):
    harmful = FunctionTransformer(os.mkdir)
    content = skops.io.dumps(make_pipeline(harmful, StandardScaler()))
    sign(copy, "model.skops", content)

    with pytest.raises(ArtifactMismatch, match=r"types in model\.skops: expected those of the"):
        load(copy)


def test_a_skops_file_of_another_scikit_learn_is_refused_though_its_hash_is_right(skops_copy):
    import sklearn

    old = sklearn.__version__.encode()
    content = (skops_copy / "model.skops").read_bytes()
    assert old in content
    # Stored uncompressed, but each file has a checksum: packed again
    sign(skops_copy, "model.skops", repacked(content, old, b"1.0.0"[: len(old)]))

    with pytest.raises(ArtifactMismatch, match=r"model\.skops: expected .*, found 1\.0"):
        load(skops_copy)


def repacked(content, old, new):
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            made.writestr(name, source.read(name).replace(old, new))
    return target.getvalue()


def test_which_of_two_model_files_is_meant_is_not_guessed(copy):
    files = json.loads((copy / "manifest.json").read_text())["files"]
    change = json.loads((copy / "manifest.json").read_text())
    change["files"] = files | {"model.skops": files["model.joblib"]}
    (copy / "manifest.json").write_text(json.dumps(change))

    with pytest.raises(ArtifactMismatch, match=r"model\.joblib and model\.skops"):
        load(copy)


def test_an_artifact_without_a_model_file_says_so(copy):
    sign(copy, "model.onnx", b"")

    with pytest.raises(ArtifactMismatch, match=r"model files: expected .*, found none"):
        load(copy)


@pytest.mark.parametrize("kind", ["artifact_dir", "forest_dir"])
def test_the_same_model_gives_the_same_skops_bytes(kind, request):
    path = request.getfixturevalue(kind) / "model.joblib"
    first, second = (joblib.load(path) for _ in range(2))

    assert skops_file(first).content == skops_file(second).content


def test_a_model_that_the_service_would_refuse_is_not_written():
    forged = make_pipeline(FunctionTransformer(np.sum), StandardScaler())

    with pytest.raises(Unwritable, match=r"numpy\.sum.*FORMAT=joblib"):
        skops_file(forged)


def test_every_trusted_type_is_needed_and_says_why():
    rows, labels = np.arange(8.0).reshape(4, 2), [0, 1, 0, 1]
    needed = set()
    for model in (RandomForestClassifier(2), DecisionTreeClassifier()):
        content = skops.io.dumps(model.fit(rows, labels))
        needed |= set(skops.io.get_untrusted_types(data=content))

    assert set(TRUSTED) == needed | {"numpy.dtype"}
    assert all(len(reason) > 20 for reason in TRUSTED.values())
