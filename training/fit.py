"""Turns a candidate and a data set into a fitted pipeline and its out-of-fold probabilities."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline

from cytology.schema import Schema
from training.candidates import SEED, Candidate
from training.dataset import Dataset

TUNING_FOLDS = 5
CONFORMAL_FOLDS = 10


class WrongDirection(ValueError):
    """No setting in the grid gives every coefficient the sign that the schema promises."""


def fit(candidate: Candidate, dataset: Dataset, schema: Schema) -> Pipeline:
    """Tune by log-loss over grouped folds, then fit on everything.

    A linear pipeline whose coefficient contradicts a feature's direction is fitted again with the
    next smaller grid value of its regularisation, so that a higher score never lowers the
    probability of the positive class where the schema says it may not.

    Raises
    ------
    WrongDirection
        No smaller value helps.
    """
    folds = StratifiedGroupKFold(TUNING_FOLDS, shuffle=True, random_state=SEED)
    search = GridSearchCV(candidate.pipeline, candidate.grid, scoring="neg_log_loss", cv=folds)
    search.fit(dataset.scores, dataset.labels, groups=dataset.patients)
    pipeline: Pipeline = search.best_estimator_
    if not hasattr(pipeline[-1], "coef_"):
        return pipeline
    return _with_promised_signs(pipeline, search.best_params_, candidate.grid, dataset, schema)


def _with_promised_signs(
    pipeline: Pipeline,
    chosen: dict[str, Any],
    grid: dict[str, list[Any]],
    dataset: Dataset,
    schema: Schema,
) -> Pipeline:
    regularisation = next((name for name in grid if name.endswith("__C")), "")
    weaker = grid.get(regularisation, [])
    smaller = sorted(value for value in weaker if value < chosen[regularisation])
    while wrong := wrong_signs(pipeline, schema):
        if not smaller:
            raise WrongDirection(f"against the promised direction: {', '.join(wrong)}")
        pipeline = clone(pipeline).set_params(**{regularisation: smaller.pop()})
        pipeline.fit(dataset.scores, dataset.labels)
    return pipeline


def wrong_signs(pipeline: Pipeline, schema: Schema) -> list[str]:
    """Name the features whose coefficient contradicts the schema's direction."""
    coefficients = np.ravel(pipeline[-1].coef_) * sign_of_positive(pipeline, schema)
    if coefficients.size != len(schema.features):
        return []
    return [
        feature.name
        for feature, coefficient in zip(schema.features, coefficients, strict=True)
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


def out_of_fold(
    pipeline: Pipeline,
    dataset: Dataset,
    schema: Schema,
    *,
    repeats: int,
    tick: Callable[[], object] = lambda: None,
) -> NDArray[np.float64]:
    """(n,) probabilities, each from models that saw no sample of the same patient.

    The mean over ``repeats`` shuffles of grouped ten-fold; ``tick`` is called after every fit.
    """
    totals = np.zeros(len(dataset.labels))
    for repeat in range(repeats):
        folds = StratifiedGroupKFold(CONFORMAL_FOLDS, shuffle=True, random_state=SEED + repeat)
        for train, test in folds.split(dataset.scores, dataset.labels, dataset.patients):
            fitted = clone(pipeline).fit(dataset.scores[train], dataset.labels[train])
            totals[test] += positive_probabilities(fitted, dataset.scores[test], schema)
            tick()
    return totals / repeats
