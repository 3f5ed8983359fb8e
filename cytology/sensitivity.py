"""Finds which scores would change a label, and how often re-scoring changes it."""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from cytology.annotations import NamedTuple
from cytology.feature import Value
from cytology.levels import Levels
from cytology.measurements import Row

#: Up to this many features every re-scoring is counted; 3^6 sums on either side are quickly made.
_EXACT_FEATURES = 12
#: Beyond it, and for models that are not additive, this many re-scorings are tried.
SAMPLED_RESCORINGS = 200
_SEED = 20_260_101
_ROUNDING = 1e-6

#: Log-odds per value of one feature, None for a missing one.
Points = dict[Value | None, float]


class Fragility(NamedTuple):
    """Share of one-step re-scorings that change the label; exact, or from a fixed sample."""

    share: float
    exact: bool


def nearest_changes(
    points: Sequence[Points], levels: Sequence[Levels], row: Row, total: float, cutoff: float
) -> tuple[Value | None, ...]:
    """Per feature, the nearest value that changes the label while the others stay, or None.

    Parameters
    ----------
    points, levels
        Log-odds per value of each feature, and its levels.
    row, total
        The complete row, and its log-odds.
    cutoff
        The threshold's log-odds.
    """
    positive = total >= cutoff
    changes: list[Value | None] = []
    for table, own, score in zip(points, levels, row, strict=True):
        needed = cutoff - (total - table[score])
        others = [
            other
            for other, value in table.items()
            if (value >= needed) != positive and other is not None
        ]
        changes.append(own.nearest(others, score) if others and score is not None else None)
    return tuple(changes)


def flips_with_gaps(
    row: Row, levels: Sequence[Levels], are_positive: Callable[[list[Row]], Sequence[bool]]
) -> list[list[bool]]:
    """Per feature and level, whether this value changes the label while the others stay.

    Parameters
    ----------
    row, levels
        The values, None where missing, and the levels of each feature.
    are_positive
        Rows → whether each is called positive.
    """
    varied: list[Row] = [
        (*row[:index], value, *row[index + 1 :])
        for index, own in enumerate(levels)
        for value in own.values
    ]
    positive, *labels = are_positive([row, *varied])
    flips = iter(labels)
    return [[next(flips) != positive for _ in own.values] for own in levels]


def nearest_flips(
    row: Row,
    levels: Sequence[Levels],
    medians: Sequence[Value],
    flips: Sequence[Sequence[bool]],
) -> tuple[Value | None, ...]:
    """As :func:`nearest_changes`, of what changes the label; a gap is compared with the median."""
    return tuple(
        own.nearest(
            [value for value, flip in zip(own.values, flags, strict=True) if flip],
            median if known is None else known,
        )
        for own, known, median, flags in zip(levels, row, medians, flips, strict=True)
    )


def decisive_unknowns(
    shares: Mapping[int, Sequence[float]], flips: Mapping[int, Sequence[bool]]
) -> tuple[tuple[int, float], ...]:
    """Rank missing values: place of the feature, and how probably knowing it changes the label.

    Parameters
    ----------
    shares, flips
        By place of each missing feature: the share of each level, given the known values, and
        whether it changes the label.
    """
    found = [
        (gap, sum(share for share, flip in zip(own, flips[gap], strict=True) if flip) / sum(own))
        for gap, own in shares.items()
    ]
    return tuple(sorted(found, key=lambda pair: -pair[1]))


def fragility(
    points: Sequence[Points], levels: Sequence[Levels], row: Row, base: float, cutoff: float
) -> Fragility:
    """Share of re-scorings that change the label, where each value moves by -1, 0 or +1 level.

    All features move at once and independently, each step is equally likely, and a value stays
    within its range; a category stays. A missing value keeps what it adds on average.

    Parameters
    ----------
    points, levels, row
        Log-odds per value of each feature, its levels, and the row.
    base, cutoff
        Log-odds that are added to the points, and those of the threshold.
    """
    options = [
        [table[moved] for moved in own.steps(score)]
        for table, score, own in zip(points, row, levels, strict=True)
    ]
    positive = base + sum(table[score] for table, score in zip(points, row, strict=True)) >= cutoff
    if len(options) > _EXACT_FEATURES:
        rescored = rescorings(row, levels)
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


def rescorings(row: Row, levels: Sequence[Levels]) -> list[Row]:
    """A sample of the row's one-step re-scorings; the same steps for every row and engine."""
    moves = [own.steps(value) for value, own in zip(row, levels, strict=True)]
    return [
        tuple([options[step % len(options)] for options, step in zip(moves, taken, strict=True)])
        for taken in _sampled_steps(len(row))
    ]


@cache
def _sampled_steps(count: int) -> list[list[int]]:
    # Lehmer's generator: a cold start imports the module random for longer than this takes
    state, steps = _SEED, []
    for _ in range(count * SAMPLED_RESCORINGS):
        state = state * 48_271 % (2**31 - 1)
        steps.append(state % 3)
    return [steps[start : start + count] for start in range(0, len(steps), count)]


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
