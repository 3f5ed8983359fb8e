"""A step of a job that fails says where, and nothing of a sample."""

import json
from types import SimpleNamespace

import pytest

from job import app
from job.score import OtherModel


def event(model=app.artifact.version):
    return {
        "BatchInput": {"form": "lines", "model": model, "columns": []},
        "Items": [{"row": 0, "value": {"line": "[5, 1, 1, 1, 2, 1, 3, 1, 1]"}}],
    }


def test_a_batch_is_answered_and_logged_by_its_counts(capsys):
    output = app.score(event(), None)

    said = json.loads(capsys.readouterr().out)
    assert len(output["scored"]) == 1
    assert (said["message"], said["samples"], said["scored"]) == ("batch scored", 1, 1)


def test_an_engine_s_fault_is_told_by_kind_and_place_and_quotes_no_sample(monkeypatch):
    def fail(rows, *, explain):
        raise ValueError(f"cannot score {rows}")

    monkeypatch.setattr(app, "_engine", lambda: SimpleNamespace(predict=fail))

    with pytest.raises(app.Failed, match=r"^ValueError at test_app\.py:\d+$") as caught:
        app.score(event(), None)

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_another_model_is_named():
    with pytest.raises(OtherModel, match=r"^the job is for other"):
        app.score(event("other"), None)
