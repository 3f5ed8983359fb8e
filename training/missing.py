"""Predicts samples with missing scores as the service does: averaged over what they could be."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cytology.missing import Frequencies, average
from training.dataset import as_rows

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
    gaps = np.flatnonzero((scores != scores).any(axis=1))
    if gaps.size == 0:
        return predict(scores)
    fillings = [frequencies.fillings(row) for row in as_rows(scores[gaps])]
    known = np.delete(scores, gaps, axis=0)
    filled = [np.array(found.rows, dtype=scores.dtype) for found in fillings]
    every = predict(np.vstack([known, *filled]))
    sizes = np.cumsum([len(known), *(len(rows) for rows in filled)])
    result = np.empty(len(scores))
    result[(scores == scores).all(axis=1)] = every[: sizes[0]]
    for row, found, start, end in zip(gaps, fillings, sizes[:-1], sizes[1:], strict=True):
        result[row] = average(every[start:end].tolist(), found)
    return result
