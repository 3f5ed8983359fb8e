"""Turns prices, assumptions and lab/benchmarks/results.json into the one document of all inputs.

The page on the site is given this very document (build/site/costs.json), so that Python and the
browser compute from the same numbers.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lab.costs.prices import PRICES, Prices

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "lab" / "benchmarks" / "results.json"
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

    Billed milliseconds are those of ``make bench-setting`` where it was run, and else those of
    ``make bench-capacity``, which alone knows the tail, the bytes and the image. The cold start is
    the one measured here times what a bare function takes longer on Lambda than here.
    """
    capacity, cold = results["capacity"], results["cold"]["variants"]
    factor = assumptions["published_bare_init_ms"]["value"] / cold["bare"]["median"]
    own, sizes = cold["scorecard"], capacity["memory_mb"]
    memory = {
        size: {
            **_billed(results, size),
            "median_ms": found["duration_ms"]["median"],
            "slow_ms": found["duration_ms"]["percentile_99"],
        }
        for size, found in sizes.items()
    }
    largest = max(sizes, key=int)
    one, many = sizes[largest]["answer_bytes"], sizes[largest]["answer_bytes_many"]
    return {
        "memory_mb": memory,
        "cold_ms": own["median"] * factor,
        "cold_here_ms": own["median"],
        "cold_quartiles_here_ms": [own["lower_quartile"], own["upper_quartile"]],
        "server_ms": _server_ms(results),
        "server_sample_ms": memory[largest]["sample_ms"],
        "log_bytes": sizes[largest]["log_bytes"],
        "answer_bytes": one,
        "answer_sample_bytes": (many - one) / (capacity["many"] - 1),
        "image_gb": capacity["image_mb"] / 1000,
    }


def _billed(results: Mapping[str, Any], size: str) -> dict[str, float]:
    """Billed milliseconds of one sample, and of each further one: the line through two points."""
    setting = results.get("setting", {}).get("memory_mb", {}).get("scorecard", {}).get(size)
    if setting:
        many = max(setting["warm"], key=int)
        first, last = (setting["warm"][count]["billed_ms"] for count in ("1", many))
    else:
        found = results["capacity"]["memory_mb"][size]
        many, first, last = results["capacity"]["many"], found["billed_ms"], found["billed_ms_many"]
    return {"billed_ms": first, "sample_ms": (last - first) / (int(many) - 1)}


def _server_ms(results: Mapping[str, Any]) -> float:
    """Processor time of a request to a server, from its rate on one processor where measured."""
    rate = results.get("rate", {}).get("variants", {}).get("scorecard-server")
    if rate:
        return float(1000 / rate["median"])
    return float(results["capacity"]["server"]["processor_ms"])


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
