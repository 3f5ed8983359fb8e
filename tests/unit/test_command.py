"""The command ``cytology`` and ``load_model``, from a checkout and from an installed wheel."""

import os
import subprocess
import sys
import venv

import numpy as np
import pandas as pd
import pytest

from cytology import load_model
from cytology.artifact import ArtifactMismatch
from cytology.command import VERBS, main
from cytology.measurements import InvalidMeasurements
from tests.support.paths import ROOT

BENIGN, MALIGNANT = [5, 1, 1, 1, 2, 1, 3, 1, 1], [8, 7, 5, 10, 7, 9, 5, 5, 4]


@pytest.fixture(scope="module")
def model(artifact_dir):
    return load_model(str(artifact_dir))


def test_probabilities_have_a_column_for_each_class(model):
    found = model.predict_proba([BENIGN, MALIGNANT])

    assert model.classes_ == ["benign", "malignant"]
    assert [sum(row) for row in found] == pytest.approx([1, 1])
    assert found[0][0] > 0.9 < found[1][1]
    assert model.predict([BENIGN, MALIGNANT]) == ["benign", "malignant"]


def test_a_model_gives_the_golden_predictions_of_its_manifest(model, artifact):
    golden = artifact.manifest["golden"]
    found = model.predict_proba([case["row"] for case in golden])

    assert [row[1] for row in found] == pytest.approx([case["probability"] for case in golden])


def test_rows_may_be_mappings_and_nan_is_missing(model):
    named = dict(zip(model.feature_names_in_, BENIGN, strict=True))
    [index] = [n for n, name in enumerate(model.feature_names_in_) if name == "bare_nuclei"]
    missing = [float("nan") if n == index else value for n, value in enumerate(BENIGN)]

    assert model.predict_proba([named]) == model.predict_proba([BENIGN])
    assert model.predict_proba([missing]) == model.predict_proba([named | {"bare_nuclei": None}])


@pytest.mark.parametrize(
    "form",
    [
        np.array,
        lambda rows: list(np.array(rows, dtype=float)),
        lambda rows: [[np.int64(value) for value in row] for row in rows],
    ],
)
def test_numbers_of_numpy_and_pandas_are_read_in_any_container(model, form):
    rows = [BENIGN, MALIGNANT]
    frame = pd.DataFrame(rows, columns=model.feature_names_in_)
    expected = model.predict_proba(rows)
    assert model.predict_proba(form(rows)) == expected
    assert model.predict_proba(frame) == model.predict_proba(frame.convert_dtypes()) == expected


def test_a_wrong_row_is_named(model):
    with pytest.raises(InvalidMeasurements, match="row 2: 3 scores found, 9 needed"):
        model.predict([BENIGN, [1, 2, 3]])


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ArtifactMismatch, match="expected a readable file"):
        load_model(str(tmp_path))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_prints_its_arguments(verb, capsys):
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert f"usage: cytology {verb}" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--help", "--version", "completion"])
def test_help_version_and_completion_name_the_command(option):
    command = [sys.executable, "-m", "cytology", option]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "cytology" in printed
    assert option != "--help" or all(
        f"cytology {verb.example}" in printed for verb in VERBS.values()
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory, artifact_dir):
    """The interpreter of an environment that holds the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    made = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
    subprocess.run([*made, ROOT], check=True, capture_output=True)
    venv.create(folder / "venv", symlinks=True)  # as python -m venv does
    python = folder / "venv" / "bin" / "python"
    [wheel] = folder.glob("*.whl")
    put = [*pip, "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    # PYTHONPATH names the checkout, whose metadata would make pip think that it is installed
    apart = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(put, check=True, capture_output=True, env=apart)
    return python


def run(installed, *words):
    return subprocess.run([*words], cwd=installed.parent, capture_output=True, text=True, env={})


def test_an_installed_wheel_answers_without_any_other_package(installed, model):
    program = f"from cytology import load_model; print(load_model().predict_proba([{BENIGN}]))"
    assert run(installed, installed, "-c", program).stdout.strip() == str(
        model.predict_proba([BENIGN])
    )


def test_an_installed_command_says_its_version_and_its_model(installed, model):
    printed = run(installed, installed.parent / "cytology", "--version").stdout
    assert printed.startswith("cytology 1.")
    assert model.version in printed


def test_an_installed_command_scores_a_file_without_any_other_package(installed, tmp_path):
    samples = tmp_path / "samples.csv"
    samples.write_text("5,1,1,1,2,1,3,1,1\n")

    ended = run(installed, installed.parent / "cytology", "predict", samples)
    assert ended.returncode == 0, ended.stderr
    assert ",benign,0." in (tmp_path / "samples.predictions.csv").read_text()


def test_an_installed_verb_names_the_extra_that_it_needs(installed):
    ended = run(installed, installed.parent / "cytology", "serve")

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "pip install 'cytology[serving]'" in ended.stderr
