"""Curves and counts for the model card, from out-of-fold probabilities."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from training.evaluation.calibration import calibration_offset
from training.evaluation.figures import Predicted
from training.fit import log_losses

#: Prevalences for which the card gives predictive values, in addition to the data's own.
PREVALENCES = (0.01, 0.05, 0.1, 0.2)

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def decision_curve(positive: Flags, probability: Floats) -> list[dict[str, float]]:
    """Net benefit of acting on the model, and on everyone, for thresholds of 1 to 50 %."""
    curve = []
    for percent in range(1, 51):
        threshold = percent / 100
        odds = threshold / (1 - threshold)
        called = probability >= threshold
        curve.append(
            {
                "threshold": threshold,
                "model": float((called & positive).mean() - odds * (called & ~positive).mean()),
                "everyone": float(positive.mean() - odds * (~positive).mean()),
            }
        )
    return curve


def confusion(repeats: Sequence[Predicted], calls: Sequence[Flags]) -> dict[str, float]:
    """Mean counts over the repeats."""
    pairs = [(each.positive, called) for each, called in zip(repeats, calls, strict=True)]
    return {
        "true_positive": float(np.mean([(p & c).sum() for p, c in pairs])),
        "false_negative": float(np.mean([(p & ~c).sum() for p, c in pairs])),
        "false_positive": float(np.mean([(~p & c).sum() for p, c in pairs])),
        "true_negative": float(np.mean([(~p & ~c).sum() for p, c in pairs])),
    }


def summary(positive: Flags, probability: Floats, called: Flags) -> dict[str, Any]:
    """A few figures of a part of the data; no AUC and no offset where it holds one class alone.

    Parameters
    ----------
    positive, probability, called
        (n,) truth, prediction, and label at the threshold.
    """
    both = bool(positive.any() and not positive.all())
    return {
        "samples": int(positive.size),
        "positive_share": float(positive.mean()),
        "missed": int((positive & ~called).sum()),
        "false_alarms": int((~positive & called).sum()),
        "auc": float(roc_auc_score(positive, probability)) if both else None,
        "log_loss": float(log_losses(probability, positive).mean()),
        "offset": calibration_offset(positive, probability),
    }


def prevalences(figures: Mapping[str, float], trained: float) -> list[dict[str, float]]:
    """Predictive values at several shares of the positive class, for the nested threshold."""
    sensitivity, specificity = figures["nested_sensitivity"], figures["nested_specificity"]
    rows = []
    for share in (*PREVALENCES, trained):
        hits, misses = sensitivity * share, (1 - sensitivity) * share
        alarms, passes = (1 - specificity) * (1 - share), specificity * (1 - share)
        rows.append(
            {
                "prevalence": share,
                "positive_predictive": _ratio(hits, hits + alarms),
                "negative_predictive": _ratio(passes, passes + misses),
            }
        )
    return rows


def likelihood_ratios(figures: Mapping[str, float]) -> dict[str, float]:
    """How much a label changes the odds of the positive class; the same at every prevalence."""
    sensitivity, specificity = figures["nested_sensitivity"], figures["nested_specificity"]
    return {
        "positive": _ratio(sensitivity, 1 - specificity),
        "negative": _ratio(1 - sensitivity, specificity),
    }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def learning_curve(positive: Flags, runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per share of the training patients: mean log-loss over the runs, lowest and highest run."""
    return [
        {
            "share": share,
            "samples": round(float(np.mean([run["samples"][index] for run in runs]))),
            "log_loss": _spread(
                [
                    float(log_losses(np.array(run["probability"][index]), positive).mean())
                    for run in runs
                ]
            ),
        }
        for index, share in enumerate(runs[0]["shares"] if runs else [])
    ]


def _spread(values: list[float]) -> dict[str, float]:
    return {"value": float(np.mean(values)), "low": min(values), "high": max(values)}


def reference(positive: Flags, probability: Floats, names: tuple[str, str]) -> dict[str, list[Any]]:
    """Histogram of out-of-fold log-odds per class; ``names`` of the negative, the positive class.

    Bins are one wide; what lies beyond an end counts in the last bin.
    """
    clipped = np.clip(probability, 1e-5, 1 - 1e-5)
    odds = np.log(clipped / (1 - clipped))
    edges = np.arange(math.floor(odds.min()), math.ceil(odds.max()) + 1)
    return {
        "edges": edges.tolist(),
        names[0]: np.histogram(odds[~positive], edges)[0].tolist(),
        names[1]: np.histogram(odds[positive], edges)[0].tolist(),
    }
