"""Turns a seed into requests with their right answers, which the handler in this process gives."""

import io
import json
from contextlib import redirect_stdout
from random import Random
from typing import Any, NamedTuple

from cytology.schema import load_schema
from predict.app import handler

SCHEMA = load_schema()


class Ask(NamedTuple):
    """One request, as an event and as HTTP, with the status and body that it must get."""

    event: dict[str, Any]
    kind: str
    body: str
    status: int
    answer: str


def traffic(count: int, rows: int, seed: int = 1) -> list[Ask]:
    """Distinct requests: single samples, tables, faulty ones, and batches of up to ``rows``."""
    dice = Random(seed)
    return [_ask(dice, number, rows) for number in range(count)]


def is_right(ask: Ask, answer: dict[str, Any] | None) -> bool:
    """True where an answer has the very bytes that this process computes."""
    return answer is not None and (answer["statusCode"], answer["body"]) == (ask.status, ask.answer)


def _ask(dice: Random, number: int, rows: int) -> Ask:
    count = dice.choice((1, 1, 1, 2, rows))
    values = [[dice.choice(feature.scores) for feature in SCHEMA.features] for _ in range(count)]
    if number % 7 == 0:
        values[-1][dice.randrange(9)] = 12
    kind, body = "application/json", json.dumps({"samples": values})
    if number % 5 == 0:
        kind, body = "text/csv", "\n".join(",".join(map(str, row)) for row in values)
    event = {
        "version": "2.0",
        "rawPath": "/v1/predict",
        "headers": {"content-type": kind},
        "requestContext": {"requestId": "load", "http": {"method": "POST", "path": "/v1/predict"}},
        "body": body,
        "isBase64Encoded": False,
    }
    with redirect_stdout(io.StringIO()):
        answer = handler(event, None)
    return Ask(event, kind, body, answer["statusCode"], answer["body"])
