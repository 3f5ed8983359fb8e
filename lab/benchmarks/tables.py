"""Gives docs/performance.md its tables, from results.json."""

import json
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
        against = f" / {limit.against}" if limit.against else ""
        bound = f"{'≤' if limit.at_most else '≥'} {figure(limit.bound)} {unit}"
        name = f"{limit.measurement}: {limit.variant}{against}"
        rows.append([name, f"{figure(found)} {unit}", bound, "yes" if met else "**no**"])
    return table(["Measurement", "Found", "Limit", "Met"], rows)


def peers() -> str:
    """Return cold start, warm answer, memory and size of every variant, with their ratios."""
    results = _results()
    order = results["cold"]["variants"]
    rows = [
        [
            f"{name}: {WORDS[name]}",
            _cell(results["cold"], name, "bare"),
            _cell(results["warm"], name, "bare"),
            _cell(results["memory"], name, "bare"),
            _cell(results["size"], name, "sam-apigw-scikit"),
            _cell(results["rate"], name, "flask-gunicorn"),
        ]
        for name in sorted(order, key=lambda name: order[name]["median"])
    ]
    header = ["Variant", "Cold start, ms", "Warm answer, ms", "Memory, MB", "Image, MB"]
    return table([*header, "Server, requests/s"], rows)


def _cell(entry: dict[str, Any], name: str, against: str) -> str:
    """Return a median and its ratio to that of another variant."""
    variants = entry["variants"]
    if name not in variants:
        return "–"
    median = variants[name]["median"]
    ratio = figure(median / variants[against]["median"])
    return f"{figure(median)} ({ratio} ×)"


def headline() -> str:
    """Return the figures that the README shows."""
    found = {
        name: {key: value["median"] for key, value in entry["variants"].items()}
        for name, entry in _results().items()
        if "variants" in entry
    }
    cold, size, batch = found["cold"], found["size"], found["batch"]
    rows = [
        ["Cold start to the first answer, against an empty function", cold["ours"] / cold["bare"]],
        ["Cold start of AWS's SAM template, against ours", cold["sam-apigw-scikit"] / cold["ours"]],
        [
            "Size added to the base image, against that template",
            size["ours"] / size["sam-apigw-scikit"],
        ],
        [
            "One request of 10,000 samples, against parsing and writing it",
            batch["JSON"] / batch["bare"],
        ],
    ]
    ratios = [[str(what), f"{figure(float(ratio))} ×"] for what, ratio in rows]
    warm = f"{figure(found['handler']['ours'])} ms"
    return table(["What", "Result"], [*ratios, ["Processor time of one warm request", warm]])


def batches() -> str:
    """Return the time and rate of one request with 10,000 samples."""
    variants = _results()["batch"]["variants"]
    bare = variants["bare"]["median"]
    rows = [
        [
            name,
            figure(found["median"]),
            figure(10_000 / found["median"] * 1000),
            f"{figure(found['median'] / bare)} ×",
        ]
        for name, found in variants.items()
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
