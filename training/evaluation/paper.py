"""The candidate of whole weights as a sheet: weights, probability by total, and limits."""

from typing import Any

import numpy as np

from cytology.decision import Decision
from cytology.schema import Schema
from training.dataset import Dataset
from training.model import learn
from training.whole_weights import weights_of

NAME = "whole-weights"


def paper_sheet(dataset: Dataset, schema: Schema) -> dict[str, Any] | None:
    """Return the sheet; None where a feature has no direction, so that a weight has no sign.

    ``positive_from`` is the lowest total that is called positive. Totals of which neither class is
    ruled out lie from ``inconclusive_from`` to ``inconclusive_to``, None where there are none.
    """
    if any(feature.direction <= 0 for feature in schema.features):
        return None
    model = learn(NAME, dataset, schema)
    weights, slope = weights_of(model.pipeline)
    sign = 1 if str(model.pipeline.classes_[1]) == schema.positive else -1
    lowest, highest = (
        int(sum(w * bound for w, bound in zip(weights, bounds, strict=True)))
        for bounds in (
            [feature.minimum for feature in schema.features],
            [feature.maximum for feature in schema.features],
        )
    )
    intercept = float(model.pipeline[-1].intercept_[0]) * sign
    totals = range(lowest, highest + 1)
    probabilities = [model.decision.link.probability(intercept + slope * t) for t in totals]
    return {
        "weights": dict(zip(schema.names, weights.tolist(), strict=True)),
        "lowest": lowest,
        "highest": highest,
        "threshold": model.decision.threshold,
        "probabilities": dict(zip(map(str, totals), probabilities, strict=True)),
        **_limits(list(totals), np.array(probabilities), model.decision),
    }


def _limits(
    totals: list[int], probabilities: np.typing.NDArray[np.float64], decision: Decision
) -> dict[str, Any]:
    called = probabilities >= decision.threshold
    open_ = [
        total
        for total, probability in zip(totals, probabilities.tolist(), strict=True)
        if len(decision.prediction_set(probability)) != 1
    ]
    return {
        "positive_from": totals[int(np.argmax(called))] if called.any() else None,
        "inconclusive_from": min(open_, default=None),
        "inconclusive_to": max(open_, default=None),
    }
