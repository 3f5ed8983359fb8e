"""Limits of a model and its data, as numbers: re-scoring, unusual samples, missing scores."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cytology.measurements import Row
from cytology.schema import CATEGORY, WHOLE, Schema
from training.dataset import Dataset, as_rows
from training.fit import log_losses
from training.model import Model

_SEED = 7_001
_RANDOM = 2_000
#: Rows that are re-scored; each takes about a millisecond.
_EXPLAINED = 1_000


def fragility_of(
    model: Model, dataset: Dataset, schema: Schema, errors: NDArray[np.bool_]
) -> dict[str, Any] | None:
    """How often re-scoring by one step changes labels; None where only the service can tell."""
    scorecard = model.compiled.scorecard(schema, model.decision)
    if scorecard is None:
        return None
    errors = errors[:_EXPLAINED]
    answers = scorecard.predict(as_rows(dataset.scores[:_EXPLAINED]), explain=True)
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
    nonsense = random_scores(dataset, schema, _RANDOM, random)
    shifted = _shifted(dataset.scores, schema)
    replaced = dataset.scores.copy()
    columns = random.integers(0, len(schema.features), len(replaced))
    replaced[np.arange(len(replaced)), columns] = nonsense[
        np.arange(len(replaced)) % _RANDOM, columns
    ]

    def flagged(scores: NDArray[np.float64]) -> NDArray[np.bool_]:
        rows: Sequence[Row] = as_rows(scores)
        return np.array([model.decision.familiarity.is_unusual(row) for row in rows])

    return {
        "training": float(flagged(dataset.scores).mean()),
        "random_scores": float(flagged(nonsense).mean()),
        "columns_shifted": None if shifted is None else float(flagged(shifted).mean()),
        "one_score_replaced": float(flagged(replaced).mean()),
        "errors": float(flagged(dataset.scores[errors]).mean()) if errors.any() else None,
    }


def random_scores(
    dataset: Dataset, schema: Schema, count: int, random: np.random.Generator
) -> NDArray[Any]:
    """(count, features) any score of whole numbers; of other kinds, any value of the table."""
    if all(feature.kind == WHOLE for feature in schema.features):
        lows = [feature.minimum for feature in schema.features]
        highs = [feature.maximum for feature in schema.features]
        found: NDArray[Any] = random.integers(lows, highs, (count, len(lows)), endpoint=True)
        return found.astype(float)
    drawn = random.integers(0, len(dataset.scores), (count, len(schema.features)))
    return np.take_along_axis(dataset.scores, drawn, axis=0)


def _shifted(scores: NDArray[Any], schema: Schema) -> NDArray[Any] | None:
    """Every score in its neighbour's column; None where columns differ in kind."""
    if any(feature.kind != WHOLE for feature in schema.features):
        return None
    lows = [feature.minimum for feature in schema.features]
    highs = [feature.maximum for feature in schema.features]
    found: NDArray[Any] = np.roll(scores, 1, axis=1).clip(lows, highs)
    return found


def hidden_scores(positive: NDArray[np.bool_], runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return, per feature, the errors with it hidden, and those of a model fitted without it.

    ``missed_for_certain`` counts missed samples whose answer is not inconclusive: the range does
    not cross the threshold, and one class is possible. Counts are means over the runs.
    """

    def costs(name: str, kind: str) -> dict[str, float]:
        return _means([_costs(positive, run, name, kind) for run in runs])

    return {
        name: costs(name, "hidden") | {"without": costs(name, "without")}
        for name in (runs[0]["hidden"] if runs else ())
    }


def _costs(
    positive: NDArray[np.bool_], run: Mapping[str, Any], name: str, kind: str
) -> dict[str, float]:
    probability = np.array(run[kind][name])
    missed = positive & (probability < np.array(run["threshold"]))
    inconclusive = (probability <= np.array(run["negative_at_most"])) & (
        probability >= np.array(run["positive_at_least"])
    )
    if kind == "hidden":
        inconclusive |= ~np.array(run["certain"][name])
    return {
        "missed": float(missed.sum()),
        "missed_for_certain": float((missed & ~inconclusive).sum()),
        "false_alarms": float((~positive & (probability >= np.array(run["threshold"]))).sum()),
        "inconclusive": float(inconclusive.mean()),
        "log_loss": float(log_losses(probability, positive).mean()),
    }


def _means(each: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([one[name] for one in each])) for name in each[0]}


def describe_data(dataset: Dataset, schema: Schema) -> dict[str, Any]:
    """Counts of the table: classes, patients, missing scores, repeats, periods."""
    positive = dataset.labels == schema.positive
    patients, samples = np.unique(dataset.patients, return_counts=True)
    both = [
        p for p in patients[samples > 1] if np.unique(positive[dataset.patients == p]).size == 2
    ]
    return {
        "sha256": dataset.sha256,
        "rows": len(dataset.labels),
        "classes": {name: int((dataset.labels == name).sum()) for name in schema.class_names},
        "positive_share": float(positive.mean()),
        "patients": int(patients.size),
        "patients_repeated": int((samples > 1).sum()),
        "patients_of_both_classes": len(both),
        "distinct_vectors": len(set(as_rows(dataset.scores))),
        "missing": {
            feature.name: int((column != column).sum())
            for feature, column in zip(schema.features, dataset.scores.T, strict=True)
            if feature.may_be_missing
        },
        "medians": {
            feature.name: {
                name: float(np.nanmedian(column[dataset.labels == name].astype(float)))
                for name in schema.class_names
            }
            for feature, column in zip(schema.features, dataset.scores.T, strict=True)
            if feature.kind != CATEGORY
        },
    }
