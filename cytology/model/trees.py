"""Adds the leaf that a row reaches in each tree: forests and boosting.

A node of a tree is ``[input, cut, left, right]``, a leaf is a number. A row goes left where its
input is at most the cut. A missing value goes right, or left where the node has a fifth item.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from struct import Struct
from typing import Any

_NAN = math.nan


def parse(node: Mapping[str, Any]) -> Callable[[Sequence[Any]], float]:
    """Return row → (base + sum of leaves) / divide, added in the order of the trees."""
    trees, base, divide = node["trees"], node["base"], node["divide"]
    rounded = _single if node["precision"] == "single" else _double

    def add(row: Sequence[Any]) -> float:
        if None in row:
            return add_with_missing(row)
        values, total = rounded(row), base
        # The document's own lists: measured as fast as tuples or flat arrays, and nothing to build
        for leaf in trees:
            while leaf.__class__ is list:
                leaf = leaf[2] if values[leaf[0]] <= leaf[1] else leaf[3]
            total += leaf
        return float(total / divide)

    def add_with_missing(row: Sequence[Any]) -> float:
        values, total = rounded([_NAN if value is None else value for value in row]), base
        for leaf in trees:
            while leaf.__class__ is list:
                value = values[leaf[0]]
                left = value <= leaf[1] or (value != value and len(leaf) == 5)
                leaf = leaf[2] if left else leaf[3]
            total += leaf
        return float(total / divide)

    return add


def _single(row: Sequence[float]) -> Sequence[float]:
    """Round to float32, as scikit-learn's trees do; beyond its range a value is infinite."""
    floats = Struct(f"{len(row)}f")
    try:
        return floats.unpack(floats.pack(*row))
    except OverflowError:
        return [_one_single(value) for value in row]


def _one_single(value: float) -> float:
    one = Struct("f")
    try:
        return float(one.unpack(one.pack(value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _double(row: Sequence[float]) -> Sequence[float]:
    # Two floats are compared faster than an int and a float
    return list(map(float, row))
