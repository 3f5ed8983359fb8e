"""Turns the chosen candidate into its portrait: curves, periods, points and caveats."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cytology.schema import Schema
from training.compile import TOLERANCE
from training.dataset import Dataset
from training.evaluation import caveats, curves
from training.evaluation.figures import Judged
from training.evaluation.judge import judge_hidden, judge_later, judge_shares
from training.evaluation.protocol import Protocol
from training.evaluation.runner import Judgement, run
from training.model import Model, learn

#: Repeats of the outer folds that the learning curve spends; the fast protocol does without one.
_CURVE_REPEATS = 3


def describe(
    chosen: str,
    repeats: Sequence[Judged],
    common: tuple[Dataset, Schema, Protocol],
    cache: Path,
) -> dict[str, Any]:
    """Everything that the model card says of the chosen model beyond its figures."""
    dataset, schema, protocol = common
    model = learn(chosen, dataset, schema)
    curve_repeats = range(_CURVE_REPEATS if protocol.repeats >= _CURVE_REPEATS else 0)
    judgements = [
        Judgement(f"{chosen}-shares-{r}", judge_shares, (chosen, *common, r)) for r in curve_repeats
    ]
    if any(feature.may_be_missing for feature in schema.features):
        judgements.append(Judgement(f"{chosen}-hidden", judge_hidden, (chosen, *common, 0)))
    if np.unique(dataset.periods).size > 1:
        judgements.append(Judgement(f"{chosen}-later", judge_later, (chosen, *common)))
    results = run(judgements, cache)
    positive = repeats[0].positive
    probability = np.mean([judged.probability for judged in repeats], axis=0)
    errors = (probability >= 0.5) != positive
    hidden, later = results.get(f"{chosen}-hidden"), results.get(f"{chosen}-later")
    return {
        "estimator": chosen,
        **_model(model),
        "roc": curves.roc(positive, probability),
        "calibration": curves.calibration_bins(positive, probability),
        "decision_curve": curves.decision_curve(positive, probability),
        "learning_curve": curves.learning_curve(
            positive, [results[f"{chosen}-shares-{r}"] for r in curve_repeats]
        ),
        "confusion_nested": curves.confusion(repeats, [j.called for j in repeats]),
        "confusion_shipped": curves.confusion(
            repeats, [j.probability >= model.decision.threshold for j in repeats]
        ),
        "periods": {
            str(period): curves.summary(positive[inside], probability[inside])
            for period in np.unique(dataset.periods)
            for inside in [dataset.periods == period]
        },
        "later": _later(later, positive, dataset) if later else None,
        "hidden": caveats.hidden_scores(
            dataset, schema, repeats[0].probability, np.array(hidden["probability"])
        )
        if hidden
        else None,
        "unusual": caveats.unusual_shares(model, dataset, schema, errors),
        "fragility": caveats.fragility_of(model, dataset, errors),
        "reference": curves.reference(positive, probability, (schema.negative, schema.positive)),
    }


def _model(model: Model) -> dict[str, Any]:
    """What ships: settings, decision, points; the artifact of the same data must hold the same."""
    decision = model.decision
    return {
        "setting": dict(model.setting),
        "threshold": decision.threshold,
        "level": decision.level,
        "negative_at_most": decision.negative_at_most,
        "positive_at_least": decision.positive_at_least,
        "base": decision.base,
        "points": model.card.document["points"] if model.card else None,
        # The proven limit, not the difference found: that is the last bit of one machine's sums
        "parity": {"rows": model.card.proof.rows, "at_most": TOLERANCE} if model.card else None,
    }


def _later(later: dict[str, Any], positive: NDArray[np.bool_], dataset: Dataset) -> dict[str, Any]:
    """The model of the first period on the new patients of all later ones, and of each."""
    rows = np.array(later["rows"])
    probability, called = np.array(later["probability"]), np.array(later["called"])
    truth, periods = positive[rows], dataset.periods[rows]
    return {
        "trained_on": int((dataset.periods == dataset.periods.min()).sum()),
        **curves.summary(truth, probability),
        "nested_sensitivity": float(called[truth].mean()),
        "nested_specificity": float((~called[~truth]).mean()),
        "periods": {
            str(period): curves.summary(truth[periods == period], probability[periods == period])
            for period in np.unique(periods)
        },
    }
