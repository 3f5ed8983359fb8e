"""Learns what missing values could be, and predicts samples that have some as the service does."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cytology.levels import Levels
from cytology.missing import Filler, Given, average
from cytology.schema import Feature, Schema
from training.dataset import Dataset, as_rows
from training.frequencies import learn_levels, places_of

Predict = Callable[[NDArray[np.float64]], NDArray[np.float64]]

#: Steps of the grid of positions; between 10 and 30 the nested log-loss is the same within .0007.
_STEPS = 15
#: Weight, in samples, of the shares in the whole table at each position of the grid.
_PRIOR = 2.0
_DIGITS = 4


def predict_with_gaps(
    predict: Predict, scores: NDArray[np.float64], filler: Filler
) -> NDArray[np.float64]:
    """(n,) probabilities of the positive class.

    Parameters
    ----------
    predict
        Complete scores (m, features) → probabilities (m,).
    scores
        (n, features), NaN where missing.
    filler
        Knows what the missing ones could be.
    """
    # A missing value differs from itself, in columns of objects too
    incomplete = (scores != scores).any(axis=1)
    if not incomplete.any():
        return predict(scores)
    fillings = [filler.fillings(row) for row in as_rows(scores[incomplete])]
    rows = [np.array(found.rows, dtype=scores.dtype) for found in fillings]
    every = predict(np.vstack([scores[~incomplete], *rows]))
    result = np.empty(len(scores))
    sizes = [int((~incomplete).sum()), *(len(found.rows) for found in fillings)]
    result[~incomplete], *filled = np.split(every, np.cumsum(sizes)[:-1])
    result[incomplete] = [
        average(own.tolist(), found.shares) for own, found in zip(filled, fillings, strict=True)
    ]
    return result


def learn_filler(dataset: Dataset, schema: Schema) -> Filler:
    """Learn from a table what the missing values of a row could be."""
    levels = learn_levels(dataset.scores, schema)
    return Filler(learn_given(dataset, schema, levels), levels)


def learn_given(dataset: Dataset, schema: Schema, levels: tuple[Levels, ...]) -> Given:
    """Count the levels of each feature by the position of the row's other values."""
    places = places_of(dataset.scores, levels) - 1
    positive = dataset.labels == schema.positive
    positions = [
        _positions(column, positive, own, feature)
        for column, own, feature in zip(places.T, levels, schema.features, strict=True)
    ]
    found = np.column_stack(
        [np.append(own, np.nan)[column] for own, column in zip(positions, places.T, strict=True)]
    )
    shares = []
    for index, own in enumerate(levels):
        others = np.delete(found, index, axis=1)
        usable = (places[:, index] >= 0) & ~np.isnan(others).all(axis=1)
        table = _count(places[usable, index], np.nanmean(others[usable], axis=1), len(own.values))
        shares.append(_smooth(table, positions[index]) if own.ordered else _with_prior(table)[0])
    return Given(
        tuple(_rounded(own) for own in positions),
        tuple(tuple(_rounded(row) for row in table) for table in shares),
    )


def _positions(
    places: NDArray[np.int64], positive: NDArray[np.bool_], levels: Levels, feature: Feature
) -> NDArray[np.float64]:
    """(levels,) equal steps in the direction of the positive class; of categories its share."""
    size, known = len(levels.values), places >= 0
    if not levels.ordered:
        hits = np.bincount(places[known & positive], minlength=size)
        share: NDArray[np.float64] = (hits + positive.mean()) / (
            np.bincount(places[known], minlength=size) + 1.0
        )
        return share
    falls = places[known & positive].mean() < places[known & ~positive].mean()
    steps = np.linspace(0.0, 1.0, size)
    return steps[::-1] if (feature.direction or (-1 if falls else 1)) < 0 else steps


def _count(
    places: NDArray[np.int64], positions: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """(grid, levels) samples; one between two positions of the grid counts in part at either."""
    table = np.zeros((_STEPS + 1, size))
    below = np.minimum((positions * _STEPS).astype(np.int64), _STEPS - 1)
    part = positions * _STEPS - below
    np.add.at(table, (below, places), 1.0 - part)
    np.add.at(table, (below + 1, places), part)
    return table


def _with_prior(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(grid, levels) shares, and the weight of each position of the grid."""
    whole = table.sum(axis=0) + 1.0
    counts = table + _PRIOR * whole / whole.sum()
    weights = counts.sum(axis=1)
    return counts / weights[:, None], weights


def _smooth(table: NDArray[np.float64], positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of which a higher position never favours the lower levels.

    So a model that rises in every score still does so where one is missing.
    """
    shares, weights = _with_prior(table)
    turned = shares[:, ::-1] if positions[0] > positions[-1] else shares
    at_least = np.cumsum(turned[:, ::-1], axis=1)[:, ::-1]
    risen = _isotonic(at_least, weights)
    found = risen - np.column_stack([risen[:, 1:], np.zeros(len(risen))])
    return found[:, ::-1] if positions[0] > positions[-1] else found


def _isotonic(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(grid, levels): each column's nearest one that never falls, by the min-max formula."""
    sums = np.vstack([np.zeros(values.shape[1]), np.cumsum(weights[:, None] * values, axis=0)])
    totals = np.concatenate([[0.0], np.cumsum(weights)])
    spans = totals[None, 1:] - totals[:-1, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (sums[None, 1:] - sums[:-1, None]) / spans[..., None]
    lowest = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
    return np.stack([lowest[: row + 1, row].max(axis=0) for row in range(len(values))])


def _rounded(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in values)
