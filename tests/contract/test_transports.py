"""Ten requests that every transport carries to the same handler, and back."""

import gzip
import json
import struct

import pytest

from tests.support import transports
from tests.support.samples import BENIGN, JSON, predict

CSV = {"content-type": "text/csv"}
LINE = ",".join(map(str, BENIGN))

pytestmark = pytest.mark.parametrize("transport", transports.NAMES, indirect=True)


def test_every_transport_reaches_the_handler(transport):
    answer = transport.request("GET", "/v1/health")
    assert (answer.status, answer.json()["status"]) == (200, "ready")
    assert answer.headers["x-model-version"] == answer.json()["model"]["version"]


def test_every_transport_carries_the_body_the_type_and_the_query(transport):
    answer = predict(transport, {"samples": [BENIGN]}, "?explain=false")
    assert answer.json()["predictions"][0]["label"] == "benign"
    assert "contributions" not in answer.json()["predictions"][0]


def test_every_transport_carries_bytes_that_are_no_text(transport):
    answer = transport.request("POST", "/v1/predict", JSON, b'{"a": "\xff\xfe"}')
    assert (answer.status, "UTF-8" in answer.json()["detail"]) == (400, True)


def test_every_transport_carries_a_table_both_ways(transport):
    answer = transport.request("POST", "/v1/predict", CSV | {"accept": "text/csv"}, LINE)
    assert answer.headers["content-type"].startswith("text/csv")
    assert b",benign," in answer.body


def test_every_transport_carries_packed_bodies_both_ways(transport):
    headers = CSV | {"content-encoding": "gzip", "accept-encoding": "gzip"}
    packed = gzip.compress(f"{LINE}\n".encode() * 500)
    answer = transport.request("POST", "/v1/predict", headers, packed)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.body))["predictions"]) == 500


def test_every_transport_carries_a_megabyte_and_no_more(transport):
    most = json.dumps({"samples": [BENIGN]}) + " " * 1_000_000
    assert transport.request("POST", "/v1/predict", JSON, most).status == 200
    assert transport.request("POST", "/v1/predict", JSON, most + " " * 50_000).status == 413


def test_every_transport_names_every_error_of_a_sample(transport):
    answer = predict(transport, {"samples": [[0] * 9]})
    assert (answer.status, len(answer.json()["errors"])) == (422, 9)
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_transport_reports_the_methods_of_a_path(transport):
    answer = transport.request("DELETE", "/v1/predict")
    assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_every_transport_answers_head_without_a_body(transport):
    answer = transport.request("HEAD", "/v1/model/")
    assert (answer.status, answer.body) == (200, b"")


def test_every_transport_carries_binary_tensors(transport):
    tail = struct.pack("<9d", *BENIGN)
    tensor = {"name": "scores", "shape": [1, 9], "datatype": "FP64"}
    tensor["parameters"] = {"binary_data_size": len(tail)}
    head = json.dumps({"inputs": [tensor]}).encode()
    name = transport.request("GET", "/v1/model").json()["name"]
    headers = {"inference-header-content-length": str(len(head))}
    answer = transport.request("POST", f"/v2/models/{name}/infer", headers, head + tail)
    assert answer.json()["outputs"][0]["data"] == ["benign"]
