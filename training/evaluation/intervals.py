"""Figures with intervals: patients are drawn with replacement."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.dataset import Dataset
from training.evaluation.figures import Figures, Predicted, measure
from training.evaluation.protocol import Protocol


class Measured(NamedTuple):
    """Figures over all repeats, and each figure's value in every draw; NaN where there is none."""

    figures: Figures
    draws: dict[str, NDArray[np.float64]]


def patient_weights(dataset: Dataset, protocol: Protocol) -> NDArray[np.float64]:
    """(bootstraps, n) how often each sample counts when patients are drawn with replacement.

    A patient's samples come and go together; the same draws serve every candidate, so that
    differences between candidates are paired.
    """
    known, index = np.unique(dataset.patients, return_inverse=True)
    random = np.random.default_rng(protocol.seed)
    return np.stack(
        [
            np.bincount(random.integers(0, known.size, known.size), minlength=known.size)[index]
            for _ in range(protocol.bootstraps)
        ]
    ).astype(float)


def measure_repeats(repeats: Sequence[Predicted], weights: NDArray[np.float64]) -> Measured:
    """Mean of each figure over the repeats; bootstrap draw b looks at repeat b modulo their number.

    So the intervals hold the chance of the split as well as that of the patients.
    """
    everyone = np.ones(weights.shape[1])
    each = [measure(predicted, everyone) for predicted in repeats]
    drawn = [
        measure(repeats[number % len(repeats)], weight) for number, weight in enumerate(weights)
    ]
    return Measured(
        {name: float(np.mean([figures[name] for figures in each])) for name in each[0]},
        {name: np.array([figures[name] for figures in drawn]) for name in each[0]},
    )


def with_interval(value: float, draws: NDArray[np.float64]) -> dict[str, Any]:
    """value, and the 95 % interval between the draws' percentiles; None for what has no value."""
    known = draws[~np.isnan(draws)]
    if np.isnan(value) or known.size < draws.size / 2:
        return {"value": None if np.isnan(value) else value, "low": None, "high": None}
    low, high = np.quantile(known, [0.025, 0.975])
    return {"value": value, "low": float(low), "high": float(high)}


def difference(one: Measured, other: Measured, name: str) -> dict[str, Any]:
    """One candidate's figure minus another's, paired draw by draw."""
    return with_interval(
        one.figures[name] - other.figures[name], one.draws[name] - other.draws[name]
    )
