"""docs/openapi.json: fresh, valid, complete, and true of what the service answers."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from predict.routes import ROUTES
from tests.conftest import ROOT
from tools.openapi.__main__ import TARGET, text

#: Scores in schema order, without a header.
TABLE = r"^(([1-9]|10)([,]([1-9]|10)){8}\n){1,5}$"


def test_the_committed_specification_is_what_the_code_says_now():
    assert TARGET.read_text(encoding="utf-8") == text(), "stale; run: make openapi"


def test_the_specification_is_valid_openapi():
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_every_route_is_specified_and_nothing_else():
    paths = json.loads(TARGET.read_text(encoding="utf-8"))["paths"]
    specified = {
        (path, method.upper()) for path, operations in paths.items() for method in operations
    }
    routed = {
        (re.sub(r"<(\w+)>", r"{\1}", path), method)
        for path, methods in ROUTES.items()
        for method in methods
    }
    assert specified == routed


@pytest.fixture
def specification(tmp_path):
    """The specification, with short batches, and with what it cannot say of a CSV body.

    Requests of megabytes would be most of the time, and a string schema knows no tables.
    """
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    document["components"]["schemas"]["Samples"]["properties"]["samples"]["maxItems"] = 3
    for path in ("/v1/predict", "/invocations"):
        content = document["paths"][path]["post"]["requestBody"]["content"]
        content["text/csv"]["schema"]["pattern"] = TABLE
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("transport", "examples", "cases"),
    [("http", 300, 5_000), ("container-server", 60, 500)],
    indirect=["transport"],
)
def test_generated_requests_get_only_what_the_specification_says(
    transport, examples, cases, specification
):
    command = [str(Path(sys.executable).parent / "schemathesis")]
    command += ["--config-file", str(Path(__file__).with_name("schemathesis.toml"))]
    command += ["run", str(specification), "--url", f"http://127.0.0.1:{transport.port}"]
    command += ["--checks", "all", "--no-color", "--max-examples", str(examples), "--seed", "1"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-4000:] + found.stderr[-2000:]
    generated = re.search(r"([\d,]+) generated", found.stdout)
    assert generated
    assert int(generated[1].replace(",", "")) >= cases
