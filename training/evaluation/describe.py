"""Describes the chosen model: curves, periods, points and limits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cytology.schema import Schema
from training.compile.proof import TOLERANCE
from training.dataset import Dataset
from training.evaluation import curves, limitations
from training.evaluation.calibration import calibration_curve
from training.evaluation.cross_validation import (
    predict_closely,
    predict_later,
    predict_shares,
)
from training.evaluation.figures import Predicted, sets_of
from training.evaluation.protocol import Protocol
from training.evaluation.runner import Task, run
from training.model import Model, learn

#: Repeats of the outer folds for the learning curve, which costs as much as three candidates.
_CURVE_REPEATS = 2

#: Bootstrap draws for the band of the calibration curve.
_BAND = 200


def describe(
    chosen: str,
    repeats: Sequence[Predicted],
    common: tuple[Dataset, Schema, Protocol],
    weights: NDArray[np.float64],
    cache: Path,
    model: Model | None = None,
) -> dict[str, Any]:
    """Return the content of the model card on the chosen model, except its figures.

    Parameters
    ----------
    chosen
        Name of the candidate.
    repeats
        Its predictions.
    common
        Data set, schema and protocol.
    weights
        (bootstraps, n) draws of patients.
    cache
        Directory of finished work.
    model
        The trained model; None trains it here.
    """
    dataset, schema, _ = common
    model = model or learn(chosen, dataset, schema)
    results = _run_more(chosen, common, cache)
    positive = repeats[0].positive
    probability = np.mean([each.probability for each in repeats], axis=0)
    called = probability >= model.decision.threshold
    later = results.get("later")
    return {
        "estimator": chosen,
        **_model(model, schema),
        "calibration": calibration_curve(positive, probability, weights[:_BAND]),
        "decision_curve": curves.decision_curve(positive, probability),
        "learning_curve": curves.learning_curve(positive, results["shares"]),
        "confusion_nested": curves.confusion(repeats, [each.called for each in repeats]),
        "confusion_shipped": curves.confusion(
            repeats, [each.probability >= model.decision.threshold for each in repeats]
        ),
        "cross_conformal": sets_of(positive, [each["conformal"] for each in results["closely"]]),
        "periods": {
            str(period): curves.summary(positive[inside], probability[inside], called[inside])
            for period in np.unique(dataset.periods)
            for inside in [dataset.periods == period]
        },
        "later": _later(later, positive, dataset) if later else None,
        "hidden": limitations.hidden_scores(
            positive, [each["hidden"] for each in results["closely"]]
        ),
        "unusual": limitations.unusual_shares(model, dataset, schema, called != positive),
        "fragility": limitations.fragility_of(model, dataset, schema, called != positive),
        "reference": curves.reference(positive, probability, (schema.negative, schema.positive)),
    }


def _run_more(chosen: str, common: tuple[Dataset, Schema, Protocol], cache: Path) -> dict[str, Any]:
    """Results of the chosen candidate alone: lists over repeats, and of later periods."""
    dataset, _, protocol = common
    # The fast protocol, of one repeat, leaves them out
    repeats = protocol.repeats if protocol.repeats > 1 else 0
    kinds = {"closely": (predict_closely, repeats), "shares": (predict_shares, _CURVE_REPEATS)}
    tasks = [
        Task(f"{chosen}-{kind}-{repeat}", function, (chosen, *common, repeat))
        for kind, (function, count) in kinds.items()
        for repeat in range(min(count, repeats))
    ]
    if np.unique(dataset.periods).size > 1:
        tasks.append(Task(f"{chosen}-later", predict_later, (chosen, *common)))
    results = run(tasks, cache)
    return {
        kind: [results[f"{chosen}-{kind}-{repeat}"] for repeat in range(min(count, repeats))]
        for kind, (_, count) in kinds.items()
    } | {"later": results.get(f"{chosen}-later")}


def _model(model: Model, schema: Schema) -> dict[str, Any]:
    """Settings, decision and points; the artifact of the same data must have the same ones."""
    decision, proof = model.decision, model.compiled.proof
    scorecard = model.compiled.scorecard(schema, decision)
    return {
        "setting": dict(model.setting),
        "threshold": decision.threshold,
        "level": decision.level,
        "negative_at_most": decision.negative_at_most,
        "positive_at_least": decision.positive_at_least,
        "base": decision.base,
        "link": decision.link._asdict(),
        "points": scorecard.by_name() if scorecard else None,
        # The proven limit, not the difference found: that is the last bit of one machine's sums
        "parity": {"rows": proof.rows, "at_most": TOLERANCE} if proof else None,
    }


def _later(later: dict[str, Any], positive: NDArray[np.bool_], dataset: Dataset) -> dict[str, Any]:
    """The model of the first period on the new patients of all later ones, and of each."""
    rows = np.array(later["rows"])
    probability, called = np.array(later["probability"]), np.array(later["called"])
    truth, periods = positive[rows], dataset.periods[rows]
    return {
        "trained_on": int((dataset.periods == dataset.periods.min()).sum()),
        **curves.summary(truth, probability, called),
        "nested_sensitivity": float(called[truth].mean()),
        "nested_specificity": float((~called[~truth]).mean()),
        "periods": {
            str(period): curves.summary(truth[inside], probability[inside], called[inside])
            for period in np.unique(periods)
            for inside in [periods == period]
        },
    }
