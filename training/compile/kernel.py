"""Turns support vector machines into vectors and weights."""

from typing import Any

import numpy as np

from training.compile.inputs import CannotCompile, Inputs, Node, towards
from training.compile.linear import weighted

_FUNCTIONS = {"rbf": "rbf", "poly": "poly", "sigmoid": "tanh"}


def machine(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile SVC and NuSVC; without ``probability=True`` the node has no link."""
    link = None
    # The public probA_ warns that it will go in scikit-learn 1.11
    if len(classifier._probA):
        slope, offset = float(classifier._probA[0]), -float(classifier._probB[0])
        first = {"kind": "sigmoid", "slope": slope, "offset": offset}
        link = towards(index, [first, {"kind": "pairwise"}])
    return inputs.attach({**_distance(classifier), "link": link})


def _distance(classifier: Any) -> Node:
    """Return the signed distance from the margin, positive on the side of class 1."""
    intercept = float(classifier.intercept_[0])
    if classifier.kernel == "linear":
        return weighted(_dense(classifier.coef_).ravel(), intercept, 1)
    if classifier.kernel not in _FUNCTIONS:
        raise CannotCompile("A kernel of one's own cannot be read.")
    node = {
        "kind": "kernel",
        "function": _FUNCTIONS[classifier.kernel],
        "gamma": float(classifier._gamma),
        "vectors": _dense(classifier.support_vectors_).tolist(),
        "weights": _dense(classifier.dual_coef_)[0].tolist(),
        "intercept": intercept,
    }
    if classifier.kernel == "rbf":
        return node
    node["constant"] = float(classifier.coef0)
    return node if classifier.kernel == "sigmoid" else {**node, "degree": int(classifier.degree)}


def _dense(matrix: Any) -> Any:
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix, dtype=np.float64)
