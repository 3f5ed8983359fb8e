"""Turns log lines into histograms: those that the census of one model's version wrote."""

import json
from collections.abc import Iterable
from typing import Any, TypeGuard

from cytology.population import Population


def sum_lines(lines: Iterable[str], reference: Population, version: str) -> dict[str, list[int]]:
    """Add up the histograms of this version, bin by bin; every other line is passed over.

    A line may have something before its JSON, as exports of logs do. Another version is another
    reference, and perhaps another schema: its lines are not mixed in.
    """
    found = {name: [0] * len(counts) for name, counts in reference.items()}
    for line in lines:
        document = _read(line)
        counts, into = document.get("counts"), found.get(str(document.get("histogram")))
        if into is None or document.get("model") != version or not _fits(counts, len(into)):
            continue
        for position, count in enumerate(counts):
            into[position] += count
    return found


def _read(line: str) -> dict[str, Any]:
    start = line.find("{")
    if start < 0:
        return {}
    try:
        document, _ = json.JSONDecoder().raw_decode(line, start)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _fits(counts: object, length: int) -> TypeGuard[list[int]]:
    return (
        isinstance(counts, list)
        and len(counts) == length
        and all(type(count) is int and count >= 0 for count in counts)
    )
