import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from cytology.artifact import load_artifact
from cytology.link import Link
from cytology.schema import DEFAULT_SCHEMA_PATH, load_schema
from training import publish
from training.candidates import CANDIDATES
from training.compiled import Compiled
from training.dataset import load_dataset
from training.decide import decide
from training.model import Model
from training.publish import write_artifact

schema = load_schema()


@pytest.fixture(scope="module")
def model():
    dataset = load_dataset(schema)
    candidate = CANDIDATES["logistic"](schema)
    pipeline = candidate.fit(candidate.settings[2], dataset.scores, dataset.labels)
    judged = np.where(dataset.labels == "malignant", 0.9, 0.1)
    decision = decide(judged, dataset, schema, Link())
    return Model("logistic", pipeline, candidate.settings[2], judged, 0, decision, Compiled())


def write(folder, model, **changes):
    options = {
        "schema": schema,
        "schema_content": Path(DEFAULT_SCHEMA_PATH).read_bytes(),
        "population": {"predicted probability": (400, 299)},
        "report": {"format": 1},
        "facts": {"data": {"rows": 699}},
    }
    return write_artifact(folder / "artifact", model=model, **options | changes)


def bytes_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_manifest_vouches_for_every_other_file(tmp_path, model):
    manifest = write(tmp_path, model)

    found = bytes_of(tmp_path / "artifact")
    del found["manifest.json"]
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == {
        name: entry["sha256"] for name, entry in manifest["files"].items()
    }


def test_writing_twice_gives_the_same_bytes_but_for_the_date(tmp_path, model, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")

    write(tmp_path / "one", model)
    write(tmp_path / "two", model)

    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    manifest = json.loads((tmp_path / "one/artifact/manifest.json").read_text())
    assert manifest["created"] == "2001-09-09T01:46:40+00:00"


def test_the_version_changes_with_the_decision_and_not_with_the_report(tmp_path, model):
    first = write(tmp_path, model)["version"]

    same = write(tmp_path, model, report={"format": 2})
    other = write(tmp_path, model._replace(decision=model.decision._replace(threshold=0.4)))

    assert same["version"] == first
    assert other["version"] != first


def test_an_interrupted_write_leaves_the_artifact_of_the_run_before(tmp_path, model, monkeypatch):
    write(tmp_path, model)
    before = bytes_of(tmp_path / "artifact")
    real = publish.Path.write_bytes

    def full_disk(path, content):
        if path.name == "model.joblib":
            raise OSError(28, "No space left on device")
        return real(path, content)

    monkeypatch.setattr(publish.Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, model, report={"format": 2})

    assert bytes_of(tmp_path / "artifact") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["artifact", "artifact.sha256"]


def test_a_failed_exchange_puts_the_old_artifact_back(tmp_path, model, monkeypatch):
    write(tmp_path, model)
    before = bytes_of(tmp_path / "artifact")
    real = publish.Path.rename

    def refuse_fresh(path, target):
        if path.name == "fresh":
            raise OSError(16, "Device or resource busy")
        return real(path, target)

    monkeypatch.setattr(publish.Path, "rename", refuse_fresh)
    with pytest.raises(OSError, match="busy"):
        write(tmp_path, model)

    assert bytes_of(tmp_path / "artifact") == before


def test_files_of_an_older_model_do_not_linger(tmp_path, model):
    write(tmp_path, model)
    (tmp_path / "artifact/old.json").write_text("")

    write(tmp_path, model)

    assert not (tmp_path / "artifact/old.json").exists()


def test_golden_rows_span_the_range_and_hold_a_gap(tmp_path, model):
    golden = write(tmp_path, model)["golden"]

    rows = [case["row"] for case in golden]
    assert [1] * 9 in rows
    assert [10] * 9 in rows
    assert any(None in row for row in rows)


def test_what_is_written_is_what_the_service_loads(tmp_path, model):
    write(tmp_path, model)

    artifact = load_artifact(str(tmp_path / "artifact"))

    assert artifact.decision == model.decision
    assert artifact.schema == schema
