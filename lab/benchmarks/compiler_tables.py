"""Gives docs/compilers.md its tables, from compilers.json."""

import json
from pathlib import Path
from statistics import median
from typing import Any

from lab.tables import figure, table

RECORD = Path(__file__).with_name("compilers.json")


def _families(name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(RECORD.read_bytes())["tables"].get(name, {})
    return found


def tools(name: str) -> str:
    """Return one line per tool: what it refuses, where it errs, and medians over its families."""
    families = _families(name)
    rows = []
    for tool in dict.fromkeys(tool for each in families.values() for tool in each):
        asked = [each[tool] for each in families.values() if tool in each]
        done = [each for each in asked if "refused" not in each]
        rows.append(
            [
                tool,
                f"{len(asked) - len(done)} of {len(asked)}",
                str(sum(each["labels"] > 0 for each in done)),
                f"{max((each['difference'] for each in done), default=0.0):.0e}",
                *(_median(done, key) for key in ("microseconds", "bytes", "cold_ms")),
            ]
        )
    header = ["Tool", "Refused", "Wrong labels in", "Largest difference"]
    return table([*header, "One row, µs", "Bytes", "Cold, ms"], rows)


def labels(name: str) -> str:
    """Return the number of labels that differ from scikit-learn's, by family and tool."""
    families = _families(name)
    names = list(dict.fromkeys(tool for each in families.values() for tool in each))
    rows = [
        [family, *(_labels(each.get(tool)) for tool in names)] for family, each in families.items()
    ]
    return table(["Family", *names], rows)


def _median(done: list[dict[str, Any]], key: str) -> str:
    return figure(median(each[key] for each in done)) if done else "–"


def _labels(entry: dict[str, Any] | None) -> str:
    if entry is None:
        return "–"
    return "refused" if "refused" in entry else f"{entry['labels']:,}"
