"""Writes the JSON Schemas of requests and answers from the schema of measurements."""

from typing import Any

from cytology.error_codes import CODES
from cytology.measurements import ID_MAX_LENGTH
from cytology.results import COLUMNS
from cytology.schema import CATEGORY, WHOLE, Feature, Schema, Value
from predict.adapters.tensors import tensors_of
from runtime.settings import MAX_SAMPLES

Document = dict[str, Any]

#: Text without control characters or line ends; half surrogate pairs cannot be written here.
ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"


def ref(name: str) -> Document:
    """Return a reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def measurement(feature: Feature, schema: Schema) -> Document:
    """Return the JSON Schema of one measurement."""
    about: Document = {"title": feature.label, "description": _about(feature)}
    value = _value(feature)
    if feature.may_be_missing:
        return about | {"anyOf": [value, {"type": "null"}, {"const": schema.missing}]}
    return value | about


def _value(feature: Feature) -> Document:
    if feature.kind == CATEGORY:
        return {"enum": list(feature.values)}
    return {
        "type": "integer" if feature.kind == WHOLE else "number",
        "minimum": feature.minimum,
        "maximum": feature.maximum,
    }


def _or_null(feature: Feature) -> Document:
    value = _value(feature)
    return {"anyOf": [value, {"type": "null"}]} if feature.may_be_missing else value


def _about(feature: Feature) -> str:
    """The feature's help, what its categories or the ends of its range mean, and its unit."""
    if feature.kind == CATEGORY:
        ends = list(zip(feature.values, feature.value_labels, strict=True))
        meanings = [f"{value}: {label}" for value, label in ends if value != label]
    else:
        known = ((feature.minimum, feature.low), (feature.maximum, feature.high))
        meanings = [f"{end}: {meaning}" for end, meaning in known if meaning]
    unit = f" Unit: {feature.unit}." if feature.unit else ""
    return f"{feature.help} {'; '.join(meanings)}{'.' if meanings else ''}{unit}".strip()


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
                **{feature.name: measurement(feature, schema) for feature in features},
            },
        },
        "SampleRow": {
            "description": f"The {schema.noun}s in this order: {', '.join(schema.names)}.",
            **_array([measurement(feature, schema) for feature in features]),
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
                },
                "prevalence": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "exclusiveMaximum": 1,
                    "description": "As the parameter of this name, which may not stand beside it.",
                },
            },
        },
    }


def answers(schema: Schema) -> dict[str, Document]:
    """Return the schemas of the answer to a prediction."""
    label: Document = {"enum": list(schema.class_names)}
    noun = schema.noun
    number = {"type": "number"}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    per_feature = dict.fromkeys(schema.names, number)
    nearest = {
        feature.name: {"anyOf": [_value(feature), {"type": "null"}]} for feature in schema.features
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
                    "description": f"Lowest and highest over all values of a missing {noun}.",
                },
                "base": number
                | {"description": "Log-odds, before the link, of what is compared with."},
                "contributions": _object(per_feature)
                | {"description": f"Log-odds that each {noun} adds to the base, before the link."},
                "contributions_exact": {"type": "boolean"},
                "contributions_reference": {
                    "enum": ["training_mean", "training_median"],
                    "description": "What contributions are compared with: the mean over the "
                    f"training samples, or the sample with the median of each {noun}.",
                },
                "what_would_change": _object(nearest)
                | {"description": f"Nearest {noun} that changes the label, the others staying."},
                "fragility": share
                | {"description": "Share of one-step re-scorings that change the label."},
                "fragility_exact": {"type": "boolean"},
                "decisive_unknowns": {
                    "type": "array",
                    "items": _object({"field": {"enum": list(schema.names)}, "probability": share}),
                    "description": "Missing values, the one first that knowing it most probably "
                    "changes the label; only where a value is missing.",
                },
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
                "decisive_unknowns",
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
    text = {"type": "string"}
    inputs = [_tensor(tensor, schema) for tensor in tensors_of(schema)]
    shape = {"type": "array", "items": {"type": "integer"}}
    return {
        "InferenceRequest": {
            "type": "object",
            "required": ["inputs"],
            "properties": {
                "id": {"type": ["string", "null"], "pattern": ONE_LINE},
                "inputs": {
                    "type": "array",
                    "description": "Tensors of n rows each; one row is shown here.",
                    "prefixItems": inputs,
                    "items": False,
                    "minItems": len(inputs),
                    "maxItems": len(inputs),
                },
                "outputs": {
                    "type": ["array", "null"],
                    "items": _object({"name": {"enum": ["predict", "predict_proba"]}})
                    | {"additionalProperties": True},
                },
            },
            "examples": [{"inputs": [_filled(tensor, schema) for tensor in tensors_of(schema)]}],
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


def _tensor(tensor: Document, schema: Schema) -> Document:
    """The JSON Schema of a tensor with one row: of all features, or of the one that it names."""
    numbers = all(feature.kind == WHOLE for feature in schema.features)
    datatypes = ["INT64", "FP64"] if numbers and len(tensor["shape"]) > 1 else [tensor["datatype"]]
    values = [_or_null(feature) for feature in schema.features]
    own = dict(zip(schema.names, values, strict=True)).get(tensor["name"])
    row = _array([own] if own else values)
    return _object(
        {
            "name": {"const": tensor["name"]} if own else {"type": "string"},
            "shape": {"const": [1, *tensor["shape"][1:]]},
            "datatype": {"enum": datatypes},
            "data": row if own else _array([row]),
        }
    ) | {"additionalProperties": True}


def _array(items: list[Document]) -> Document:
    count = len(items)
    return {
        "type": "array",
        "prefixItems": items,
        "items": False,
        "minItems": count,
        "maxItems": count,
    }


def _filled(tensor: Document, schema: Schema) -> Document:
    """A tensor with the first example of the schema."""
    row = dict(zip(schema.names, example_rows(schema)[0], strict=True))
    own = tensor["name"] in row
    return tensor | {
        "shape": [1, *tensor["shape"][1:]],
        "data": [row[tensor["name"]]] if own else [list(row.values())],
    }


def example_rows(schema: Schema) -> list[tuple[Value | None, ...]]:
    """Return the rows of the schema's examples; without any, the row of the lowest values."""
    lowest = tuple(f.values[0] if f.values else f.minimum for f in schema.features)
    return [example.row for example in schema.examples] or [lowest]


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> Document:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }
