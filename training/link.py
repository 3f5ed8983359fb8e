"""Learns the link that calibrates a model, from log-odds of samples that it has not seen."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from cytology.link import Link

#: Weight of the penalty towards the identity. It matters only under complete separation, where no
#: finite numbers fit best.
_PENALTY = 1e-3
IDENTITY = Link()


def apply_link(link: Link, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) calibrated probabilities."""
    if link.is_identity:
        found: NDArray[np.float64] = expit(log_odds)
        return found
    calibrated: NDArray[np.float64] = expit(_terms(log_odds) @ np.array(link))
    return calibrated


def fit_beta(log_odds: NDArray[np.float64], positive: NDArray[np.bool_]) -> Link:
    """Fit a beta calibration by maximum likelihood, a and b at least 0."""
    terms, signs = _terms(log_odds), np.where(positive, 1.0, -1.0)
    start = np.array(IDENTITY)

    def loss(numbers: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins, away = signs * (terms @ numbers), numbers - start
        value = np.logaddexp(0.0, -margins).sum() + _PENALTY * away @ away
        return value, terms.T @ (-signs * expit(-margins)) + 2 * _PENALTY * away

    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None), (0.0, None), (None, None)],
        options={"maxiter": 1_000, "ftol": 1e-15, "gtol": 1e-9},
    )
    return Link(*found.x.tolist())


def choose_link(
    log_odds: NDArray[np.float64],
    positive: NDArray[np.bool_],
    folds: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> Link:
    """Return a beta calibration if it lowers the log-loss over the folds, else the identity.

    Parameters
    ----------
    log_odds
        (n,) from models that have not seen the sample.
    positive
        (n,) the truth.
    folds
        Rows to fit on and rows to test on; no patient is in both.
    """
    tested = np.concatenate([test for _, test in folds])
    calibrated = np.concatenate(
        [
            _terms(log_odds[test]) @ np.array(fit_beta(log_odds[train], positive[train]))
            for train, test in folds
        ]
    )
    signs = np.where(positive[tested], 1.0, -1.0)
    gain = np.logaddexp(0, -signs * log_odds[tested]) - np.logaddexp(0, -signs * calibrated)
    return fit_beta(log_odds, positive) if gain.mean() > 0 else IDENTITY


def _terms(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) what a, b and c are multiplied by: ln p, -ln(1 - p) and 1."""
    return np.column_stack(
        [-np.logaddexp(0, -log_odds), np.logaddexp(0, log_odds), np.ones(log_odds.size)]
    )
