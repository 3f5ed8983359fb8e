"""Three small tables of two classes: whole numbers, real numbers, and both with categories."""

from typing import Any, NamedTuple

import numpy as np

from training.compile import Column
from training.compile.rows import as_arrays, as_rows, as_table, random_arrays

ROWS = 160
COLOURS = ("blue", "green", "red")


class Table(NamedTuple):
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    labels: np.ndarray

    def matrix(self, rows=None):
        """What a classifier is fitted on and asked."""
        return as_table(as_arrays(rows or self.rows, self.columns), self.columns, None)


def whole(missing: bool = False) -> Table:
    return _table(
        *(Column(f"w{place}", "whole", 0, 9, missing and place < 2) for place in range(4))
    )


def real(missing: bool = False) -> Table:
    return _table(
        Column("small", "real", 0.0, 1e-3, missing),
        Column("unit", "real", -1.0, 1.0),
        Column("large", "real", 0.5, 30_000.0, missing),
    )


def mixed(missing: bool = False) -> Table:
    return _table(
        Column("colour", "category", may_be_missing=missing, categories=COLOURS),
        Column("count", "whole", 0, 9, missing),
        Column("length", "real", 0.0, 2.5, missing),
    )


TABLES = {"whole": whole, "real": real, "mixed": mixed}


def _table(*columns: Column) -> Table:
    arrays = random_arrays(columns, ROWS, seed=5)
    rows = as_rows(arrays, columns)
    random = np.random.default_rng(6)
    parts = [
        [0.5 if v is None else _share(v, column) for v in values]
        for column, values in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    total = np.sum(parts, axis=0) + random.normal(0, 0.25, ROWS)
    labels = np.where(total > np.median(total), "malignant", "benign")
    return Table(columns, rows, labels)


def _share(value, column: Column) -> float:
    if column.kind == "category":
        return COLOURS.index(value) / 2
    return (value - column.minimum) / (column.maximum - column.minimum)
