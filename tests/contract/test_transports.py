"""Every transport carries the same request to the same handler."""

import base64
import json

import pytest


def test_every_transport_reaches_the_handler(transport):
    answer = transport.request("GET", "/v1/health")

    assert answer.status == 200
    assert answer.json()["status"] == "ready"
    assert answer.headers["x-model-version"] == answer.json()["model"]["version"]


def test_every_transport_carries_the_body_the_type_and_the_query(transport):
    body = json.dumps({"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]]})
    headers = {"content-type": "application/json"}

    answer = transport.request("POST", "/v1/predict?explain=false", headers, body)

    assert answer.status == 200
    assert answer.json()["predictions"][0]["label"] == "benign"
    assert "contributions" not in answer.json()["predictions"][0]


def test_every_transport_carries_bytes_that_are_no_text(transport):
    answer = transport.request(
        "POST", "/v1/predict", {"content-type": "application/json"}, b'{"a": "\xff\xfe"}'
    )

    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "UTF-8" in answer.json()["detail"]


def test_every_transport_reports_the_methods_that_a_path_answers(transport):
    answer = transport.request("DELETE", "/v1/predict")

    assert answer.status == 405
    assert answer.headers["allow"] == "POST, OPTIONS"


# HTTP has no such mark: the gateway sets it
@pytest.mark.parametrize("transport", ["in-process", "emulator", "container"], indirect=True)
def test_a_declared_base64_body_is_decoded(transport):
    event = {
        "rawPath": "/v1/predict",
        "requestContext": {"http": {"method": "POST"}},
        "headers": {"Content-Type": "application/json"},
        "body": base64.b64encode(b"[5,1,1,1,2,1,3,1,1]").decode(),
        "isBase64Encoded": True,
    }

    assert transport.invoke(event)["statusCode"] == 200
