"""Clients as they are: forms of a body, of a path and of an event that other software sends."""

import io
import json

import numpy as np
import pytest

from predict import app
from tests.support.samples import BENIGN, JSON, MALIGNANT, NAMES, predict

ROWS = [BENIGN, MALIGNANT]
RECORDS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]


def labels(answer):
    assert answer.status == 200, answer.body
    return [entry["label"] for entry in answer.json()["predictions"]]


def invoke(transport, body, kind="application/json"):
    return transport.request("POST", "/invocations", {"content-type": kind}, body)


@pytest.mark.parametrize(
    "document",
    [
        {"dataframe_split": {"columns": NAMES, "data": ROWS}},
        {
            "dataframe_split": {
                "index": [0, 1],
                "columns": NAMES[::-1],
                "data": [row[::-1] for row in ROWS],
            }
        },
        {"dataframe_split": {"data": ROWS}},
        {"dataframe_records": RECORDS},
        {"inputs": ROWS},
        {"inputs": {name: [row[name] for row in RECORDS] for name in NAMES}},
        {"instances": RECORDS},
    ],
)
def test_mlflow_s_forms_are_read(transport, document):
    assert labels(invoke(transport, json.dumps(document))) == ["benign", "malignant"]


@pytest.mark.parametrize(
    "document",
    [
        {"dataframe_split": {"columns": ["a", "a"], "data": [[1, 2]]}},
        {"dataframe_split": {"columns": NAMES, "data": [[1]]}},
        {"dataframe_split": {"columns": 5, "data": []}},
        {"dataframe_split": {"columns": NAMES}},
        {"inputs": {"mitoses": [1, 2], "clump_thickness": [1]}},
    ],
)
def test_mlflow_s_forms_that_do_not_fit_are_400(transport, document):
    assert invoke(transport, json.dumps(document)).status == 400


@pytest.mark.parametrize("kind", ["application/jsonlines", "application/x-ndjson"])
def test_json_lines_hold_a_sample_each(transport, kind):
    body = f"{json.dumps(ROWS[0])}\n\n{json.dumps(RECORDS[1])}\n"
    assert labels(invoke(transport, body, kind)) == ["benign", "malignant"]
    assert invoke(transport, "[1\n", kind).status == 400


def saved(values, **options):
    file = io.BytesIO()
    np.save(file, np.array(values, **options))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["<f8", ">f8", "<i8", "u1", ">i2", "<f4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numpy_s_format_is_read(transport, kind, order):
    body = saved(ROWS, dtype=kind, order=order)
    assert labels(invoke(transport, body, "application/x-npy")) == ["benign", "malignant"]


def test_one_row_of_numpy_s_is_one_sample(transport):
    assert labels(invoke(transport, saved(BENIGN), "application/x-npy")) == ["benign"]


@pytest.mark.parametrize(
    "body",
    [b"", b"\x93NUMPY", saved([["a"]]), saved([[[1]]]), saved(ROWS)[:-1], saved([1j])],
)
def test_another_file_than_numpy_s_is_400(transport, body):
    assert invoke(transport, body, "application/x-npy").status == 400


@pytest.mark.parametrize("member", ["id", "outputs", "parameters"])
def test_null_is_absent_in_an_inference_request(transport, member):
    name = transport.request("GET", "/v1/model").json()["name"]
    tensor = {"name": "x", "shape": [1, 9], "datatype": "INT64", "data": BENIGN}
    asked = {"inputs": [tensor | {"parameters": None}]}
    path = f"/v2/models/{name}/infer"
    absent = transport.request("POST", path, JSON, json.dumps(asked))
    null = transport.request("POST", path, JSON, json.dumps(asked | {member: None}))
    assert (null.status, null.body) == (200, absent.body)


@pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json;q=0", "*/*;q=0"])
def test_an_answer_that_nobody_accepts_is_406(transport, accept):
    answer = predict(transport, {"samples": ROWS}, accept=accept)
    assert (answer.status, answer.json()["type"]) == (406, "urn:problem:cytology:not-acceptable")


def test_a_slash_at_the_end_changes_nothing(transport):
    assert transport.request("GET", "/v1/health/").status == 200
    assert transport.request("GET", "/v1/health//").status == 404


def test_a_base_path_is_no_part_of_the_path(transport, monkeypatch):
    monkeypatch.setattr(app, "settings", app.settings._replace(base_path="/cytology"))
    assert transport.request("GET", "/cytology/v1/health").status == 200
    assert transport.request("GET", "/v1/health").status == 200
    assert transport.request("GET", "/cytologyv1/health").status == 404


def balancer_event(body, **changes):
    event = {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:1"}},
        "httpMethod": "POST",
        "path": "/v1/predict",
        "multiValueHeaders": {"content-type": ["application/json"]},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
    return event | changes


def test_a_load_balancer_gets_lists_where_it_sent_lists(transport):
    answered = transport.invoke(balancer_event({"samples": ROWS}))
    assert answered["multiValueHeaders"]["content-type"] == ["application/json"]
    assert "headers" not in answered
    single = balancer_event({"samples": ROWS}, headers={"content-type": "application/json"})
    del single["multiValueHeaders"]
    assert transport.invoke(single)["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize(("row", "status"), [(BENIGN, 200), ([0] * 9, 422)])
def test_a_load_balancer_gets_at_most_a_megabyte(transport, row, status):
    answered = transport.invoke(balancer_event({"samples": [row] * 4_000}))
    assert answered["statusCode"] in (status, 413)
    assert len(json.dumps(answered)) < 1_048_576


def lattice_events():
    body = json.dumps({"samples": [BENIGN]})
    yield {
        "version": "2.0",
        "path": "/v1/predict?explain=false",
        "method": "POST",
        "headers": {"content-type": ["application/json"]},
        "queryStringParameters": {"explain": ["false"]},
        "body": body,
        "requestContext": {"serviceArn": "arn:aws:vpc-lattice:1"},
    }
    yield {
        "raw_path": "/v1/predict?explain=false",
        "method": "POST",
        "headers": {"content-type": "application/json"},
        "query_string_parameters": {"explain": "false"},
        "body": body,
        "is_base64_encoded": False,
    }


@pytest.mark.parametrize("event", list(lattice_events()), ids=["version 2", "version 1"])
def test_vpc_lattice_is_answered(transport, event):
    answered = transport.invoke(event)
    assert answered["statusCode"] == 200
    assert "contributions" not in json.loads(answered["body"])["predictions"][0]


@pytest.mark.parametrize(
    "number", ["5.0000000000000001", "1e-400", "1e-99999999999999999999", "4.99999999999999999"]
)
def test_a_number_that_only_rounding_makes_whole_is_400(transport, number):
    body = json.dumps({"samples": [BENIGN]}).replace("5", number, 1)
    answer = transport.request("POST", "/v1/predict", JSON, body)
    assert (answer.status, "rounding" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("number", ["5.0", "5.000000000000000000", "0.5e1", "50e-1"])
def test_a_whole_number_may_be_written_with_a_point(transport, number):
    body = json.dumps({"samples": [BENIGN]}).replace("5", number, 1)
    assert labels(transport.request("POST", "/v1/predict", JSON, body)) == ["benign"]


def test_reasons_that_cannot_be_sent_are_not_computed(transport, monkeypatch):
    explained = []
    engine = app.service.engine

    class Counting:
        name = engine.name

        def predict(self, rows, *, explain):
            explained.extend(rows if explain else ())
            return engine.predict(rows, explain=explain)

    monkeypatch.setattr(app, "service", app.service._replace(engine=Counting()))
    answer = predict(transport, {"samples": [BENIGN] * 10_000}, "?explain=true")
    assert "reasons were left out" in answer.json()["notes"][0]
    assert len(explained) < 20


def test_any_tag_matches_a_star(transport):
    assert transport.request("GET", "/v1/model", {"if-none-match": "*"}).status == 304


def test_a_failure_outside_of_a_route_is_still_an_answer(transport, monkeypatch):
    monkeypatch.setattr(app, "complete", lambda *_: 1 / 0)
    answer = transport.request("GET", "/v1/health")
    assert (answer.status, answer.json()["type"]) == (500, "urn:problem:cytology:internal-error")
