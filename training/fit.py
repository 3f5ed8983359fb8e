"""Tunes and fits a candidate; keeps out-of-fold probabilities and the link learnt from them."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit
from sklearn import config_context
from sklearn.pipeline import Pipeline

from cytology.decision import Decision
from cytology.link import Link
from cytology.missing import Filler
from cytology.prediction import LOGIT_CLIP
from cytology.schema import CATEGORY, Schema
from training.candidates import SEED, Candidate, Setting
from training.dataset import Dataset
from training.folds import grouped_folds
from training.link import apply_link, choose_link
from training.missing import learn_filler, predict_with_gaps

TUNING_FOLDS = 10

#: Probabilities are cut here before their logarithm is taken: a forest can be unanimous.
CLIP = 1e-6


class WrongDirection(ValueError):
    """No setting of the candidate gives every coefficient the sign that the schema promises."""


class Fitted(NamedTuple):
    """A tuned pipeline, and the link that calibrates it.

    ``out_of_fold`` (n,) holds a calibrated probability of the positive class for every sample, from
    models that saw none of its patient's samples: thresholds and prediction sets are learnt from
    it. ``refits`` counts the steps back in the settings until every coefficient had its promised
    sign.
    """

    pipeline: Pipeline
    setting: Setting
    out_of_fold: NDArray[np.float64]
    refits: int
    link: Link = Link()


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
    positive class where the schema says it may not.

    Parameters
    ----------
    candidate
        What to fit, over which settings.
    dataset, schema
        What to fit it on.
    folds
        Number of tuning folds; no patient is in two of them.
    tick
        Called after every tuning fit.

    Raises
    ------
    WrongDirection
        No more regularised setting helps.
    """
    found = _try_settings(candidate, dataset, schema, folds, tick)
    positive = dataset.labels == schema.positive
    best = tuned = int(np.argmin([_mean_log_loss(runs, positive) for runs in found]))
    while True:
        setting = candidate.settings[best]
        pipeline = candidate.fit(setting, dataset.scores, dataset.labels)
        wrong = wrong_signs(pipeline, schema)
        if not wrong:
            break
        if best == 0:
            raise WrongDirection(f"against the promised direction: {', '.join(wrong)}")
        best -= 1
    raw = found[best].mean(axis=0)
    splits = list(grouped_folds(dataset, folds, SEED))
    link = choose_link(_log_odds(raw), positive, splits)
    return Fitted(
        pipeline,
        setting,
        calibrate(raw, link),
        tuned - best,
        link,
    )


def predict_as_served(
    pipeline: Pipeline, scores: NDArray[np.float64], schema: Schema, decision: Decision
) -> NDArray[np.float64]:
    """(n,) calibrated probabilities, averaged over missing scores, as the service answers.

    Parameters
    ----------
    pipeline
        The fitted model.
    scores
        (n, features), NaN where missing.
    schema, decision
        Of the same model; the decision holds the link, and what missing scores could be.
    """

    def complete(filled: NDArray[np.float64]) -> NDArray[np.float64]:
        return calibrate(positive_probabilities(pipeline, filled, schema), decision.link)

    return predict_with_gaps(complete, scores, Filler(decision.given, decision.levels))


def calibrate(probabilities: NDArray[np.float64], link: Link) -> NDArray[np.float64]:
    """(n,) a model's probabilities through the link."""
    return probabilities if link.is_identity else apply_link(link, _log_odds(probabilities))


def _log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut as the service cuts them: a forest can be unanimous."""
    found: NDArray[np.float64] = logit(np.clip(probabilities, LOGIT_CLIP, 1 - LOGIT_CLIP))
    return found


def _try_settings(
    candidate: Candidate,
    dataset: Dataset,
    schema: Schema,
    folds: int,
    tick: Callable[[], object],
) -> NDArray[np.float64]:
    """(settings, repeats, n) probabilities of the positive class, from other patients' models."""
    found = np.empty((len(candidate.settings), candidate.repeats, len(dataset.labels)))
    for repeat in range(candidate.repeats):
        for train, test in grouped_folds(dataset, folds, SEED + repeat):
            part = dataset.take(train)
            filler = learn_filler(part, schema)
            # Parameters and scores are validated once, where the whole is fitted
            with config_context(skip_parameter_validation=True, assume_finite=True):
                for index, fitted in enumerate(candidate.fit_each(part.scores, part.labels)):
                    found[index, repeat, test] = predict_with_gaps(
                        partial(positive_probabilities, fitted, schema=schema),
                        dataset.scores[test],
                        filler,
                    )
                    tick()
    return found


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
    numbers = [feature for feature in schema.features if feature.kind != CATEGORY]
    # Numbers come first, then one coefficient for each category (training.candidates)
    if coefficients.size != len(numbers) + sum(len(feature.values) for feature in schema.features):
        return []
    towards_positive = coefficients * sign_of_positive(pipeline, schema)
    return [
        feature.name
        for feature, coefficient in zip(numbers, towards_positive, strict=False)
        if coefficient * feature.direction < 0
    ]


def sign_of_positive(pipeline: Pipeline, schema: Schema) -> int:
    """+1 where scikit-learn's second class is the positive one, else -1."""
    return 1 if schema.place_of_positive(pipeline.classes_) else -1


def positive_probabilities(
    pipeline: Pipeline, scores: NDArray[np.float64], schema: Schema
) -> NDArray[np.float64]:
    """(n,) probabilities of the positive class, asked for by name."""
    column = schema.place_of_positive(pipeline.classes_)
    probabilities: NDArray[np.float64] = pipeline.predict_proba(scores)[:, column]
    return probabilities
