"""Measures calibration: error, line, shape, and a flexible curve with its band."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from training.fit import CLIP
from training.link import apply_link, fit_beta

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Bins of equal width for the calibration error.
BINS = 10


def calibration_error(positive: Flags, probability: Floats, weights: Floats) -> float:
    """Mean distance of predicted from observed frequency over bins of equal width (ECE).

    Parameters
    ----------
    positive, probability, weights
        (n,) truth, prediction, and how often each sample counts.
    """
    bins = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, weights * (probability - positive), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def ideal_calibration_error(
    probability: Floats, random: np.random.Generator, draws: int = 200
) -> float:
    """The calibration error that a perfectly calibrated model of these probabilities would show.

    Even then the observed frequencies scatter: labels are drawn from the probabilities.

    Parameters
    ----------
    probability
        (n,) predictions.
    random, draws
        Source and number of the drawn sets of labels.
    """
    weights = np.ones(probability.size)
    drawn = (random.random(probability.size) < probability for _ in range(draws))
    return float(np.mean([calibration_error(labels, probability, weights) for labels in drawn]))


def calibration_line(positive: Flags, probability: Floats, weights: Floats) -> tuple[float, float]:
    """(intercept, slope) of the labels' log-odds over the predicted ones; (0, 1) is perfect.

    NaN where the classes are separated completely, so that no line fits best.

    Parameters
    ----------
    positive, probability, weights
        (n,) truth, prediction, and how often each sample counts.
    """
    odds = _log_odds(probability)
    design = np.column_stack([np.ones(odds.size), odds])
    found = _fit(design, positive, weights, np.array([0.0, 1.0]))
    return (float("nan"), float("nan")) if found is None else (float(found[0]), float(found[1]))


def calibration_offset(positive: Flags, probability: Floats) -> float:
    """Log-odds to add to every prediction so that their mean is the observed share; 0 is perfect.

    NaN if all samples are of one class.
    """
    if positive.all() or not positive.any():
        return float("nan")
    odds, low, high = _log_odds(probability), -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if expit(odds + middle).mean() < positive.mean() else (low, middle)
        )
    return middle


def shape_p_value(positive: Flags, probability: Floats) -> float:
    """P-value of a likelihood-ratio test of the shape: a beta calibration against none.

    Small where a curve with three free numbers fits better than chance lets it. Samples count as
    independent, so with several samples of a patient the value is too small rather than too large.
    """
    odds = _log_odds(probability)
    signs = np.where(positive, 1.0, -1.0)
    bent = _log_odds(apply_link(fit_beta(odds, positive), odds))
    gain = np.logaddexp(0, -signs * odds).sum() - np.logaddexp(0, -signs * bent).sum()
    return float(chi2.sf(max(2 * gain, 0.0), df=3))


def calibration_curve(
    positive: Flags, probability: Floats, weights: Floats
) -> list[dict[str, float]]:
    """A logistic regression on a restricted cubic spline of the log-odds, with a 95 % band.

    Parameters
    ----------
    positive, probability
        (n,) truth and prediction.
    weights
        (draws, n) how often each sample counts in each bootstrap draw.
    """
    if np.isnan(calibration_line(positive, probability, np.ones(positive.size))).any():
        return []
    odds = _log_odds(probability)
    knots = np.quantile(odds, [0.05, 0.35, 0.65, 0.95])
    lowest, highest = np.quantile(odds, [0.01, 0.99]).tolist()
    grid = np.linspace(lowest, highest, 41)
    design = StandardScaler().fit(_spline(odds, knots))
    known, drawn = design.transform(_spline(odds, knots)), design.transform(_spline(grid, knots))
    curves = [
        # Weak regularisation: the curve stays finite if a draw separates the classes
        LogisticRegression(C=1e3, solver="newton-cholesky", tol=1e-8)
        .fit(known, positive, sample_weight=weight)
        .predict_proba(drawn)[:, 1]
        for weight in (np.ones(odds.size), *weights)
    ]
    low, high = np.quantile(curves[1:], [0.025, 0.975], axis=0)
    rows = zip(expit(grid), curves[0], low, high, strict=True)
    names = ("predicted", "observed", "low", "high")
    return [dict(zip(names, map(float, row), strict=True)) for row in rows]


def _log_odds(probability: Floats) -> Floats:
    found: Floats = logit(np.clip(probability, CLIP, 1 - CLIP))
    return found


def _spline(odds: Floats, knots: Floats) -> Floats:
    """(n, 3) restricted cubic spline: straight beyond the outer knots (Harrell)."""
    last, before = knots[-1], knots[-2]
    span = max(last - knots[0], 1e-6)

    def cube(knot: float) -> Floats:
        return np.maximum(odds - knot, 0.0) ** 3

    gap = max(last - before, 1e-6)
    bends = [
        (cube(knot) - cube(before) * (last - knot) / gap + cube(last) * (before - knot) / gap)
        / span**2
        for knot in knots[:-2]
    ]
    return np.column_stack([odds, *bends])


def _fit(design: Floats, positive: Flags, weights: Floats, start: Floats) -> Floats | None:
    """Newton's method on the weighted likelihood; None where no finite numbers fit best."""
    line = start
    for _ in range(100):
        fitted = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        spread = weights * fitted * (1 - fitted)
        curvature = design.T @ (spread[:, None] * design)
        if np.linalg.cond(curvature) > 1e12:
            return None
        step = np.linalg.solve(curvature, design.T @ (weights * (positive - fitted)))
        # Newton's method may overshoot far from the optimum: no step longer than one half
        step *= min(1.0, 0.5 / max(np.abs(step).max(), 1e-12))
        line = line + step
        if np.abs(step).max() < 1e-9:
            return line
    return None
