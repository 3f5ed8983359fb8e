"""Turns a row into how familiar it is: its log-likelihood under the training data's frequencies."""

from operator import getitem

from cytology.annotations import NamedTuple
from cytology.feature import Value
from cytology.levels import Levels
from cytology.measurements import Row


class Familiarity(NamedTuple):
    """How often each level occurs in each class, as logarithms, and the limit of the usual.

    ``tables[c][i]`` holds class c's log-frequencies of feature i: missing first, then every level
    of ``levels[i]``. A class's prior is part of its first feature's entries. The features count as
    independent within a class (naive Bayes), so rare values are noticed and rare *combinations* of
    common values are not.
    """

    limit: float
    tables: tuple[tuple[tuple[float, ...], ...], ...]
    levels: tuple[Levels, ...]

    def by_value(self) -> tuple[tuple[dict[Value | None, float], ...], ...]:
        """The tables, found by any value of a level; None is a missing one."""
        return tuple(
            tuple(
                _with_missing(levels, table)
                for levels, table in zip(self.levels, tables, strict=True)
            )
            for tables in self.tables
        )

    def log_likelihood(self, row: Row) -> float:
        """That of the row in the class that explains it best."""
        return max(sum(map(getitem, tables, row)) for tables in self.by_value())

    def is_unusual(self, row: Row) -> bool:
        """True where fewer than one training sample in twenty is as unlikely as this row."""
        return self.log_likelihood(row) < self.limit


def _with_missing(levels: Levels, table: tuple[float, ...]) -> dict[Value | None, float]:
    missing, *entries = table
    found = levels.table(entries)
    found[None] = missing
    return found
