"""Finds columns and rows of a table that make its figures look better than they are."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from cytology.schema import Schema
from training.dataset import Dataset, as_rows
from training.frequencies import learn_levels, places_of

#: AUC of a single column from which on it may contain the outcome.
_TOO_GOOD = 0.98
#: Share of duplicate rows (values and class) from which on there is a warning.
_REPEATED = 0.05


def find_leakage(dataset: Dataset, schema: Schema) -> list[str]:
    """Return a warning for each column that separates the classes alone, and for duplicate rows.

    Parameters
    ----------
    dataset, schema
        The training data.
    """
    positive = dataset.labels == schema.positive
    places = places_of(dataset.scores, learn_levels(dataset.scores, schema))
    found = []
    for feature, column in zip(schema.features, places.T, strict=True):
        auc = _auc(column, positive)
        if auc >= _TOO_GOOD:
            found.append(
                f"{feature.label} alone separates the classes (AUC {auc:.3f}): leave it out if "
                "it is known only after the outcome"
            )
    rows = Counter(zip(as_rows(dataset.scores), dataset.labels.tolist(), strict=True))
    repeated = sum(count - 1 for count in rows.values())
    if repeated > _REPEATED * len(positive) and not schema.group_column:
        found.append(
            f"{repeated} rows repeat another one: if they are the same case, name its column in "
            "group_column, or the model is evaluated on cases that it was trained on"
        )
    return found


def _auc(places: NDArray[np.int64], positive: NDArray[np.bool_]) -> float:
    """Area under the curve of the share of positive rows at each level or gap."""
    size = int(places.max()) + 1
    counts = np.stack([np.bincount(places[side], minlength=size) for side in (~positive, positive)])
    order = np.argsort(counts[1] / np.maximum(counts.sum(axis=0), 1))
    negatives, positives = counts[:, order] / counts.sum(axis=1, keepdims=True)
    below = np.cumsum(negatives) - negatives
    return float((positives * (below + negatives / 2)).sum())
