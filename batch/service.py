"""Turns samples into predictions: by the model in this process, or by a service over HTTP."""

import json
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cytology.artifact import load_artifact
from cytology.measurements import Sample
from cytology.prediction import Caution, Prediction
from cytology.schema import Schema, load_schema

HEADERS = {"content-type": "application/json", "accept-encoding": "gzip"}

#: Answers that say "later": throttled, or a gateway without a function behind it for a moment.
RETRIED = frozenset({429, 502, 503, 504})

#: The header of a key, as API Gateway's usage plans and the server mode read it.
KEY = "x-api-key"

#: Hosts that are reached without leaving the machine.
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Refused(Exception):
    """The service did not answer with predictions; the message says why, in its words."""


class Answers(NamedTuple):
    """One prediction a sample, and the version of the model that made them."""

    predictions: list[Prediction]
    model: str


class Scorer(NamedTuple):
    """What answers samples, and the schema by which they are read."""

    schema: Schema
    score: Callable[[Sequence[Sample]], Answers]


def in_process(model_dir: Path) -> Scorer:
    """Load a model: no server, no network.

    Raises
    ------
    cytology.artifact.ArtifactMismatch
        There is no model, or it is damaged.
    """
    from runtime.engines import load_engine

    artifact = load_artifact(str(model_dir))
    engine = load_engine(artifact, None)

    def score(samples: Sequence[Sample]) -> Answers:
        rows = [sample.row for sample in samples]
        return Answers(engine.predict(rows, explain=False) if rows else [], artifact.version)

    return Scorer(artifact.schema, score)


def over_http(url: str, retries: int = 6, key: str | None = None) -> Scorer:
    """Ask the service at a base address, again with growing pauses while it says "later".

    A prediction changes nothing, so asking twice is safe. Retry-After is honoured. Ids and classes
    stay here.

    Parameters
    ----------
    url
        The base address, to which ``/v1/predict`` is added.
    retries
        How often a request is sent again.
    key
        Sent to this host and to no other that an answer may lead to.

    Raises
    ------
    Refused
        Nothing listens there, or the key would cross a network in the clear.
    """
    # Imported here: without a service the command needs the standard library alone
    import urllib3

    place = urllib3.util.parse_url(url)
    if key and place.scheme != "https" and place.host not in LOOPBACK:
        raise Refused("a key is sent over https only; give the address with https://")
    _reach(place.host or "", place.port or (443 if place.scheme == "https" else 80), url)
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

    def score(samples: Sequence[Sample]) -> Answers:
        body = json.dumps({"samples": [sample.row for sample in samples]})
        try:
            reply = pool.request("POST", f"{address}?explain=false", body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise Refused(f"{address} did not answer: {type(error).__name__}") from error
        return _read(reply.status, reply.data, len(samples))

    return Scorer(load_schema(), score)


def _reach(host: str, port: int, url: str) -> None:
    """Fail at once where nothing answers; later failures are tried again."""
    try:
        socket.create_connection((host.strip("[]"), port), timeout=5).close()
    except OSError as error:
        raise Refused(f"{url} cannot be reached: {error.strerror or error}") from None


def _read(status: int, body: bytes, count: int) -> Answers:
    try:
        document = json.loads(body)
        if status != 200:
            told = [f"{document['title']}: {document['detail']}"]
            told += [error["message"] for error in document.get("errors", ())[:3]]
            raise Refused(f"the service answered {status}: {'; '.join(told)}")
        found = [_prediction(entry) for entry in document["predictions"]]
        answers = Answers(found, document["model"]["version"])
    except (ValueError, TypeError, KeyError):
        raise Refused(f"the service answered {status}, but not as this version does") from None
    if len(answers.predictions) != count:
        raise Refused(f"{count} samples were sent, {len(answers.predictions)} were answered")
    return answers


def _prediction(entry: dict[str, Any]) -> Prediction:
    span = entry.get("probability_range")
    return Prediction(
        entry["label"],
        entry["probability"],
        tuple(entry["prediction_set"]),
        entry["threshold"],
        (span[0], span[1]) if span else None,
        None,
        tuple(Caution(item["code"], item["field"], "") for item in entry.get("warnings", ())),
    )
