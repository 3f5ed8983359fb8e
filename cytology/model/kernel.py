"""Compares a row with support vectors: support vector machines."""

import math
from collections.abc import Callable, Mapping, Sequence

from cytology.annotations import Any

Kernel = Callable[[Sequence[float], Sequence[float]], float]


def parse(node: Mapping[str, Any]) -> Callable[[Sequence[Any]], float]:
    """Return row → intercept + sum of weight x kernel(vector, row)."""
    vectors, weights, intercept = node["vectors"], node["weights"], node["intercept"]
    kernel = _KERNELS[node["function"]](node)
    return lambda row: (
        math.sumprod(weights, [kernel(vector, row) for vector in vectors]) + intercept
    )


def _rbf(node: Mapping[str, Any]) -> Kernel:
    gamma = -node["gamma"]
    exp, dist = math.exp, math.dist
    return lambda a, b: exp(gamma * dist(a, b) ** 2)


def _poly(node: Mapping[str, Any]) -> Kernel:
    gamma, constant, degree = node["gamma"], node["constant"], node["degree"]
    return lambda a, b: (gamma * math.sumprod(a, b) + constant) ** degree


def _tanh(node: Mapping[str, Any]) -> Kernel:
    gamma, constant = node["gamma"], node["constant"]
    return lambda a, b: math.tanh(gamma * math.sumprod(a, b) + constant)


_KERNELS: dict[str, Callable[[Mapping[str, Any]], Kernel]] = {
    "rbf": _rbf,
    "poly": _poly,
    "tanh": _tanh,
}
