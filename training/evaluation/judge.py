"""Turns a candidate into what it says of samples it has never seen.

Tuning, fitting and the decision happen inside each training part, testing outside it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from cytology.schema import Schema
from training.candidates import CANDIDATES
from training.dataset import Dataset
from training.decide import choose_threshold, negative_limit, positive_limit
from training.evaluation.protocol import Protocol, outer_folds
from training.fit import fit, positive_probabilities
from training.folds import check_grouped

#: Shares of the training patients for the learning curve, and how many samples of the rarer class
#: a share must hold to be worth fitting.
SHARES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
_FEWEST = 15

#: A probability that falls by less than this has only been added up in another order.
_ROUNDING = 1e-9


def judge_repeat(
    name: str, dataset: Dataset, schema: Schema, protocol: Protocol, repeat: int
) -> dict[str, Any]:
    """One repeat of the outer folds.

    Returns lists over samples, in the data's order: ``probability`` of the positive class,
    ``called`` positive at the fold's own threshold, ``negative_possible`` and
    ``positive_possible`` by the fold's own conformal limits; and over folds: the ``settings``
    that tuning took, and ``refits`` for the promised signs.
    """
    count = len(dataset.labels)
    probability = np.empty(count)
    called, negative_possible, positive_possible = np.empty((3, count), dtype=bool)
    settings, refits = [], []
    with threadpool_limits(1):
        for train, test in outer_folds(dataset, protocol, repeat):
            part = dataset.take(train)
            fitted = fit(CANDIDATES[name](schema), part, schema, folds=protocol.tuning_folds)
            found = positive_probabilities(fitted.pipeline, dataset.scores[test], schema)
            positive = part.labels == schema.positive
            probability[test] = found
            called[test] = found >= choose_threshold(fitted.judged[positive])
            negative_possible[test] = found <= negative_limit(fitted.judged[~positive])
            positive_possible[test] = found >= positive_limit(fitted.judged[positive])
            settings.append(dict(fitted.setting))
            refits.append(fitted.refits)
    return {
        "probability": probability.tolist(),
        "called": called.tolist(),
        "negative_possible": negative_possible.tolist(),
        "positive_possible": positive_possible.tolist(),
        "settings": settings,
        "refits": refits,
    }


def judge_whole(name: str, dataset: Dataset, schema: Schema, protocol: Protocol) -> dict[str, Any]:
    """What tuning takes on all samples, and the share of rises that lower the probability.

    A rise moves one score one step in the direction that the schema promises to raise the
    probability; it is tried on every sample and on random ones.
    """
    random = np.random.default_rng(protocol.seed)
    lows = [feature.minimum for feature in schema.features]
    highs = [feature.maximum for feature in schema.features]
    tried = np.vstack(
        [dataset.scores, random.integers(lows, highs, (1_000, len(lows)), endpoint=True)]
    )
    rises = falls = 0
    with threadpool_limits(1):
        fitted = fit(CANDIDATES[name](schema), dataset, schema, folds=protocol.tuning_folds)
        before = positive_probabilities(fitted.pipeline, tried, schema)
        for index, feature in enumerate(schema.features):
            moved = tried.copy()
            moved[:, index] += feature.direction
            inside = (moved[:, index] >= feature.minimum) & (moved[:, index] <= feature.maximum)
            if feature.direction and inside.any():
                after = positive_probabilities(fitted.pipeline, moved[inside], schema)
                rises += int(inside.sum())
                falls += int((after < before[inside] - _ROUNDING).sum())
    return {
        "setting": dict(fitted.setting),
        "refits": fitted.refits,
        "rises": rises,
        "falls": falls,
    }


def judge_hidden(
    name: str, dataset: Dataset, schema: Schema, protocol: Protocol, repeat: int
) -> dict[str, Any]:
    """As :func:`judge_repeat`, but every score that may be missing is missing in the tests."""
    hidden = [index for index, feature in enumerate(schema.features) if feature.may_be_missing]
    probability = np.empty(len(dataset.labels))
    with threadpool_limits(1):
        for train, test in outer_folds(dataset, protocol, repeat):
            fitted = fit(
                CANDIDATES[name](schema), dataset.take(train), schema, folds=protocol.tuning_folds
            )
            masked = dataset.scores[test].copy()
            masked[:, hidden] = np.nan
            probability[test] = positive_probabilities(fitted.pipeline, masked, schema)
    return {"probability": probability.tolist()}


def judge_shares(
    name: str, dataset: Dataset, schema: Schema, protocol: Protocol, repeat: int
) -> dict[str, Any]:
    """Probabilities for the learning curve: per share of the training patients, one per sample."""
    random = np.random.default_rng(protocol.seed + repeat)
    rarer = min(np.unique(dataset.labels, return_counts=True)[1])
    shares = [share for share in SHARES if share * rarer >= _FEWEST or share == 1.0]
    probability = np.empty((len(shares), len(dataset.labels)))
    sizes = np.zeros(len(shares))
    with threadpool_limits(1):
        for train, test in outer_folds(dataset, protocol, repeat):
            order = random.permutation(np.unique(dataset.patients[train]))
            for index, share in enumerate(shares):
                some = order[: round(share * order.size)]
                part = dataset.take(train[np.isin(dataset.patients[train], some)])
                fitted = fit(CANDIDATES[name](schema), part, schema, folds=3)
                probability[index, test] = positive_probabilities(
                    fitted.pipeline, dataset.scores[test], schema
                )
                sizes[index] += len(part.labels) / protocol.folds
    return {"shares": shares, "samples": sizes.tolist(), "probability": probability.tolist()}


def judge_later(name: str, dataset: Dataset, schema: Schema, protocol: Protocol) -> dict[str, Any]:
    """Train on the first period alone and test on the later ones' new patients.

    Returns lists over the tested samples, and which ``rows`` of the data they are.
    """
    first = dataset.periods == dataset.periods.min()
    known = np.isin(dataset.patients, dataset.patients[first])
    train, test = np.flatnonzero(first), np.flatnonzero(~first & ~known)
    check_grouped(dataset, train, test)
    with threadpool_limits(1):
        part = dataset.take(train)
        fitted = fit(CANDIDATES[name](schema), part, schema, folds=protocol.tuning_folds)
        found: NDArray[np.float64] = positive_probabilities(
            fitted.pipeline, dataset.scores[test], schema
        )
    threshold = choose_threshold(fitted.judged[part.labels == schema.positive])
    return {
        "rows": test.tolist(),
        "probability": found.tolist(),
        "called": (found >= threshold).tolist(),
    }
