"""Counts how often each class shows each level: for unusual samples, and for missing values."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cytology.familiarity import Familiarity
from cytology.levels import Levels, is_binned, levels_of
from cytology.schema import Feature, Schema
from training.dataset import Dataset

#: Samples less likely than this share of the training samples are called unusual.
UNUSUAL_SHARE = 0.05
#: Most bins of a feature whose values are too many to count one by one.
MOST_BINS = 10
#: Added to every count: a value that a class never shows is rare, not impossible.
_PSEUDOCOUNT = 1.0
_DIGITS = 4


def learn_familiarity(dataset: Dataset, schema: Schema) -> Familiarity:
    """Count levels per class, and set the limit at the 5th percentile of the training rows."""
    found = count_frequencies(dataset, schema)
    places = places_of(dataset.scores, found.levels)
    likelihoods = [
        sum(np.array(table)[column] for table, column in zip(tables, places.T, strict=True))
        for tables in found.tables
    ]
    limit = float(np.quantile(np.max(likelihoods, axis=0), UNUSUAL_SHARE))
    return found._replace(limit=round(limit, _DIGITS))


def count_frequencies(dataset: Dataset, schema: Schema) -> Familiarity:
    """Count levels per class; the limit is left at 0."""
    levels = learn_levels(dataset.scores, schema)
    places = places_of(dataset.scores, levels)
    tables = tuple(
        _tables(places[dataset.labels == name], len(places), levels) for name in schema.class_names
    )
    return Familiarity(0.0, tables, levels)


def learn_levels(scores: NDArray[np.float64], schema: Schema) -> tuple[Levels, ...]:
    """The levels of every feature: bins of like size of what has too many values."""
    bins = {
        feature.name: _bins(column[column == column].astype(float), feature)
        for feature, column in zip(schema.features, scores.T, strict=True)
        if is_binned(feature)
    }
    return levels_of(schema.features, bins)


def places_of(scores: NDArray[np.float64], levels: Sequence[Levels]) -> NDArray[np.int64]:
    """(n, features) the place of each value in its table: 0 missing, else 1 + its level."""
    places = np.zeros(scores.shape, dtype=np.int64)
    for column, own, found in zip(scores.T, levels, places.T, strict=True):
        known = column == column
        if own.ordered:
            edges = own.bounds or own.values[1:]
            found[known] = np.searchsorted(edges, column[known].astype(float), side="right") + 1
        else:
            numbers = {value: place for place, value in enumerate(own.values, 1)}
            found[known] = [numbers[value] for value in column[known].tolist()]
    return places


def count_levels(
    scores: NDArray[np.float64], levels: Sequence[Levels]
) -> tuple[tuple[float, ...], ...]:
    """Per feature, the share of rows at each level: missing first, then every level."""
    places = places_of(scores, levels)
    return tuple(
        tuple((_counts(column, own) / len(column)).tolist())
        for column, own in zip(places.T, levels, strict=True)
    )


def _bins(known: NDArray[np.float64], feature: Feature) -> dict[str, list[float]]:
    """Bounds between bins, and for each bin the value in its middle, which was observed."""
    edges = np.unique(
        np.quantile(known, np.linspace(0, 1, MOST_BINS + 1)[1:-1], method="lower")
        if known.size
        else np.linspace(feature.minimum, feature.maximum, MOST_BINS + 1)[1:-1]
    )
    if known.size:
        edges = edges[edges > known.min()]
    else:
        known = np.array([feature.minimum, *edges, feature.maximum])
    place = np.searchsorted(edges, known, side="right")
    middle = [
        np.quantile(known[place == level], 0.5, method="lower") for level in range(len(edges) + 1)
    ]
    number = int if feature.kind == "whole" else float
    return {
        "bounds": [number(edge) for edge in edges],
        "values": [number(value) for value in middle],
    }


def _tables(
    places: NDArray[np.int64], count: int, levels: Sequence[Levels]
) -> tuple[tuple[float, ...], ...]:
    """Log-frequencies of one class, whose places are given; ``count`` is that of all classes."""
    prior = np.log(len(places) / count)
    tables = []
    for index, (column, own) in enumerate(zip(places.T, levels, strict=True)):
        counts = _counts(column, own)[1:] + _PSEUDOCOUNT
        shares = counts / counts.sum()
        logs = np.log(shares)
        # The first feature's table includes the prior: the service adds one number less.
        # A missing value counts as the class's average value does.
        entries = np.concatenate([[shares @ logs], logs]) + (prior if index == 0 else 0)
        tables.append(tuple(round(float(value), _DIGITS) for value in entries))
    return tuple(tables)


def _counts(column: NDArray[np.int64], levels: Levels) -> NDArray[np.int64]:
    return np.bincount(column, minlength=len(levels.values) + 1)
