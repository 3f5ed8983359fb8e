"""Events of a REST API (payload format 1.0) get the answers of an HTTP API's.

The shapes are those of API Gateway's documentation; no gateway was at hand to send them.
"""

import base64
import gzip
import json

import pytest

from tests.support import events

STAGE = "keyed"
BODY = json.dumps({"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]]}).encode()


def rest_event(method, path, headers=(), body=None, query=(), stage=STAGE):
    """The event of a proxy integration whose API takes every media type for binary."""
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": dict(headers) or None,
        "multiValueHeaders": _lists(headers) or None,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _lists(query) or None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "path": f"/{stage}{path}",
            "stage": stage,
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"apiKey": "(masked)", "apiKeyId": "k1", "sourceIp": "192.0.2.1"},
        },
        "body": None if body is None else base64.b64encode(body).decode(),
        "isBase64Encoded": body is not None,
    }


def _lists(pairs):
    return {name: [value for other, value in pairs if other == name] for name, _ in pairs}


def ask(transport, *arguments, **others):
    return transport.invoke(rest_event(*arguments, **others))


def as_rest(event):
    """The same request by the other gateway, whose header names keep the caller's case."""
    body = event.get("body")
    if body is not None:
        body = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    headers = tuple((name.title(), value) for name, value in event["headers"].items())
    return rest_event(event["requestContext"]["http"]["method"], event["rawPath"], headers, body)


@pytest.mark.parametrize("name", events.names())
def test_every_event_gets_the_same_answer_by_either_gateway(name, transport):
    answer = events.as_expected(transport.invoke(as_rest(events.read(name))))

    assert events.differences(events.read(name, events.EXPECTED), answer) == []


def test_an_answer_is_what_both_payload_formats_understand(transport):
    for event in (as_rest(events.read("benign")), rest_event("GET", "/nope")):
        answered = transport.invoke(event)

        assert set(answered) == {"statusCode", "headers", "body", "isBase64Encoded"}
        assert type(answered["statusCode"]) is int
        assert all(type(value) is str for value in answered["headers"].values())


# A REST API's path never has its stage in it, an HTTP API's always
@pytest.mark.parametrize("stage", ["v1", "keyed"])
def test_a_stage_that_is_called_like_the_path_s_beginning_takes_nothing_from_it(stage, transport):
    assert ask(transport, "GET", "/v1/health", stage=stage)["statusCode"] == 200


def test_the_stage_before_the_path_of_an_http_api_s_older_format_is_no_part_of_it(transport):
    event = rest_event("GET", "/keyed/v1/health") | {"version": "1.0"}

    assert transport.invoke(event)["statusCode"] == 200


def test_a_packed_body_arrives_whole(transport):
    headers = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")]

    answered = ask(transport, "POST", "/v1/predict", headers, gzip.compress(BODY))

    assert json.loads(answered["body"])["predictions"][0]["label"] == "benign"


def test_a_header_sent_twice_counts_with_both_values(transport):
    headers = [("content-type", "application/json"), ("accept", "text/csv"), ("accept", "x/y")]

    answered = ask(transport, "POST", "/v1/predict", headers, BODY)

    # The event's plain headers hold the last one alone
    assert answered["headers"]["content-type"].startswith("text/csv")


def test_a_parameter_sent_twice_is_refused_as_by_the_http_api(transport):
    headers = [("content-type", "application/json")]
    twice = [("explain", "false"), ("explain", "true")]

    answered = ask(transport, "POST", "/v1/predict", headers, BODY, query=twice)

    assert answered["statusCode"] == 400
    once = ask(transport, "POST", "/v1/predict", headers, BODY, query=twice[:1])
    assert "contributions" not in json.loads(once["body"])["predictions"][0]


@pytest.mark.parametrize("junk", [5, "x", [], {"content-type": 5}, {"content-type": [5]}, {"": []}])
def test_lists_that_are_none_are_no_server_error(junk, transport):
    event = rest_event("POST", "/v1/predict", [("content-type", "application/json")], BODY)
    event |= {"multiValueHeaders": junk, "multiValueQueryStringParameters": junk}

    assert transport.invoke(event)["statusCode"] == 200
