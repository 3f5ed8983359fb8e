"""Multiplies a row by matrices: neural networks, and linear models that are not additive."""

import math
from collections.abc import Callable, Mapping, Sequence

from cytology.annotations import Any
from cytology.model.link import sigmoid

ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "identity": lambda value: value,
    "relu": lambda value: value if value > 0.0 else 0.0,
    "tanh": math.tanh,
    "logistic": sigmoid,
}


def parse(node: Mapping[str, Any]) -> Callable[[Sequence[Any]], float]:
    """Return row → the one output of the last layer."""
    layers = [
        (
            list(zip(layer["weights"], layer["biases"], strict=True)),
            ACTIVATIONS[layer["activation"]],
        )
        for layer in node["layers"]
    ]

    def run(row: Sequence[Any]) -> float:
        values = row
        for units, activate in layers:
            values = [activate(math.sumprod(weights, values) + bias) for weights, bias in units]
        return float(values[0])

    return run
