"""Turns the command line into docs/openapi.json: ``python -m tools.openapi [--check]``."""

import json
import sys
import tomllib
from pathlib import Path

from cytology.schema import Schema, load_schema
from tools.openapi import schemas
from tools.openapi.paths import ROOT, inference, lookup, path_parameter, prediction
from tools.openapi.schemas import Document

TARGET = ROOT / "docs" / "openapi.json"


def build(schema: Schema) -> Document:
    """The whole OpenAPI document."""
    name = path_parameter("name", f"{schema.name}-logistic")
    version = path_parameter("version", "the version that /v1/model states")
    protocol = "Open Inference Protocol"
    sagemaker = "SageMaker container"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tumour classification",
            "version": project["version"],
            "summary": schema.title,
            "description": " ".join(schema.limits_of_use),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The site that serves this page."}],
        "paths": {
            "/v1/predict": {"post": prediction("Classify samples", "predict")},
            "/v1/model": {"get": lookup("What is served, and its limits", "model", cached=True)},
            "/v1/health": {"get": lookup("Ready to answer", "model")},
            "/v2": {"get": lookup("Server metadata", protocol)},
            "/v2/health/live": {"get": lookup("Server is live", protocol)},
            "/v2/health/ready": {"get": lookup("Server is ready", protocol)},
            **{
                f"/v2/models/{{name}}{place}{suffix}": operations
                for place, where in (("", [name]), ("/versions/{version}", [name, version]))
                for suffix, operations in {
                    "": {"get": lookup("Model metadata", protocol, parameters=where)},
                    "/ready": {"get": lookup("Model is ready", protocol, parameters=where)},
                    "/infer": {"post": inference(where)},
                }.items()
            },
            "/ping": {"get": lookup("Container is ready", sagemaker)},
            "/invocations": {"post": prediction("Classify samples", sagemaker)},
        },
        "components": {
            "schemas": {
                **schemas.samples(schema),
                **schemas.answers(schema),
                **schemas.problems(),
                **schemas.tensors(schema),
            }
        },
    }


def text() -> str:
    """The file's content."""
    return json.dumps(build(load_schema()), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the file, or with --check only tell whether it is stale."""
    content = text()
    if "--check" not in sys.argv[1:]:
        Path(TARGET).write_text(content, encoding="utf-8")
        return 0
    if TARGET.read_text(encoding="utf-8") == content:
        return 0
    print("docs/openapi.json is stale; run: make openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
