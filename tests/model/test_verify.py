import hashlib
import json

import joblib
import pytest

from cytology.artifact import ArtifactMismatch
from training.verify import main, verify


def change_manifest(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def replace_and_sign(folder, name, content):
    """Change a file and its hash in the manifest, as an attacker would."""
    (folder / name).write_bytes(content)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    change_manifest(folder, files=files)


def test_a_whole_artifact_passes_with_both_engines(copy, capsys):
    assert main([str(copy)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "the compiled engine gives the 5 golden predictions",
        "the fitted model gives the 5 golden predictions",
    ]


@pytest.mark.parametrize("name", ["report.json", "model.joblib", "model.json"])
def test_any_changed_file_is_named_and_the_exit_is_not_zero(copy, capsys, name):
    with (copy / name).open("ab") as file:
        file.write(b" ")

    assert main([str(copy)]) == 1
    assert f"sha256 of {name}: expected" in capsys.readouterr().err


def test_a_missing_file_is_named(copy):
    (copy / "model.joblib").unlink()

    with pytest.raises(ArtifactMismatch, match=r"model\.joblib: expected a readable file"):
        verify(copy)


def test_a_file_that_the_manifest_does_not_know_is_named(copy):
    (copy / "extra.js").write_text("")

    with pytest.raises(ArtifactMismatch, match=r"extra\.js"):
        verify(copy)


def test_a_compiled_model_that_answers_otherwise_fails_its_golden_predictions(copy):
    document = json.loads((copy / "model.json").read_text())
    document["base"] += 2**24  # a millionth of log-odds
    replace_and_sign(copy, "model.json", json.dumps(document).encode())

    with pytest.raises(ArtifactMismatch, match="golden prediction 1 of the compiled engine"):
        verify(copy)


def test_a_fitted_model_that_answers_otherwise_fails_its_golden_predictions(copy):
    pipeline = joblib.load(copy / "model.joblib")
    pipeline[-1].intercept_ += 1e-6
    joblib.dump(pipeline, copy / "model.joblib")
    replace_and_sign(copy, "model.joblib", (copy / "model.joblib").read_bytes())

    with pytest.raises(ArtifactMismatch, match="golden prediction 1 of the fitted model"):
        verify(copy)


def test_another_version_of_a_library_is_named(copy):
    packages = json.loads((copy / "manifest.json").read_text())["packages"]
    change_manifest(copy, packages=packages | {"scikit-learn": "1.0"})

    with pytest.raises(ArtifactMismatch, match=r"version of scikit-learn: expected 1\.0"):
        verify(copy)


def test_a_pickle_of_another_scikit_learn_is_refused_though_its_hash_is_right(copy):
    # scikit-learn writes its version into every estimator and warns where it differs
    content = (copy / "model.joblib").read_bytes()
    import sklearn

    old = sklearn.__version__.encode()
    assert old in content
    replace_and_sign(copy, "model.joblib", content.replace(old, b"1.0.0"[: len(old)]))

    with pytest.raises(ArtifactMismatch, match=r"model\.joblib: expected .*, found 1\.0"):
        verify(copy)


def test_a_directory_without_a_manifest_is_refused(tmp_path):
    with pytest.raises(ArtifactMismatch, match=r"manifest\.json"):
        verify(tmp_path)
