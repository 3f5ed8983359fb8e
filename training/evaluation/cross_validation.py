"""Fits a candidate on one part of the samples and predicts the other; the work of the protocol.

Tuning, link and decision are learnt inside each training part.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from cytology.link import Link
from cytology.schema import WHOLE, Schema
from training.candidates import CANDIDATES, SEED
from training.dataset import Dataset
from training.decide import Limits, learn_limits, level_of
from training.evaluation.limitations import random_scores
from training.evaluation.protocol import Protocol, outer_folds
from training.fit import Fitted, calibrate, fit, positive_probabilities
from training.folds import check_grouped, grouped_folds
from training.frequencies import learn_levels
from training.missing import learn_filler, predict_with_gaps

#: Shares of the training patients for the learning curve, and how many samples of the rarer class
#: a share must hold to be worth fitting.
SHARES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
_FEWEST = 15

#: A probability that falls by less than this has only been added up in another order.
_ROUNDING = 1e-9

#: A rise of a real number is its range divided by this.
_STEPS = 100


def predict_repeat(
    name: str, dataset: Dataset, schema: Schema, protocol: Protocol, repeat: int
) -> dict[str, Any]:
    """Run one repeat of the outer folds.

    Parameters
    ----------
    name
        Of the candidate.
    dataset, schema, protocol
        What is evaluated, and how.
    repeat
        Number of the repeat; it decides the folds.

    Returns
    -------
    dict
        Lists over samples, in the data's order: ``probability`` of the positive class and
        ``unlinked``, the same without the link; ``called`` positive at the fold's own threshold;
        ``negative_possible`` and ``positive_possible`` by the fold's own conformal limits. Lists
        over folds: the ``settings`` that tuning took, the ``refits`` for the promised signs, and
        whether the fold ``linked``.
    """
    count = len(dataset.labels)
    probability, unlinked = np.empty((2, count))
    called, negative_possible, positive_possible = np.empty((3, count), dtype=bool)
    settings, refits, linked = [], [], []
    level = level_of(dataset.labels == schema.positive)
    with threadpool_limits(1):
        for train, test in outer_folds(dataset, protocol, repeat):
            part = dataset.take(train)
            fitted = fit(CANDIDATES[name](schema), part, schema, folds=protocol.tuning_folds)
            raw = _predict(fitted, part, dataset.scores[test], schema, linked=False)
            found = _predict(fitted, part, dataset.scores[test], schema)
            limits = learn_limits(fitted.out_of_fold, part.labels == schema.positive, level)
            probability[test], unlinked[test] = found, raw
            called[test] = found >= limits.threshold
            negative_possible[test] = found <= limits.negative_at_most
            positive_possible[test] = found >= limits.positive_at_least
            settings.append(dict(fitted.setting))
            refits.append(fitted.refits)
            linked.append(not fitted.link.is_identity)
    return {
        "probability": probability.tolist(),
        "unlinked": unlinked.tolist(),
        "called": called.tolist(),
        "negative_possible": negative_possible.tolist(),
        "positive_possible": positive_possible.tolist(),
        "settings": settings,
        "refits": refits,
        "linked": linked,
    }


def _predict(
    fitted: Fitted,
    part: Dataset,
    scores: NDArray[np.float64],
    schema: Schema,
    *,
    linked: bool = True,
) -> NDArray[np.float64]:
    """(n,) probabilities from a model that was fitted on ``part``."""

    def complete(filled: NDArray[np.float64]) -> NDArray[np.float64]:
        raw = positive_probabilities(fitted.pipeline, filled, schema)
        return calibrate(raw, fitted.link) if linked else raw

    return predict_with_gaps(complete, scores, learn_filler(part, schema))


def predict_closely(
    name: str, dataset: Dataset, schema: Schema, protocol: Protocol, repeat: int
) -> dict[str, Any]:
    """Hide each feature in turn in the test samples; and find genuine cross-conformal sets.

    Returns
    -------
    dict
        ``hidden`` holds, by feature, lists over samples: ``hidden`` is the service's probability
        without the score and ``certain`` whether no value of it would change the label; ``without``
        is the probability of a model that was fitted on the other features. ``threshold``,
        ``negative_at_most`` and ``positive_at_least`` are those of each sample's fold.
        ``conformal`` holds lists over samples: ``negative_possible`` and ``positive_possible``.
    """
    shape = (len(schema.features), len(dataset.labels))
    hidden, without = np.empty((2, *shape))
    certain, limits = np.empty(shape, dtype=bool), np.empty((len(Limits._fields), shape[1]))
    possible = np.empty((2, shape[1]), dtype=bool)
    with threadpool_limits(1):
        for train, test in outer_folds(dataset, protocol, repeat):
            part, scores = dataset.take(train), dataset.scores[test]
            fitted = fit(CANDIDATES[name](schema), part, schema, folds=protocol.tuning_folds)
            own = learn_limits(fitted.out_of_fold, part.labels == schema.positive)
            limits[:, test] = np.array(own)[:, None]
            for index in range(len(schema.features)):
                hidden[index, test], certain[index, test] = _hide(
                    index, fitted, part, scores, schema, own.threshold
                )
                without[index, test] = _predict_without(index, fitted, name, part, scores, schema)
            possible[:, test] = _cross_conformal(name, fitted, part, scores, schema, protocol)
    kinds = {"hidden": hidden, "certain": certain, "without": without}
    return {
        "hidden": dict(zip(Limits._fields, limits.tolist(), strict=True))
        | {kind: dict(zip(schema.names, v.tolist(), strict=True)) for kind, v in kinds.items()},
        "conformal": {
            "negative_possible": possible[0].tolist(),
            "positive_possible": possible[1].tolist(),
        },
    }


def _hide(
    index: int,
    fitted: Fitted,
    part: Dataset,
    scores: NDArray[np.float64],
    schema: Schema,
    threshold: float,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Probabilities without a score, and whether each value of it gives the same label."""
    values = [np.nan, *learn_levels(part.scores, schema)[index].values]
    masked = np.repeat(scores[None], len(values), axis=0)
    masked[:, :, index] = np.array(values, dtype=scores.dtype)[:, None]
    found = _predict(fitted, part, masked.reshape(-1, scores.shape[1]), schema)
    hidden, *known = found.reshape(len(values), -1)
    called = np.array(known) >= threshold
    return hidden, called.all(axis=0) | ~called.any(axis=0)


def _predict_without(
    index: int,
    fitted: Fitted,
    name: str,
    part: Dataset,
    scores: NDArray[np.float64],
    schema: Schema,
) -> NDArray[np.float64]:
    """(n,) of a model of the other features, same setting and link."""
    others = schema._replace(
        features=tuple(f for place, f in enumerate(schema.features) if place != index)
    )
    fewer = part._replace(scores=np.delete(part.scores, index, axis=1))
    candidate = CANDIDATES[name](others)
    pipeline = candidate.fit(fitted.setting, fewer.scores, fewer.labels)
    known = np.delete(scores, index, axis=1)
    return _predict(fitted._replace(pipeline=pipeline), fewer, known, others)


def _cross_conformal(
    name: str,
    fitted: Fitted,
    part: Dataset,
    scores: NDArray[np.float64],
    schema: Schema,
    protocol: Protocol,
) -> NDArray[np.bool_]:
    """(2, n) whether the negative and the positive class is possible (Vovk, 2015).

    A sample is compared with each fold's own model.
    """
    candidate, positive = CANDIDATES[name](schema), part.labels == schema.positive
    lower = np.zeros((2, len(scores)))
    for inner, held_out in grouped_folds(part, protocol.tuning_folds, SEED):
        some = part.take(inner)
        pipeline = candidate.fit(fitted.setting, some.scores, some.labels)
        model = fitted._replace(pipeline=pipeline, link=Link())
        calibration = _predict(model, some, part.scores[held_out], schema)
        found = _predict(model, some, scores, schema)
        truth = positive[held_out]
        lower[0] += (calibration[~truth][:, None] >= found).sum(axis=0)
        lower[1] += (calibration[truth][:, None] <= found).sum(axis=0)
    sizes = np.array([[(~positive).sum()], [positive.sum()]])
    found_possible: NDArray[np.bool_] = (1 + lower) / (1 + sizes) > 1 - level_of(positive) + 1e-12
    return found_possible


def fit_whole(name: str, dataset: Dataset, schema: Schema, protocol: Protocol) -> dict[str, Any]:
    """What tuning takes on all samples, and the share of rises that lower the probability.

    A rise moves one score one step in the direction that the schema promises to raise the
    probability; it is tried on every sample and on random ones.
    """
    random = np.random.default_rng(protocol.seed)
    tried = np.vstack([dataset.scores, random_scores(dataset, schema, 1_000, random)])
    rises = falls = 0
    with threadpool_limits(1):
        fitted = fit(CANDIDATES[name](schema), dataset, schema, folds=protocol.tuning_folds)
        known = tried[(tried == tried).all(axis=1)]
        before = positive_probabilities(fitted.pipeline, known, schema)
        for index, feature in enumerate(schema.features):
            if not feature.direction:
                continue
            moved = known.copy()
            step = 1 if feature.kind == WHOLE else (feature.maximum - feature.minimum) / _STEPS
            moved[:, index] += feature.direction * step
            inside = (moved[:, index] >= feature.minimum) & (moved[:, index] <= feature.maximum)
            inside = inside.astype(bool)
            if inside.any():
                after = positive_probabilities(fitted.pipeline, moved[inside], schema)
                rises += int(inside.sum())
                falls += int((after < before[inside] - _ROUNDING).sum())
    return {
        "setting": dict(fitted.setting),
        "link": fitted.link._asdict(),
        "refits": fitted.refits,
        "rises": rises,
        "falls": falls,
    }


def predict_shares(
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
                probability[index, test] = _predict(fitted, part, dataset.scores[test], schema)
                sizes[index] += len(part.labels) / protocol.folds
    return {"shares": shares, "samples": sizes.tolist(), "probability": probability.tolist()}


def predict_later(
    name: str, dataset: Dataset, schema: Schema, protocol: Protocol
) -> dict[str, Any]:
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
        found = _predict(fitted, part, dataset.scores[test], schema)
    threshold = learn_limits(fitted.out_of_fold, part.labels == schema.positive).threshold
    return {
        "rows": test.tolist(),
        "probability": found.tolist(),
        "called": (found >= threshold).tolist(),
    }
