"""Figures of merit of predicted samples, weighted as the bootstrap needs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from training.evaluation.calibration import (
    calibration_error,
    calibration_line,
    shape_p_value,
)
from training.fit import log_losses

#: NaN is a figure without a value, such as the slope under complete separation.
Figures = dict[str, float]


class Predicted(NamedTuple):
    """One repeat's predictions of n samples, as cross_validation.predict_repeat returns them."""

    positive: NDArray[np.bool_]
    probability: NDArray[np.float64]
    called: NDArray[np.bool_]
    negative_possible: NDArray[np.bool_]
    positive_possible: NDArray[np.bool_]


def as_predicted(positive: NDArray[np.bool_], result: dict[str, Any]) -> Predicted:
    """Read one repeat as cross_validation.predict_repeat returned it."""
    return Predicted(positive, *(np.array(result[name]) for name in Predicted._fields[1:]))


def measure(predicted: Predicted, weights: NDArray[np.float64]) -> Figures:
    """Return every weighted figure; samples of weight 0 are left out."""
    kept = weights > 0
    predicted, weights = Predicted._make(each[kept] for each in predicted), weights[kept]
    return {
        # For comparison with what others publish; the service uses another threshold
        "accuracy_at_half": share((predicted.probability >= 0.5) == predicted.positive, weights),
        **_ranking_figures(predicted, weights),
        **_probability_figures(predicted, weights),
        **_decision_figures(predicted, weights),
        **_set_figures(predicted, weights),
    }


def _ranking_figures(predicted: Predicted, weights: NDArray[np.float64]) -> Figures:
    false, true, _ = roc_curve(
        predicted.positive, predicted.probability, sample_weight=weights, drop_intermediate=False
    )
    tiny = 1e-12  # weights add up with rounding
    return {
        "auc": float(np.trapezoid(true, false)),
        "sensitivity_at_specificity_95": float(true[false <= 0.05 + tiny].max()),
        "sensitivity_at_specificity_99": float(true[false <= 0.01 + tiny].max()),
        "specificity_at_sensitivity_95": float(1 - false[true >= 0.95 - tiny].min()),
        "specificity_at_sensitivity_99": float(1 - false[true >= 0.99 - tiny].min()),
    }


def _probability_figures(predicted: Predicted, weights: NDArray[np.float64]) -> Figures:
    intercept, slope = calibration_line(predicted.positive, predicted.probability, weights)
    losses = log_losses(predicted.probability, predicted.positive)
    distances = predicted.probability - predicted.positive
    return {
        "log_loss": float(np.average(losses, weights=weights)),
        "brier": float(np.average(distances**2, weights=weights)),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        "ece": calibration_error(predicted.positive, predicted.probability, weights),
        "calibration_shape": shape_p_value(predicted.positive, predicted.probability)
        if (weights == 1).all()
        else float("nan"),
    }


def _decision_figures(predicted: Predicted, weights: NDArray[np.float64]) -> Figures:
    positive, called = predicted.positive, predicted.called
    return {
        "nested_sensitivity": share(called[positive], weights[positive]),
        "nested_specificity": share(~called[~positive], weights[~positive]),
        "accuracy": share(called == positive, weights),
    }


def _set_figures(predicted: Predicted, weights: NDArray[np.float64]) -> Figures:
    positive = predicted.positive
    one = predicted.positive_possible != predicted.negative_possible
    right = predicted.positive_possible == positive
    return {
        "coverage_positive": share(predicted.positive_possible[positive], weights[positive]),
        "coverage_negative": share(predicted.negative_possible[~positive], weights[~positive]),
        "inconclusive": share(~one, weights),
        "conclusive_accuracy": share(right[one], weights[one]),
    }


def share(true: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    """Return the weighted share of True; NaN if there are no samples."""
    total = weights.sum()
    return float(weights[true].sum() / total) if total else float("nan")


def sets_of(positive: NDArray[np.bool_], runs: Sequence[Mapping[str, Any]]) -> Figures | None:
    """Mean figures of prediction sets over several runs; None without a run."""
    unused = {"probability": np.zeros(positive.size), "called": positive}
    each = [
        _set_figures(as_predicted(positive, {**unused, **run}), np.ones(positive.size))
        for run in runs
    ]
    if not each:
        return None
    return {name: float(np.mean([found[name] for found in each])) for name in each[0]}
