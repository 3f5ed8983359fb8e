"""Writes docs/openapi.json: ``python -m tools.openapi [--check]``."""

import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from cytology.schema import Schema, load_schema
from predict.routes import ROUTES
from tools.openapi import schemas
from tools.openapi.paths import ROOT, inference, lookup, path_parameter, prediction
from tools.openapi.schemas import Document

TARGET = ROOT / "docs" / "openapi.json"

_PROTOCOL, _SAGEMAKER = "Open Inference Protocol", "SageMaker container"

#: Function of a route → its operation, given the parameters of its path and the schema.
OPERATIONS: dict[str, Callable[[list[Document], Schema], Document]] = {
    "service:predict": lambda _, schema: prediction("Classify samples", "predict", schema),
    "description:describe_model": lambda _, __: lookup(
        "What is served, and its limits", "model", cached=True
    ),
    "service:report_health": lambda _, __: lookup("Ready to answer", "model"),
    "inference_protocol:describe_server": lambda _, __: lookup("Server metadata", _PROTOCOL),
    "inference_protocol:report_live": lambda _, __: lookup("Server is live", _PROTOCOL),
    "inference_protocol:report_ready": lambda _, __: lookup("Server is ready", _PROTOCOL),
    "inference_protocol:describe_model": lambda where, _: lookup(
        "Model metadata", _PROTOCOL, parameters=where
    ),
    "inference_protocol:report_model_ready": lambda where, _: lookup(
        "Model is ready", _PROTOCOL, parameters=where
    ),
    "inference_protocol:infer": lambda where, _: inference(where),
    "sagemaker:ping": lambda _, __: lookup("Container is ready", _SAGEMAKER),
    "sagemaker:invoke": lambda _, schema: prediction("Classify samples", _SAGEMAKER, schema),
}


def build(schema: Schema, model: str) -> Document:
    """Return the whole OpenAPI document of a model of that name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": schema.title or schema.name,
            "version": project["version"],
            "description": " ".join(schema.limits_of_use),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The site that serves this page."}],
        "paths": paths(schema, model),
        "components": {
            "schemas": {
                **schemas.samples(schema),
                **schemas.answers(schema),
                **schemas.results(schema),
                **schemas.problems(),
                **schemas.tensors(schema),
            }
        },
    }


def paths(schema: Schema, model: str) -> Document:
    """Return every route as an OpenAPI operation."""
    values = {"name": model, "version": "the version that /v1/model states"}
    found: Document = {}
    for route in ROUTES:
        where = [path_parameter(name, values[name]) for name in re.findall(r"<(\w+)>", route.path)]
        operation = OPERATIONS[route.function.rpartition(".")[2]](where, schema)
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        found.setdefault(path, {})[route.method.lower()] = operation
    return found


def text(schema: Schema, model: str) -> str:
    """The content of the file; parameters as of :func:`build`."""
    return json.dumps(build(schema, model), indent=1, ensure_ascii=False) + "\n"


def shipped() -> str:
    """The content of docs/openapi.json."""
    schema = load_schema()
    return text(schema, f"{schema.name}-logistic")


def main() -> int:
    """Write the file; with --check, return 1 if it is stale."""
    content = shipped()
    if "--check" not in sys.argv[1:]:
        Path(TARGET).write_text(content, encoding="utf-8")
        return 0
    if TARGET.read_text(encoding="utf-8") == content:
        return 0
    print("docs/openapi.json is stale; run: make openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
