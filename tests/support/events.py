"""Turns a list of requests into events/: payload-v2 events and the answers they must get.

``make events`` runs this module. An answer is what the handler gives in process, with what changes
from run to run masked, so that one file serves ``sam local invoke``, the tests of every transport
and the reader who wants to see what the API says.
"""

import base64
import gzip
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cytology.schema import load_schema
from tests.support.transports import in_process
from training.dataset import load_dataset

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
EXPECTED = ".expected.json"

#: The first row of the data set is benign, the fifteenth malignant: by the file's own labels.
BENIGN_ROW, MALIGNANT_ROW = 0, 14

#: Members that differ between two trainings or two calls.
MASKED = {"version", "created", "request_id"}
MASK = "(masked)"
#: Headers that every answer of the function must carry as they are.
HEADERS = ("content-type", "cache-control", "allow", "x-content-type-options")
TOLERANCE = 1e-9


class Asked(NamedTuple):
    """One request, and the labels that its samples carry in the data set."""

    method: str
    path: str
    body: str | None = None
    labels: tuple[str, ...] = ()
    as_base64: bool = False


def requests() -> dict[str, Asked]:
    """Every event by name."""
    schema = load_schema()
    data = load_dataset(schema)
    rows = [[None if math.isnan(score) else int(score) for score in row] for row in data.scores]
    labels = [str(label) for label in data.labels]
    benign, malignant = rows[BENIGN_ROW], rows[MALIGNANT_ROW]
    incomplete = next(index for index, row in enumerate(rows) if None in row)
    out_of_range = [*malignant[:-1], schema.features[-1].maximum + 2]

    def predict(*samples: Any, of: tuple[int, ...] = (), as_base64: bool = False) -> Asked:
        body = json.dumps({"samples": samples})
        return Asked("POST", "/v1/predict", body, tuple(labels[row] for row in of), as_base64)

    return {
        "benign": predict(benign, of=(BENIGN_ROW,)),
        "malignant": predict(malignant, of=(MALIGNANT_ROW,)),
        "missing-score": predict(rows[incomplete], of=(incomplete,)),
        "named-fields": predict(
            {"id": "sample-15", **dict(zip(schema.names, malignant, strict=True))},
            of=(MALIGNANT_ROW,),
        ),
        "batch": predict(benign, out_of_range, malignant, of=(BENIGN_ROW, MALIGNANT_ROW)),
        "base64": predict(benign, of=(BENIGN_ROW,), as_base64=True),
        "invalid": predict(out_of_range),
        "not-json": Asked("POST", "/v1/predict", '{"samples": [[5, 1, 1'),
        "health": Asked("GET", "/v1/health"),
        "model": Asked("GET", "/v1/model"),
        "not-found": Asked("GET", "/v1/nothing"),
        "method-not-allowed": Asked("PUT", "/v1/predict", "{}"),
    }


def as_event(asked: Asked) -> dict[str, Any]:
    """The whole event as an HTTP API sends it for a browser's request."""
    headers = {
        "accept": "application/json",
        "accept-encoding": "gzip, deflate, br",
        "content-length": str(len(asked.body or "")),
        "host": "api.example.org",
        "user-agent": "Mozilla/5.0",
        "x-amzn-trace-id": "Root=1-6541f6f0-0123456789abcdef01234567",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    if asked.body is not None:
        headers["content-type"] = "application/json"
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": asked.path,
        "rawQueryString": "",
        "headers": dict(sorted(headers.items())),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefghij",
            "domainName": "api.example.org",
            "domainPrefix": "api",
            "http": {
                "method": asked.method,
                "path": asked.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "Mozilla/5.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1793523600000,
        },
        "isBase64Encoded": asked.as_base64,
    }
    if asked.body is not None:
        encoded = base64.b64encode(asked.body.encode()).decode()
        event["body"] = encoded if asked.as_base64 else asked.body
    return event


def as_expected(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the files keep of a handler's result: status, the lasting headers, the body as JSON."""
    headers = {name.lower(): value for name, value in result["headers"].items()}
    return {
        "status": result["statusCode"],
        "headers": {name: headers[name] for name in HEADERS if name in headers},
        "body": masked(json.loads(body_of(result))),
    }


def body_of(result: Mapping[str, Any]) -> bytes:
    """The body as the caller reads it, after the gateway and after unpacking."""
    content = result["body"]
    content = base64.b64decode(content) if result["isBase64Encoded"] else content.encode()
    packed = result["headers"].get("content-encoding") == "gzip"
    return gzip.decompress(content) if packed else content


def masked(value: Any) -> Any:
    """Hide what differs between two trainings or two calls, wherever it stands."""
    if isinstance(value, dict):
        return {key: MASK if key in MASKED else masked(item) for key, item in value.items()}
    return [masked(item) for item in value] if isinstance(value, list) else value


def differences(expected: Any, found: Any, where: str = "") -> list[str]:
    """Every place where two answers differ; numbers may differ by 1e-9."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            line
            for key in [*expected, *(key for key in found if key not in expected)]
            for line in differences(
                expected.get(key, "(absent)"), found.get(key, "(absent)"), f"{where}/{key}"
            )
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            line
            for index, pair in enumerate(zip(expected, found, strict=True))
            for line in differences(*pair, f"{where}/{index}")
        ]
    numbers = all(type(value) in (int, float) for value in (expected, found))
    if numbers and math.isclose(expected, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
        return []
    return [] if expected == found else [f"{where}: expected {expected!r}, found {found!r}"]


def names() -> list[str]:
    """Events that exist as files."""
    return sorted(path.stem for path in EVENTS.glob("*.json") if not path.name.endswith(EXPECTED))


def read(name: str, suffix: str = ".json") -> Any:
    return json.loads((EVENTS / f"{name}{suffix}").read_text())


def main() -> None:
    """Write every file, and remove those of events that no longer exist."""
    EVENTS.mkdir(exist_ok=True)
    for path in EVENTS.glob("*.json"):
        path.unlink()
    with in_process() as transport:
        for name, asked in requests().items():
            event = as_event(asked)
            _write(EVENTS / f"{name}.json", event)
            _write(EVENTS / f"{name}{EXPECTED}", as_expected(transport.invoke(event)))


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
