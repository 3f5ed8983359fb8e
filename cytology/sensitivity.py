"""Finds which scores would change a label, and how often re-scoring changes it."""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from cytology.measurements import Row
from cytology.schema import Feature, Schema

#: Up to this many features every re-scoring is counted; 3^6 sums on either side are quickly made.
_EXACT_FEATURES = 12
#: Beyond it, and for models that are not additive, this many re-scorings are tried.
SAMPLED_RESCORINGS = 200
_SEED = 20_260_101
_ROUNDING = 1e-6

#: Log-odds per score of one feature, None for a missing score.
Points = dict[int | None, float]


class Fragility(NamedTuple):
    """Share of one-step re-scorings that change the label; exact, or from a fixed sample."""

    share: float
    exact: bool


def nearest_changes(
    points: Sequence[Points], row: Row, total: float, cutoff: float, medians: Sequence[int]
) -> tuple[int | None, ...]:
    """Per feature, the nearest score that changes the label while the others stay, or None.

    Of two scores equally near the lower one is named.

    Parameters
    ----------
    points, row, total
        Log-odds per score of each feature, the complete row, and its log-odds.
    cutoff
        The threshold's log-odds.
    medians
        Training medians; not used where no score is missing.
    """
    positive = total >= cutoff
    changes: list[int | None] = []
    for table, score, median in zip(points, row, medians, strict=True):
        needed = cutoff - (total - table[score])
        others = [
            other
            for other, value in table.items()
            if (value >= needed) != positive and other is not None
        ]
        changes.append(nearest(others, median if score is None else score) if others else None)
    return tuple(changes)


def nearest_changes_with_gaps(
    row: Row,
    schema: Schema,
    medians: Sequence[int],
    are_positive: Callable[[list[Row]], Sequence[bool]],
) -> tuple[int | None, ...]:
    """As :func:`nearest_changes`, for a row with missing scores, whose average moves with each.

    Parameters
    ----------
    row
        The scores, None where missing.
    schema, medians
        The features, and the training median of each.
    are_positive
        Rows → whether each is called positive.
    """
    varied: list[Row] = [
        (*row[:index], score, *row[index + 1 :])
        for index, feature in enumerate(schema.features)
        for score in feature.scores
    ]
    own, *labels = are_positive([row, *varied])
    flips = iter(labels)
    return tuple(
        nearest(
            [score for score in feature.scores if next(flips) != own],
            median if known is None else known,
        )
        for feature, known, median in zip(schema.features, row, medians, strict=True)
    )


def nearest(scores: Iterable[int], to: int) -> int | None:
    """The score nearest to another one, the lower of two equally near; None of none."""
    return min(scores, key=lambda score: (abs(score - to), score), default=None)


def fragility(
    points: Sequence[Points], schema: Schema, row: Row, base: float, cutoff: float
) -> Fragility:
    """Share of re-scorings that change the label, where each score moves by -1, 0 or +1.

    All features move at once and independently, each step is equally likely, and a score stays
    within its range. A missing one stays missing and keeps what it adds on average.

    Parameters
    ----------
    points, schema, row
        Log-odds per score of each feature, the features, and the row.
    base, cutoff
        Log-odds that are added to the points, and those of the threshold.
    """
    options = [
        [table[moved] for moved in _moves(score, feature)]
        for table, score, feature in zip(points, row, schema.features, strict=True)
    ]
    positive = base + sum(table[score] for table, score in zip(points, row, strict=True)) >= cutoff
    if len(options) > _EXACT_FEATURES:
        rescored = rescorings(row, schema)
        above = sum(
            base + sum(table[score] for table, score in zip(points, moved, strict=True)) >= cutoff
            for moved in rescored
        )
        count = len(rescored)
    else:
        above, count = _count_at_least(options, cutoff - base)
    return Fragility(
        (count - above if positive else above) / count, len(options) <= _EXACT_FEATURES
    )


def rescorings(row: Row, schema: Schema) -> list[Row]:
    """A sample of the row's one-step re-scorings; the same steps for every row and engine."""
    moves = [_moves(score, feature) for score, feature in zip(row, schema.features, strict=True)]
    return [
        tuple([options[step % len(options)] for options, step in zip(moves, taken, strict=True)])
        for taken in _sampled_steps(len(row))
    ]


@cache
def _sampled_steps(count: int) -> list[list[int]]:
    # Imported here: only models without an exact count pay for it
    import random

    source = random.Random(_SEED)  # noqa: S311  (a fixed sample, no secret)
    return [source.choices(range(3), k=count) for _ in range(SAMPLED_RESCORINGS)]


def _moves(score: int | None, feature: Feature) -> tuple[int | None, ...]:
    """The three scores that are equally likely; at an end of the range two of them coincide."""
    if score is None:
        return (None,)
    return max(score - 1, feature.minimum), score, min(score + 1, feature.maximum)


def _count_at_least(options: list[list[float]], needed: float) -> tuple[int, int]:
    """Of all ways to pick one number a list, count those whose sum is ``needed`` or more.

    Meets in the middle: 3^4 + 3^5 sums instead of 3^9.
    """
    count = math.prod(map(len, options))
    # Most rows lie too far from the limit for any re-scoring to cross it; the margin is far more
    # than rounding in another order can make of nine numbers
    if sum(map(max, options)) < needed - _ROUNDING:
        return 0, count
    if sum(map(min, options)) > needed + _ROUNDING:
        return count, count
    half = len(options) // 2
    first = _sums(options[:half])
    second = sorted(_sums(options[half:]))
    size = len(second)
    return sum([size - bisect_left(second, needed - value) for value in first]), count


def _sums(options: list[list[float]]) -> list[float]:
    # One list after another and not itertools.product, the longer loop inside: half of a request's
    # time was spent here
    sums = [0.0]
    for values in options:
        sums = [total + value for value in values for total in sums]
    return sums
