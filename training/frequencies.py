"""Counts how often each class shows each score: for unusual samples, and for missing scores."""

import numpy as np
from numpy.typing import NDArray

from cytology.familiarity import Familiarity
from cytology.levels import levels_of
from cytology.measurements import Row
from cytology.schema import Schema
from training.dataset import Dataset

#: Samples less likely than this share of the training samples are called unusual.
UNUSUAL_SHARE = 0.05
#: Added to every count: a score that a class never shows is rare, not impossible.
_PSEUDOCOUNT = 1.0
_DIGITS = 4


def learn_familiarity(dataset: Dataset, schema: Schema) -> Familiarity:
    """Count scores per class, and set the limit at the 5th percentile of the training rows."""
    found = count_frequencies(dataset, schema)
    likelihoods = [found.log_likelihood(row) for row in as_rows(dataset.scores)]
    return found._replace(limit=round(float(np.quantile(likelihoods, UNUSUAL_SHARE)), _DIGITS))


def count_frequencies(dataset: Dataset, schema: Schema) -> Familiarity:
    """Count scores per class; the limit is left at 0."""
    tables = tuple(_tables(dataset, schema, name) for name in schema.class_names)
    return Familiarity(0.0, tables, levels_of(schema.features, {}))


def _tables(dataset: Dataset, schema: Schema, name: str) -> tuple[tuple[float, ...], ...]:
    members = dataset.scores[dataset.labels == name]
    prior = np.log(len(members) / len(dataset.labels))
    tables = []
    for index, feature in enumerate(schema.features):
        logs = _log_frequencies(members[:, index], np.array(feature.scores))
        # The first feature's table includes the prior: the service adds one number less
        tables.append(
            tuple(round(float(value + (prior if index == 0 else 0)), _DIGITS) for value in logs)
        )
    return tuple(tables)


def _log_frequencies(column: NDArray[np.float64], scores: NDArray[np.int64]) -> NDArray[np.float64]:
    """(1 + scores,): a missing score first, which counts as the class's average score does."""
    counts = (column[:, None] == scores).sum(axis=0) + _PSEUDOCOUNT
    shares = counts / counts.sum()
    logs = np.log(shares)
    return np.concatenate([[shares @ logs], logs])


def as_rows(scores: NDArray[np.float64]) -> list[Row]:
    """(n, features) with NaN → rows of int or None, as the service handles them."""
    return [tuple(None if np.isnan(value) else int(value) for value in vector) for vector in scores]
