"""Turns out-of-fold probabilities into the threshold and the conformal limits."""

import math

import numpy as np
from numpy.typing import NDArray

#: Share of positive samples that the threshold may miss, out of fold.
MISSED_SHARE = 0.01
#: Class-conditional coverage promised by the prediction sets.
LEVEL = 0.99


def choose_threshold(positive: NDArray[np.float64]) -> float:
    """Highest threshold that still calls 99 % of the positive class positive.

    ``positive`` (n,) holds the out-of-fold probabilities of the samples that are positive. The
    result lies half-way to the next lower probability, so that no sample sits on the edge.
    """
    ordered = np.sort(positive)
    missed = math.floor(MISSED_SHARE * ordered.size)
    if missed == 0:
        return float(ordered[0] / 2)
    return float((ordered[missed - 1] + ordered[missed]) / 2)


def positive_limit(positive: NDArray[np.float64]) -> float:
    """Lowest probability at which the positive class stays possible.

    The class is ruled out where its conformal p-value, (1 + number of calibration scores at most
    this low) / (n + 1), is at most 1 - level. Source: Vovk, Gammerman & Shafer, Algorithmic
    Learning in a Random World, class-conditional (Mondrian) predictors.
    """
    ordered = np.sort(positive)
    rank = math.floor((1 - LEVEL) * (ordered.size + 1) + 1e-12)
    return 0.0 if rank == 0 else float(ordered[rank - 1])


def negative_limit(negative: NDArray[np.float64]) -> float:
    """Highest probability at which the negative class stays possible; see positive_limit."""
    return 1.0 - positive_limit(1.0 - negative)
