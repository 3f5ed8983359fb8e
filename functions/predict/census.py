"""Turns scored samples into histograms from which no sample can be read back.

A histogram counts one feature, or the probability, over at least FEWEST samples, and no sample is
counted in two: of a sample's numbers at most one is ever written, so its vector is in no line and
in no set of lines (docs/decisions/0058). A container that ends takes its open histogram with it.
"""

from collections.abc import Sequence
from operator import add
from typing import NamedTuple

from cytology.measurements import Row
from cytology.population import count_probabilities, count_scores, histogram_names
from cytology.schema import Schema

#: Samples below which no histogram is written. No setting lowers it.
FEWEST = 50


class Histogram(NamedTuple):
    """Counts of one feature's scores (missing first) or of tenths of probability."""

    name: str
    counts: list[int]


class Census:
    """One open histogram at a time; when it is full the next feature is counted.

    ``first`` is the histogram to begin with: drawn at random, or the first feature would be
    counted by every short-lived container and the last by few.
    """

    def __init__(self, schema: Schema, first: int) -> None:
        self._features = schema.features
        self._names = histogram_names(schema)
        self._open = first % len(self._names)
        self._counts: list[int] = []

    def add(self, rows: Sequence[Row], probabilities: Sequence[float]) -> list[Histogram]:
        """Count one request's samples; return the histograms that are now full."""
        kinds = len(self._names)
        if len(rows) >= FEWEST * kinds:
            # Dealt out in turn and not in blocks: a table may be sorted
            return [
                Histogram(
                    self._names[kind],
                    self._count(kind, rows[kind::kinds], probabilities[kind::kinds]),
                )
                for kind in range(kinds)
            ]
        counts = self._count(self._open, rows, probabilities)
        self._counts = [*map(add, self._counts, counts)] if self._counts else counts
        if sum(self._counts) < FEWEST:
            return []
        full = Histogram(self._names[self._open], self._counts)
        self._counts = []
        self._open = (self._open + 1) % kinds
        return [full]

    def _count(self, kind: int, rows: Sequence[Row], probabilities: Sequence[float]) -> list[int]:
        if kind == len(self._features):
            return count_probabilities(probabilities)
        return count_scores(self._features[kind], [row[kind] for row in rows])
