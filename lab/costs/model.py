"""Runs the cost model, which is JavaScript, with node."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

EVALUATE = Path(__file__).with_name("evaluate.mjs")


def months(inputs: Any, traffics: Sequence[dict[str, Any]]) -> list[dict[str, dict[str, Any]]]:
    """Return the estimate of each hosting option for each traffic; usd is its sum a month."""
    found = _run({"inputs": inputs, "traffics": traffics})["months"]
    return [{each["option"]: each for each in month} for month in found]


def break_evens(inputs: Any, pairs: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the requests a month at which the cheaper of two options changes, for each pair."""
    found: list[list[dict[str, Any]]] = _run({"inputs": inputs, "pairs": pairs})["breakEvens"]
    return found


def _run(question: dict[str, Any]) -> Any:
    command = ["node", str(EVALUATE)]
    ran = subprocess.run(  # noqa: S603 - a fixed command
        command, input=json.dumps(question), capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)
