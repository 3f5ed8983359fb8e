"""Learns the decision from out-of-fold probabilities: threshold, conformal limits, frequencies."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cytology.decision import Decision
from cytology.link import Link
from cytology.schema import Schema
from training.compile import training_weights
from training.dataset import Dataset
from training.frequencies import learn_familiarity

#: Share of positive samples that the threshold may miss, out of fold.
MISSED_SHARE = 0.01
#: Class-conditional coverage promised by the prediction sets.
LEVEL = 0.99


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
    limits = learn_limits(out_of_fold, positive)
    return Decision(
        negative=schema.negative,
        positive=schema.positive,
        classes=schema.class_names,
        level=LEVEL,
        **limits._asdict(),
        base=0.0,
        weights=training_weights(dataset.scores, schema),
        familiarity=learn_familiarity(dataset, schema),
        prevalence=float(positive.mean()),
        link=link,
    )


def learn_limits(out_of_fold: NDArray[np.float64], positive: NDArray[np.bool_]) -> Limits:
    """Learn the three limits from out-of-fold probabilities (n,).

    The conformal limits are widened to the threshold where they do not reach it, so that a label
    is always in its own prediction set.
    """
    threshold = choose_threshold(out_of_fold[positive])
    return Limits(
        threshold,
        max(negative_limit(out_of_fold[~positive]), threshold),
        min(positive_limit(out_of_fold[positive]), threshold),
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


def positive_limit(positive: NDArray[np.float64]) -> float:
    """Lowest probability at which the positive class stays possible.

    The class is ruled out where its conformal p-value, (1 + number of calibration scores at most
    this low) / (n + 1), is at most 1 - level. Source: Vovk, Gammerman & Shafer, Algorithmic
    Learning in a Random World, class-conditional (Mondrian) predictors; calibrated on the
    pooled out-of-fold probabilities of all folds, which has no finite-sample guarantee.
    """
    ordered = np.sort(positive)
    rank = math.floor((1 - LEVEL) * (ordered.size + 1) + 1e-12)
    return 0.0 if rank == 0 else float(ordered[rank - 1])


def negative_limit(negative: NDArray[np.float64]) -> float:
    """Highest probability at which the negative class stays possible; see positive_limit."""
    return 1.0 - positive_limit(1.0 - negative)
