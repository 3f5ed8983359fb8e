"""Lists the variants: image, command, request and answer of each."""

import http.client
import json
from typing import NamedTuple

import numpy as np

from cytology.schema import load_schema
from lab.benchmarks.images import CannotBuild, build_ours, build_peer
from lab.benchmarks.protocols import HOST, INVOCATIONS, LAMBDA, REST, V2, Protocol, Rows
from training.dataset import load_dataset

JSON = {"content-type": "application/json"}
#: A sample whose label is benign.
SAMPLE = [5, 1, 1, 1, 2, 1, 3, 1, 1]
#: Rows of the data set that a variant must classify before it is timed, and how many correctly.
CHECKED, CORRECT = 100, 90


class WrongAnswer(Exception):
    """A variant gives no labels, or labels that its model does not give."""


class Variant(NamedTuple):
    """A service to measure: its image, environment, command and protocol."""

    name: str
    image: str
    environment: dict[str, str]
    command: tuple[str, ...]
    protocol: Protocol

    @property
    def is_server(self) -> bool:
        """Whether the container listens by itself and is not started by an invocation."""
        return self.protocol.path != INVOCATIONS


class Caller:
    """Sends requests to a container over one connection, as long as the server keeps it open."""

    def __init__(self, port: int, variant: Variant, timeout_s: float = 120) -> None:
        self.variant = variant
        self._connection = http.client.HTTPConnection(HOST, port, timeout=timeout_s)

    def send(self, body: bytes) -> bytes:
        """Send one request and return the answer."""
        try:
            self._connection.request("POST", self.variant.protocol.path, body, JSON)
            return self._connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def labels(self, rows: Rows) -> list[str]:
        """Ask for the labels of rows; raise WrongAnswer if the answer has none."""
        answer = self.send(self.variant.protocol.body(rows))
        try:
            return self.variant.protocol.labels(json.loads(answer))
        except (ValueError, KeyError, TypeError, IndexError):
            text = answer[-300:].decode(errors="replace")
            raise WrongAnswer(f"{self.variant.name} answers {text}") from None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


#: Each is a folder in peers/.
PEERS = {
    "bare": (LAMBDA, "a handler that returns a constant"),
    "ours-forest": (LAMBDA, "this service with the random forest of AWS's template"),
    "sam-apigw-scikit": (LAMBDA, "AWS's SAM template: joblib, numpy, random forest"),
    "fastapi-mangum": (LAMBDA, "FastAPI and Mangum, joblib model"),
    "powertools-validation": (LAMBDA, "Powertools with validation, joblib model"),
    "flask-gunicorn": (REST, "Flask and gunicorn, joblib model"),
    "django-gunicorn": (REST, "Django and gunicorn, joblib model"),
    "bentoml": (REST, "BentoML, joblib model"),
    "mlserver": (V2, "MLServer, joblib model"),
}
#: One image: engine, command, protocol.
OURS: dict[str, tuple[dict[str, str], tuple[str, ...], Protocol, str]] = {
    "ours": ({}, (), LAMBDA, "this service on Lambda"),
    "ours-server": ({}, ("serve",), REST, "this service as an HTTP server"),
    "ours-sklearn": ({"MODEL_ENGINE": "sklearn"}, (), LAMBDA, "this service, sklearn engine"),
}
WORDS = {name: entry[-1] for name, entry in {**PEERS, **OURS}.items()}


def build_variants() -> tuple[list[Variant], dict[str, str]]:
    """Build every variant; return those that could be built, and the error of each other one."""
    print("building this service", flush=True)
    image = build_ours()
    built = [Variant(name, image, *entry[:-1]) for name, entry in OURS.items()]
    missing = {}
    for name, (protocol, _) in PEERS.items():
        print(f"building {name}", flush=True)
        try:
            built.append(Variant(name, build_peer(name), {}, (), protocol))
        except CannotBuild as error:
            missing[name] = str(error)
            print(f"{name} cannot be built: {error}", flush=True)
    return built, missing


def check(caller: Caller) -> None:
    """Raise WrongAnswer unless a variant classifies most rows of the data set correctly."""
    if caller.variant.name == "bare":
        return
    dataset = load_dataset(load_schema())
    complete = np.flatnonzero(~np.isnan(dataset.scores).any(axis=1))[:CHECKED]
    labels = caller.labels(dataset.scores[complete].astype(int).tolist())
    correct = int((np.array(labels) == dataset.labels[complete]).sum())
    if correct < CORRECT:
        raise WrongAnswer(f"{caller.variant.name}: {correct} of {CHECKED} labels are correct")
