"""Turns a name into what is measured: an image, how to start it, ask it and read its answer."""

import http.client
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cytology.artifact import load_artifact
from cytology.schema import load_schema
from lab.benchmarks.images import Unbuildable, build, load_model, model_of
from tests.support.image import ROOT, built_image
from tests.support.transports import HOST, INVOCATIONS, http_event
from training.dataset import load_dataset

Rows = Sequence[Sequence[int]]

#: The data set's first row, which is benign.
SAMPLE: Rows = [[5, 1, 1, 1, 2, 1, 3, 1, 1]]
JSON = {"content-type": "application/json"}


class Road(NamedTuple):
    """How a request gets to a model: the path, the body for some rows, the labels in an answer."""

    path: str
    body: Callable[[Rows], bytes]
    labels: Callable[[Any], list[str]]


class Variant(NamedTuple):
    """An image, the environment and command to start it with, and the road to it.

    ``words`` say what it is; ``expected`` gives the labels that it must answer for some rows, None
    where it answers with a constant.
    """

    name: str
    words: str
    image: str
    environment: dict[str, str]
    command: tuple[str, ...]
    road: Road
    expected: Callable[[Rows], list[str]] | None

    @property
    def is_server(self) -> bool:
        """Whether it listens by itself, and is not started by an invocation."""
        return self.road.path != INVOCATIONS

    def labels_in(self, answer: bytes) -> list[str]:
        """The labels of an answer; WrongAnswer where it holds none."""
        try:
            return self.road.labels(json.loads(answer))
        except (ValueError, KeyError, TypeError, IndexError):
            text = answer[-500:].decode(errors="replace")
            raise WrongAnswer(f"{self.name} answers {text}") from None


class Caller:
    """Sends requests to a container over one connection, kept where the server keeps it."""

    def __init__(self, port: int, variant: Variant, timeout_s: float = 60) -> None:
        self._variant = variant
        self._connection = http.client.HTTPConnection(HOST, port, timeout=timeout_s)

    def send(self, body: bytes) -> bytes:
        """One request, and its answer's bytes."""
        try:
            self._connection.request("POST", self._variant.road.path, body, JSON)
            return self._connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def labels(self, rows: Rows) -> list[str]:
        """Ask for the labels of rows; WrongAnswer where the answer holds none."""
        return self._variant.labels_in(self.send(self._variant.road.body(rows)))

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()


class WrongAnswer(Exception):
    """A variant answers something else than its model says."""


def _event(rows: Rows) -> bytes:
    # Reasons are for people: nobody reads those of a hundred samples
    path = "/v1/predict" if len(rows) == 1 else "/v1/predict?explain=false"
    return json.dumps(http_event("POST", path, JSON, json.dumps({"samples": rows}))).encode()


def _samples(rows: Rows) -> bytes:
    return json.dumps({"samples": rows}).encode()


def _tensor(rows: Rows) -> bytes:
    data = [score for row in rows for score in row]
    shape = [len(rows), len(rows[0])]
    return json.dumps(
        {"inputs": [{"name": "predict", "shape": shape, "datatype": "FP64", "data": data}]}
    ).encode()


def _labels(answer: Any) -> list[str]:
    return [prediction["label"] for prediction in answer["predictions"]]


LAMBDA = Road(INVOCATIONS, _event, lambda answer: _labels(json.loads(answer["body"])))
REST = Road("/v1/predict", _samples, _labels)
V2 = Road("/v2/models/cytology/infer", _tensor, lambda answer: answer["outputs"][0]["data"])

#: Peers, each a folder below benchmarks/peers/: the road to it, and what it is.
PEERS: dict[str, tuple[Road, str]] = {
    "bare": (LAMBDA, "a handler that returns a constant: the limit"),
    "sam-apigw-scikit": (LAMBDA, "AWS's SAM template: joblib, numpy, random forest"),
    "fastapi-mangum": (LAMBDA, "FastAPI through Mangum, joblib model"),
    "powertools-validation": (LAMBDA, "Powertools' resolver with validation, joblib model"),
    "flask-gunicorn": (REST, "Flask and gunicorn as a server, joblib model"),
    "django-gunicorn": (REST, "Django and gunicorn as a server, joblib model"),
    "bentoml": (REST, "BentoML's server, joblib model"),
    "mlserver": (V2, "MLServer, joblib model"),
}
#: Ours, all one image: environment, command, road, and what it is.
OURS: dict[str, tuple[dict[str, str], tuple[str, ...], Road, str]] = {
    "scorecard": ({"MODEL_ENGINE": "scorecard"}, (), LAMBDA, "ours"),
    "sklearn": ({"MODEL_ENGINE": "sklearn"}, (), LAMBDA, "ours, forced to the joblib model"),
    "scorecard-server": (
        {"MODEL_ENGINE": "scorecard"},
        ("serve",),
        REST,
        "ours, the same image as a server",
    ),
}
NAMES = (*PEERS, *OURS)


def words_of(name: str) -> str:
    """What a variant is, in a few words."""
    return PEERS[name][1] if name in PEERS else OURS[name][3] if name in OURS else "given by hand"


def variant(name: str, image: str | None = None) -> Variant:
    """The variant of that name, its image built; one of another image is asked like ours.

    Raises
    ------
    Unbuildable
        Where its image cannot be built here.
    """
    if name in PEERS:
        road, words = PEERS[name]
        taken = model_of(name)
        expected = None if taken is None else lambda rows: _told_by(taken, rows)
        return Variant(name, words, image or build(name), {}, (), road, expected)
    environment, command, road, words = OURS.get(name, ({}, (), LAMBDA, "given by hand"))
    return Variant(name, words, image or built_image(), environment, command, road, _told_by_ours)


def variants(names: Sequence[str]) -> tuple[list[Variant], dict[str, str]]:
    """Those that can be built here, and for the others why not."""
    built, failed = [], {}
    for name in names:
        print(f"building {name}", flush=True)
        try:
            built.append(variant(name))
        except Unbuildable as error:
            failed[name] = f"cannot be built: {error}"
            print(f"{name} {failed[name]}")
    return built, failed


def check(caller: Caller, asked: Variant) -> None:
    """Ask for known rows; WrongAnswer unless every label is the one its model gives."""
    if asked.expected is None:
        return
    rows = known_rows()
    found, expected = caller.labels(rows), asked.expected(rows)
    if found != expected:
        raise WrongAnswer(f"{asked.name} answers {found}, and its model says {expected}")


def known_rows() -> list[list[int]]:
    """The artifact's golden rows and the first of the data set, those without a missing score."""
    golden = json.loads((ROOT / "artifact" / "manifest.json").read_text())["golden"]
    found = [sample["row"] for sample in golden]
    found += load_dataset(load_schema()).scores[:30].tolist()
    # NaN and None alike are no number between the bounds
    return [[int(s) for s in row] for row in found if all(s is not None and s >= 1 for s in row)]


def _told_by(taken: str, rows: Rows) -> list[str]:
    return [str(label) for label in load_model(taken).predict(rows)]


def _told_by_ours(rows: Rows) -> list[str]:
    """By the joblib model and the artifact's threshold, where peers call from one half on."""
    model = load_model("model.joblib")
    decision = load_artifact(str(ROOT / "artifact")).decision
    column = list(model.classes_).index(decision.positive)
    return [
        decision.positive if probability >= decision.threshold else decision.negative
        for probability in model.predict_proba(rows)[:, column]
    ]
