"""Turns an answer to hostile input into the rules that it breaks: none, where all is well."""

import base64
import csv
import gzip
import io
import json
import re
from contextlib import redirect_stdout
from time import process_time
from typing import Any, NamedTuple

from cytology.results import COLUMNS
from predict import app
from tests.hostile.bodies import NUMBER, WORD

STATUSES = frozenset({200, 204, 304, 400, 404, 405, 406, 413, 415, 422})

#: A refusal is shorter than this for every sample that it refuses (docs/decisions/0050).
REFUSAL_BYTES = 2_048

#: Lambda's own limit on an answer.
ANSWER_BYTES = 6_291_556

#: The canary number where a number begins: a duration of 0.38675309 ms is our own.
_CANARY_NUMBER = re.compile(rf"(?<![\d.]){NUMBER}")

#: No case may keep the function longer; the longest, 10,000 samples of all errors, takes a tenth.
CPU_S = 2.0

#: The data set's first row, and what it must get whatever came before.
NORMAL = {
    "version": "2.0",
    "rawPath": "/v1/predict",
    "headers": {"content-type": "application/json"},
    "requestContext": {"requestId": "gw-1", "http": {"method": "POST", "path": "/v1/predict"}},
    "body": '{"samples": [[5, 1, 1, 1, 2, 1, 3, 1, 1]]}',
    "isBase64Encoded": False,
}


class Outcome(NamedTuple):
    """What became of one event; ``breaches`` names every rule of the bar that was broken."""

    status: int
    cpu_s: float
    breaches: tuple[str, ...]


class Context(NamedTuple):
    """The part of the Lambda context that the handler reads."""

    aws_request_id: str = "lambda-1"


def judge(event: Any, *, canaries: bool = True) -> Outcome:
    """Call the handler with one event and hold its answer and its log to the bar.

    Without ``canaries`` what comes back is not searched for them: for events that may name one in
    an id of their own, which comes back by right.
    """
    log = io.StringIO()
    started = process_time()
    try:
        with redirect_stdout(log):
            answer = app.handler(event, Context())
    # Whatever it is, it is the finding
    except BaseException as error:  # noqa: BLE001
        return Outcome(0, process_time() - started, (f"raised {type(error).__name__}: {error}",))
    cpu_s = process_time() - started
    breaches = [
        *_answer_breaches(answer, canaries),
        *_log_breaches(log.getvalue(), canaries),
    ]
    if cpu_s > CPU_S:
        breaches.append(f"took {cpu_s:.2f} s of processor time")
    return Outcome(answer["statusCode"], cpu_s, tuple(breaches))


def normal_answer() -> tuple[Any, float]:
    """What a normal request gets now, and its processor time."""
    started = process_time()
    with redirect_stdout(io.StringIO()):
        answer = app.handler(NORMAL, Context())
    elapsed = process_time() - started
    return (answer["statusCode"], answer["body"]), elapsed


def _answer_breaches(answer: Any, canaries: bool) -> list[str]:
    if not isinstance(answer, dict) or answer.get("statusCode") not in STATUSES:
        return [f"status {answer.get('statusCode') if isinstance(answer, dict) else answer!r}"]
    if lists := answer.pop("multiValueHeaders", None):
        answer["headers"] = {name: value for name, [value] in lists.items()}
    try:
        # As the runtime client does it: half a surrogate pair would end the function here
        sent = json.dumps(answer, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        return [f"cannot be sent: {error}"]
    found = []
    if len(sent) > ANSWER_BYTES:
        found.append(f"an answer of {len(sent)} bytes")
    for name, value in answer["headers"].items():
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            found.append(f"header {name} is not printable text")
    headers = {name: value for name, value in answer["headers"].items() if name != "x-request-id"}
    if canaries and _holds_canary(json.dumps(headers) + _without_ids(answer)):
        found.append("repeats what was sent")
    if answer["statusCode"] >= 400:
        found += _refusal_breaches(answer)
    return found


def _without_ids(answer: dict[str, Any]) -> str:
    """The body but for what comes back to its sender: ids, refused rows, a refused table's row."""
    body = answer["body"]
    if answer["isBase64Encoded"]:
        body = gzip.decompress(base64.b64decode(body)).decode()
    if not body:
        return body
    if answer["headers"].get("content-type", "").startswith("text/csv"):
        rows = csv.reader(io.StringIO(body, newline=""))
        own = {COLUMNS.index("id"), COLUMNS.index("input")}
        return json.dumps([[c for at, c in enumerate(row) if at not in own] for row in rows])
    document = json.loads(body)
    document.pop("table", None)
    if answer["statusCode"] != 200:
        return json.dumps(document)
    entries = [entry for entry in document.get("predictions", []) if entry is not None]
    for entry in (document, *entries):
        entry.pop("id", None)
    return json.dumps(document)


def _refusal_breaches(answer: dict[str, Any]) -> list[str]:
    found = []
    if answer["headers"].get("content-type") != "application/problem+json":
        found.append("a refusal that is no problem document")
    if answer["isBase64Encoded"]:
        return found  # only lists of errors are long enough to be packed
    if not answer["body"]:
        return found  # HEAD
    problem = json.loads(answer["body"])
    if {"type", "title", "status", "detail", "request_id"} - set(problem):
        found.append("a problem document that lacks a member")
    refused = len({error.get("sample") for error in problem.get("errors", [])})
    if len(answer["body"].encode()) >= REFUSAL_BYTES * max(1, refused):
        found.append(f"a refusal of {len(answer['body'].encode())} bytes for {refused} samples")
    return found


def _log_breaches(log: str, canaries: bool) -> list[str]:
    found = []
    if canaries and _holds_canary(log):
        found.append("logs what was sent")
    for line in log.splitlines():
        if json.loads(line).get("message") == "failed":
            found.append(f"failed: {line}")
        if len(line) > 1_024:
            found.append(f"a log line of {len(line)} characters")
    return found


def _holds_canary(text: str) -> bool:
    return WORD in text.lower() or _CANARY_NUMBER.search(text) is not None
