"""Writes rows with the answers that every export of an additive model must give."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from batch.export import Additive, Model, NoExport, additive
from cytology.artifact import load_artifact
from cytology.compiled import load_compiled

#: Rows of the pack, and missing values up to which it states a probability: beyond, the service
#: averages over a sample that depends on Python's random numbers.
ROWS, MOST_MISSING = 10_000, 3
_SEED = 1

Values = tuple[Any, ...]


def rows_of(model: Model, count: int = ROWS) -> list[Values]:
    """Return rows over every pattern of missing values; each second row is complete."""
    found = _whole(model)
    source = random.Random(_SEED)  # noqa: S311  (a fixed sample, no secret)
    width = len(found.tables)
    rows = []
    for number in range(count):
        pattern = number // 2 % 2**width if number % 2 else 0
        values = [source.choice(list(table.points)) for table in found.tables]
        rows.append(tuple(None if pattern >> i & 1 else v for i, v in enumerate(values)))
    return rows


def log_odds(model: Model, rows: Sequence[Values]) -> Iterator[tuple[int, int]]:
    """Yield the least and the most log-odds of each row, in whole numbers of 2^-44."""
    found = _whole(model)
    for row in rows:
        low = high = found.base
        for table, value in zip(found.tables, row, strict=True):
            low += table.low if value is None else table.points[value]
            high += table.high if value is None else table.points[value]
        yield low, high


def write_pack(directory: str, model: Model) -> Iterator[list[Any]]:
    """Yield the header and the lines: values, log-odds, probability by the service's engine."""
    rows = rows_of(model)
    known = [row for row in rows if row.count(None) <= MOST_MISSING]
    answers = load_compiled(load_artifact(directory)).predict(known, explain=False)
    probability = {row: a.probability for row, a in zip(known, answers, strict=True)}
    yield [*model.document["columns"], "log_odds_low", "log_odds_high", "probability"]
    for row, ends in zip(rows, log_odds(model, rows), strict=True):
        yield [*row, *ends, probability.get(row)]


def _whole(model: Model) -> Additive:
    if found := additive(model.document):
        return found
    raise NoExport("the pack holds whole log-odds, which additive models have")
