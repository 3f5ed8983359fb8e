"""Turns out-of-fold probabilities into what the model card draws: curves, bins and counts."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from training.evaluation.figures import BINS, Judged, bin_of
from training.fit import log_losses

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def roc(positive: Flags, probability: Floats) -> list[list[float]]:
    """Corners of the ROC curve: [false-positive share, true-positive share]."""
    false, true, _ = roc_curve(positive, probability)
    return [[float(x), float(y)] for x, y in zip(false, true, strict=True)]


def calibration_bins(positive: Flags, probability: Floats) -> list[dict[str, Any]]:
    """Per bin of equal width: samples, mean prediction, observed share and its Wilson interval."""
    bins = bin_of(probability)
    found = []
    for number in range(BINS):
        inside = bins == number
        if inside.any():
            low, high = wilson(int(positive[inside].sum()), int(inside.sum()))
            found.append(
                {
                    "samples": int(inside.sum()),
                    "predicted": float(probability[inside].mean()),
                    "observed": float(positive[inside].mean()),
                    "low": low,
                    "high": high,
                }
            )
    return found


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % score interval of a share."""
    z = 1.959964
    middle = (hits + z * z / 2) / (count + z * z)
    half = z / (count + z * z) * math.sqrt(hits * (count - hits) / count + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


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


def confusion(repeats: Sequence[Judged], calls: Sequence[Flags]) -> dict[str, float]:
    """Mean counts over the repeats."""
    pairs = [(judged.positive, called) for judged, called in zip(repeats, calls, strict=True)]
    return {
        "true_positive": float(np.mean([(p & c).sum() for p, c in pairs])),
        "false_negative": float(np.mean([(p & ~c).sum() for p, c in pairs])),
        "false_positive": float(np.mean([(~p & c).sum() for p, c in pairs])),
        "true_negative": float(np.mean([(~p & ~c).sum() for p, c in pairs])),
    }


def summary(positive: Flags, probability: Floats) -> dict[str, Any]:
    """A few figures of a small part of the data; no AUC where it holds one class alone."""
    right = (probability >= 0.5) == positive
    both = bool(positive.any() and not positive.all())
    return {
        "samples": int(positive.size),
        "positive_share": float(positive.mean()),
        "errors": int((~right).sum()),
        "accuracy": float(right.mean()),
        "auc": float(roc_auc_score(positive, probability)) if both else None,
        "log_loss": float(log_losses(probability, positive).mean()),
    }


def learning_curve(positive: Flags, runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per share of the training patients: mean over the runs, lowest and highest run."""
    curve = []
    for index, share in enumerate(runs[0]["shares"] if runs else []):
        found = [np.array(run["probability"][index]) for run in runs]
        losses = [float(log_losses(p, positive).mean()) for p in found]
        accuracies = [float(((p >= 0.5) == positive).mean()) for p in found]
        curve.append(
            {
                "share": share,
                "samples": round(float(np.mean([run["samples"][index] for run in runs]))),
                "log_loss": _spread(losses),
                "accuracy": _spread(accuracies),
            }
        )
    return curve


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
