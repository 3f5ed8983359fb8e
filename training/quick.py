"""Chooses among three estimators on a part of the rows, for a first answer within a minute."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from cytology.schema import Schema
from training.candidates import CANDIDATES, SEED, Setting
from training.dataset import Dataset
from training.fit import WrongDirection, fit, log_losses

#: From simple to complex: a sum of straight lines, a sum of steps, trees that combine features.
ESTIMATORS = ("logistic", "boosted-stumps", "boosted-trees")
#: Rows for tuning and evaluation, and the fewest samples of the rarer class among them.
MOST_ROWS = 4_000
_FEWEST_RARE = 200
#: Folds that each setting is tuned on.
FOLDS = 5


class Choice(NamedTuple):
    """The estimator, its setting, and the log-loss of every estimator that was tried."""

    estimator: str
    setting: Setting
    losses: dict[str, float]


def choose(
    dataset: Dataset,
    schema: Schema,
    names: tuple[str, ...] = ESTIMATORS,
    tick: Callable[[], object] = lambda: None,
) -> Choice:
    """Return the simplest estimator whose log-loss is within a standard error of the lowest.

    Parameters
    ----------
    dataset, schema
        The training data.
    names
        Of candidates, from simple to complex.
    tick
        Called after every fit.

    Raises
    ------
    training.fit.WrongDirection
        No estimator keeps the directions that the schema promises.
    """
    positive = dataset.labels == schema.positive
    found: dict[str, tuple[NDArray[np.float64], Setting]] = {}
    with threadpool_limits(1):
        for name in names:
            try:
                fitted = fit(CANDIDATES[name](schema), dataset, schema, folds=FOLDS, tick=tick)
            except WrongDirection:
                continue
            found[name] = log_losses(fitted.out_of_fold, positive), fitted.setting
    if not found:
        raise WrongDirection(
            "every estimator contradicts a direction of the schema; remove the directions"
        )
    losses = {name: float(each.mean()) for name, (each, _) in found.items()}
    best = found[min(losses, key=losses.__getitem__)][0]
    chosen = next(name for name, (each, _) in found.items() if _as_good(each, best))
    return Choice(chosen, found[chosen][1], losses)


def part_of(dataset: Dataset, schema: Schema) -> Dataset:
    """The whole data set where it is small, else rows drawn from it."""
    share = min(float((dataset.labels == name).mean()) for name in schema.class_names)
    size = max(MOST_ROWS, int(_FEWEST_RARE / share))
    if size >= len(dataset.labels):
        return dataset
    rows = np.random.default_rng(SEED).choice(len(dataset.labels), size, replace=False)
    return dataset.take(np.sort(rows))


def _as_good(losses: NDArray[np.float64], best: NDArray[np.float64]) -> bool:
    gaps = losses - best
    return bool(gaps.mean() <= gaps.std() / np.sqrt(gaps.size))
