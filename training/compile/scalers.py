"""Turns fitted scalers and functions of numbers into steps."""

import math
from typing import Any

import numpy as np

from training.compile.inputs import Inputs, require

_FUNCTIONS = {
    getattr(np, name): name
    for name in (
        "floor", "ceil", "sqrt", "log", "log2", "log10", "log1p", "exp", "expm1", "absolute",
    )
}  # fmt: skip


def _each(inputs: Inputs, name: str, *arguments: Any) -> None:
    """Add one step per input, with its own element of each argument."""
    inputs.chosen = [
        inputs.add(name, number, *map(float, rest), missing=inputs.may_be_missing(number))
        for number, *rest in zip(inputs.chosen, *arguments, strict=True)
    ]


def standard(scaler: Any, inputs: Inputs) -> None:
    """Compile StandardScaler."""
    mean = scaler.mean_ if scaler.with_mean else None
    _centre_and_scale(inputs, mean, scaler.scale_ if scaler.with_std else None)


def robust(scaler: Any, inputs: Inputs) -> None:
    """Compile RobustScaler."""
    _centre_and_scale(inputs, scaler.center_, scaler.scale_)


def _centre_and_scale(inputs: Inputs, centre: Any, scale: Any) -> None:
    nothing, once = np.zeros(len(inputs.chosen)), np.ones(len(inputs.chosen))
    _each(inputs, "scale", nothing if centre is None else centre, once if scale is None else scale)


def max_abs(scaler: Any, inputs: Inputs) -> None:
    """Compile MaxAbsScaler."""
    _centre_and_scale(inputs, None, scaler.scale_)
    if getattr(scaler, "clip", False):
        _each(inputs, "clip", [-1.0] * len(inputs.chosen), [1.0] * len(inputs.chosen))


def min_max(scaler: Any, inputs: Inputs) -> None:
    """Compile MinMaxScaler."""
    _each(inputs, "affine", scaler.scale_, scaler.min_)
    if scaler.clip:
        low, high = scaler.feature_range
        _each(inputs, "clip", [low] * len(inputs.chosen), [high] * len(inputs.chosen))


def normalizer(normalizer: Any, inputs: Inputs) -> None:
    """Compile Normalizer: every input divided by the norm of the row."""
    norm = inputs.add("norm", list(inputs.chosen), normalizer.norm)
    inputs.chosen = [inputs.add("ratio", [number, norm]) for number in inputs.chosen]


def binarizer(binarizer: Any, inputs: Inputs) -> None:
    """Compile Binarizer: 1 above the threshold, else 0."""
    above(inputs, binarizer.threshold)


def above(inputs: Inputs, threshold: float) -> None:
    """Replace every input by 1 above the threshold, else 0."""
    cut = math.nextafter(float(threshold), math.inf)  # a value at the threshold is 0
    inputs.chosen = [
        inputs.add("piecewise", number, [cut], [[0.0, 0.0], [0.0, 1.0]], None)
        for number in inputs.chosen
    ]


def polynomials(features: Any, inputs: Inputs) -> None:
    """Compile PolynomialFeatures: products of inputs."""
    chosen = list[int]()
    for powers in features.powers_.tolist():
        factors = [
            number
            for number, power in zip(inputs.chosen, powers, strict=True)
            for _ in range(power)
        ]
        if len(factors) == 1:
            chosen.append(factors[0])
        elif factors:
            chosen.append(inputs.add("product", factors))
        else:
            chosen.append(inputs.add("member", inputs.chosen[0], [], 1.0, 1.0, 1.0))
    inputs.chosen = chosen


def components(analysis: Any, inputs: Inputs) -> None:
    """Compile PCA and TruncatedSVD: weighted sums of inputs."""
    components, mean = analysis.components_, getattr(analysis, "mean_", None)
    weights = components.copy()
    if getattr(analysis, "whiten", False):
        scale = np.sqrt(analysis.explained_variance_)
        scale[scale < np.finfo(scale.dtype).eps] = np.finfo(scale.dtype).eps
        weights = weights / scale[:, None]
    add = np.zeros(len(weights)) if mean is None else -(weights @ mean)
    received = list(inputs.chosen)
    inputs.chosen = [
        inputs.add("linear", received, row.tolist(), float(constant))
        for row, constant in zip(weights, add, strict=True)
    ]


def function(transformer: Any, inputs: Inputs) -> None:
    """Compile FunctionTransformer where the function is one of numpy's that has a step."""
    if transformer.func is None:
        return
    if transformer.func is np.sum and transformer.kw_args == {"axis": 1, "keepdims": True}:
        received = list(inputs.chosen)
        inputs.chosen = [inputs.add("linear", received, [1.0] * len(received), 0.0)]
        return
    name = _FUNCTIONS.get(transformer.func)
    require(
        name is not None and not transformer.kw_args,
        transformer,
        "a function of one's own cannot be read",
    )
    inputs.chosen = [
        inputs.add("function", number, name, missing=inputs.may_be_missing(number))
        for number in inputs.chosen
    ]
