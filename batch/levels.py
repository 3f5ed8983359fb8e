"""Looks up what each row's levels add, for several features and several tables at once.

A row has one level per feature. The tables of neighbouring features are added beforehand, so that
nine features take three look-ups.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from batch.export import additive
from cytology.artifact import Artifact
from cytology.model.sum import SCALE
from cytology.schema import CATEGORY

Floats = NDArray[np.float64]

#: Entries of a joint table; it stays in the processor's cache.
_MOST_ENTRIES = 2_000
#: Distance from the limit of the usual below which the order of additions may decide.
_CLOSE = 1e-6
#: Whole numbers below it are exact as floats, whatever the order of additions.
_EXACT = 2**53


class Sum:
    """Adds as Python's ``sum`` does, which keeps what each addition rounds off (Neumaier)."""

    def __init__(self, count: int) -> None:
        self._high, self._lost = np.zeros(count), np.zeros(count)

    def add(self, values: Floats) -> None:
        """Add one value a row."""
        total = self._high + values
        large = np.abs(self._high) >= np.abs(values)
        self._lost += np.where(large, (self._high - total) + values, (values - total) + self._high)
        self._high = total

    def value(self) -> Floats:
        """The sum of each row."""
        return self._high + self._lost


class Lookups:
    """The tables of one artifact: points, log-frequencies, and which values need a warning."""

    def __init__(self, artifact: Artifact, document: Mapping[str, Any] | None) -> None:
        decision, self._features = artifact.decision, artifact.schema.features
        self._levels, self._given = decision.levels, decision.given
        self._limit = decision.familiarity.limit
        self._frequencies = [
            [np.array(table) for table in tables] for tables in decision.familiarity.tables
        ]
        self._sizes = [len(levels.values) + 1 for levels in self._levels]
        warned, count = _warned(decision.weights)
        #: False where so many features may be missing that the patterns are no exact numbers.
        self.can_tell_patterns = count < _EXACT
        base, points = self._points(document)
        #: Whether the model is a table over the levels, so that :meth:`totals` has its log-odds.
        self.is_additive = points is not None
        self._base = np.array([base, *(0.0 for _ in self._frequencies), 0.0])
        tables = [points or [np.zeros(size) for size in self._sizes], *self._frequencies, warned]
        self._groups = _groups(self._sizes)
        self._joint = [self._add(group, tables) for group in self._groups]

    def totals(self, scores: Floats) -> Floats:
        """(n, tables) sums: log-odds of complete rows, log-likelihood of each class, pattern."""
        total = self._base
        levels = [self._place(feature, column) for feature, column in enumerate(scores.T)]
        for (first, *others), joint in zip(self._groups, self._joint, strict=True):
            place = levels[first]
            for feature in others:
                place = place * self._sizes[feature] + levels[feature]
            total = total + joint.take(place, axis=0)
        return total

    def patterns(self, scores: Floats, totals: Floats) -> NDArray[np.int64]:
        """Rows with the same number have the same warnings."""
        likelihood = np.maximum(totals[:, 1], totals[:, 2])
        unusual = likelihood < self._limit
        for row in np.flatnonzero(np.abs(likelihood - self._limit) < _CLOSE).tolist():
            # In the order of the service, which rounds as Python's sum does
            places = [int(self._place(f, value)[0]) for f, value in enumerate(scores[[row]].T)]
            unusual[row] = self._limit > max(
                sum(float(table[place]) for table, place in zip(tables, places, strict=True))
                for tables in self._frequencies
            )
        return 2 * totals[:, -1].astype(np.int64) + unusual

    def shares(self, scores: Floats, gap: int) -> Floats:
        """(levels, n) shares of the levels that a missing value could have; see Filler."""
        known, count = Sum(len(scores)), np.zeros(len(scores))
        for feature, positions in enumerate(self._given.positions):
            places = self._place(feature, scores[:, feature])
            known.add(np.array([0.0, *positions])[places])
            count += places > 0
        with np.errstate(invalid="ignore"):
            position = np.where(count > 0, known.value() / count, 0.5)
        grid = np.array(self._given.shares[gap])
        steps = len(grid) - 1
        below = np.minimum((position * steps).astype(np.intp), steps - 1)
        part = position * steps - below
        answer: Floats = (1.0 - part) * grid[below].T + part * grid[below + 1].T
        return answer

    def _points(self, document: Mapping[str, Any] | None) -> tuple[float, list[Floats] | None]:
        """Base and points of every level in log-odds; None where the model has another form."""
        found = additive(document) if document else None
        names = [feature.name for feature in self._features]
        if found is None or [table.name for table in found.tables] != names:
            return 0.0, None
        pairs = list(zip(found.tables, self._levels, strict=True))
        if any(levels.bounds or set(levels.values) - t.points.keys() for t, levels in pairs):
            return 0.0, None
        if abs(found.base) + sum(max(map(abs, t.points.values())) for t, _ in pairs) >= _EXACT:
            return 0.0, None
        tables = [[0, *(table.points[v] for v in levels.values)] for table, levels in pairs]
        return found.base / SCALE, [np.array(table) / SCALE for table in tables]

    def _place(self, feature: int, column: Floats) -> NDArray[np.intp]:
        """The level of every value, from 1; 0 where it is missing."""
        levels, kind = self._levels[feature], self._features[feature].kind
        missing = np.isnan(column)
        if levels.bounds:
            found = np.searchsorted(levels.bounds, column, side="right") + 1
        else:
            first = 0 if kind == CATEGORY else int(self._features[feature].minimum)
            with np.errstate(invalid="ignore"):  # of missing values, which follow
                found = column.astype(np.intp) + (1 - first)
        found[missing] = 0
        return found

    def _add(self, group: Sequence[int], tables: Sequence[Sequence[Floats]]) -> Floats:
        """(entries, tables) sums over the levels of some features."""
        columns = []
        for table in tables:
            joint = table[group[0]]
            for feature in group[1:]:
                joint = np.add.outer(joint, table[feature]).ravel()
            columns.append(joint.astype(np.float64))
        return np.stack(columns, axis=1)


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    """Neighbouring features whose joint table is small."""
    groups: list[list[int]] = [[]]
    for feature, size in enumerate(sizes):
        if groups[-1] and math.prod(sizes[f] for f in groups[-1]) * size > _MOST_ENTRIES:
            groups.append([])
        groups[-1].append(feature)
    return groups


def _warned(weights: Sequence[Sequence[float]]) -> tuple[list[Floats], int]:
    """Tables whose sums differ where a missing or never seen value differs; how many sums."""
    tables, base = [], 1
    for _, *shares in weights:
        codes = [1, *(0 if share else place for place, share in enumerate(shares, 2))]
        kept = {code: number for number, code in enumerate(sorted({0, *codes}))}
        tables.append(np.array([float(base * kept[code]) for code in codes]))
        base *= len(kept)
    return tables, base
