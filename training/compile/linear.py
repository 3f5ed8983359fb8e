"""Turns linear classifiers, discriminant analyses and naive Bayes into weights of inputs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.compile.inputs import CannotCompile, Inputs, Node
from training.compile.scalers import above

SIGMOID: list[Node] = [{"kind": "sigmoid"}]


def weighted(weights: Any, intercept: float, index: int) -> Node:
    """Return weights of the inputs as one layer, towards class 1, or turned towards class 0."""
    sign = 1.0 if index == 1 else -1.0
    layer = {
        "weights": [(sign * np.asarray(weights, dtype=np.float64)).tolist()],
        "biases": [sign * float(intercept)],
        "activation": "identity",
    }
    return {"kind": "layers", "layers": [layer], "link": SIGMOID}


def linear(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile what has ``coef_`` and ``intercept_``: logistic regression and its like."""
    intercept = np.ravel(classifier.intercept_)[0]
    return inputs.attach(weighted(np.ravel(classifier.coef_), intercept, index))


def margins_only(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile a linear classifier that has no probabilities; its node has no link."""
    return {**linear(classifier, inputs, index), "link": None}


def gradient_descent(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile SGDClassifier, whose loss says whether it has probabilities."""
    node = linear(classifier, inputs, index)
    if classifier.loss == "modified_huber":
        return {**node, "link": [{"kind": "isotonic", "x": [-1.0, 1.0], "y": [0.0, 1.0]}]}
    return node if classifier.loss == "log_loss" else {**node, "link": None}


def quadratic(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile quadratic discriminant analysis: squares of rotated inputs."""
    received, chosen, weights = list(inputs.chosen), list[int](), list[float]()
    constants = []
    for number, sign in enumerate((-1.0, 1.0)):
        scale = classifier.scalings_[number]
        rotation = classifier.rotations_[number] * scale**-0.5
        centre = classifier.means_[number] @ rotation
        for axis, shift in zip(rotation.T, centre, strict=True):
            turned = inputs.add("linear", received, axis.tolist(), -float(shift))
            chosen.append(inputs.add("product", [turned, turned]))
            weights.append(-0.5 * sign)
        constants.append(float(-0.5 * np.log(scale).sum() + np.log(classifier.priors_[number])))
    inputs.chosen = chosen
    return inputs.attach(weighted(weights, constants[1] - constants[0], index))


def gaussian(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile Gaussian naive Bayes: one quadratic function an input."""
    (mean0, mean1), (variance0, variance1) = classifier.theta_, classifier.var_
    apart = mean1 - mean0
    pieces = np.stack(
        [mean1, apart**2 / variance0 / 2, apart / variance0, 0.5 / variance0 - 0.5 / variance1]
    )
    constants = np.log(classifier.class_prior_) - 0.5 * np.log(classifier.var_).sum(axis=1)
    inputs.chosen = [
        inputs.add("piecewise", number, [], [piece], None)
        for number, piece in zip(inputs.chosen, pieces.T.tolist(), strict=True)
    ]
    return inputs.attach(weighted(np.ones(len(apart)), constants[1] - constants[0], index))


def multinomial(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile multinomial naive Bayes."""
    weights = _difference(classifier.feature_log_prob_)
    return inputs.attach(weighted(weights, _prior(classifier), index))


def complement(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile complement naive Bayes, which has no prior."""
    return inputs.attach(weighted(_difference(classifier.feature_log_prob_), 0.0, index))


def bernoulli(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile Bernoulli naive Bayes: inputs above a limit count as 1."""
    if classifier.binarize is not None:
        above(inputs, classifier.binarize)
    absent = np.log(1 - np.exp(classifier.feature_log_prob_))
    constant = _prior(classifier) + float(_difference(absent).sum())
    weights = _difference(classifier.feature_log_prob_ - absent)
    return inputs.attach(weighted(weights, constant, index))


def categorical(classifier: Any, inputs: Inputs, index: int) -> Node:
    """Compile categorical naive Bayes: one weight a category, numbered from 0."""
    received, chosen, weights = inputs.chosen, list[int](), list[float]()
    for number, table in zip(received, classifier.feature_log_prob_, strict=True):
        for category, weight in enumerate(_difference(table).tolist()):
            chosen.append(inputs.add("member", number, [category], 1.0, 0.0, None))
            weights.append(weight)
    inputs.chosen = chosen
    return inputs.attach(weighted(weights, _prior(classifier), index))


def _difference(of_classes: Any) -> NDArray[np.float64]:
    difference: NDArray[np.float64] = of_classes[1] - of_classes[0]
    if not np.isfinite(difference).all():
        raise CannotCompile("A probability of 0 has no logarithm.")
    return difference


def _prior(classifier: Any) -> float:
    return float(_difference(classifier.class_log_prior_))
