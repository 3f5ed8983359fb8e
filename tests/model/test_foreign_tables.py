"""Five tables of other people become served models, without any file edited."""

import csv
import json
import subprocess
import sys

import pytest

from cytology.artifact import load_artifact
from cytology.batch import Batch
from cytology.classifier import load_model
from cytology.reading.files import read_file
from tests.support.foreign import TARGETS, artifact_of, table_of
from tests.support.paths import ROOT
from tests.support.transports import emulator
from tools.site import write_card
from training.verify import verify

pytestmark = pytest.mark.parametrize("name", TARGETS)


def rows_of(name, count=5) -> list[dict]:
    """The first rows as JSON samples, by the names of the schema."""
    artifact = load_artifact(str(artifact_of(name)))
    batch: Batch = read_file(table_of(name).read_bytes(), artifact.schema)
    return [
        dict(zip(artifact.schema.names, sample.row, strict=True))
        for sample in batch.samples[:count]
    ]


def expected(name):
    """Probabilities of the positive class."""
    answers = load_model(str(artifact_of(name))).answers(rows_of(name), explain=False)
    return pytest.approx([answer.probability for answer in answers], abs=1e-4)


def test_the_model_is_judged_proved_and_verified(name):
    manifest = load_artifact(str(artifact_of(name))).manifest

    assert manifest["engine"] == "compiled"
    assert manifest["parity"]["rows"] > 2_000
    assert manifest["metrics"]["auc"]["value"] > 0.7
    assert manifest["made"]["command"].startswith("make start CSV=")
    assert "the fitted model gives the 5 golden predictions" in verify(artifact_of(name))


# tests/browser/test_own_schemas.py asks them over HTTP
def test_it_is_served_by_the_emulator(name):
    body = json.dumps({"samples": rows_of(name)})
    headers = {"content-type": "application/json"}

    with emulator({"MODEL_DIR": str(artifact_of(name))}) as function:
        answer = function.request("POST", "/v1/predict", headers, body).json()

    assert [entry["probability"] for entry in answer["predictions"]] == expected(name)


def test_its_table_is_scored_row_by_row_as_the_model_answers(name, tmp_path):
    out = tmp_path / "scored.csv"
    command = [sys.executable, "-m", "cytology", "predict", str(table_of(name)), "--out", str(out)]
    subprocess.run(
        command,
        cwd=ROOT,
        check=True,
        capture_output=True,
        env={
            "MODEL_DIR": str(artifact_of(name)),
            "PYTHONPATH": f"{ROOT}:{ROOT}/functions",
            "PATH": "/usr/bin:/bin",
        },
    )
    with out.open(newline="") as file:
        scored = list(csv.DictReader(file))

    assert len(scored) == len(table_of(name).read_text().splitlines()) - 1
    assert [float(row["probability"]) for row in scored[:5]] == expected(name)


def test_its_card_does_not_speak_of_the_shipped_data(name, tmp_path):
    write_card(artifact_of(name), tmp_path)

    page = (tmp_path / "model-card.html").read_text()
    assert name in page
    assert "Wolberg" not in page
