"""Turns columns of scores into probabilities: the scorecard, evaluated by numpy.

Bit for bit what :class:`cytology.scorecard.Scorecard` answers. Three things must be as there: the
order of the features, the compensated sum (Neumaier's) by which Python adds floats since 3.12, and
the exponential function, which is the C library's and not numpy's own.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cytology.decision import Decision
from cytology.schema import Schema
from cytology.scorecard import Scorecard

#: Place of a missing score in a feature's points; the scores follow, lowest first.
MISSING = 0
#: Marks a cell that is no score at all; no feature has as many.
UNREADABLE = 255

#: Rows at a time: nine columns and the sums of so many stay in a core's own cache.
_CHUNK = 16_384

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


class Scores(NamedTuple):
    """Answers to n rows, each array of shape (n,)."""

    probability: Floats
    positive: Flags
    inconclusive: Flags


class Points(NamedTuple):
    """A scorecard's points, shape (features, 1 + scores), and where probabilities part."""

    table: Floats
    base: float
    threshold: float
    negative_at_most: float
    positive_at_least: float

    def score(self, places: Places) -> Scores:
        """Score rows given as places in the points, shape (features, n).

        The caller has seen to it that every place exists.
        """
        count = places.shape[1]
        probability = np.empty(count)
        for start in range(0, count, _CHUNK):
            part = slice(start, min(start + _CHUNK, count))
            probability[part] = _sigmoid(self._log_odds(places[:, part]))
        return Scores(
            probability,
            probability >= self.threshold,
            # Exactly one class possible is conclusive: both, or none, is not
            (probability <= self.negative_at_most) == (probability >= self.positive_at_least),
        )

    def _log_odds(self, places: Places) -> Floats:
        """Neumaier's sum, without branches: the rounding error of each addition is kept apart."""
        total = np.full(places.shape[1], self.base)
        lost = np.zeros(places.shape[1])
        for points, column in zip(self.table, places, strict=True):
            term = points[column]
            added = total + term
            grown = added - total
            lost += (total - (added - grown)) + (term - grown)
            total = added
        return total + lost


def points_of(card: Scorecard, schema: Schema, decision: Decision) -> Points:
    """Take a loaded, checked scorecard's points into an array."""
    width = 1 + max(len(feature.scores) for feature in schema.features)
    table = np.full((len(schema.features), width), np.nan)
    for row, feature, points in zip(table, schema.features, card.points, strict=True):
        scores = [points[score] for score in feature.scores]
        row[1 : 1 + len(scores)] = scores
        if feature.may_be_missing:
            row[MISSING] = points[None]
    return Points(
        table,
        card.base,
        decision.threshold,
        decision.negative_at_most,
        decision.positive_at_least,
    )


def _sigmoid(log_odds: Floats) -> Floats:
    magnitudes = (-np.abs(log_odds)).tolist()
    odds = np.fromiter(map(math.exp, magnitudes), np.float64, len(magnitudes))
    below: Floats = odds / (1.0 + odds)
    return np.where(log_odds >= 0, 1.0 / (1.0 + odds), below)
