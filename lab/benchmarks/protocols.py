"""Writes requests and finds the labels in answers, for each protocol that a variant speaks."""

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

INVOCATIONS = "/2015-03-31/functions/function/invocations"
HOST = "127.0.0.1"

Rows = Sequence[Sequence[int]]


class Protocol(NamedTuple):
    """The path of a request, its body for some rows, and the labels in an answer."""

    path: str
    body: Callable[[Rows], bytes]
    labels: Callable[[Any], list[str]]


def event(
    body: str, content_type: str = "application/json", *, accept: str = "*/*", explain: bool = False
) -> dict[str, Any]:
    """Return the event that an HTTP API sends for a prediction, payload version 2.0.

    Parameters
    ----------
    body
        The request's body.
    content_type, accept
        The request's headers.
    explain
        Whether the answer gives the reasons of each label.
    """
    return {
        "version": "2.0",
        "rawPath": "/v1/predict",
        "rawQueryString": f"explain={str(explain).lower()}",
        "queryStringParameters": {"explain": str(explain).lower()},
        "headers": {"content-type": content_type, "accept": accept, "host": "localhost"},
        "requestContext": {
            "requestId": "benchmark",
            "stage": "$default",
            "http": {"method": "POST", "path": "/v1/predict", "sourceIp": HOST},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def samples_body(rows: Rows) -> str:
    """Return the body of a request for some rows."""
    return json.dumps({"samples": rows})


def _tensor(rows: Rows) -> bytes:
    data = [value for row in rows for value in row]
    tensor = {"name": "predict", "shape": [len(rows), len(rows[0])], "datatype": "FP64"}
    return json.dumps({"inputs": [{**tensor, "data": data}]}).encode()


def _labels(answer: Any) -> list[str]:
    return [prediction["label"] for prediction in answer["predictions"]]


LAMBDA = Protocol(
    INVOCATIONS,
    # People read the reasons of one sample, not those of many
    lambda rows: json.dumps(event(samples_body(rows), explain=len(rows) == 1)).encode(),
    lambda answer: _labels(json.loads(answer["body"])),
)
REST = Protocol("/v1/predict", lambda rows: samples_body(rows).encode(), _labels)
V2 = Protocol("/v2/models/cytology/infer", _tensor, lambda answer: answer["outputs"][0]["data"])
