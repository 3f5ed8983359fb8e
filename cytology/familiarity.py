"""Turns a row into how familiar it is: its log-likelihood under the training data's frequencies."""

from collections.abc import Sequence
from operator import getitem
from typing import NamedTuple

from cytology.measurements import Row
from cytology.schema import Feature


class Familiarity(NamedTuple):
    """How often each score occurs in each class, as logarithms, and the limit of the usual.

    ``tables[c][i]`` holds class c's log-frequencies of feature i: missing first, then every score
    from the lowest. A class's prior is part of its first feature's entries. The features count as
    independent within a class (naive Bayes), so rare scores are noticed and rare *combinations* of
    common scores are not.
    """

    limit: float
    tables: tuple[tuple[tuple[float, ...], ...], ...]

    def by_score(
        self, features: Sequence[Feature]
    ) -> tuple[tuple[dict[int | None, float], ...], ...]:
        """The tables, keyed by score; None is a missing one."""
        return tuple(
            tuple(
                dict(zip((None, *feature.scores), table, strict=True))
                for feature, table in zip(features, tables, strict=True)
            )
            for tables in self.tables
        )

    def log_likelihood(self, row: Row, features: Sequence[Feature]) -> float:
        """That of the row in the class that explains it best."""
        return max(sum(map(getitem, tables, row)) for tables in self.by_score(features))

    def is_unusual(self, row: Row, features: Sequence[Feature]) -> bool:
        """True where fewer than one training sample in twenty is as unlikely as this row."""
        return self.log_likelihood(row, features) < self.limit
