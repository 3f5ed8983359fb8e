"""Turns a candidate and a data set into a fitted pipeline and its out-of-fold probabilities."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from cytology.schema import Schema
from training.candidates import SEED, Candidate, Setting
from training.dataset import Dataset
from training.folds import grouped_folds

TUNING_FOLDS = 10

#: Probabilities are cut here before their logarithm is taken: a forest can be unanimous.
CLIP = 1e-6


class WrongDirection(ValueError):
    """No setting of the candidate gives every coefficient the sign that the schema promises."""


class Fitted(NamedTuple):
    """A tuned pipeline.

    ``judged`` (n,) holds a probability of the positive class for every sample, from models that
    saw none of its patient's samples: what thresholds and prediction sets are learnt from.
    ``refits`` counts the steps back in the settings until every coefficient had its promised sign.
    """

    pipeline: Pipeline
    setting: Setting
    judged: NDArray[np.float64]
    refits: int


def fit(
    candidate: Candidate,
    dataset: Dataset,
    schema: Schema,
    *,
    folds: int = TUNING_FOLDS,
    tick: Callable[[], object] = lambda: None,
) -> Fitted:
    """Tune by log-loss over grouped folds, then fit on everything.

    A linear pipeline whose coefficient contradicts a feature's direction is fitted again with the
    next more regularised setting, so that a higher score never lowers the probability of the
    positive class where the schema says it may not. ``tick`` is called after every tuning fit.

    Raises
    ------
    WrongDirection
        No more regularised setting helps.
    """
    judged = _judge_settings(candidate, dataset, schema, folds, tick)
    positive = dataset.labels == schema.positive
    best = tuned = int(np.argmin([_mean_log_loss(runs, positive) for runs in judged]))
    while True:
        setting = candidate.settings[best]
        pipeline = candidate.fit(setting, dataset.scores, dataset.labels)
        wrong = wrong_signs(pipeline, schema)
        if not wrong:
            return Fitted(pipeline, setting, judged[best].mean(axis=0), tuned - best)
        if best == 0:
            raise WrongDirection(f"against the promised direction: {', '.join(wrong)}")
        best -= 1


def _judge_settings(
    candidate: Candidate,
    dataset: Dataset,
    schema: Schema,
    folds: int,
    tick: Callable[[], object],
) -> NDArray[np.float64]:
    """(settings, repeats, n) probabilities of the positive class, from other patients' models."""
    judged = np.empty((len(candidate.settings), candidate.repeats, len(dataset.labels)))
    for repeat in range(candidate.repeats):
        for train, test in grouped_folds(dataset, folds, SEED + repeat):
            for index, setting in enumerate(candidate.settings):
                fitted = candidate.fit(setting, dataset.scores[train], dataset.labels[train])
                judged[index, repeat, test] = positive_probabilities(
                    fitted, dataset.scores[test], schema
                )
                tick()
    return judged


def log_losses(
    probabilities: NDArray[np.float64], positive: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Log-loss of every sample; the last axis of ``probabilities`` runs over samples."""
    clipped = np.clip(probabilities, CLIP, 1 - CLIP)
    return -np.log(np.where(positive, clipped, 1 - clipped))


def _mean_log_loss(runs: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    return float(log_losses(runs, positive).mean())


def wrong_signs(pipeline: Pipeline, schema: Schema) -> list[str]:
    """Name the features whose coefficient contradicts the schema's direction."""
    coefficients = np.ravel(getattr(pipeline[-1], "coef_", ()))
    if coefficients.size != len(schema.features):
        return []
    towards_positive = coefficients * sign_of_positive(pipeline, schema)
    return [
        feature.name
        for feature, coefficient in zip(schema.features, towards_positive, strict=True)
        if coefficient * feature.direction < 0
    ]


def sign_of_positive(pipeline: Pipeline, schema: Schema) -> int:
    """+1 where scikit-learn's second class is the positive one, else -1."""
    return 1 if str(pipeline.classes_[1]) == schema.positive else -1


def positive_probabilities(
    pipeline: Pipeline, scores: NDArray[np.float64], schema: Schema
) -> NDArray[np.float64]:
    """(n,) probabilities of the positive class, asked for by name."""
    column = [str(name) for name in pipeline.classes_].index(schema.positive)
    probabilities: NDArray[np.float64] = pipeline.predict_proba(scores)[:, column]
    return probabilities
