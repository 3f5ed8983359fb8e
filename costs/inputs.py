"""Turns prices, assumptions and benchmarks/results.json into the one document of all inputs.

The page on the site is given this very document (build/site/costs.json), so that Python and the
browser compute from the same numbers.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from costs.prices import PRICES, Prices

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
ASSUMPTIONS = Path(__file__).with_name("assumptions.json")


class Inputs(NamedTuple):
    """Everything but the traffic; ``measured`` holds milliseconds and bytes."""

    prices: Prices
    assumptions: Mapping[str, float]
    sizes: Mapping[str, Any]
    measured: Mapping[str, Any]


def load_inputs() -> Inputs:
    """Read the inputs as the repository has them."""
    return as_inputs(document())


def as_inputs(found: Mapping[str, Any]) -> Inputs:
    """Read a document of all inputs."""
    values = {name: entry["value"] for name, entry in found["assumptions"]["values"].items()}
    return Inputs(Prices(found["prices"]), values, found["assumptions"]["sizes"], found["measured"])


def document() -> dict[str, Any]:
    """All inputs, as the page gets them."""
    assumptions = _read(ASSUMPTIONS)
    return {
        "prices": _read(PRICES),
        "assumptions": assumptions,
        "measured": measured(_read(RESULTS), assumptions["values"]),
    }


def measured(results: Mapping[str, Any], assumptions: Mapping[str, Any]) -> dict[str, Any]:
    """What the benchmarks found, by key, in the units of the model.

    Billed milliseconds, and the line through one sample and many: base and slope. The cold start
    is the one measured here times what a bare function takes longer on Lambda than here.
    """
    capacity, cold = results["capacity"], results["cold"]["variants"]
    many = capacity["many"]
    bare_ms = cold["bare"]["median"]
    factor = assumptions["published_bare_init_ms"]["value"] / bare_ms
    memory = {}
    for size, found in capacity["memory_mb"].items():
        slope = (found["billed_ms_many"] - found["billed_ms"]) / (many - 1)
        memory[size] = {
            "billed_ms": found["billed_ms"],
            "sample_ms": slope,
            "slow_ms": found["duration_ms"]["percentile_99"],
        }
    largest = capacity["memory_mb"][max(memory, key=int)]
    return {
        "memory_mb": memory,
        "cold_ms": cold["scorecard"]["median"] * factor,
        "cold_here_ms": cold["scorecard"]["median"],
        "server_ms": capacity["server"]["processor_ms"],
        "server_sample_ms": memory[max(memory, key=int)]["sample_ms"],
        "log_bytes": largest["log_bytes"],
        "answer_bytes": largest["answer_bytes"],
        "answer_sample_bytes": (largest["answer_bytes_many"] - largest["answer_bytes"])
        / (many - 1),
        "image_gb": capacity["image_mb"] / 1000,
    }


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
