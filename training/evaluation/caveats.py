"""Turns the finished model and its data into what its reader should distrust, as numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cytology.measurements import Row
from cytology.schema import Schema
from training.compile import as_rows
from training.dataset import Dataset
from training.model import Model

_SEED = 7_001
_RANDOM = 2_000


def fragility_of(
    model: Model, dataset: Dataset, errors: NDArray[np.bool_]
) -> dict[str, Any] | None:
    """How often re-scoring by one step changes labels; None where only the service can tell."""
    if model.card is None:
        return None
    answers = model.card.scorecard.predict(as_rows(dataset.scores), explain=True)
    shares = np.array([answer.reasons.fragility for answer in answers if answer.reasons])
    return {
        "median": float(np.median(shares)),
        "mean": float(shares.mean()),
        "warned": float((shares > 0.10).mean()),
        "warned_among_errors": float((shares[errors] > 0.10).mean()) if errors.any() else None,
    }


def unusual_shares(
    model: Model, dataset: Dataset, schema: Schema, errors: NDArray[np.bool_]
) -> dict[str, Any]:
    """Share flagged as unusual: of training samples, of nonsense of three kinds, of errors."""
    random = np.random.default_rng(_SEED)
    lows = [feature.minimum for feature in schema.features]
    highs = [feature.maximum for feature in schema.features]
    nonsense = random.integers(lows, highs, (_RANDOM, len(lows)), endpoint=True).astype(float)
    shifted = np.clip(np.roll(dataset.scores, 1, axis=1), lows, highs)
    replaced = dataset.scores.copy()
    columns = random.integers(0, len(lows), len(replaced))
    replaced[np.arange(len(replaced)), columns] = nonsense[
        np.arange(len(replaced)) % _RANDOM, columns
    ]

    def flagged(scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        rows: Sequence[Row] = as_rows(scores)
        return np.array(
            [model.decision.familiarity.is_unusual(row, schema.features) for row in rows]
        )

    return {
        "training": float(flagged(dataset.scores).mean()),
        "random_scores": float(flagged(nonsense).mean()),
        "columns_shifted": float(flagged(shifted).mean()),
        "one_score_replaced": float(flagged(replaced).mean()),
        "errors": float(flagged(dataset.scores[errors]).mean()) if errors.any() else None,
    }


def hidden_scores(
    dataset: Dataset,
    schema: Schema,
    seen: NDArray[np.float64],
    hidden: NDArray[np.float64],
) -> dict[str, Any]:
    """What is lost where every score that may be missing is missing; both from the same folds."""
    positive = dataset.labels == schema.positive

    def errors(probability: NDArray[np.float64]) -> dict[str, Any]:
        called = probability >= 0.5
        return {
            "accuracy": float((called == positive).mean()),
            "false_negatives": int((positive & ~called).sum()),
        }

    return {
        "features": [feature.name for feature in schema.features if feature.may_be_missing],
        "seen": errors(seen),
        "hidden": errors(hidden),
    }


def describe_data(dataset: Dataset, schema: Schema) -> dict[str, Any]:
    """Counts of the table: classes, patients, missing scores, repeats, periods."""
    positive = dataset.labels == schema.positive
    patients, samples = np.unique(dataset.patients, return_counts=True)
    both = [
        p for p in patients[samples > 1] if np.unique(positive[dataset.patients == p]).size == 2
    ]
    vectors = np.unique(np.nan_to_num(dataset.scores, nan=-1e6), axis=0)
    return {
        "sha256": dataset.sha256,
        "rows": len(dataset.labels),
        "classes": {name: int((dataset.labels == name).sum()) for name in schema.class_names},
        "positive_share": float(positive.mean()),
        "patients": int(patients.size),
        "patients_repeated": int((samples > 1).sum()),
        "patients_of_both_classes": len(both),
        "distinct_vectors": len(vectors),
        "missing": {
            feature.name: int(np.isnan(column).sum())
            for feature, column in zip(schema.features, dataset.scores.T, strict=True)
            if feature.may_be_missing
        },
        "medians": {
            feature.name: {
                name: float(np.nanmedian(column[dataset.labels == name]))
                for name in schema.class_names
            }
            for feature, column in zip(schema.features, dataset.scores.T, strict=True)
        },
    }
