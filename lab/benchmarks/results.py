"""Summarises measurements, compares them with limits and keeps them in results.json."""

import json
import os
import platform
import statistics
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from lab.tables import figure

RESULTS = Path(__file__).with_name("results.json")

#: Name of a variant → its measurements, one for each round.
Series = dict[str, list[float]]


class Limit(NamedTuple):
    """A bound on the ratio of two medians, or on one median in the unit of its measurement."""

    measurement: str
    variant: str
    against: str | None
    bound: float
    at_most: bool

    def __str__(self) -> str:
        return f"{self.measurement}: {self.variant}{f' / {self.against}' if self.against else ''}"

    def bound_text(self) -> str:
        """Return the bound with its direction, without a unit."""
        return f"{'≤' if self.at_most else '≥'} {figure(self.bound)}"


class Verdict(NamedTuple):
    """A limit, the value found, and whether it is met."""

    limit: Limit
    found: float
    met: bool


LIMITS = (
    # The same forest in both: what the way of serving it costs
    Limit("cold", "sam-apigw-scikit", "ours-forest", 20, at_most=False),
    Limit("cold", "ours-forest", "bare", 1.6, at_most=True),
    Limit("cold", "ours", "bare", 1.3, at_most=True),
    Limit("warm", "ours", "bare", 1.3, at_most=True),
    Limit("tail", "ours, 99 %", "ours, median", 3, at_most=True),
    Limit("handler", "ours", None, 0.09, at_most=True),
    Limit("batch", "JSON", "bare", 4, at_most=True),
    Limit("batch", "CSV", "bare", 4, at_most=True),
    # 10,000 rows: 150,000 rows/s
    Limit("batch", "JSON", None, 66.7, at_most=True),
    Limit("batch", "CSV", None, 66.7, at_most=True),
    Limit("memory", "ours", "bare", 1.5, at_most=True),
)


def entry(unit: str, rounds: int, series: Series) -> dict[str, Any]:
    """Return a measurement as results.json keeps it."""
    return {
        "unit": unit,
        "rounds": rounds,
        "variants": {name: summary(values) for name, values in series.items()},
    }


def summary(values: list[float]) -> dict[str, float]:
    """Return the median and the range."""
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}


def verdicts(results: Mapping[str, Any], limits: tuple[Limit, ...] = LIMITS) -> list[Verdict]:
    """Compare the results with every limit whose variants were measured."""
    found = []
    for limit in limits:
        variants = results.get(limit.measurement, {}).get("variants", {})
        if limit.variant not in variants or (limit.against and limit.against not in variants):
            continue
        value = variants[limit.variant]["median"]
        if limit.against:
            value /= variants[limit.against]["median"]
        met = value <= limit.bound if limit.at_most else value >= limit.bound
        found.append(Verdict(limit, value, met))
    return found


def record(entries: Mapping[str, Any], path: Path = RESULTS) -> dict[str, Any]:
    """Replace entries of results.json, each with the date and the machine; return all results."""
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    where = {"date": datetime.now(UTC).date().isoformat(), "machine": machine()}
    results |= {name: {**where, **content} for name, content in entries.items()}
    text = json.dumps(rounded(results), indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return results


def rounded(value: Any) -> Any:
    """Return a document whose numbers have five significant digits."""
    if isinstance(value, dict):
        return {key: rounded(content) for key, content in value.items()}
    return float(f"{value:.5g}") if isinstance(value, float) else value


def machine() -> str:
    """Describe this machine: processor, cores, system and Python."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    processor = next(names, platform.machine())
    python = platform.python_version()
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {python}"
