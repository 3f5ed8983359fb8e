"""Turns a multi-layer perceptron into layers."""

from typing import Any

from training.compile.inputs import Inputs, Node, towards
from training.compile.linear import SIGMOID


def perceptron(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile MLPClassifier."""
    layers = [
        {
            "weights": weights.T.astype(float).tolist(),
            "biases": biases.astype(float).tolist(),
            "activation": classifier.activation,
        }
        for weights, biases in zip(classifier.coefs_, classifier.intercepts_, strict=True)
    ]
    layers[-1]["activation"] = "identity"
    return inputs.attach({"kind": "layers", "layers": layers, "link": towards(index, SIGMOID)})
