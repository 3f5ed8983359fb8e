"""Writes the JSON Schemas of requests and answers from the schema of measurements."""

from typing import Any

from cytology.error_codes import CODES
from cytology.measurements import ID_MAX_LENGTH
from cytology.results import COLUMNS
from cytology.schema import Feature, Schema
from runtime.settings import MAX_SAMPLES

Document = dict[str, Any]

#: Text without control characters or line ends; half surrogate pairs cannot be written here.
ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"


def ref(name: str) -> Document:
    """Return a reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def score(feature: Feature, schema: Schema) -> Document:
    """Return the JSON Schema of one measurement."""
    whole: Document = {
        "type": "integer",
        "minimum": feature.minimum,
        "maximum": feature.maximum,
        "title": feature.label,
        "description": f"{feature.help} {feature.minimum}: {feature.low}; "
        f"{feature.maximum}: {feature.high}.",
    }
    if not feature.may_be_missing:
        return whole
    return {
        "title": whole.pop("title"),
        "description": whole.pop("description"),
        "anyOf": [whole, {"type": "null"}, {"const": schema.missing}],
    }


def samples(schema: Schema) -> dict[str, Document]:
    """Return the schemas of samples."""
    features = schema.features
    return {
        "NamedSample": {
            "type": "object",
            "additionalProperties": False,
            "required": [feature.name for feature in features],
            "properties": {
                "id": {
                    "type": "string",
                    "maxLength": ID_MAX_LENGTH,
                    "pattern": ONE_LINE,
                    "description": "Comes back unchanged; no names or record numbers, please.",
                },
                **{feature.name: score(feature, schema) for feature in features},
            },
        },
        "SampleRow": {
            "type": "array",
            "description": f"The scores in this order: {', '.join(schema.names)}.",
            "prefixItems": [score(feature, schema) for feature in features],
            "items": False,
            "minItems": len(features),
            "maxItems": len(features),
        },
        "Samples": {
            "type": "object",
            "additionalProperties": False,
            "required": ["samples"],
            "properties": {
                "samples": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MAX_SAMPLES,
                    "items": {"anyOf": [ref("NamedSample"), ref("SampleRow")]},
                }
            },
        },
    }


def answers(schema: Schema) -> dict[str, Document]:
    """Return the schemas of the answer to a prediction."""
    label: Document = {"enum": list(schema.class_names)}
    number = {"type": "number"}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    per_feature = dict.fromkeys(schema.names, number)
    nearest = {
        feature.name: {
            "type": ["integer", "null"],
            "minimum": feature.minimum,
            "maximum": feature.maximum,
        }
        for feature in schema.features
    }
    return {
        "Model": _object(
            {
                "name": {"type": "string"},
                "version": {"type": "string"},
                "engine": {"enum": ["compiled", "sklearn"]},
            }
        ),
        "Warning": _object(
            {
                "code": {"type": "string"},
                "field": {"type": "string", "description": "Empty: the sample as a whole."},
                "message": {"type": "string"},
            },
            optional=("message",),
        ),
        "Prediction": _object(
            {
                "id": {"type": "string"},
                "label": label,
                "probability": share | {"description": f"Of the class {schema.positive}."},
                "inconclusive": {"type": "boolean"},
                "prediction_set": {
                    "type": "array",
                    "items": label,
                    "description": "Classes that the stated coverage does not rule out.",
                },
                "threshold": share,
                "probability_range": {
                    "type": "array",
                    "items": share,
                    "minItems": 2,
                    "maxItems": 2,
                    "description": "Lowest and highest over all values of a missing score.",
                },
                "base": number
                | {"description": "Log-odds, before the link, of what is compared with."},
                "contributions": _object(per_feature)
                | {"description": "Log-odds that each score adds to the base, before the link."},
                "contributions_exact": {"type": "boolean"},
                "contributions_reference": {
                    "enum": ["training_mean", "training_median"],
                    "description": "What contributions are compared with: the mean over the "
                    "training samples, or the sample with the median of each score.",
                },
                "what_would_change": _object(nearest)
                | {"description": "Nearest score that changes the label, the others staying."},
                "fragility": share
                | {"description": "Share of one-step re-scorings that change the label."},
                "fragility_exact": {"type": "boolean"},
                "warnings": {"type": "array", "items": ref("Warning")},
                "class": label | {"description": "As the class column of the table states it."},
                "sample": {
                    "type": "array",
                    "description": "The values as read, in the order of the features; null where "
                    "one is missing. Only with `?samples=true`.",
                },
            },
            optional=(
                "id",
                "class",
                "sample",
                "probability_range",
                "base",
                "contributions",
                "contributions_exact",
                "contributions_reference",
                "what_would_change",
                "fragility",
                "fragility_exact",
                "warnings",
            ),
        ),
        "Predictions": _object(
            {
                "model": ref("Model"),
                "predictions": {
                    "type": "array",
                    "items": {"anyOf": [ref("Prediction"), {"type": "null"}]},
                    "description": "In the order sent; null where a sample is invalid.",
                },
                "errors": {"type": "array", "items": ref("SampleError")},
                "errors_omitted": {"type": "integer"},
                "confusion": {
                    "type": "object",
                    "description": "True class, predicted label, count; for labelled tables.",
                },
                "prevalence": share | {"description": "As asked for."},
                "notes": {"type": "array", "items": {"type": "string"}},
                "summary": ref("Summary"),
            },
            optional=("errors", "errors_omitted", "confusion", "prevalence", "notes", "summary"),
        ),
    }


def results(schema: Schema) -> dict[str, Document]:
    """Return the schemas of a table's results: the CSV and the summary."""
    count: Document = {"type": "integer", "minimum": 0}
    counts: Document = {"type": "object", "additionalProperties": count}
    share: Document = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
    return {
        "ResultTable": {
            "type": "string",
            "description": f"One line a sample, with the columns {', '.join(COLUMNS)}.",
        },
        "Summary": _object(
            {
                **dict.fromkeys(("rows", "answered", "refused", "inconclusive"), count),
                "labels": _object(dict.fromkeys(schema.class_names, count)),
                "errors": counts | {"description": "Code of an error, how often."},
                "confusion": {"type": "object", "additionalProperties": counts},
                "sensitivity": share,
                "specificity": share,
                "model": {"type": "string", "description": "Its version."},
                "time": {"type": "string", "format": "date-time"},
            },
            optional=("confusion", "sensitivity", "specificity"),
        ),
    }


def problems() -> dict[str, Document]:
    """Return the schemas of errors and problem documents."""
    text = {"type": "string"}
    return {
        "SampleError": _object(
            {
                "sample": {"type": "integer", "minimum": 0},
                "field": text,
                "code": {
                    "enum": list(CODES),
                    "description": " ".join(f"`{code}`: {CODES[code]}" for code in CODES),
                },
                "message": text,
            },
            optional=("sample",),
        ),
        "Problem": _object(
            {
                "type": text,
                "title": text,
                "status": {"type": "integer"},
                "detail": text,
                "request_id": text,
                "errors": {"type": "array", "items": ref("SampleError")},
                "errors_omitted": {"type": "integer"},
                "table": _object(
                    {
                        "width": {"type": "integer"},
                        "first_row": {"type": "array", "items": text},
                        "readings": {
                            "type": "array",
                            "items": text,
                            "description": "Values of `columns` that would do.",
                        },
                    }
                )
                | {"description": "What a refused table looks like."},
                "error": text | {"description": "The Open Inference Protocol's own member."},
            },
            optional=("errors", "errors_omitted", "table", "error"),
        ),
    }


def tensors(schema: Schema) -> dict[str, Document]:
    """Return the schemas of the Open Inference Protocol's request and answer."""
    width = len(schema.features)
    text = {"type": "string"}
    whole = schema.features[0]
    row = {
        "type": "array",
        "minItems": width,
        "maxItems": width,
        "items": {
            "type": "integer",
            "minimum": max(feature.minimum for feature in schema.features),
            "maximum": min(feature.maximum for feature in schema.features),
        },
    }
    shape = {"type": "array", "items": {"type": "integer"}}
    return {
        "InferenceRequest": {
            "type": "object",
            "required": ["inputs"],
            "properties": {
                "id": {"type": ["string", "null"], "pattern": ONE_LINE},
                "inputs": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 1,
                    "items": _object(
                        {
                            "name": text,
                            "shape": {"const": [1, width]},
                            "datatype": {"enum": ["INT64", "FP64"]},
                            "data": {"type": "array", "minItems": 1, "maxItems": 1, "items": row},
                        }
                    )
                    | {
                        "additionalProperties": True,
                        "description": f"Shape [n, {width}] for any n; one row is shown here.",
                    },
                },
                "outputs": {
                    "type": ["array", "null"],
                    "items": _object({"name": {"enum": ["predict", "predict_proba"]}})
                    | {"additionalProperties": True},
                },
            },
            "examples": [
                {
                    "inputs": [
                        {
                            "name": "scores",
                            "shape": [1, width],
                            "datatype": "INT64",
                            "data": [[whole.minimum] * width],
                        }
                    ]
                }
            ],
        },
        "InferenceResponse": _object(
            {
                "id": text,
                "model_name": text,
                "model_version": text,
                "outputs": {
                    "type": "array",
                    "items": _object(
                        {
                            "name": text,
                            "datatype": {"enum": ["BYTES", "FP64"]},
                            "shape": shape,
                            "data": {"type": "array"},
                        }
                    ),
                },
            },
            optional=("id",),
        ),
    }


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> Document:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }
