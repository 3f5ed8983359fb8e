"""Fits a model that fits on paper: whole weights of 0 to 3, and a logistic curve of their total."""

import numpy as np
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from cytology.schema import Schema

LARGEST = 3

#: Coefficients are rounded at several scales: at each, the largest becomes this before it is cut.
_SCALES = np.linspace(1.5, 6.0, 10)


def fit_whole_weights(
    scores: NDArray[np.float64],
    labels: NDArray[np.str_],
    schema: Schema,
    *,
    C: float,  # noqa: N803  (scikit-learn's name)
) -> Pipeline:
    """Round a logistic regression's coefficients at the scale that fits best.

    Parameters
    ----------
    scores, labels
        (n, features), NaN where missing, and (n,).
    schema
        A weight against the direction that it promises becomes 0.
    C
        Inverse regularisation of the regression that is rounded.
    """
    imputer = SimpleImputer(strategy="median").fit(scores)
    known = imputer.transform(scores)
    scaler = StandardScaler().fit(known)
    regression = _logistic(C).fit(scaler.transform(known), labels)
    slopes = regression.coef_[0] / scaler.scale_
    towards_second = 1 if str(regression.classes_[1]) == schema.positive else -1
    signs = np.array([feature.direction for feature in schema.features]) * towards_second
    slopes[slopes * signs < 0] = 0.0
    curves = [_fit_curve(known, labels, weights) for weights in _roundings(slopes)]
    return make_pipeline(imputer, min(curves, key=lambda curve: _loss(curve, known, labels)))


def weights_of(pipeline: Pipeline) -> tuple[NDArray[np.int64], float]:
    """Return the whole weights of a fitted pipeline, and the slope that they are multiplied by."""
    coefficients = pipeline[-1].coef_[0]
    largest = np.abs(coefficients).max()
    for top in range(1, LARGEST + 1):
        weights = coefficients / largest * top
        if np.allclose(weights, weights.round(), atol=1e-9):
            return np.abs(weights.round()).astype(np.int64), float(largest / top)
    raise ValueError("these coefficients are no multiples of whole weights")


def _roundings(slopes: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    largest = np.abs(slopes).max() or 1.0
    rounded = [np.clip(np.round(slopes / largest * scale), -LARGEST, LARGEST) for scale in _SCALES]
    return list(np.unique(rounded, axis=0))


def _fit_curve(
    known: NDArray[np.float64], labels: NDArray[np.str_], weights: NDArray[np.float64]
) -> LogisticRegression:
    """A logistic regression on the total, written as one on the features."""
    total = known @ weights
    spread = total.std() or 1.0
    curve = _logistic(100.0).fit(total[:, None] / spread, labels)
    curve.coef_ = curve.coef_ / spread * weights[None, :]
    curve.n_features_in_ = len(weights)
    return curve


def _loss(curve: LogisticRegression, known: NDArray[np.float64], labels: NDArray[np.str_]) -> float:
    signs = np.where(labels == curve.classes_[1], 1.0, -1.0)
    margins = signs * (known @ curve.coef_[0] + curve.intercept_[0])
    return float(np.logaddexp(0.0, -margins).sum())


def _logistic(C: float) -> LogisticRegression:  # noqa: N803  (scikit-learn's name)
    return LogisticRegression(C=C, solver="newton-cholesky", tol=1e-10, max_iter=1_000)
