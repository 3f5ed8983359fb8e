"""Turns judged samples into figures of merit; every one may be weighted, as a bootstrap does."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from training.fit import CLIP, log_losses

#: Bins of equal width for the calibration error and the calibration plot.
BINS = 10

#: A figure that cannot be had, as the slope where all samples are told apart, is NaN.
Figures = dict[str, float]


class Judged(NamedTuple):
    """What one repeat says of n samples; see :func:`training.evaluation.judge.judge_repeat`."""

    positive: NDArray[np.bool_]
    probability: NDArray[np.float64]
    called: NDArray[np.bool_]
    negative_possible: NDArray[np.bool_]
    positive_possible: NDArray[np.bool_]


def as_judged(positive: NDArray[np.bool_], result: dict[str, Any]) -> Judged:
    """Read one repeat as :func:`training.evaluation.judge.judge_repeat` wrote it."""
    return Judged(
        positive,
        np.array(result["probability"]),
        np.array(result["called"]),
        np.array(result["negative_possible"]),
        np.array(result["positive_possible"]),
    )


def measure(judged: Judged, weights: NDArray[np.float64]) -> Figures:
    """Every figure, each sample counting as often as its weight says; weights of 0 drop out."""
    kept = weights > 0
    judged, weights = _take(judged, kept), weights[kept]
    return {
        **_label_figures(judged, weights),
        **_ranking_figures(judged, weights),
        **_probability_figures(judged, weights),
        **_decision_figures(judged, weights),
        **_set_figures(judged, weights),
    }


def _take(judged: Judged, kept: NDArray[np.bool_]) -> Judged:
    return Judged(
        judged.positive[kept],
        judged.probability[kept],
        judged.called[kept],
        judged.negative_possible[kept],
        judged.positive_possible[kept],
    )


def _label_figures(judged: Judged, weights: NDArray[np.float64]) -> Figures:
    positive = judged.positive
    right = (judged.probability >= 0.5) == positive
    sensitivity = share(right[positive], weights[positive])
    specificity = share(right[~positive], weights[~positive])
    return {
        "accuracy": share(right, weights),
        "balanced_accuracy": (sensitivity + specificity) / 2,
    }


def _ranking_figures(judged: Judged, weights: NDArray[np.float64]) -> Figures:
    false, true, _ = roc_curve(
        judged.positive, judged.probability, sample_weight=weights, drop_intermediate=False
    )
    tiny = 1e-12  # weights add up with rounding
    return {
        "auc": float(np.trapezoid(true, false)),
        "sensitivity_at_specificity_95": float(true[false <= 0.05 + tiny].max()),
        "sensitivity_at_specificity_99": float(true[false <= 0.01 + tiny].max()),
        "specificity_at_sensitivity_95": float(1 - false[true >= 0.95 - tiny].min()),
        "specificity_at_sensitivity_99": float(1 - false[true >= 0.99 - tiny].min()),
    }


def _probability_figures(judged: Judged, weights: NDArray[np.float64]) -> Figures:
    intercept, slope = calibration_line(judged.positive, judged.probability, weights)
    losses = log_losses(judged.probability, judged.positive)
    return {
        "log_loss": float(np.average(losses, weights=weights)),
        "brier": float(np.average((judged.probability - judged.positive) ** 2, weights=weights)),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        "ece": calibration_error(judged.positive, judged.probability, weights),
    }


def _decision_figures(judged: Judged, weights: NDArray[np.float64]) -> Figures:
    positive, called = judged.positive, judged.called
    return {
        "nested_sensitivity": share(called[positive], weights[positive]),
        "nested_specificity": share(~called[~positive], weights[~positive]),
        "nested_accuracy": share(called == positive, weights),
    }


def _set_figures(judged: Judged, weights: NDArray[np.float64]) -> Figures:
    positive = judged.positive
    one = judged.positive_possible != judged.negative_possible
    right = judged.positive_possible == positive
    return {
        "coverage_positive": share(judged.positive_possible[positive], weights[positive]),
        "coverage_negative": share(judged.negative_possible[~positive], weights[~positive]),
        "inconclusive": share(~one, weights),
        "conclusive_accuracy": share(right[one], weights[one]),
    }


def share(true: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    """Weighted share of what is true; NaN of nothing."""
    total = weights.sum()
    return float(weights[true].sum() / total) if total else float("nan")


def calibration_error(
    positive: NDArray[np.bool_], probability: NDArray[np.float64], weights: NDArray[np.float64]
) -> float:
    """Mean distance of predicted from observed frequency over bins of equal width (ECE)."""
    bins = bin_of(probability)
    gaps = np.bincount(bins, weights * (probability - positive), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def bin_of(probability: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) bin numbers from 0."""
    return np.minimum((probability * BINS).astype(np.int64), BINS - 1)


def ideal_calibration_error(
    probability: NDArray[np.float64], random: np.random.Generator, draws: int = 200
) -> float:
    """The calibration error that a perfectly calibrated model of these probabilities would show.

    Even then the observed frequencies scatter: labels are drawn from the probabilities.
    """
    weights = np.ones(probability.size)
    return float(
        np.mean(
            [
                calibration_error(
                    random.random(probability.size) < probability, probability, weights
                )
                for _ in range(draws)
            ]
        )
    )


def calibration_line(
    positive: NDArray[np.bool_], probability: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """(intercept, slope) of the labels' log-odds over the predicted ones; (0, 1) is perfect.

    Newton's method on the weighted likelihood; NaN where the classes are told apart completely
    and no line fits best.
    """
    clipped = np.clip(probability, CLIP, 1 - CLIP)
    design = np.column_stack([np.ones(clipped.size), np.log(clipped / (1 - clipped))])
    line = np.array([0.0, 1.0])
    for _ in range(50):
        fitted = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        spread = weights * fitted * (1 - fitted)
        curvature = design.T @ (spread[:, None] * design)
        if np.linalg.cond(curvature) > 1e12:
            return float("nan"), float("nan")
        step = np.linalg.solve(curvature, design.T @ (weights * (positive - fitted)))
        # Far from the answer the curvature misleads: no step longer than one half
        step *= min(1.0, 0.5 / max(np.abs(step).max(), 1e-12))
        line = line + step
        if np.abs(step).max() < 1e-9:
            return float(line[0]), float(line[1])
    return float("nan"), float("nan")
