"""Every error of a request, one by one: the right status, and the fix in words."""

import base64
import gzip
import json

import pytest

from tests.support.samples import BENIGN, JSON, NAMES

DEEP = "[" * 100_000


def problem(answer, status):
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert {"type", "title", "detail", "request_id"} <= set(document)
    assert len(answer.body) < 2_048
    return document


def post(transport, body, headers=JSON, path="/v1/predict"):
    return transport.request("POST", path, headers, body)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("{", "not JSON"),
        ("{'a': 1}", "not JSON"),
        ("NaN", "NaN"),
        ('{"samples": [[1, 2, Infinity]]}', "Infinity"),
        ("[-Infinity]", "Infinity"),
        ('{"samples": [1e999]}', "too large"),
        ("[-1e999]", "too large"),
        ("9" * 5_000, "too many digits"),
        (DEEP, "nested too deeply"),
        ('{"a":' * 50_000, "nested too deeply"),
        ('{"mitoses": 1, "mitoses": 2}', "twice"),
        ('{"samples": [{"id": "a", "id": "b"}]}', "twice"),
        (b"\xff\xfe{}", "UTF-8"),
        ('"\x00"', "not JSON"),
        ("{} {}", "not JSON"),
    ],
)
def test_a_body_that_is_no_strict_json_is_400(transport, body, detail):
    assert detail in problem(post(transport, body), 400)["detail"]


def test_a_byte_order_mark_is_forgiven(transport):
    assert (
        post(transport, b"\xef\xbb\xbf" + json.dumps({"samples": [BENIGN]}).encode()).status == 200
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_405_with_those_that_work(transport, method):
    answer = transport.request(method, "/v1/predict")
    problem(answer, 405)
    assert answer.headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/predict//", "/v2/models", "/v1/%00"])
def test_an_unknown_path_is_404(transport, path):
    assert "errors" not in problem(transport.request("GET", path), 404)


@pytest.mark.parametrize(
    "declared",
    [
        None,
        "",
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "application/json; charset=latin-1",
    ],
)
def test_a_body_of_another_type_is_415(transport, declared):
    headers = {} if declared is None else {"content-type": declared}
    problem(post(transport, json.dumps({"samples": [BENIGN]}), headers), 415)


@pytest.mark.parametrize(
    "declared", ["application/json", "Application/JSON", 'application/json; charset="UTF-8"']
)
def test_json_may_be_declared_in_any_usual_way(transport, declared):
    answer = post(transport, json.dumps({"samples": [BENIGN]}), {"content-type": declared})
    assert answer.status == 200


def test_more_than_a_megabyte_is_413(transport):
    body = json.dumps({"samples": [BENIGN], "padding": "x" * 1_048_576})
    assert "1,048,576 bytes" in problem(post(transport, body), 413)["detail"]


def test_more_than_ten_thousand_samples_are_413(transport):
    body = json.dumps({"samples": [[1]] * 10_001})
    assert "10,000 samples" in problem(post(transport, body), 413)["detail"]


def test_a_gzip_bomb_is_413_and_never_unpacked(transport):
    bomb = gzip.compress(b" " * 50_000_000, 9)
    answer = post(transport, bomb, JSON | {"content-encoding": "gzip"})
    problem(answer, 413)


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"{}", mtime=0)[:-6]])
def test_a_broken_gzip_body_is_400(transport, body):
    assert (
        "gzip" in problem(post(transport, body, JSON | {"content-encoding": "gzip"}), 400)["detail"]
    )


def test_another_packing_is_415(transport):
    problem(post(transport, b"{}", JSON | {"content-encoding": "br"}), 415)


@pytest.mark.parametrize(
    ("sample", "field", "message"),
    [
        ({}, "mitoses", "mitoses is missing; give a whole number from 1 to 10"),
        ({"mitoses": 12}, "mitoses", "mitoses must be a whole number from 1 to 10, got 12"),
        ({"mitoses": True}, "mitoses", "mitoses must be a whole number from 1 to 10, got true"),
        ({"mitoses": "4"}, "mitoses", "mitoses must be a whole number from 1 to 10, got text"),
        ({"mitoses": 0}, "mitoses", "mitoses must be a whole number from 1 to 10, got 0"),
        (dict.fromkeys(NAMES), "", "9 scores are missing, at most 2 may be; give some of"),
        (
            dict.fromkeys([*NAMES[:-1], "mitosis"], 1),
            "mitosis",
            "mitosis is not a known field; did you mean mitoses?",
        ),
        ({"id": 5}, "id", "id must be a string, got 5"),
        ({"id": "\ud800"}, "id", "id must be printable text on one line"),
    ],
)
def test_a_rule_that_a_sample_breaks_is_named_422(transport, sample, field, message):
    errors = problem(post(transport, json.dumps(sample)), 422)["errors"]
    assert any(
        error["field"] == field and error["message"].startswith(message) and error["sample"] == 0
        for error in errors
    )


def test_all_errors_of_a_sample_are_named_at_once(transport):
    wrong = dict.fromkeys(NAMES, 11)
    errors = problem(post(transport, json.dumps(wrong)), 422)["errors"]
    assert [error["field"] for error in errors] == list(NAMES)


@pytest.mark.parametrize(
    "document",
    [{"samples": []}, {"samples": {}}, {"samples": [[1]], "mode": 1}, [BENIGN], 5, "text", None],
)
def test_a_document_of_another_shape_is_422(transport, document):
    problem(post(transport, json.dumps(document)), 422)


def test_a_wrong_query_is_400(transport):
    answer = post(transport, json.dumps({"samples": [BENIGN]}), JSON, "/v1/predict?explain=maybe")
    assert "explain must be true or false" in problem(answer, 400)["detail"]


# HTTP has no such mark: the gateway sets it
@pytest.mark.parametrize("body", ["!!!", "A", base64.b64encode(b"\xff").decode()])
def test_base64_that_is_none_or_hides_no_text_is_400(transport, body):
    answered = transport.invoke(
        {
            "rawPath": "/v1/predict",
            "requestContext": {"http": {"method": "POST"}},
            "headers": JSON,
            "body": body,
            "isBase64Encoded": True,
        }
    )
    assert answered["statusCode"] == 400


def test_an_invalid_batch_of_ten_thousand_still_fits_into_an_answer(transport):
    answer = post(transport, json.dumps({"samples": [[0] * 9] * 10_000}))
    assert answer.status == 422
    assert len(answer.body) < 6_000_000
    assert answer.json()["errors_omitted"] == 80_000


def test_a_value_that_was_sent_never_comes_back(transport):
    secret = "canary-4711"
    bodies = [json.dumps(dict.fromkeys(NAMES, secret)), f'{{"mitoses": {secret}}}', secret]
    for body in bodies:
        assert secret.encode() not in post(transport, body).body
