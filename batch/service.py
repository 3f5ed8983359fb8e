"""Turns columns of scores into columns of answers, by a service over HTTPS."""

import gzip
import json
import socket
from typing import Any

from batch import Refused
from batch.scoring import Answers, Floats, Scorer, rows_of
from cytology.prediction import Caution, Prediction
from cytology.schema import load_schema

HEADERS = {
    "content-type": "application/json",
    "content-encoding": "gzip",
    "accept-encoding": "gzip",
}
ROWS_A_REQUEST = 1_000

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

    def ask(rows: Any) -> tuple[list[Prediction], str]:
        asked = {"samples": rows} | ({} if prevalence is None else {"prevalence": prevalence})
        body = gzip.compress(json.dumps(asked).encode(), 1)
        try:
            reply = pool.request("POST", address, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise Refused(f"{address} did not answer: {type(error).__name__}") from error
        return _read(reply.status, reply.data, len(rows))

    def score(scores: Floats) -> Answers:
        rows = rows_of(scores, schema)
        answers = Answers.empty(len(rows), "")
        if not rows:  # the results of invalid rows tell the model too
            least = [[feature.minimum for feature in schema.features]]
            return answers._replace(model=ask(least)[1])
        for first in range(0, len(rows), ROWS_A_REQUEST):
            found, model = ask(rows[first : first + ROWS_A_REQUEST])
            if answers.model not in ("", model):
                raise Refused(changed(answers.model, model))
            answers = answers._replace(model=model)
            answers.put(slice(first, first + len(found)), found, schema.class_names)
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


def _read(status: int, body: bytes, count: int) -> tuple[list[Prediction], str]:
    try:
        document = json.loads(body)
        if status != 200:
            messages = [f"{document['title']}: {document['detail']}"]
            messages += [error["message"] for error in document.get("errors", ())[:3]]
            raise Refused(f"the service answered {status}: {'; '.join(messages)}")
        found = [_prediction(entry) for entry in document["predictions"]]
        version = document["model"]["version"]
    except (ValueError, TypeError, KeyError):
        raise Refused(f"the service answered {status}, but not as this version does") from None
    if len(found) != count:
        raise Refused(f"{count} samples were sent, {len(found)} were answered")
    return found, version


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
        entry["prediction_set_level"],
    )
