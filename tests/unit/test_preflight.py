"""The hook passes a sound version, stops any other, and always tells CodeDeploy."""

import io
import json
import shutil
from functools import partial
from types import SimpleNamespace

import pytest
from boto3 import client as aws_client
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from cytology.artifact import ArtifactMismatch, load_artifact
from cytology.prediction import Prediction
from preflight import app, verdict
from tests.support.model_files import leave_uncompiled
from tests.support.transports import http_event, in_process

CONTEXT = SimpleNamespace(
    function_name="preflight",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:preflight",
    aws_request_id="request-1",
)
EVENT = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1"}
VERSION = "arn:aws:lambda:eu-central-1:123456789012:function:predict:7"


@pytest.fixture
def log(monkeypatch):
    """The lines that the hook writes, as text."""
    lines = io.StringIO()
    monkeypatch.setattr(app.logger.registered_handler, "stream", lines)
    return lines


@pytest.fixture
def aws(monkeypatch):
    """CodeDeploy and Lambda, stubbed; what is not expected fails."""
    credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    clients = {
        name: aws_client(name, region_name="eu-central-1", **credentials)
        for name in ("codedeploy", "lambda")
    }
    monkeypatch.setattr(app, "client", clients.__getitem__)
    with Stubber(clients["codedeploy"]) as codedeploy, Stubber(clients["lambda"]) as function:
        yield codedeploy, function
        codedeploy.assert_no_pending_responses()
        function.assert_no_pending_responses()


@pytest.fixture
def few_rows(monkeypatch):
    """A sound version is judged on all rows; what fails otherwise needs few."""
    monkeypatch.setattr(app, "judge", partial(app.judge, rows=100))


def expect(codedeploy, status):
    codedeploy.add_response(
        "put_lifecycle_event_hook_execution_status",
        {"lifecycleEventHookExecutionId": "hook-1"},
        {"deploymentId": "d-1", "lifecycleEventHookExecutionId": "hook-1", "status": status},
    )


def answer_with(function, payload, **more):
    body = json.dumps(payload).encode()
    function.add_response(
        "invoke",
        {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(body), len(body)), **more},
        {"FunctionName": VERSION, "Payload": ANY},
    )


def sound_answer(artifact):
    body = json.dumps({"samples": [case["row"] for case in artifact.manifest["golden"]]})
    with in_process() as handler:
        return handler.invoke(
            http_event("POST", "/v1/predict", {"content-type": "application/json"}, body)
        )


def test_a_sound_version_succeeds(aws, artifact, monkeypatch):
    codedeploy, function = aws
    monkeypatch.setenv("NEW_VERSION", VERSION)
    answer_with(function, sound_answer(artifact))
    expect(codedeploy, "Succeeded")

    found = app.handler(EVENT, CONTEXT)

    assert found["engines"] == ("compiled", "sklearn")
    assert found["rows"] == verdict.ROWS
    assert found["largest_difference"] <= 1e-12


@pytest.mark.parametrize("file", ["model.joblib", "model.json", "manifest.json"])
def test_a_damaged_artifact_fails_and_the_log_names_the_file(
    file, aws, artifact_dir, tmp_path, monkeypatch, log
):
    shutil.copytree(artifact_dir, tmp_path / "model")
    content = (tmp_path / "model" / file).read_bytes()
    (tmp_path / "model" / file).write_bytes(content[:-10])
    monkeypatch.setenv("MODEL_DIR", str(tmp_path / "model"))
    expect(aws[0], "Failed")

    with pytest.raises(app.PreflightFailed):
        app.handler(EVENT, CONTEXT)

    line = json.loads(log.getvalue().splitlines()[-1])
    assert line["error"] == "ArtifactMismatch"
    assert file in line["reason"]


@pytest.mark.parametrize(
    ("payload", "more", "reason"),
    [
        ({"errorMessage": "boom"}, {"FunctionError": "Unhandled"}, "boom"),
        ({"statusCode": 503}, {}, "expected status 200"),
    ],
)
def test_a_version_that_does_not_answer_fails(
    payload, more, reason, aws, monkeypatch, log, few_rows
):
    codedeploy, function = aws
    monkeypatch.setenv("NEW_VERSION", VERSION)
    answer_with(function, payload, **more)
    expect(codedeploy, "Failed")

    with pytest.raises(app.PreflightFailed):
        app.handler(EVENT, CONTEXT)

    assert reason in json.loads(log.getvalue().splitlines()[-1])["reason"]


@pytest.mark.parametrize("harm", ["model", "probability"])
def test_a_version_that_answers_otherwise_fails(harm, aws, artifact, monkeypatch, few_rows):
    codedeploy, function = aws
    monkeypatch.setenv("NEW_VERSION", VERSION)
    answer = sound_answer(artifact)
    body = json.loads(answer["body"])
    if harm == "model":
        body["model"]["version"] = "another"
    else:
        body["predictions"][0]["probability"] += 1e-6
    answer_with(function, {**answer, "body": json.dumps(body)})
    expect(codedeploy, "Failed")

    with pytest.raises(app.PreflightFailed):
        app.handler(EVENT, CONTEXT)


def test_a_failure_of_the_hook_itself_stops_the_roll_out_too(aws, monkeypatch):
    monkeypatch.setattr(app, "judge", lambda _: 1 / 0)
    expect(aws[0], "Failed")

    with pytest.raises(app.PreflightFailed):
        app.handler(EVENT, CONTEXT)


def test_engines_that_differ_by_more_than_rounding_are_told_apart(artifact, monkeypatch):
    class Shifted:
        name = "compiled"

        def __init__(self, engine):
            self._engine = engine

        def predict(self, rows, *, explain):
            found = self._engine.predict(rows, explain=explain)
            return [
                Prediction(**{**item._asdict(), "probability": item.probability + 1e-11})
                for item in found
            ]

    load = verdict.load_engine
    monkeypatch.setattr(
        verdict,
        "load_engine",
        lambda artifact, name: (
            Shifted(load(artifact, name)) if name == "compiled" else load(artifact, name)
        ),
    )

    with pytest.raises(ArtifactMismatch, match="engines on the row"):
        verdict.judge(artifact, rows=50)


def test_a_model_that_did_not_compile_is_judged_by_its_one_engine(artifact_dir, tmp_path):
    copy = leave_uncompiled(shutil.copytree(artifact_dir, tmp_path / "model"))
    found = verdict.judge(load_artifact(str(copy)))

    assert found.engines == ("sklearn",)


def test_a_forest_is_compared_with_its_compiled_model(forest_dir):
    found = verdict.judge(load_artifact(str(forest_dir)), rows=500)

    assert found == (("compiled", "sklearn"), 500, 0.0)
