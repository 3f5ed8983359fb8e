"""Turns a candidate's name into an unfitted scikit-learn pipeline and the grid to tune it over."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 20_260_101


class Candidate(NamedTuple):
    """A model family: pipeline on raw scores (NaN where missing), and its tuning grid."""

    pipeline: Pipeline
    grid: dict[str, list[Any]]


def logistic() -> Candidate:
    """Logistic regression on the standardised scores: the default, additive and monotone."""
    pipeline = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=5_000)
    )
    return Candidate(pipeline, {"logisticregression__C": list(np.logspace(-2, 1, 7))})


def random_forest() -> Candidate:
    """A forest of 200 trees: neither additive nor monotone; served by the sklearn engine."""
    pipeline = make_pipeline(
        SimpleImputer(strategy="median"),
        # n_jobs=1: Lambda has no /dev/shm for a process pool
        RandomForestClassifier(n_estimators=200, n_jobs=1, random_state=SEED),
    )
    return Candidate(pipeline, {"randomforestclassifier__min_samples_leaf": [1, 2, 4]})


CANDIDATES: dict[str, Callable[[], Candidate]] = {
    "logistic": logistic,
    "random-forest": random_forest,
}
