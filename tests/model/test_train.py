import json
from pathlib import Path

import pytest

from cytology.artifact import load_artifact
from cytology.schema import DEFAULT_SCHEMA_PATH, load_schema
from training import train as orchestration
from training.__main__ import main
from training.dataset import DATA_PATH, load_dataset
from training.evaluation.gates import GateFailed
from training.evaluation.rounding import rounded
from training.model import DEFAULT_ESTIMATOR
from training.train import REPORT, check_gates, committed_report, train
from training.verify import verify

schema = load_schema()
report = json.loads(REPORT.read_bytes())


def test_the_committed_report_is_of_this_data_and_this_protocol():
    assert committed_report(DEFAULT_ESTIMATOR, load_dataset(schema), schema) is not None, (
        "make evaluate: the data, the protocol or its code has changed since docs/report.json"
    )


def test_what_ships_is_what_the_evaluation_chose():
    assert report["choice"]["name"] == DEFAULT_ESTIMATOR


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The default model, trained once: (directory, what train() returned)."""
    folder = tmp_path_factory.mktemp("default") / "artifact"
    return folder, train("logistic", DATA_PATH, Path(DEFAULT_SCHEMA_PATH), folder)


def points_of(model):
    return model.compiled.scorecard(schema, model.decision).by_name()


def test_the_trained_model_is_the_one_that_the_report_describes(trained):
    decision = trained[1].model.decision
    chosen = report["chosen"]

    assert rounded(dict(trained[1].model.setting)) == chosen["setting"]
    for name, values in points_of(trained[1].model).items():
        assert values == pytest.approx(chosen["points"][name], rel=1e-5)
    assert decision.link._asdict() == pytest.approx(chosen["link"], rel=1e-5)
    assert decision.threshold == pytest.approx(chosen["threshold"], rel=1e-5)
    assert decision.negative_at_most == pytest.approx(chosen["negative_at_most"], rel=1e-5)
    assert decision.positive_at_least == pytest.approx(chosen["positive_at_least"], rel=1e-5)


def test_the_artifact_holds_the_report_and_no_page(trained):
    folder, _ = trained

    assert json.loads((folder / "report.json").read_text()) == report
    assert {path.suffix for path in folder.iterdir()} == {".json", ".joblib"}


def test_the_manifest_repeats_the_figures_of_the_report(trained):
    metrics = trained[1].manifest["metrics"]

    assert metrics["protocol"] == "full"
    assert metrics["auc"] == report["candidates"][DEFAULT_ESTIMATOR]["figures"]["auc"]


def test_training_twice_gives_the_same_files_but_for_the_date(trained, artifact_dir):
    # The first time was make train's. tests/unit/test_candidates.py compares pickles: their bytes
    # depend on what else the process has imported
    def contents(folder):
        manifest = json.loads((folder / "manifest.json").read_text())
        del manifest["created"], manifest["git_revision"], manifest["files"]["model.joblib"]
        names = manifest["files"]
        return manifest, {name: (folder / name).read_bytes() for name in names}

    assert contents(artifact_dir) == contents(trained[0])


def worse(**values):
    figures = report["candidates"][DEFAULT_ESTIMATOR]["figures"]
    changed = {name: {**figures[name], "value": value} for name, value in values.items()}
    return {
        **report,
        "candidates": {
            name: {"figures": figures | changed} for name in (DEFAULT_ESTIMATOR, "random-forest")
        },
    }


def test_a_default_model_below_a_gate_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(orchestration, "committed_report", lambda *_: worse(auc=0.9))

    with pytest.raises(GateFailed, match=r"auc must be at least 0\.992, found 0\.9000"):
        train("logistic", DATA_PATH, Path(DEFAULT_SCHEMA_PATH), tmp_path / "artifact")

    assert not (tmp_path / "artifact").exists()


def test_another_estimator_below_a_gate_is_written_with_its_failures():
    failures = check_gates("random-forest", load_dataset(schema), worse(auc=0.9))

    assert failures == ["auc must be at least 0.992, found 0.9000"]


@pytest.mark.parametrize("estimator", [DEFAULT_ESTIMATOR, "random-forest"])
def test_leakage_stops_every_estimator(estimator):
    with pytest.raises(GateFailed, match="labels leak"):
        check_gates(estimator, load_dataset(schema), worse(accuracy_at_half=0.985))


def test_a_broken_table_ends_in_a_message_and_no_artifact(tmp_path, capsys):
    table = tmp_path / "mine.csv"
    table.write_text("a,b\n1,2\n")

    status = main(["--data", str(table), "--out", str(tmp_path / "artifact")])

    assert status == 1
    assert "names no feature" in capsys.readouterr().err
    assert not (tmp_path / "artifact").exists()


def test_the_stored_decision_is_the_trained_one(trained):
    folder, result = trained

    assert load_artifact(str(folder)).decision == result.model.decision


def test_a_skops_artifact_is_the_same_model_in_another_file(trained, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("training.compiled.RANDOM_ROWS", 1_000)
    assert main(["--format", "skops", "--out", str(tmp_path / "artifact")]) == 0

    manifest = load_artifact(str(tmp_path / "artifact")).manifest
    assert "model.skops" in manifest["files"]
    assert "model.joblib" not in manifest["files"]
    assert manifest["packages"].items() > trained[1].manifest["packages"].items()
    # What decides an answer is the scorecard, so the version is the same
    assert manifest["version"] == trained[1].manifest["version"]
    assert manifest["golden"] == trained[1].manifest["golden"]
    assert verify(tmp_path / "artifact")[-1].startswith("the fitted model gives")
