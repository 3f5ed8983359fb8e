"""Looks up what each row's levels add, for several features at once.

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
Places = list[NDArray[np.intp]]

#: Entries of a joint table; it stays in the processor's cache.
_MOST_ENTRIES = 2_000
#: Distance from the limit of the usual below which the order of additions may decide.
_CLOSE = 1e-6


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
        decision, self._schema = artifact.decision, artifact.schema
        self._levels, self._given = decision.levels, decision.given
        self._limit = decision.familiarity.limit
        self._frequencies = [
            [np.array(table) for table in tables] for tables in decision.familiarity.tables
        ]
        sizes = [len(levels.values) + 1 for levels in self._levels]
        self._groups = _groups(sizes)
        self._sizes = sizes
        self._usual = [self._joint(tables) for tables in self._frequencies]
        warned, count = _warned(decision.weights)
        #: False where so many features may be missing that the patterns exceed 64 bits.
        self.can_tell_patterns = count <= 2**60
        self._warned = self._joint(warned) if self.can_tell_patterns else []
        self._base = 0
        self._points = self._read_points(document)
        self._last: tuple[Floats, Places] | None = None

    def log_odds(self, scores: Floats) -> Floats | None:
        """Log-odds of complete rows; None where the model is no table over the levels."""
        if self._points is None:
            return None
        places = self._group_places(self._level_places(scores))
        total = self._base + _added(self._points, places)
        answer: Floats = total.astype(np.float64) * (1 / SCALE)
        return answer

    def patterns(self, scores: Floats) -> NDArray[np.int64]:
        """Rows with the same number have the same warnings."""
        levels = self._level_places(scores)
        places = self._group_places(levels)
        unusual = np.ones(len(scores), dtype=bool)
        for joint, tables in zip(self._usual, self._frequencies, strict=True):
            total = _added(joint, places)
            below = total < self._limit
            for row in np.flatnonzero(np.abs(total - self._limit) < _CLOSE).tolist():
                # In the order of the service, which rounds as Python's sum does
                each = [float(t[p[row]]) for t, p in zip(tables, levels, strict=True)]
                below[row] = sum(each) < self._limit
            unusual &= below
        return 2 * _added(self._warned, places) + unusual

    def shares(self, scores: Floats, gap: int) -> Floats:
        """(levels, n) shares of the levels that a missing value could have; see Filler."""
        levels = self._level_places(scores)
        known, count = Sum(len(scores)), np.zeros(len(scores))
        for places, positions in zip(levels, self._given.positions, strict=True):
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

    def _read_points(self, document: Mapping[str, Any] | None) -> list[Any] | None:
        found = additive(document) if document else None
        if found is None or [t.name for t in found.tables] != list(self._schema.names):
            return None
        pairs = list(zip(found.tables, self._levels, strict=True))
        if any(levels.bounds or set(levels.values) - t.points.keys() for t, levels in pairs):
            return None
        self._base = found.base
        tables = [np.array([0, *(t.points[v] for v in own.values)]) for t, own in pairs]
        return self._joint(tables)

    def _level_places(self, scores: Floats) -> Places:
        """The level of every value, from 1; 0 where it is missing."""
        # Log-odds and patterns are asked of the same rows, one after the other
        if self._last is None or self._last[0] is not scores:
            columns = enumerate(scores.T)
            self._last = scores, [self._place(feature, column) for feature, column in columns]
        return self._last[1]

    def _place(self, feature: int, column: Floats) -> NDArray[np.intp]:
        levels, kind = self._levels[feature], self._schema.features[feature].kind
        missing = np.isnan(column)
        if levels.bounds:
            found = np.searchsorted(levels.bounds, column, side="right") + 1
        else:
            first = 0 if kind == CATEGORY else int(self._schema.features[feature].minimum)
            with np.errstate(invalid="ignore"):  # of missing values, which follow
                found = column.astype(np.intp)
            found += 1 - first
        if missing.any():
            found[missing] = 0
        return found

    def _group_places(self, levels: Places) -> Places:
        answer = []
        for group in self._groups:
            place = levels[group[0]]
            for feature in group[1:]:
                place = place * self._sizes[feature] + levels[feature]
            answer.append(place)
        return answer

    def _joint(self, tables: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        answer = []
        for group in self._groups:
            joint = tables[group[0]]
            for feature in group[1:]:
                joint = np.add.outer(joint, tables[feature]).ravel()
            answer.append(joint)
        return answer


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    """Neighbouring features whose joint table is small."""
    groups: list[list[int]] = [[]]
    for feature, size in enumerate(sizes):
        if groups[-1] and math.prod(sizes[f] for f in groups[-1]) * size > _MOST_ENTRIES:
            groups.append([])
        groups[-1].append(feature)
    return groups


def _warned(weights: Sequence[Sequence[float]]) -> tuple[list[NDArray[Any]], int]:
    """Tables whose sums differ where a missing or never seen value differs; how many sums."""
    tables, base = [], 1
    for _, *shares in weights:
        codes = [1, *(0 if share else place for place, share in enumerate(shares, 2))]
        kept = {code: number for number, code in enumerate(sorted({0, *codes}))}
        tables.append(np.array([base * kept[code] for code in codes]))
        base *= len(kept)
    return tables, base


def _added(joint: Sequence[NDArray[Any]], places: Places) -> NDArray[Any]:
    total = joint[0][places[0]]
    for table, place in zip(joint[1:], places[1:], strict=True):
        total += table[place]
    return total
