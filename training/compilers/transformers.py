"""Turns fitted transformers into steps."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.interpolate import BSpline, PPoly
from sklearn import compose, decomposition, feature_selection, impute, pipeline, preprocessing

from training.compilers.inputs import CannotCompile, Inputs, plain

_FUNCTIONS = {
    getattr(np, name): name
    for name in (
        "floor", "ceil", "sqrt", "log", "log2", "log10", "log1p", "exp", "expm1", "absolute",
    )
}  # fmt: skip


def transform(transformer: Any, inputs: Inputs) -> None:
    """Choose what a fitted transformer returns, adding the steps that compute it.

    Raises
    ------
    CannotCompile
        The transformer, or one of its options, has no step.
    """
    if transformer in (None, "passthrough"):
        return
    if isinstance(transformer, feature_selection.SelectorMixin):
        kept = transformer.get_support(indices=True)
        inputs.chosen = [inputs.chosen[index] for index in kept]
        return
    compiler = _COMPILERS.get(type(transformer))
    if compiler is None:
        raise CannotCompile(f"The transformer {type(transformer).__name__} has no compiler.")
    compiler(transformer, inputs)


def _require(condition: bool, transformer: Any, reason: str) -> None:
    if not condition:
        raise CannotCompile(f"{type(transformer).__name__}: {reason}.")


def _pipeline(steps: Any, inputs: Inputs) -> None:
    for _, step in steps.steps:
        transform(step, inputs)


def _column_transformer(union: Any, inputs: Inputs) -> None:
    received, chosen = inputs.chosen, list[int]()
    for name, transformer, _ in union.transformers_:
        if transformer == "drop" or name not in union._transformer_to_input_indices:
            continue
        places = union._transformer_to_input_indices[name]
        view = inputs.select([received[place] for place in places])
        if places:
            transform(transformer, view)
        chosen += view.chosen
    inputs.chosen = chosen


def _feature_union(union: Any, inputs: Inputs) -> None:
    received, chosen = inputs.chosen, list[int]()
    for _, transformer in union.transformer_list:
        if transformer == "drop":
            continue
        _require(not union.transformer_weights, union, "transformer_weights are not supported")
        view = inputs.select(received)
        transform(transformer, view)
        chosen += view.chosen
    inputs.chosen = chosen


def _imputer(imputer: Any, inputs: Inputs) -> None:
    missing = imputer.missing_values
    _require(missing is None or missing != missing, imputer, "only NaN can be imputed")
    received, chosen = inputs.chosen, list[int]()
    for number, statistic in zip(received, imputer.statistics_, strict=True):
        value = plain(statistic)
        if value is None and not imputer.keep_empty_features:
            continue  # a column that was always missing is dropped
        if inputs.may_be_missing(number):
            number = inputs.add("impute", number, 0.0 if value is None else value)
        chosen.append(number)
    inputs.chosen = chosen
    if imputer.add_indicator and imputer.indicator_ is not None:
        inputs.chosen = chosen + _indicators(imputer.indicator_, inputs.select(received))


def _indicators(indicator: Any, inputs: Inputs) -> list[int]:
    return [
        inputs.add("member", inputs.chosen[index], [], 0.0, 0.0, 1.0)
        for index in indicator.features_.tolist()
    ]


def _missing_indicator(indicator: Any, inputs: Inputs) -> None:
    missing = indicator.missing_values
    _require(missing is None or missing != missing, indicator, "only NaN can be marked")
    inputs.chosen = _indicators(indicator, inputs)


def _each(inputs: Inputs, name: str, *arguments: Any) -> None:
    """Add one step per input, with its own element of each argument."""
    inputs.chosen = [
        inputs.add(name, number, *map(float, rest), missing=inputs.may_be_missing(number))
        for number, *rest in zip(inputs.chosen, *arguments, strict=True)
    ]


def _standard(scaler: Any, inputs: Inputs) -> None:
    centre, scale = scaler.mean_, scaler.scale_
    _centre_and_scale(
        inputs, centre if scaler.with_mean else None, scale if scaler.with_std else None
    )


def _robust(scaler: Any, inputs: Inputs) -> None:
    _centre_and_scale(inputs, scaler.center_, scaler.scale_)


def _centre_and_scale(inputs: Inputs, centre: Any, scale: Any) -> None:
    count = len(inputs.chosen)
    _each(
        inputs,
        "scale",
        np.zeros(count) if centre is None else centre,
        np.ones(count) if scale is None else scale,
    )


def _max_abs(scaler: Any, inputs: Inputs) -> None:
    _centre_and_scale(inputs, None, scaler.scale_)
    if getattr(scaler, "clip", False):
        _each(inputs, "clip", [-1.0] * len(inputs.chosen), [1.0] * len(inputs.chosen))


def _min_max(scaler: Any, inputs: Inputs) -> None:
    _each(inputs, "affine", scaler.scale_, scaler.min_)
    if scaler.clip:
        low, high = scaler.feature_range
        _each(inputs, "clip", [low] * len(inputs.chosen), [high] * len(inputs.chosen))


def _normalizer(normalizer: Any, inputs: Inputs) -> None:
    norm = inputs.add("norm", list(inputs.chosen), normalizer.norm)
    inputs.chosen = [inputs.add("ratio", [number, norm]) for number in inputs.chosen]


def _binarizer(binarizer: Any, inputs: Inputs) -> None:
    cut = math.nextafter(float(binarizer.threshold), math.inf)  # a value at the threshold is 0
    inputs.chosen = [
        inputs.add("piecewise", number, [cut], [[0.0, 0.0], [0.0, 1.0]], None)
        for number in inputs.chosen
    ]


def _one_hot(encoder: Any, inputs: Inputs) -> None:
    chosen = list[int]()
    drops = encoder.drop_idx_ if encoder.drop_idx_ is not None else [None] * len(inputs.chosen)
    rare = getattr(encoder, "infrequent_categories_", [None] * len(inputs.chosen))
    for number, values, drop, seldom in zip(
        inputs.chosen, encoder.categories_, drops, rare, strict=True
    ):
        categories = [plain(value) for value in values]
        together = None if seldom is None else {plain(value) for value in seldom}
        if together is not None:
            _require(drop is None, encoder, "drop with infrequent categories is not supported")
            _require(None not in categories, encoder, "a missing category cannot be infrequent")
            categories = [value for value in categories if value not in together]
        for place, category in enumerate(categories):
            if place != drop:
                members = [] if category is None else [category]
                missing = 1.0 if category is None else 0.0
                chosen.append(inputs.add("member", number, members, 1.0, 0.0, missing))
        if together is not None:
            grouped = encoder.handle_unknown in ("infrequent_if_exist", "warn")
            members, answers = (categories, (0.0, 1.0, 1.0)) if grouped else (
                sorted(together), (1.0, 0.0, 0.0)
            )  # fmt: skip
            chosen.append(inputs.add("member", number, members, *answers))
    inputs.chosen = chosen


def _ordinal(encoder: Any, inputs: Inputs) -> None:
    _require(
        not getattr(encoder, "_infrequent_enabled", False),
        encoder,
        "infrequent categories are not supported",
    )
    unknown = plain(encoder.unknown_value)
    chosen = list[int]()
    for number, values in zip(inputs.chosen, encoder.categories_, strict=True):
        categories = [value for value in map(plain, values) if value is not None]
        seen = len(categories) < len(values)
        missing = plain(encoder.encoded_missing_value) if seen else unknown
        maybe = unknown is None or (missing is None and inputs.may_be_missing(number))
        chosen.append(inputs.add("ordinal", number, categories, unknown, missing, missing=maybe))
    inputs.chosen = chosen


def _splines(splines: Any, inputs: Inputs) -> None:
    _require(splines.extrapolation != "periodic", splines, "periodic splines are not supported")
    # scikit-learn 1.9 raises the degree by 1 for all columns after the first, and so their knots
    _require(
        splines.extrapolation != "linear" or splines.degree > 1 or len(inputs.chosen) == 1,
        splines,
        "straight lines beyond the knots need degree 2 or more",
    )
    missing = 0.0 if splines.handle_missing == "zeros" else None
    chosen = list[int]()
    for number, spline in zip(inputs.chosen, splines.bsplines_, strict=True):
        count = spline.c.shape[1] - (not splines.include_bias)
        for index in range(count):
            breaks, pieces = _pieces(spline, index, splines.extrapolation)
            chosen.append(inputs.add("piecewise", number, breaks, pieces, missing))
    inputs.chosen = chosen


def _pieces(splines: Any, index: int, extrapolation: str) -> tuple[list[float], list[Any]]:
    """Return one basis function as polynomials between its knots, and beyond the outer ones."""
    spline = BSpline(splines.t, splines.c[:, index], splines.k)
    low, high = float(splines.t[splines.k]), float(splines.t[-splines.k - 1])
    polynomials = PPoly.from_spline(spline)
    edges, pieces = [low], list[Any]()
    for place, (left, right) in enumerate(pairwise(polynomials.x.tolist())):
        if low <= left < right <= high:
            pieces.append([left, *polynomials.c[::-1, place].tolist()])
            edges.append(right)
    if extrapolation in ("continue", "error"):
        return edges[1:-1], pieces
    sloped = extrapolation == "linear" and splines.k > 0
    ends = [
        [end, float(spline(end)), *([float(spline(end, nu=1))] if sloped else [])]
        for end in (low, high)
    ]
    return edges, [ends[0], *pieces, ends[1]]


def _bins(bins: Any, inputs: Inputs) -> None:
    received, chosen = inputs.chosen, list[int]()
    for number, edges in zip(received, bins.bin_edges_, strict=True):
        inner = [float(edge) for edge in edges[1:-1]]
        codes = [float(code) for code in range(len(inner) + 1)]
        wanted = [codes] if bins.encode == "ordinal" else np.eye(len(codes)).tolist()
        for values in wanted:
            pieces = [[0.0, value] for value in values]
            chosen.append(inputs.add("piecewise", number, inner, pieces, None))
    inputs.chosen = chosen


def _polynomials(features: Any, inputs: Inputs) -> None:
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
            chosen.append(inputs.add("piecewise", inputs.chosen[0], [], [[0.0, 1.0]], 1.0))
    inputs.chosen = chosen


def _components(analysis: Any, inputs: Inputs) -> None:
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


def _function(transformer: Any, inputs: Inputs) -> None:
    if transformer.func is None:
        return
    if transformer.func is np.sum and transformer.kw_args == {"axis": 1, "keepdims": True}:
        received = list(inputs.chosen)
        inputs.chosen = [inputs.add("linear", received, [1.0] * len(received), 0.0)]
        return
    name = _FUNCTIONS.get(transformer.func)
    _require(
        name is not None and not transformer.kw_args,
        transformer,
        "a function of one's own cannot be read",
    )
    inputs.chosen = [
        inputs.add("function", number, name, missing=inputs.may_be_missing(number))
        for number in inputs.chosen
    ]


_COMPILERS: dict[type, Callable[[Any, Inputs], None]] = {
    pipeline.Pipeline: _pipeline,
    pipeline.FeatureUnion: _feature_union,
    compose.ColumnTransformer: _column_transformer,
    impute.SimpleImputer: _imputer,
    impute.MissingIndicator: _missing_indicator,
    preprocessing.StandardScaler: _standard,
    preprocessing.RobustScaler: _robust,
    preprocessing.MaxAbsScaler: _max_abs,
    preprocessing.MinMaxScaler: _min_max,
    preprocessing.Normalizer: _normalizer,
    preprocessing.Binarizer: _binarizer,
    preprocessing.OneHotEncoder: _one_hot,
    preprocessing.OrdinalEncoder: _ordinal,
    preprocessing.SplineTransformer: _splines,
    preprocessing.KBinsDiscretizer: _bins,
    preprocessing.PolynomialFeatures: _polynomials,
    preprocessing.FunctionTransformer: _function,
    decomposition.PCA: _components,
    decomposition.TruncatedSVD: _components,
}
