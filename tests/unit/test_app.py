"""The handler on events that are no clean request, and what it writes to the log."""

import json

import pytest

from predict import app

ROW = [5, 1, 1, 1, 2, 1, 3, 1, 1]


class Context:
    aws_request_id = "lambda-1"


def event(body="", method="POST", path="/v1/predict", **changes):
    return {
        "version": "2.0",
        "rawPath": path,
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "requestId": "gateway-1",
            "stage": "$default",
            "http": {"method": method, "path": path},
        },
        "body": body,
        "isBase64Encoded": False,
    } | changes


def answer(*args, **changes):
    return app.handler(event(*args, **changes), Context())


@pytest.mark.parametrize(
    "junk", [None, 5, "text", [], {}, {"samples": [ROW]}, {"requestContext": "x"}, {"rawPath": 1}]
)
def test_an_event_that_is_no_http_request_is_answered_400(junk):
    answered = app.handler(junk, Context())
    assert answered["statusCode"] == 400
    assert json.loads(answered["body"])["request_id"] == "lambda-1"


@pytest.mark.parametrize("field", ["headers", "body", "queryStringParameters"])
@pytest.mark.parametrize("junk", [None, 5, [], "x", {"a": 1}])
def test_junk_in_one_part_of_an_event_is_never_a_server_error(field, junk):
    assert app.handler(event(json.dumps(ROW)) | {field: junk}, Context())["statusCode"] < 500


def test_an_answer_carries_the_gateway_s_request_id():
    assert answer("{")["headers"]["x-request-id"] == "gateway-1"


def test_a_named_stage_before_the_path_is_ignored():
    staged = event(method="GET", path="/beta/v1/health")
    staged["requestContext"]["stage"] = "beta"
    assert app.handler(staged, Context())["statusCode"] == 200


def test_a_failure_is_logged_by_its_kind_and_place(monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr(app, "answer", fail)
    answer("{}")
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    record = next(record for record in records if record.get("message") == "failed")
    assert (record["level"], record["error"]) == ("ERROR", "RuntimeError")
    assert record["place"].split(":")[0] == "test_app.py"


def test_metrics_count_samples_and_name_none(capsys):
    answer(json.dumps({"samples": [ROW, [1], [10] * 9]}))
    [line] = capsys.readouterr().out.splitlines()
    metrics = json.loads(line)
    [directive] = metrics["_aws"]["CloudWatchMetrics"]
    assert all(isinstance(metrics[metric["Name"]], int | float) for metric in directive["Metrics"])
    assert (metrics["Samples"], metrics["SamplesInvalid"]) == (3, 1)
    assert metrics["SamplesPositive"] == 1


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://a.example", True), ("https://b.example", False), ("", False)]
)
def test_only_a_listed_origin_is_told_that_it_may_read_the_answer(origin, allowed, monkeypatch):
    listed = app.settings._replace(allowed_origins=("https://a.example",))
    monkeypatch.setattr(app, "settings", listed)
    headers = answer(json.dumps(ROW), headers={"origin": origin})["headers"]
    assert headers.get("access-control-allow-origin") == (origin if allowed else None)
    assert headers["vary"] == "origin"


def test_one_row_more_than_a_request_may_carry_is_refused_with_or_without_a_header(monkeypatch):
    tight = app.service._replace(settings=app.service.settings._replace(max_samples=2))
    monkeypatch.setattr(app, "service", tight)
    line = ",".join(str(score) for score in ROW)
    names = ",".join(app.service.artifact.schema.names)
    for table, status in (
        (f"{line}\n" * 2, 200),
        (f"{line}\n" * 3, 413),
        (f"{names}\n" + f"{line}\n" * 2, 200),
        (f"{names}\n" + f"{line}\n" * 3, 413),
    ):
        assert answer(table, headers={"content-type": "text/csv"})["statusCode"] == status


@pytest.mark.parametrize("origin", ["https://a.example", "https://b.example"])
def test_a_preflight_names_the_methods_only_for_a_listed_origin(origin, monkeypatch):
    listed = app.service.settings._replace(allowed_origins=("https://a.example",))
    monkeypatch.setattr(app, "service", app.service._replace(settings=listed))
    answered = answer(method="OPTIONS", headers={"origin": origin})
    assert answered["statusCode"] == 204
    named = "access-control-allow-methods" in answered["headers"]
    assert named is (origin == "https://a.example")


@pytest.mark.parametrize("headers", [{}, {"x-origin-secret": "wrong"}, {"x-origin-secret": "ï"}])
def test_behind_a_waf_a_request_past_cloudfront_is_refused(headers, monkeypatch):
    monkeypatch.setattr(app, "settings", app.settings._replace(origin_secret="right"))
    for refused in (event(method="GET", path="/v1/health", headers=headers), {}, None):
        answered = app.handler(refused, Context())
        assert (answered["statusCode"], answered["body"]) == (403, '{"message":"Forbidden"}')
    passed = event(method="GET", path="/v1/health", headers={"x-origin-secret": "right"})
    assert app.handler(passed, Context())["statusCode"] == 200
