"""Averages a model's probability over what missing scores could be, given the known ones.

Within each class a missing score is taken to follow the frequencies of that class in the training
data. Let A and B be the average probability over fillings drawn from the positive and from the
negative class. The answer m weighs them by itself, m = m·A + (1 - m)·B, so m = B / (1 - A + B).
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from cytology.familiarity import Familiarity
from cytology.feature import Value
from cytology.levels import Levels
from cytology.measurements import Row
from cytology.schema import Schema

#: Up to this many fillings all are averaged; beyond it, a fixed sample of as many of each class.
MAX_FILLINGS = 1_000
_SEED = 20_260_101


class Fillings(NamedTuple):
    """Complete rows, and the share of each among the fillings of the negative and positive class.

    ``complete`` is False where the rows are a sample of all fillings.
    """

    rows: list[Row]
    negative: list[float]
    positive: list[float]
    complete: bool


class Frequencies:
    """How often each level of each feature occurs in the negative and in the positive class."""

    def __init__(self, schema: Schema, familiarity: Familiarity) -> None:
        tables = dict(zip(schema.class_names, familiarity.tables, strict=True))
        self._negative, self._positive = (
            [
                _shares(levels, table)
                for levels, table in zip(familiarity.levels, tables[name], strict=True)
            ]
            for name in (schema.negative, schema.positive)
        )

    def fillings(self, row: Row) -> Fillings:
        """Return the rows that a row with missing scores could be."""
        gaps = [index for index, score in enumerate(row) if score is None]
        if math.prod(len(self._negative[gap]) for gap in gaps) > MAX_FILLINGS:
            return self._sample(row, gaps)
        found = list(product(*(self._negative[gap] for gap in gaps)))
        return Fillings(
            [_filled(row, gaps, scores) for scores in found],
            [self._share(self._negative, gaps, scores) for scores in found],
            [self._share(self._positive, gaps, scores) for scores in found],
            complete=True,
        )

    def _share(
        self, tables: Sequence[dict[Value, float]], gaps: Sequence[int], scores: Sequence[Value]
    ) -> float:
        return math.prod(tables[gap][score] for gap, score in zip(gaps, scores, strict=True))

    def _sample(self, row: Row, gaps: Sequence[int]) -> Fillings:
        # Imported here: few rows have so many gaps
        import random

        source = random.Random(_SEED)  # noqa: S311  (a fixed sample, no secret)

        def draw(tables: Sequence[dict[Value, float]]) -> Iterator[Row]:
            columns = [
                source.choices(list(tables[gap]), list(tables[gap].values()), k=MAX_FILLINGS)
                for gap in gaps
            ]
            return (_filled(row, gaps, scores) for scores in zip(*columns, strict=True))

        rows = [*draw(self._negative), *draw(self._positive)]
        one, none = [1 / MAX_FILLINGS] * MAX_FILLINGS, [0.0] * MAX_FILLINGS
        return Fillings(rows, one + none, none + one, complete=False)


def average(probabilities: Sequence[float], fillings: Fillings) -> float:
    """Return the probability of the positive class, given that of every filling."""
    if_negative = sum(map(float.__mul__, fillings.negative, probabilities))
    if_positive = sum(map(float.__mul__, fillings.positive, probabilities))
    against = 1.0 - if_positive
    # Both are 0 only where the fillings decide the class by themselves: nothing is known then
    return if_negative / (if_negative + against) if if_negative + against > 0 else 0.5


def _shares(levels: Levels, logarithms: Sequence[float]) -> dict[Value, float]:
    """Return the share of each level, by its value; the first entry is that of a missing one."""
    counts = [math.exp(value) for value in logarithms[1:]]
    total = sum(counts)
    return {value: count / total for value, count in zip(levels.values, counts, strict=True)}


def _filled(row: Row, gaps: Sequence[int], scores: Sequence[Value]) -> Row:
    values = list(row)
    for gap, score in zip(gaps, scores, strict=True):
        values[gap] = score
    return tuple(values)
