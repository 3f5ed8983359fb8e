"""Collects the inputs of the cost model: prices, assumptions and measurements."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.benchmarks.results import RESULTS

PRICES = Path(__file__).with_name("prices.json")
ASSUMPTIONS = Path(__file__).with_name("assumptions.json")


def document() -> dict[str, Any]:
    """Return what the costs page loads as costs.json."""
    assumptions = _read(ASSUMPTIONS)
    return {
        "prices": _read(PRICES),
        "assumptions": assumptions,
        "measured": measured(_read(RESULTS), assumptions["values"]),
    }


def measured(results: Mapping[str, Any], assumed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the measurements of the model, in milliseconds, bytes and gigabytes.

    The measured cold start is scaled by how much longer a bare function starts on Lambda.
    """
    billing, cold = results["billing"], results["cold"]["variants"]
    bare_ms = cold["bare"]["median"]
    cold_ms = cold["ours"]["median"] * assumed["published_bare_init_ms"]["value"] / bare_ms
    largest = max(billing["memory_mb"], key=int)
    return {
        "memory_mb": billing["memory_mb"],
        "cold_ms": cold_ms,
        "server_ms": 1000 / results["rate"]["variants"]["ours-server"]["median"],
        "server_sample_ms": billing["memory_mb"][largest]["sample_ms"],
        "log_bytes": billing["log_bytes"],
        "answer_bytes": billing["answer_bytes"],
        "answer_sample_bytes": billing["answer_sample_bytes"],
        "image_gb": results["size"]["image_gb"],
    }


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
