"""Turns fitted transformers into steps."""

from collections.abc import Callable
from typing import Any

from sklearn import compose, decomposition, feature_selection, impute, pipeline, preprocessing

from training.compile import encoders, scalers
from training.compile.inputs import CannotCompile, Inputs, plain, require


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
        require(not union.transformer_weights, union, "transformer_weights are not supported")
        view = inputs.select(received)
        transform(transformer, view)
        chosen += view.chosen
    inputs.chosen = chosen


def _imputer(imputer: Any, inputs: Inputs) -> None:
    missing = imputer.missing_values
    require(missing is None or missing != missing, imputer, "only NaN can be imputed")
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
    require(missing is None or missing != missing, indicator, "only NaN can be marked")
    inputs.chosen = _indicators(indicator, inputs)


_COMPILERS: dict[type, Callable[[Any, Inputs], None]] = {
    pipeline.Pipeline: _pipeline,
    pipeline.FeatureUnion: _feature_union,
    compose.ColumnTransformer: _column_transformer,
    impute.SimpleImputer: _imputer,
    impute.MissingIndicator: _missing_indicator,
    preprocessing.StandardScaler: scalers.standard,
    preprocessing.RobustScaler: scalers.robust,
    preprocessing.MaxAbsScaler: scalers.max_abs,
    preprocessing.MinMaxScaler: scalers.min_max,
    preprocessing.Normalizer: scalers.normalizer,
    preprocessing.Binarizer: scalers.binarizer,
    preprocessing.OneHotEncoder: encoders.one_hot,
    preprocessing.OrdinalEncoder: encoders.ordinal,
    preprocessing.SplineTransformer: encoders.splines,
    preprocessing.KBinsDiscretizer: encoders.bins,
    preprocessing.PolynomialFeatures: scalers.polynomials,
    preprocessing.FunctionTransformer: scalers.function,
    decomposition.PCA: scalers.components,
    decomposition.TruncatedSVD: scalers.components,
}
