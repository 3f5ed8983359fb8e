"""Turns the specification into generated requests against a running server (schemathesis)."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.support.transports import ROOT
from tools.openapi import TARGET

#: Scores in schema order, without a header.
TABLE = r"^(([1-9]|10)([,]([1-9]|10)){8}\n){1,5}$"


class Generated(NamedTuple):
    """How many requests were sent, whether every answer was as specified, and what was said."""

    cases: int
    passed: bool
    report: str


def ask(port: int, examples: int, seed: int, directory: Path) -> Generated:
    """Send generated requests and check every answer; the specification goes to ``directory``."""
    command = [str(Path(sys.executable).parent / "schemathesis")]
    command += ["--config-file", str(Path(__file__).with_name("schemathesis.toml"))]
    command += ["run", str(_specification(directory)), "--url", f"http://127.0.0.1:{port}"]
    command += ["--checks", "all", "--no-color", "--max-examples", str(examples)]
    # No database: what an earlier run found interesting would change the cases of this one
    command += ["--seed", str(seed), "--generation-database", "none"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    counted = re.search(r"([\d,]+) generated", found.stdout)
    return Generated(
        cases=int(counted[1].replace(",", "")) if counted else 0,
        passed=found.returncode == 0,
        report=found.stdout[-4000:] + found.stderr[-2000:],
    )


def _specification(directory: Path) -> Path:
    """The specification, with short batches, and with what it cannot say of a CSV body.

    Requests of megabytes would be most of the time, and a string schema knows no tables.
    """
    document = json.loads(TARGET.read_text(encoding="utf-8"))
    document["components"]["schemas"]["Samples"]["properties"]["samples"]["maxItems"] = 3
    for path in ("/v1/predict", "/invocations"):
        content = document["paths"][path]["post"]["requestBody"]["content"]
        content["text/csv"]["schema"]["pattern"] = TABLE
        # The table above has scores alone; tests/tables sends other columns and classes
        parameters = document["paths"][path]["post"]["parameters"]
        document["paths"][path]["post"]["parameters"] = [
            parameter
            for parameter in parameters
            if parameter.get("name") not in ("columns", "classes")
        ]
    path = directory / "openapi.json"
    path.write_text(json.dumps(document))
    return path
