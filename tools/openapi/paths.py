"""Writes OpenAPI operations: parameters, bodies, answers, examples."""

import json
from pathlib import Path
from typing import Any

from cytology.results import DIALECTS
from predict.responses import PROBLEMS
from tools.openapi.schemas import Document, ref

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "events"

#: Statuses that a route can answer beside 200.
_READ_ERRORS = (400, 406, 413, 415, 422)


def example(name: str) -> Any:
    """Return the body of an event in events/."""
    return json.loads(json.loads((EVENTS / f"{name}.json").read_text())["body"])


def prediction(summary: str, tag: str) -> Document:
    """Return the operation of a route that takes samples as JSON or CSV."""
    return {
        "summary": summary,
        "tags": [tag],
        "parameters": [*([_EXPLAIN] if tag == "predict" else []), _PREVALENCE, _SAMPLES, *_TABLE],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"anyOf": [ref("Samples"), ref("NamedSample")]},
                    "examples": {
                        name: {"value": example(name)}
                        for name in ("benign", "malignant", "missing-score", "named-fields")
                    },
                },
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": "5,1,1,1,2,1,3,1,1\n8,10,10,8,7,10,9,7,1\n",
                },
            },
        },
        "responses": {
            "200": _answer(
                "A prediction for every valid sample.",
                {
                    "application/json": {"schema": ref("Predictions")},
                    "text/csv": {"schema": ref("ResultTable")},
                },
            ),
            **_problems(*_READ_ERRORS),
        },
    }


def inference(parameters: list[Document]) -> Document:
    """Return the operation of the Open Inference Protocol's infer route."""
    return {
        "summary": "Score tensors",
        "tags": ["Open Inference Protocol"],
        "parameters": parameters,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": ref("InferenceRequest")}},
        },
        "responses": {
            "200": _answer(
                "Labels and class probabilities.",
                {"application/json": {"schema": ref("InferenceResponse")}},
            ),
            **_problems(400, 404, 413, 415, 422),
        },
    }


def lookup(
    summary: str, tag: str, *, parameters: list[Document] | None = None, cached: bool = False
) -> Document:
    """Return the operation of a route without a request body.

    Parameters
    ----------
    summary
        One line on the answer.
    tag
        The group in the API reference.
    parameters
        Parameters of the path.
    cached
        Whether the answer has an etag.
    """
    content = {"application/json": {"schema": {"type": "object"}}}
    found: Document = {
        "summary": summary,
        "tags": [tag],
        "parameters": [*(parameters or []), *([_IF_NONE_MATCH] if cached else [])],
        "responses": {"200": _answer("What was asked for.", content)},
    }
    if cached:
        found["responses"]["304"] = {"description": "Unchanged.", "headers": _HEADERS}
    # 404 if the path names another model or version than the served one
    return found | {"responses": found["responses"] | _problems(*([404] if parameters else []))}


def path_parameter(name: str, value: str) -> Document:
    """Return a parameter of a path; it has only one value, the served model's."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "examples": [value]},
    }


_EXPLAIN: Document = {
    "name": "explain",
    "in": "query",
    "description": "Reasons per sample; left out, they come for up to 100 samples.",
    "schema": {"enum": ["true", "false"]},
}

_SAMPLES: Document = {
    "name": "samples",
    "in": "query",
    "description": "Whether each prediction repeats the values that were read.",
    "schema": {"enum": ["true", "false"]},
}

#: Parameters for tables; other bodies ignore them.
_TABLE: list[Document] = [
    {
        "name": name,
        "in": "query",
        "description": description,
        "schema": schema,
        "example": example,
    }
    for name, description, schema, example in (
        (
            "columns",
            "What the columns of a table hold: `id`, `class`, `ignore`, `scores` (all of them) "
            "or names of scores, in order.",
            {"type": "string"},
            "id,scores,class",
        ),
        (
            "classes",
            "What the class column's cells mean.",
            {"type": "string"},
            "0:benign,1:malignant",
        ),
        ("dialect", "How a table is answered.", {"enum": list(DIALECTS)}, "excel-de"),
    )
]

_PREVALENCE: Document = {
    "name": "prevalence",
    "in": "query",
    "description": "Share of the positive class among the samples; left out, that of the training "
    "data. It moves probability and threshold; label and prediction set stay.",
    "schema": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
}

_IF_NONE_MATCH: Document = {
    "name": "if-none-match",
    "in": "header",
    "description": "An etag that was answered before.",
    "schema": {"type": "string"},
}

_HEADERS: Document = {
    "x-request-id": {"schema": {"type": "string"}, "description": "Quote it when reporting."},
    "x-model-version": {"schema": {"type": "string"}},
    "server-timing": {"schema": {"type": "string"}, "description": "Milliseconds in the handler."},
}


def _answer(description: str, content: Document) -> Document:
    return {"description": description, "headers": _HEADERS, "content": content}


def _problems(*statuses: int) -> Document:
    titles = {status: title for status, _, title in PROBLEMS.values()}
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {str(status): _answer(f"{titles[status]}.", content) for status in statuses}
