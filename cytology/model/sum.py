"""Adds one point per column, and terms of real-valued inputs: an additive model."""

import math
from collections.abc import Callable, Mapping, Sequence
from operator import getitem, itemgetter

from cytology.annotations import Any

#: Points are whole numbers of 2^-44 log-odds, so that every language adds to the same number.
SCALE = 2**44


def parse(node: Mapping[str, Any]) -> Callable[[Sequence[Any]], float]:
    """Return row → log-odds: (base + points) / 2^44 + sum of weight x input."""
    base, unit = node["base"], 1 / SCALE
    tables = [dict(zip(table["values"], table["points"], strict=True)) for table in node["tables"]]
    columns = [table["column"] for table in node["tables"]]
    terms = node.get("terms", ())
    pick = _picker(columns)

    def add(row: Sequence[Any]) -> float:
        return float(sum(map(getitem, tables, pick(row)), base) * unit)

    if not terms:
        return add
    places, weights = [term[0] for term in terms], [term[1] for term in terms]
    of_terms = _picker(places)
    offset = node.get("offset", 0.0)
    return lambda row: add(row) + (math.sumprod(weights, of_terms(row)) + offset)


def _picker(places: list[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    if places == list(range(len(places))):
        # map() and zip() stop at the last table
        return lambda row: row[: len(places)]
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)
