"""Learns the decision from out-of-fold probabilities: threshold, conformal limits, frequencies."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cytology.decision import Decision
from cytology.link import Link
from cytology.schema import Schema
from training.dataset import Dataset
from training.frequencies import count_levels, learn_familiarity
from training.missing import learn_given

#: Share of positive samples that the threshold may miss, out of fold.
MISSED_SHARE = 0.01
#: Class-conditional coverages of prediction sets; the first that the classes can hold is promised.
LEVELS = (0.99, 0.95, 0.9, 0.8)
LEVEL = LEVELS[0]


class Limits(NamedTuple):
    """Where the positive class is called, and up to and from where each class stays possible."""

    threshold: float
    negative_at_most: float
    positive_at_least: float


def decide(
    out_of_fold: NDArray[np.float64], dataset: Dataset, schema: Schema, link: Link
) -> Decision:
    """Learn the whole decision; only ``base``, the model's mean log-odds, is left at 0.

    Parameters
    ----------
    out_of_fold
        (n,) calibrated probabilities of the positive class.
    dataset, schema
        What the model was trained on.
    link
        Calibrates the model's log-odds.
    """
    positive = dataset.labels == schema.positive
    familiarity = learn_familiarity(dataset, schema)
    level = level_of(positive)
    limits = learn_limits(out_of_fold, positive, level)
    return Decision(
        negative=schema.negative,
        positive=schema.positive,
        classes=schema.class_names,
        level=level,
        **limits._asdict(),
        base=0.0,
        weights=count_levels(dataset.scores, familiarity.levels),
        familiarity=familiarity,
        given=learn_given(dataset, schema, familiarity.levels),
        prevalence=float(positive.mean()),
        link=link,
    )


def level_of(positive: NDArray[np.bool_]) -> float:
    """The highest coverage at which each class has enough samples to be ruled out at all."""
    return level_of_size(min(int(positive.sum()), int((~positive).sum())))


def level_of_size(rarer: int) -> float:
    """The same, by the number of samples of the rarer class."""
    return next((level for level in LEVELS if _rank(rarer, level)), LEVELS[-1])


def learn_limits(
    out_of_fold: NDArray[np.float64],
    positive: NDArray[np.bool_],
    level: float = LEVEL,
    threshold: float | None = None,
) -> Limits:
    """Learn the limits from out-of-fold probabilities (n,), and the threshold unless it is given.

    The conformal limits are widened to the threshold where they do not reach it, so that a label
    is always in its own prediction set.
    """
    if threshold is None:
        threshold = choose_threshold(out_of_fold[positive])
    return Limits(
        threshold,
        max(negative_limit(out_of_fold[~positive], level), threshold),
        min(positive_limit(out_of_fold[positive], level), threshold),
    )


def choose_threshold(positive: NDArray[np.float64]) -> float:
    """Highest threshold that still calls 99 % of the positive class positive.

    ``positive`` (n,) holds the out-of-fold probabilities of the samples that are positive. The
    result lies half-way to the next lower probability, so that no sample sits on the edge.
    """
    ordered = np.sort(positive)
    missed = math.floor(MISSED_SHARE * ordered.size)
    if missed == 0:
        return float(ordered[0] / 2)
    return float((ordered[missed - 1] + ordered[missed]) / 2)


def positive_limit(positive: NDArray[np.float64], level: float = LEVEL) -> float:
    """Lowest probability at which the positive class stays possible.

    The class is ruled out where its conformal p-value, (1 + number of calibration scores at most
    this low) / (n + 1), is at most 1 - level. Source: Vovk, Gammerman & Shafer, Algorithmic
    Learning in a Random World, class-conditional (Mondrian) predictors; calibrated on the
    pooled out-of-fold probabilities of all folds, which has no finite-sample guarantee.
    """
    ordered = np.sort(positive)
    rank = _rank(ordered.size, level)
    return 0.0 if rank == 0 else float(ordered[rank - 1])


def negative_limit(negative: NDArray[np.float64], level: float = LEVEL) -> float:
    """Highest probability at which the negative class stays possible; see positive_limit."""
    return 1.0 - positive_limit(1.0 - negative, level)


def _rank(count: int, level: float) -> int:
    """How many of ``count`` calibration scores may lie outside; 0 rules nothing out."""
    return math.floor((1 - level) * (count + 1) + 1e-12)
