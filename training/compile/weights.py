"""Counts how often each score occurs in a table: what a model is centred and averaged over."""

import numpy as np
from numpy.typing import NDArray

from cytology.schema import Schema


def training_weights(scores: NDArray[np.float64], schema: Schema) -> tuple[tuple[float, ...], ...]:
    """Per feature, the share of training rows at each value: missing first, then every score."""
    weights = []
    for column, feature in zip(scores.T, schema.features, strict=True):
        counts = [int(np.isnan(column).sum())]
        counts += [int((column == score).sum()) for score in feature.scores]
        weights.append(tuple(count / len(column) for count in counts))
    return tuple(weights)
