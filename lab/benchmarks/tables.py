"""Gives docs/performance.md its tables, from results.json."""

import json
from collections.abc import Sequence
from typing import Any

from lab.benchmarks.results import LIMITS, RESULTS, verdicts
from lab.benchmarks.variants import WORDS
from lab.tables import figure, table


def _results() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def limits() -> str:
    """Return every limit with the value found."""
    units = {name: entry["unit"] for name, entry in _results().items()}
    rows = []
    for limit, found, met in verdicts(_results(), LIMITS):
        unit = "×" if limit.against else units[limit.measurement]
        bound = f"{limit.bound_text()} {unit}"
        rows.append([str(limit), f"{figure(found)} {unit}", bound, "yes" if met else "**no**"])
    return table(["Measurement", "Found", "Limit", "Met"], rows)


def same_model() -> str:
    """Return what it costs to serve one random forest in two ways, against an empty function."""
    return _variants(["bare", "ours-forest", "sam-apigw-scikit"], ["cold", "warm", "memory"])


def peers() -> str:
    """Return cold start, warm answer, memory and size of every variant, with their ratios."""
    cold = _results()["cold"]["variants"]
    order = sorted(cold, key=lambda name: cold[name]["median"])
    return _variants(order, ["cold", "warm", "memory", "size", "rate"])


#: A column's measurement, its title and the variant that its ratios are against.
_COLUMNS = {
    "cold": ("Cold start, ms", "bare"),
    "warm": ("Warm answer, ms", "bare"),
    "memory": ("Memory, MB", "bare"),
    "size": ("Image, MB", "sam-apigw-scikit"),
    "rate": ("Server, requests/s", "flask-gunicorn"),
}


def _variants(names: Sequence[str], measured: Sequence[str]) -> str:
    rows = [
        [f"{name}: {WORDS[name]}", *(_cell(measurement, name) for measurement in measured)]
        for name in names
    ]
    return table(["Variant", *(_COLUMNS[measurement][0] for measurement in measured)], rows)


def _cell(measurement: str, name: str) -> str:
    """Return a median and its ratio to that of another variant."""
    variants = _results()[measurement]["variants"]
    if name not in variants:
        return "–"
    found = figure(variants[name]["median"])
    return f"{found} ({_ratio(measurement, name, _COLUMNS[measurement][1])})"


def _ratio(measurement: str, name: str, against: str) -> str:
    variants = _results()[measurement]["variants"]
    if not {name, against} <= set(variants):
        return "–"
    return f"{figure(variants[name]['median'] / variants[against]['median'])} ×"


#: Words of a ratio → measurement, variant and what it is compared with.
_HEADLINES = {
    "Cold start with the same random forest: AWS's SAM template, against this service": (
        "cold",
        "sam-apigw-scikit",
        "ours-forest",
    ),
    "Cold start to the first answer of that forest, against an empty function": (
        "cold",
        "ours-forest",
        "bare",
    ),
    "The same of the model that ships": ("cold", "ours", "bare"),
    "Size added to the base image, against that template": ("size", "ours", "sam-apigw-scikit"),
    "One request of 10,000 samples, against parsing and writing it": ("batch", "JSON", "bare"),
}


def headline() -> str:
    """Return the figures that the README shows."""
    rows = [[words, _ratio(*names)] for words, names in _HEADLINES.items()]
    warm = f"{figure(_results()['handler']['variants']['ours']['median'])} ms"
    return table(["What", "Result"], [*rows, ["Processor time of one warm request", warm]])


def batches() -> str:
    """Return the time and rate of one request with 10,000 samples."""
    variants = _results()["batch"]["variants"]
    bare = variants["bare"]["median"]
    medians = {name: found["median"] for name, found in variants.items()}
    rows = [
        [name, figure(ms), figure(10_000 / ms * 1000), f"{figure(ms / bare)} ×"]
        for name, ms in medians.items()
    ]
    return table(["Request → answer", "ms", "Rows a second", "Against bare"], rows)


def runs() -> str:
    """Return when, where and with how many rounds the measurements were taken."""
    runs: dict[tuple[str, int, str], list[str]] = {}
    for name, entry in _results().items():
        runs.setdefault((entry["date"], entry["rounds"], entry["machine"]), []).append(name)
    rows = [
        [", ".join(names), str(rounds), date, machine]
        for (date, rounds, machine), names in sorted(runs.items())
    ]
    return table(["Measurements", "Rounds", "Date", "Machine"], rows)


def missing() -> str:
    """Return the peers that could not be measured, with the reasons."""
    found = _results()["size"]["missing"]
    lines = [f"- {name}: {reason}" for name, reason in sorted(found.items())]
    return "\n" + ("\n".join(lines) or "Every peer was measured.") + "\n"
