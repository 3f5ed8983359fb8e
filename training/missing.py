"""Predicts samples with missing scores as the service does: averaged over what they could be."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cytology.missing import Frequencies, average

Predict = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def predict_with_gaps(
    predict: Predict, scores: NDArray[np.float64], frequencies: Frequencies
) -> NDArray[np.float64]:
    """(n,) probabilities of the positive class.

    Parameters
    ----------
    predict
        Complete scores (m, features) → probabilities (m,).
    scores
        (n, features), NaN where missing.
    frequencies
        Of the training rows: how often each class shows each score.
    """
    gaps = np.flatnonzero(np.isnan(scores).any(axis=1))
    if gaps.size == 0:
        return predict(scores)
    fillings = [
        frequencies.fillings(tuple(None if np.isnan(v) else int(v) for v in scores[row]))
        for row in gaps
    ]
    known = np.delete(scores, gaps, axis=0)
    filled = [np.array(found.rows, dtype=float) for found in fillings]
    every = predict(np.vstack([known, *filled]))
    sizes = np.cumsum([len(known), *(len(rows) for rows in filled)])
    result = np.empty(len(scores))
    result[~np.isnan(scores).any(axis=1)] = every[: sizes[0]]
    for row, found, start, end in zip(gaps, fillings, sizes[:-1], sizes[1:], strict=True):
        result[row] = average(every[start:end].tolist(), found)
    return result
