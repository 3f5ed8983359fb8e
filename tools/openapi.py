"""Writes docs/openapi.json from tools/openapi.json, the routes and the schema.

In tools/openapi.json ``{word}`` stands for a value of :func:`_values` or one of its own ``parts``,
and the key ``...`` for members of another object. An object must have all its members but those
with a question mark, and may have no others. ``errors`` are statuses with a problem document.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from cytology.error_codes import CODES
from cytology.measurements import ID_MAX_LENGTH
from cytology.results import COLUMNS, DIALECTS
from cytology.schema import CATEGORY, WHOLE, Feature, Schema, Value, load_schema
from predict.adapters.tensors import tensors_of
from predict.responses import PROBLEMS
from predict.routes import ROUTES
from runtime.settings import MAX_SAMPLES

Document = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "openapi.json"
#: Text without control characters or line ends; half surrogate pairs cannot be written here.
_ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"


def build(schema: Schema, model: str) -> Document:
    """Return the whole OpenAPI document of a model of that name."""
    template = json.loads(Path(__file__).with_suffix(".json").read_bytes())
    values = _values(schema)
    for name, part in template.pop("parts").items():
        values[name] = _fill(part, values)
    operations = _fill(template.pop("paths"), values)
    document: Document = _closed(_fill(template, values))
    components = document.pop("components")
    return document | {"paths": _paths(operations, values, model), "components": components}


def text(schema: Schema, model: str) -> str:
    """The content of the file; parameters as of :func:`build`."""
    return json.dumps(build(schema, model), indent=1, ensure_ascii=False) + "\n"


def shipped() -> str:
    """The content of docs/openapi.json."""
    schema = load_schema()
    return text(schema, f"{schema.name}-logistic")


def _fill(node: Any, values: Document) -> Any:
    """Return the template with its values; a list in the place of an item becomes its items."""
    if isinstance(node, dict):
        filled = {key: _fill(value, values) for key, value in node.items()}
        return {
            name: item
            for key, value in filled.items()
            for name, item in (value.items() if key == "..." else [(key, value)])
        }
    if isinstance(node, list):
        items = [_fill(item, values) for item in node]
        return [each for item in items for each in (item if isinstance(item, list) else [item])]
    if not isinstance(node, str):
        return node
    if whole := re.fullmatch(r"\{(\w+)\}", node):
        return values[whole[1]]
    return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), node)


def _closed(node: Any) -> Any:
    """Say which members each object requires, and that it has no others."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _closed(value) for key, value in node.items()}
    members = found.get("properties")
    if members is None or found.get("type") != "object" or "required" in found:
        return found
    closed = {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in members if not name.endswith("?")],
        "properties": {name.removesuffix("?"): member for name, member in members.items()},
    }
    return closed | {key: value for key, value in found.items() if key not in closed}


def _paths(operations: Document, values: Document, model: str) -> Document:
    """Return every route as an OpenAPI operation."""
    known = {"name": model, "version": "the version that /v1/model states"}
    found: Document = {}
    for route in ROUTES:
        operation = operations[route.function.rpartition(".")[2]]
        # A parameter of a path has only one value, the served model's
        where = [
            {"name": name, "in": "path", "required": True}
            | {"schema": {"type": "string", "minLength": 1, "examples": [known[name]]}}
            for name in re.findall(r"<(\w+)>", route.path)
        ]
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        found.setdefault(path, {})[route.method.lower()] = operation | {
            "parameters": [*where, *operation["parameters"]],
            "responses": _responses(operation["responses"], values),
        }
    return found


def _responses(stated: Document, values: Document) -> Document:
    titles = {status: title for status, _, title in PROBLEMS.values()}
    problems = {
        str(status): {"description": f"{titles[status]}.", "content": values["problem"]}
        for status in stated.get("errors", ())
    }
    return {
        status: {"description": answer["description"], "headers": values["headers"]} | answer
        for status, answer in (stated | problems).items()
        if status != "errors"
    }


def _values(schema: Schema) -> Document:
    features, labels = schema.features, schema.class_names
    rows = example_rows(schema)
    named = [dict(zip(schema.names, row, strict=True)) for row in rows]
    table = [schema.names, *rows]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    tensors = tensors_of(schema)
    return {
        "title": schema.title or schema.name,
        "version": project["version"],
        "limits_of_use": " ".join(schema.limits_of_use),
        "noun": schema.noun,
        "negative": schema.negative,
        "positive": schema.positive,
        "names": ", ".join(schema.names),
        "name_list": list(schema.names),
        "label_list": list(labels),
        "label_counts": {name: {"type": "integer", "minimum": 0} for name in labels},
        "contributions": {name: {"type": "number"} for name in schema.names},
        "nearest": {each.name: {"anyOf": [_value(each), {"type": "null"}]} for each in features},
        "measurements": {each.name: _measurement(each, schema) for each in features},
        "row": _array([_measurement(each, schema) for each in features]),
        "rows": [list(row) for row in rows],
        "named_rows": named,
        "named_row": named[0],
        "csv": "".join(",".join("" if v is None else str(v) for v in row) + "\n" for row in table),
        "tensors": _array([_tensor(each, schema) for each in tensors]),
        "filled_tensors": [_filled(each, named[0]) for each in tensors],
        "columns": ", ".join(COLUMNS),
        "dialects": list(DIALECTS),
        "codes": list(CODES),
        "code_meanings": " ".join(f"`{code}`: {meaning}" for code, meaning in CODES.items()),
        "one_line": _ONE_LINE,
        "id_max_length": ID_MAX_LENGTH,
        "max_samples": MAX_SAMPLES,
    }


def example_rows(schema: Schema) -> list[tuple[Value | None, ...]]:
    """Return the rows of the schema's examples; without any, the row of the lowest values."""
    lowest = tuple(f.values[0] if f.values else f.minimum for f in schema.features)
    return [example.row for example in schema.examples] or [lowest]


def _measurement(feature: Feature, schema: Schema) -> Document:
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


def _tensor(tensor: Document, schema: Schema) -> Document:
    """The JSON Schema of a tensor with one row: of all features, or of the one that it names."""
    numbers = all(feature.kind == WHOLE for feature in schema.features)
    datatypes = ["INT64", "FP64"] if numbers and len(tensor["shape"]) > 1 else [tensor["datatype"]]
    values = {
        feature.name: {"anyOf": [_value(feature), {"type": "null"}]}
        if feature.may_be_missing
        else _value(feature)
        for feature in schema.features
    }
    own = values.get(tensor["name"])
    row = _array([own] if own else list(values.values()))
    members = {
        "name": {"const": tensor["name"]} if own else {"type": "string"},
        "shape": {"const": [1, *tensor["shape"][1:]]},
        "datatype": {"enum": datatypes},
        "data": row if own else _array([row]),
    }
    return {"type": "object", "additionalProperties": True, "required": [*members]} | {
        "properties": members
    }


def _array(items: list[Document]) -> Document:
    count = {"minItems": len(items), "maxItems": len(items)}
    return {"type": "array", "prefixItems": items, "items": False, **count}


def _filled(tensor: Document, row: Document) -> Document:
    """A tensor with the first example of the schema."""
    own = tensor["name"] in row
    return tensor | {
        "shape": [1, *tensor["shape"][1:]],
        "data": [row[tensor["name"]]] if own else [list(row.values())],
    }


if __name__ == "__main__":
    TARGET.write_text(shipped(), encoding="utf-8")
