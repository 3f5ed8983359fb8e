"""Turns a row into how familiar it is: its log-likelihood under the training data's frequencies."""

from collections.abc import Sequence
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

    def log_likelihood(self, row: Row, features: Sequence[Feature]) -> float:
        """That of the row in the class that explains it best."""
        positions = [
            0 if score is None else score - feature.minimum + 1
            for score, feature in zip(row, features, strict=True)
        ]
        return max(
            sum([table[position] for table, position in zip(tables, positions, strict=True)])
            for tables in self.tables
        )

    def is_unusual(self, row: Row, features: Sequence[Feature]) -> bool:
        """True where fewer than one training sample in twenty is as unlikely as this row."""
        return self.log_likelihood(row, features) < self.limit
