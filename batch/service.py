"""Turns columns of scores into columns of answers, by a service over HTTPS."""

import gzip
import json
import socket
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from batch import Refused
from batch.scoring import Answers, Floats, Scorer, rows_of
from cytology.schema import Schema, load_schema

#: The answer is a CSV, whose columns pyarrow reads: JSON takes ten times as long.
HEADERS = {
    "accept": "text/csv",
    "content-type": "application/json",
    "content-encoding": "gzip",
    "accept-encoding": "gzip",
}
ROWS_A_REQUEST = 1_000
#: The columns of an answer that are read.
_TEXTS = ("label", "inconclusive", "warnings", "model")
_NUMBERS = ("probability", "probability_low", "probability_high")

#: Answers that say "later": throttled, or a gateway without a function behind it for a moment.
RETRIED = frozenset({429, 502, 503, 504})
#: Pauses in seconds: the first, doubled each time, and the longest; a server's word counts more.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
#: Times that a request is sent again: some three minutes.
RETRIES = 12

#: The header of a key, as API Gateway's usage plans and the server mode read it.
KEY = "x-api-key"

#: Hosts that are reached without leaving the machine.
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def over_http(
    url: str,
    retries: int = RETRIES,
    key: str | None = None,
    parallel: int = 1,
    prevalence: float | None = None,
) -> Scorer:
    """Ask the service at a base address, again with growing pauses while it says "later".

    A prediction changes nothing, so asking twice is safe. Ids and classes stay here.

    Parameters
    ----------
    url
        The base address, to which ``/v1/predict`` is added.
    retries
        How often a request is sent again.
    key
        Sent to this host and to no other that an answer may lead to.
    parallel
        Connections that are kept open; as many threads may ask at once.
    prevalence
        Asked for with every request.

    Raises
    ------
    Refused
        Nothing listens there, or the key would cross a network in the clear.
    """
    # Imported here: without a service the command needs no library for it
    import urllib3

    place = urllib3.util.parse_url(url)
    if key and place.scheme != "https" and place.host not in LOOPBACK:
        raise Refused("a key is sent over https only; give the address with https://")
    _reach(place.host or "", place.port or (443 if place.scheme == "https" else 80), url)
    retry = urllib3.Retry(
        total=retries,
        backoff_factor=FIRST_PAUSE,
        backoff_max=LONGEST_PAUSE,
        backoff_jitter=FIRST_PAUSE,
        status_forcelist=RETRIED,
        allowed_methods=None,
        raise_on_status=False,
        remove_headers_on_redirect={KEY, *urllib3.Retry.DEFAULT_REMOVE_HEADERS_ON_REDIRECT},
    )
    pool = urllib3.PoolManager(
        maxsize=parallel, block=True, retries=retry, timeout=urllib3.Timeout(connect=5, read=30)
    )
    address = url.rstrip("/") + "/v1/predict?explain=false"
    headers = HEADERS | ({KEY: key} if key else {})
    schema = load_schema()

    def ask(rows: Any) -> Answers:
        asked = {"samples": rows} | ({} if prevalence is None else {"prevalence": prevalence})
        body = gzip.compress(json.dumps(asked).encode(), 1)
        try:
            reply = pool.request("POST", address, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise Refused(f"{address} did not answer: {type(error).__name__}") from error
        if reply.status != 200:
            raise _refusal(reply.status, reply.data)
        return _read(reply.data, len(rows), schema)

    def score(scores: Floats) -> Answers:
        rows = rows_of(scores, schema)
        answers = Answers.empty(len(rows), schema)
        if not rows:  # the results of invalid rows tell the model too
            least = [[feature.minimum for feature in schema.features]]
            return answers._replace(model=ask(least).model)
        for first in range(0, len(rows), ROWS_A_REQUEST):
            part = rows[first : first + ROWS_A_REQUEST]
            found = ask(part)
            if answers.model not in ("", found.model):
                raise Refused(changed(answers.model, found.model))
            answers = answers._replace(model=found.model)
            answers.place(slice(first, first + len(part)), found)
        return answers

    return Scorer(schema, score)


def changed(old: str, new: str) -> str:
    """Why results are thrown away."""
    return (
        f"the model changed from {old} to {new}; run again to score the whole file with one model"
    )


def _reach(host: str, port: int, url: str) -> None:
    """Fail at once where nothing answers; later failures are tried again."""
    try:
        socket.create_connection((host.strip("[]"), port), timeout=5).close()
    except OSError as error:
        raise Refused(f"{url} cannot be reached: {error.strerror or error}") from None


def _refusal(status: int, body: bytes) -> Refused:
    try:
        document = json.loads(body)
        messages = [f"{document['title']}: {document['detail']}"]
        messages += [error["message"] for error in document.get("errors", ())[:3]]
    except (ValueError, TypeError, KeyError):
        return Refused(f"the service answered {status}, but not as this version does")
    return Refused(f"the service answered {status}: {'; '.join(messages)}")


def _read(body: bytes, count: int, schema: Schema) -> Answers:
    """Read a CSV of results."""
    coded = dict.fromkeys(_TEXTS, pa.dictionary(pa.int32(), pa.string()))
    types = coded | dict.fromkeys(_NUMBERS, pa.float64())
    convert = csv.ConvertOptions(column_types=types, include_columns=[*types])
    try:
        table = csv.read_csv(pa.BufferReader(body), convert_options=convert).combine_chunks()
        (label, classes), (unclear, truths), (warnings, texts), (_, [model]) = (
            (column.indices.to_numpy(), column.dictionary.to_pylist())
            for column in (table[name].chunk(0) for name in _TEXTS)
        )
        labels = np.array([schema.class_names.index(name) for name in classes], dtype=np.int8)
    except (pa.ArrowInvalid, KeyError, ValueError):
        raise Refused("the service answered 200, but not as this version does") from None
    if len(label) != count:
        raise Refused(f"{count} samples were sent, {len(label)} were answered")
    answers = Answers.empty(count, schema, model)
    answers.label[:] = labels[label]
    answers.inconclusive[:] = np.array(truths)[unclear] == "true"
    answers.warnings[:] = answers.codes(texts)[warnings]
    for target, name in zip(answers[1:4], _NUMBERS, strict=True):
        target[:] = table[name].to_numpy()
    return answers
