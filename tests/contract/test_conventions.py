"""What every answer carries, whatever it answers."""

import json

import pytest

from tests.support.samples import BENIGN, JSON

BODY = json.dumps({"samples": [BENIGN]})


def test_the_model_tells_what_it_is_and_what_it_must_not_be_used_for(transport):
    document = transport.request("GET", "/v1/model").json()
    assert document["classes"] == ["benign", "malignant"]
    assert len(document["features"]) == 9
    assert document["limits"] == {"samples": 10_000, "bytes": 1_048_576}
    assert any("Not a medical device" in limit for limit in document["limits_of_use"])
    assert len(document["scorecard"]["points"]["mitoses"]) == 10


def test_the_model_s_description_is_cached_by_its_tag(transport):
    first = transport.request("GET", "/v1/model")
    assert "max-age" in first.headers["cache-control"]
    again = transport.request("GET", "/v1/model", {"if-none-match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_an_answer_about_a_sample_is_never_cached(transport):
    answer = transport.request("POST", "/v1/predict", JSON, BODY)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "allow"),
    [("/v1/predict", "POST, OPTIONS"), ("/v1/model", "GET, HEAD, OPTIONS")],
)
def test_options_tells_what_a_path_answers(transport, path, allow):
    answer = transport.request("OPTIONS", path)
    assert (answer.status, answer.headers["allow"]) == (204, allow)


def test_a_parameter_that_is_sent_twice_is_refused(transport):
    answer = transport.request("POST", "/v1/predict?explain=false&explain=true", JSON, BODY)
    assert answer.status == 400


def test_a_harmless_request_id_is_echoed(transport):
    answer = transport.request("GET", "/v1/health", {"x-request-id": "trace-42"})
    assert answer.headers["x-request-id"] == "trace-42"


@pytest.mark.parametrize("sent", ["x" * 65, "a b", "<script>"])
def test_any_other_request_id_is_replaced(transport, sent):
    answer = transport.request("GET", "/v1/health", {"x-request-id": sent})
    assert answer.headers["x-request-id"] not in ("", sent)


@pytest.mark.parametrize("path", ["/v1/health", "/v1/nothing"])
def test_no_origin_is_allowed_unless_configured(transport, path):
    answer = transport.request("GET", path, {"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_every_answer_names_model_and_duration(transport):
    version = transport.request("GET", "/v1/health").json()["model"]["version"]
    for answer in (
        transport.request("POST", "/v1/predict", JSON, BODY),
        transport.request("POST", "/v1/predict", JSON, "{"),
        transport.request("GET", "/v1/nothing"),
    ):
        assert answer.headers["x-model-version"] == version
        assert answer.headers["server-timing"].startswith("app;dur=")
