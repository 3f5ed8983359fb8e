"""Our log and metrics lines are those of Powertools, without the price of its import."""

import io
import json
import subprocess
import sys

import pytest
from aws_lambda_powertools import Logger, Metrics

from runtime.telemetry import Journal, Log
from tests.support.transports import ARTIFACT, ROOT

FIELDS = {"request_id": "abc", "status": 200, "cold_start": True}


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_log_line_has_the_fields_of_powertools_logger(capsys):
    stream = io.StringIO()
    Logger(service="predict", level="INFO", stream=stream, location=None).info(
        "answered", extra=FIELDS
    )
    theirs = json.loads(stream.getvalue())

    Log("predict", "INFO").info("answered", **FIELDS)

    [ours] = lines(capsys)
    assert list(ours) == list(theirs)
    assert {**ours, "timestamp": ""} == {**theirs, "timestamp": ""}
    assert len(ours["timestamp"]) == len(theirs["timestamp"])
    assert ours["timestamp"][:14] == theirs["timestamp"][:14]


UNITS = {"Duration": "Milliseconds", "Failed": "Count"}
METRICS = {"Duration": 1.5, "Failed": 0}


def test_the_line_of_a_request_is_that_of_powertools_logger_and_metrics_in_one(capsys):
    metrics = Metrics(namespace="Space", service="predict")
    for name, value in METRICS.items():
        metrics.add_metric(name, UNITS[name], value)
    metrics.flush_metrics()
    Log("predict", "INFO").info("answered", **FIELDS)
    Journal(Log("predict", "INFO"), "Space", UNITS).enter("answered", FIELDS, METRICS)

    theirs, log, ours = lines(capsys)
    # One number need not be a list, and a query that names it finds it
    theirs |= {name: theirs[name][0] for name in METRICS}
    expected = log | theirs
    expected["timestamp"] = ours["timestamp"] = ""
    expected["_aws"]["Timestamp"] = ours["_aws"]["Timestamp"] = 0
    assert ours == expected


def test_below_the_log_s_level_a_request_s_line_holds_its_metrics_alone(capsys):
    Journal(Log("predict", "ERROR"), "Space", UNITS).enter("answered", FIELDS, METRICS)

    [line] = lines(capsys)
    assert line.keys() == {"service", "_aws", *METRICS}


def test_without_a_place_for_metrics_a_request_s_line_is_the_log_s_alone(capsys):
    for level in ("INFO", "ERROR"):
        journal = Journal(Log("predict", level), None, UNITS)
        journal.enter("answered", FIELDS, METRICS)

    [line] = lines(capsys)
    assert line.keys() == {"level", "message", "timestamp", "service", *FIELDS, *METRICS}


def test_levels_below_the_chosen_one_are_not_written(capsys):
    Log("predict", "ERROR").info("answered")
    Log("predict", "error").error("failed")

    assert [line["message"] for line in lines(capsys)] == ["failed"]


def test_no_value_can_forge_a_second_line(capsys):
    forged = {"request_id": 'x"}\r\n{"level":"INFO"'}
    Log("predict", "INFO").info("answered", **forged)
    Journal(Log("predict", "INFO"), "Space", UNITS).enter("answered", forged, METRICS)

    assert [line["request_id"] for line in lines(capsys)] == [forged["request_id"]] * 2


#: Together more than the rest of a cold start (docs/decisions/0031); none may come back unnoticed.
SLOW = {
    "asyncio", "aws_lambda_powertools", "boto3", "hashlib", "inspect", "jmespath", "numpy",
    "pathlib", "pydantic", "random", "sklearn", "typing_extensions",
}  # fmt: skip


def test_one_prediction_imports_no_slow_module(imported_by_one_prediction):
    assert imported_by_one_prediction & SLOW == set()


def test_one_prediction_stays_within_its_import_budget(imported_by_one_prediction):
    # Beyond what the runtime client itself has loaded by then; 32 when this was written
    assert len(imported_by_one_prediction) <= 36, sorted(imported_by_one_prediction)


def model_event(path, body=""):
    context = {"http": {"method": "POST" if body else "GET", "path": path}}
    event = {"version": "2.0", "rawPath": path, "requestContext": context, "headers": {}}
    return event | {"body": body}


@pytest.mark.parametrize("route", ["model", "inference"])
def test_another_route_imports_at_most_ten_modules_more(
    route, imported_by_one_prediction, artifact
):
    tensor = {"name": "x", "shape": [1, 9], "datatype": "INT64", "data": [1] * 9}
    event = {
        "model": model_event("/v1/model"),
        "inference": model_event(
            f"/v2/models/{artifact.name}/infer", json.dumps({"inputs": [tensor]})
        ),
    }[route]
    assert len(imported_by(event) - imported_by_one_prediction) <= 10


def test_a_prediction_imports_no_typing(imported_by_one_prediction):
    assert "typing" not in imported_by_one_prediction


@pytest.fixture(scope="module")
def imported_by_one_prediction():
    return imported_by(json.loads((ROOT / "events" / "benign.json").read_text()))


def imported_by(event) -> set[str]:
    """Modules that a fresh process imports for one event, beside those of the runtime client."""
    code = """
import json, sys
import awslambdaric.bootstrap, awslambdaric.lambda_runtime_client
before = set(sys.modules)
from predict.app import handler
event = json.loads(sys.argv[1])
assert handler(event, None)["statusCode"] == 200
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    ran = subprocess.run(
        [sys.executable, "-c", code, json.dumps(event)],
        cwd=ROOT,
        env={"MODEL_DIR": str(ARTIFACT), "PYTHONPATH": f"{ROOT}:{ROOT / 'functions'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))
