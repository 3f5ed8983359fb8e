"""Turns a table of samples into a table of answers, by asking a service or the handler itself.

Whichever it is, the caller sees one function: CSV text in, CSV text out.
"""

import io
import json
import os
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

import urllib3

HEADERS = {"content-type": "text/csv", "accept": "text/csv", "accept-encoding": "gzip"}

#: Answers that say "later": throttled, or a gateway without a function behind it for a moment.
RETRIED = frozenset({429, 502, 503, 504})

#: The header that API Gateway's usage plans read.
KEY = "x-api-key"

#: Hosts that are reached without leaving the machine.
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

ROOT = Path(__file__).parents[1]

Predict = Callable[[str], "Answer"]


class Refused(Exception):
    """The service did not answer with predictions; the message says why, in its words.

    ``errors`` holds, by row from 0, what is wrong with it, where no row of the table is valid.
    """

    def __init__(self, message: str, errors: dict[int, list[str]] | None = None) -> None:
        self.errors = errors or {}
        super().__init__(message)


class Answer(NamedTuple):
    """The CSV of answers, and the version of the model that gave them."""

    table: str
    model: str


def over_http(url: str, retries: int = 6, key: str | None = None) -> Predict:
    """Ask the service at a base address, again with growing pauses while it says "later".

    A prediction changes nothing, so asking twice is safe. Retry-After is honoured. ``key`` is shown
    to a gateway that counts by keys, and to no other host that an answer may lead to.

    Raises
    ------
    Refused
        The key would cross a network in the clear.
    """
    place = urllib3.util.parse_url(url)
    if key and place.scheme != "https" and place.host not in LOOPBACK:
        raise Refused("a key is sent over https only; give the address with https://")
    retry = urllib3.Retry(
        total=retries,
        backoff_factor=0.5,
        backoff_max=20,
        backoff_jitter=0.5,
        status_forcelist=RETRIED,
        allowed_methods=None,
        raise_on_status=False,
        remove_headers_on_redirect={KEY, *urllib3.Retry.DEFAULT_REMOVE_HEADERS_ON_REDIRECT},
    )
    pool = urllib3.PoolManager(retries=retry, timeout=urllib3.Timeout(connect=5, read=30))
    address = url.rstrip("/") + "/v1/predict"
    headers = HEADERS | ({KEY: key} if key else {})

    def predict(table: str) -> Answer:
        try:
            reply = pool.request("POST", address, body=table.encode(), headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise Refused(f"{address} did not answer: {type(error).__name__}") from error
        return _read(reply.status, reply.data.decode(), reply.headers.get("x-model-version", ""))

    return predict


def in_process(model_dir: Path = ROOT / "artifact") -> Predict:
    """Call the Lambda handler of this checkout: no server, no network."""
    os.environ.setdefault("MODEL_DIR", str(model_dir))
    from predict.app import handler

    def predict(table: str) -> Answer:
        event = {
            "rawPath": "/v1/predict",
            "requestContext": {"http": {"method": "POST"}},
            "headers": HEADERS | {"accept-encoding": "identity"},
            "body": table,
        }
        # Lambda's log and metrics lines would stand between the progress bar's
        with redirect_stdout(io.StringIO()):
            answered = handler(event, None)
        headers = answered["headers"]
        return _read(answered["statusCode"], answered["body"], headers["x-model-version"])

    return predict


def _read(status: int, body: str, model: str) -> Answer:
    if status == 200:
        return Answer(table=body, model=model)
    message = f"the service answered {status}"
    try:
        problem = json.loads(body)
        message += f": {problem['title']}: {problem['detail']}"
    except (ValueError, TypeError, KeyError):
        raise Refused(message) from None
    errors: dict[int, list[str]] = {}
    for error in problem.get("errors", ()):
        if "sample" in error:
            errors.setdefault(error["sample"], []).append(error["message"])
        else:
            message += f"; {error['message']}"
    raise Refused(message, errors)
