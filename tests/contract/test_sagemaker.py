"""SageMaker's container contract."""

import json

import pytest

from tests.support.samples import BENIGN, JSON, NAMES, predict

LINE = ",".join(map(str, BENIGN))


def invoke(transport, body, headers=JSON):
    return transport.request("POST", "/invocations", headers, body)


def test_a_container_that_can_serve_answers_the_ping(transport):
    assert transport.request("GET", "/ping").status == 200


@pytest.mark.parametrize(
    "document",
    [
        {"instances": [BENIGN]},
        {"samples": [BENIGN]},
        [BENIGN],
        BENIGN,
        dict(zip(NAMES, BENIGN, strict=True)),
        [dict(zip(NAMES, BENIGN, strict=True))],
    ],
)
def test_json_is_read_in_the_forms_that_clients_send(transport, document):
    expected = predict(transport, {"samples": [BENIGN]}).json()
    assert invoke(transport, json.dumps(document)).json() == expected


def test_csv_goes_in_and_comes_out(transport):
    headers = {"content-type": "text/csv", "accept": "text/csv"}
    answer = invoke(transport, f"{LINE}\n{LINE}\n", headers)
    assert answer.status == 200
    assert answer.body.decode().splitlines()[1].startswith("1,,benign,0.0")


def test_an_error_of_json_lines_names_the_line(transport):
    body = f"{json.dumps(BENIGN)}\n\n5,1\n"
    answer = invoke(transport, body, {"content-type": "application/jsonlines"})
    assert answer.status == 400
    assert answer.json()["detail"].startswith("line 3, read alone: the body is not JSON")


@pytest.mark.parametrize("document", [{"instances": []}, {"instances": 5}, [], [[]], None, 5])
def test_an_invocation_without_samples_is_422(transport, document):
    assert invoke(transport, json.dumps(document)).status == 422


def test_an_invocation_of_another_type_is_415(transport):
    assert invoke(transport, LINE, {"content-type": "text/plain"}).status == 415
