"""Writes OpenAPI operations: parameters, bodies, answers, examples."""

from pathlib import Path

from cytology.results import DIALECTS
from cytology.schema import Schema
from predict.responses import PROBLEMS
from tools.openapi.schemas import Document, example_rows, ref

ROOT = Path(__file__).parents[2]
#: Statuses that a route can answer beside 200.
_READ_ERRORS = (400, 406, 413, 415, 422)


def prediction(summary: str, tag: str, schema: Schema) -> Document:
    """Return the operation of a route that takes samples as JSON or CSV."""
    return {
        "summary": summary,
        "tags": [tag],
        "parameters": [
            *([_EXPLAIN] if tag == "predict" else []),
            _PREVALENCE,
            _SAMPLES,
            *_table(schema),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"anyOf": [ref("Samples"), ref("NamedSample")]},
                    "examples": _samples(schema),
                },
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": _csv(schema),
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


def _table(schema: Schema) -> list[Document]:
    """Parameters for tables; other bodies ignore them."""
    noun = schema.noun
    rows = (
        (
            "columns",
            f"What the columns of a table hold: `id`, `class`, `ignore`, `{noun}s` (all of them) "
            f"or names of {noun}s, in order.",
            {"type": "string"},
            f"id,{noun}s,class",
        ),
        (
            "classes",
            "What the class column's cells mean.",
            {"type": "string"},
            f"0:{schema.negative},1:{schema.positive}",
        ),
        ("dialect", "How a table is answered.", {"enum": list(DIALECTS)}, "excel-de"),
    )
    return [
        {"name": name, "in": "query", "description": about, "schema": kind, "example": example}
        for name, about, kind, example in rows
    ]


def _samples(schema: Schema) -> Document:
    rows = example_rows(schema)
    named = [dict(zip(schema.names, row, strict=True)) for row in rows]
    return {
        "rows": {"value": {"samples": [list(row) for row in rows]}},
        "named": {"value": {"samples": named}},
        "one": {"value": {"id": "sample 17", **named[0]}},
    }


def _csv(schema: Schema) -> str:
    rows = [schema.names, *example_rows(schema)]
    return "".join(",".join("" if v is None else str(v) for v in row) + "\n" for row in rows)


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
