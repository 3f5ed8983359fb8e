"""Fits an additive logistic model that keeps its promised directions.

Every feature has one step in log-odds per cut between neighbouring scores. Where the schema
promises a direction, no step may go against it: the model is monotone by construction. The fitted
steps are handed over as stock scikit-learn objects, a one-hot encoder and a logistic regression
whose coefficients are the running sums of the steps.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from cytology.schema import Schema


def fit_monotone(
    scores: NDArray[np.float64],
    labels: NDArray[np.str_],
    schema: Schema,
    *,
    regularisation: float,
    evenness: float,
) -> Pipeline:
    """Fit the steps by penalised maximum likelihood.

    The penalty on a feature's mean step is that of logistic regression on standardised scores with
    C = ``regularisation``; ``evenness`` multiplies the penalty on each step's distance from that
    mean, so that large values approach a straight line.
    """
    imputer = SimpleImputer(strategy="median").fit(scores)
    known = np.floor(imputer.transform(scores))
    cuts = [np.arange(feature.minimum + 1, feature.maximum + 1) for feature in schema.features]
    design = np.hstack(
        [column[:, None] >= cut for column, cut in zip(known.T, cuts, strict=True)]
    ).astype(float)
    classes = np.unique(labels)
    towards_second = 1 if str(classes[1]) == schema.positive else -1
    steps, intercept = _solve(
        design,
        np.where(labels == classes[1], 1.0, -1.0),
        [
            np.full(len(cut), f.direction * towards_second)
            for cut, f in zip(cuts, schema.features, strict=True)
        ],
        _penalty(known, cuts, evenness) / regularisation,
    )
    return _as_pipeline(
        imputer,
        schema,
        classes,
        np.split(steps, np.cumsum([len(cut) for cut in cuts])[:-1]),
        intercept,
    )


def _penalty(
    known: NDArray[np.float64], cuts: list[NDArray[np.int64]], evenness: float
) -> NDArray[np.float64]:
    """(steps, steps) matrix P of the penalty s·P·s / 2."""
    size = sum(len(cut) for cut in cuts)
    penalty = np.zeros((size, size))
    start = 0
    for column, cut in zip(known.T, cuts, strict=True):
        block = slice(start, start + len(cut))
        mean = np.full((len(cut), len(cut)), 1 / len(cut))
        # σ² weighs the mean step as standardising the scores would
        straight = column.var() * mean / len(cut)
        uneven = np.eye(len(cut)) - mean
        penalty[block, block] = straight + evenness * uneven
        start += len(cut)
    return penalty


def _solve(
    design: NDArray[np.float64],
    signs: NDArray[np.float64],
    directions: list[NDArray[np.int64]],
    penalty: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        steps, intercept = parameters[:-1], parameters[-1]
        margins = signs * (design @ steps + intercept)
        pull = penalty @ steps
        slopes = -signs / (1.0 + np.exp(margins))
        value = np.logaddexp(0.0, -margins).sum() + steps @ pull / 2
        return value, np.append(design.T @ slopes + pull, slopes.sum())

    bounds = [
        (0.0 if direction > 0 else None, 0.0 if direction < 0 else None)
        for direction in np.concatenate(directions)
    ]
    found = minimize(
        loss,
        np.zeros(design.shape[1] + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=[*bounds, (None, None)],
        options={"maxiter": 5_000, "ftol": 1e-13, "gtol": 1e-8},
    )
    return found.x[:-1], float(found.x[-1])


def _as_pipeline(
    imputer: SimpleImputer,
    schema: Schema,
    classes: NDArray[np.str_],
    steps: list[NDArray[np.float64]],
    intercept: float,
) -> Pipeline:
    categories = [np.array(feature.scores, dtype=float) for feature in schema.features]
    encoder = OneHotEncoder(categories=categories, sparse_output=False)
    encoder.fit(np.array([[values[0] for values in categories]]))
    regression = LogisticRegression()
    regression.classes_ = classes
    regression.coef_ = np.concatenate([[0.0, *np.cumsum(step)] for step in steps])[None, :]
    regression.intercept_ = np.array([intercept])
    regression.n_features_in_ = regression.coef_.shape[1]
    regression.n_iter_ = np.array([0], dtype=np.int32)
    # A median between two scores counts as the lower: the encoder knows whole scores alone
    return make_pipeline(imputer, FunctionTransformer(np.floor), encoder, regression)
