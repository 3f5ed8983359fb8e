"""Averages a model's probability over what missing values could be, given the known ones.

A row's position is the mean position of its known values: 0 where each is the level that is most
usual of the negative class, 1 where each is most usual of the positive one. Training counts how
often a level of a feature occurs at each position of the other values.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import product

from cytology.annotations import Any, NamedTuple
from cytology.feature import Value
from cytology.levels import Levels
from cytology.measurements import Row

#: Up to this many fillings all are averaged; beyond it, a fixed sample of as many.
MAX_FILLINGS = 1_000
_SEED = 20_260_101


class Given(NamedTuple):
    """How often each level occurs, given the position of the other values.

    ``positions[i]`` holds the position, 0 to 1, of each level of feature i. ``shares[i]`` holds a
    list of the shares of these levels for each position of a grid: equal steps from 0 to 1. Between
    two of them shares are interpolated.
    """

    positions: tuple[tuple[float, ...], ...]
    shares: tuple[tuple[tuple[float, ...], ...], ...]


class Fillings(NamedTuple):
    """Complete rows, and the share of each.

    ``complete`` is False where the rows are a sample of all fillings.
    """

    rows: list[Row]
    shares: list[float]
    complete: bool


class Filler:
    """Knows which complete rows a row with missing values could be."""

    def __init__(self, given: Given, levels: Sequence[Levels]) -> None:
        self._shares = given.shares
        self._values = [own.values for own in levels]
        self._positions: list[dict[Any, float]] = [
            own.table(places) for own, places in zip(levels, given.positions, strict=True)
        ]

    def fillings(self, row: Row) -> Fillings:
        """Return the rows that a row with missing values could be."""
        shares = self.shares(row)
        options = [self._values[gap] for gap in shares]
        if math.prod(map(len, options)) > MAX_FILLINGS:
            return self._sample(row, shares)
        return Fillings(
            [_filled(row, shares, values) for values in product(*options)],
            [math.prod(each) for each in product(*shares.values())],
            complete=True,
        )

    def shares(self, row: Row) -> dict[int, list[float]]:
        """Return the share of each level of each missing feature, by the feature's place."""
        position = self._position(row)
        return {
            gap: _between(self._shares[gap], position)
            for gap, value in enumerate(row)
            if value is None
        }

    def _position(self, row: Row) -> float:
        known = [
            places[value]
            for places, value in zip(self._positions, row, strict=True)
            if value is not None
        ]
        # A row without any value is in the middle of everything
        return sum(known) / len(known) if known else 0.5

    def _sample(self, row: Row, shares: dict[int, list[float]]) -> Fillings:
        # Imported here: few rows have so many gaps
        import random

        source = random.Random(_SEED)  # noqa: S311  (a fixed sample, no secret)
        columns = [
            source.choices(self._values[gap], weights, k=MAX_FILLINGS)
            for gap, weights in shares.items()
        ]
        rows = [_filled(row, shares, values) for values in zip(*columns, strict=True)]
        return Fillings(rows, [1 / MAX_FILLINGS] * MAX_FILLINGS, complete=False)


def average(probabilities: Sequence[float], shares: Sequence[float]) -> float:
    """Return the probability of the positive class, given that and the share of every filling."""
    found = sum(map(float.__mul__, shares, probabilities)) / sum(shares)
    return min(max(found, 0.0), 1.0)


def _between(grid: Sequence[Sequence[float]], position: float) -> list[float]:
    """Interpolate between the two nearest positions of the grid."""
    steps = len(grid) - 1
    below = min(int(position * steps), steps - 1)
    part = position * steps - below
    return [
        (1.0 - part) * one + part * other
        for one, other in zip(grid[below], grid[below + 1], strict=True)
    ]


def _filled(row: Row, gaps: Iterable[int], values: Sequence[Value]) -> Row:
    filled = list(row)
    for gap, value in zip(gaps, values, strict=True):
        filled[gap] = value
    return tuple(filled)
