"""Turns columns into rows to compare a classifier and its model on."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.compile.inputs import Column

Arrays = list[NDArray[Any]]
Row = tuple[Any, ...]


def as_arrays(rows: Sequence[Row], columns: Sequence[Column]) -> Arrays:
    """Return one array per column: float64 with NaN, or objects with None for categories."""
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return [
        np.array(values, dtype=object if column.kind == "category" else np.float64)
        for column, values in zip(columns, cells, strict=True)
    ]


def as_rows(arrays: Arrays, columns: Sequence[Column]) -> list[Row]:
    """Return rows as the service handles them: int, float or text, None where missing."""
    cells = []
    for column, array in zip(columns, arrays, strict=True):
        kind = int if column.kind == "whole" else (lambda value: value)
        cells.append(
            [None if value is None or value != value else kind(value) for value in array.tolist()]
        )
    return list(zip(*cells, strict=True))


def as_table(arrays: Arrays, columns: Sequence[Column], classifier: Any) -> Any:
    """Return what the classifier is asked with: a matrix, or a data frame if fitted on one."""
    # Without pandas the table goes in without names, which most classifiers accept
    if hasattr(classifier, "feature_names_in_") and find_spec("pandas"):
        import pandas as pd  # type: ignore[import-untyped,unused-ignore]

        named = zip(classifier.feature_names_in_, map(_with_nan, arrays), strict=True)
        return pd.DataFrame(dict(named))
    if all(column.kind != "category" for column in columns):
        return np.stack(arrays, axis=1)
    return np.stack([_with_nan(array).astype(object) for array in arrays], axis=1)


def _with_nan(array: NDArray[Any]) -> NDArray[Any]:
    """Return categories with NaN for a missing one, as scikit-learn's encoders know it."""
    if array.dtype != object:
        return array
    missing = np.array([value is None for value in array], dtype=bool)
    return np.where(missing, np.nan, array)


def one_by_one(columns: Sequence[Column]) -> Arrays:
    """Return rows that hold every value of every column, one column varied at a time."""
    values = [
        column.values
        or [column.minimum, column.maximum, *([None] if column.may_be_missing else [])]
        for column in columns
    ]
    first = [known[-1] if known[0] is None else known[0] for known in values]
    rows = [
        (*first[:place], value, *first[place + 1 :])
        for place, known in enumerate(values)
        for value in known
    ]
    return as_arrays(rows, columns)


def random_arrays(columns: Sequence[Column], count: int, seed: int) -> Arrays:
    """Return ``count`` random rows; a tenth of the values that may be missing are."""
    random = np.random.default_rng(seed)
    arrays: Arrays = []
    for column in columns:
        array: NDArray[Any]
        if column.kind == "category":
            array = np.array(column.categories, dtype=object)[
                random.integers(0, len(column.categories), count)
            ]
        elif column.kind == "whole":
            array = random.integers(int(column.minimum), int(column.maximum) + 1, count) * 1.0
        else:
            array = random.uniform(column.minimum, column.maximum, count)
        if column.may_be_missing:
            array[random.random(count) < 0.1] = None if column.kind == "category" else np.nan
        arrays.append(array)
    return arrays


def joined(parts: Sequence[Arrays]) -> Arrays:
    """Return the rows of all parts, in order."""
    return [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]
